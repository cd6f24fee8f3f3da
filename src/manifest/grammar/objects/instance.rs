//! The objects that declare an instance.

use super::{ACCOUNT, ADOPT, PROTECT, REGION};
use crate::manifest::grammar::object::objects;
use crate::manifest::grammar::read::{Kept, List, Map};
use crate::manifest::grammar::scalar::IdentityWord;
use crate::manifest::grammar::scalar::kind::{self, Word};

objects! {
    DeclaredInstance = "instance", "an instance", "An Amazon Connect instance, by its alias, id or ARN.",
        needs one of alias id arn
    {
        Optional alias = "alias": kind::InstanceAlias, "its alias, as in its access URL";
        Optional id = "id": kind::InstanceId, "its id";
        Optional arn = "arn": kind::InstanceArn, "its ARN, which also gives its account and Region";
        Optional account = "account": kind::Label, ACCOUNT;
        Optional region = "region": kind::Region, REGION;
        Optional functions = "functions": List<kind::Label>,
            "functions to associate and grant without any flow";
        Optional attributes = "attributes": Map<kind::Attribute, kind::Bool>,
            "settings of the instance, such as `contactflow-logs: true`";
        Optional values = "values": Map<kind::Variable, Kept<kind::Text>>,
            "what `${value.NAME}` stands for in flow files";
        Optional create = "create": DeclaredCreate, "how to create it when its alias is not found";
        Optional adopt = "adopt": kind::Bool, ADOPT;
        Optional protect = "protect": kind::Bool, PROTECT;
    }

    DeclaredCreate = "create", "`create`",
        "How an instance is created when its alias is not found; it is never replaced or deleted."
    {
        Required identity = "identity": Word<IdentityWord>,
            "where its users come from, which cannot be changed later: `connect-managed`, `saml` or `existing-directory`";
        Optional directory = "directory": kind::DirectoryId, "the id of the existing directory";
        Required inbound = "inbound": kind::Bool, "whether it accepts calls";
        Required outbound = "outbound": kind::Bool, "whether calls can be made from it";
    }
}
