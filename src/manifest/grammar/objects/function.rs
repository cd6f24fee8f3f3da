//! The objects that declare a function, and how it is made: its source, its role and the role's policies.

use super::{ACCOUNT, ADOPT, PROTECT, REGION};
use crate::manifest::grammar::object::objects;
use crate::manifest::grammar::read::{Kept, List, Map, OneOf};
use crate::manifest::grammar::scalar::kind::{self, Word};
use crate::manifest::model::{Associate, Grants, ResponseType};

mod example;
mod policy;

pub(in crate::manifest) use example::nested;
use example::{Answer, Example};
use policy::Policy;

objects! {
    DeclaredFunction = "function", "a function", "A Lambda function that flows call, by its name or ARN.",
        needs one of name arn
    {
        Optional name = "name": kind::FunctionName, "its name";
        Optional arn = "arn": kind::FunctionArn, "its ARN, which also gives its account and Region";
        Optional account = "account": kind::Label, ACCOUNT;
        Optional region = "region": kind::Region, REGION;
        Optional qualifier = "qualifier": kind::Qualifier, "the alias or version that flows call";
        Optional grants = "grants": Word<Grants>,
            "which statements are sufficient: only the set's `own` (default), any that allows `exact`ly the instance, one \
             for all instances of the `account` in the Region, or `any` that allows the call";
        Optional associate = "associate": Word<Associate>,
            "which ARN is added to the instance's list: the `unqualified` one (default), the `exact` one, or `none`";
        Optional response = "response": Answer, "what its answer contains";
        Optional source = "source": DeclaredSource, "makes flowbind create and update the function";
        Optional adopt = "adopt": kind::Bool, ADOPT;
        Optional protect = "protect": kind::Bool, PROTECT;
    }

    DeclaredResponse = "response", "a response", "What a function's answer contains." {
        Required kind = "type": Word<ResponseType>, "a flat `string-map`, or nested `json`";
        Optional keys = "keys": List<kind::Name>, "the keys that the answer may contain";
        Optional example = "example": Example, "an answer as an example";
    }

    DeclaredSource = "source", "`source`",
        "How flowbind creates and updates a function; what is left out is not managed."
    {
        Required runtime = "runtime": kind::Runtime, "such as `nodejs22.x`";
        Required handler = "handler": kind::Handler, "such as `index.handler`";
        Required code = "code": kind::Path, "the folder or `.zip` with the code";
        Optional exclude = "exclude": List<kind::Text>,
            "what of the folder is not packed, as in `.gitignore`; `!` brings back what is left out by default";
        Required role = "role": OneOf<kind::RoleArn, DeclaredRole>,
            "the execution role: the ARN of one, or a map with the name of one to make";
        Optional timeout = "timeout": kind::Duration, "how long an invocation may take: 1s to 15m";
        Optional memory = "memory": kind::Memory, "the memory in MB: 128 to 10240";
        Optional environment = "environment": Map<kind::EnvironmentName, Kept<kind::Hidden>>,
            "the whole map of environment variables; their values are never shown";
        Optional description = "description": kind::FunctionDescription, "its description";
        Optional publish = "publish": kind::Alias,
            "publishes versions, and points this alias at them; flows call it unless `qualifier` says otherwise";
    }

    DeclaredRole = "role", "a role", "A role that flowbind makes, and that Lambda may assume." {
        Required name = "name": kind::RoleName, "its name";
        Optional managed_policies = "managedPolicies": List<kind::ManagedPolicy>,
            "all managed policies attached to it: ARNs, or names of those that AWS keeps";
        Optional inline_policies = "inlinePolicies": Map<kind::PolicyName, Policy>,
            "all its inline policies, by name";
    }
}
