//! Every object of the manifest: its keys, what they take, and what they are for.
//!
//! A key is declared here and nowhere else.

mod flow;
mod function;
mod instance;

pub(crate) use flow::{DeclaredBinding, DeclaredFlow, DeclaredModule};
pub(in crate::manifest) use function::nested;
pub(crate) use function::{DeclaredFunction, DeclaredRole, DeclaredSource};
pub(crate) use instance::{DeclaredCreate, DeclaredInstance};

use super::object::objects;
use super::read::{DeclaredObject, List, Map};
use super::scalar::kind;
use super::shape::Object;

/// The whole document, as data.
pub(in crate::manifest) const MANIFEST: &Object = DeclaredManifest::OBJECT;

objects! {
    DeclaredManifest = "manifest", "a manifest",
        "A binding set: which Lambda functions which contact flows on which Amazon Connect instances may call."
    {
        #[expect(dead_code, reason = "a document of another version is refused before it is read")]
        Required api_version = "apiVersion": kind::ApiVersion, "write `apiVersion: flowbind.dev/v1alpha1`";
        #[expect(dead_code, reason = "a document of another kind is refused before it is read")]
        Required kind = "kind": kind::DocumentKind, "write `kind: BindingSet`";
        Required metadata = "metadata": DeclaredMetadata, "the name of the set";
        Required spec = "spec": DeclaredSpec, "what the set declares";
    }

    DeclaredMetadata = "metadata", "`metadata`", "The name of the set." {
        Required name = "name": kind::SetName, "the set owns what it creates under this name";
    }

    DeclaredSpec = "spec", "`spec`", "What the set declares. Collections are maps by logical name." {
        #[expect(dead_code, reason = "variables are put in before the document is read")]
        Optional variables = "variables": Map<kind::Variable, DeclaredVariable>, "what `${var.NAME}` stands for";
        Optional targets = "targets": Map<kind::Label, DeclaredTarget>,
            "one set for each, with its own variables, account and Region; chosen with `--for`";
        Optional accounts = "accounts": Map<kind::Label, DeclaredAccount>, "the AWS accounts that the set uses";
        Optional defaults = "defaults": DeclaredDefaults,
            "the account and Region of resources that name none";
        Optional instances = "instances": Map<kind::Label, DeclaredInstance>, "the Amazon Connect instances";
        Optional functions = "functions": Map<kind::Label, DeclaredFunction>, "the Lambda functions";
        Optional modules = "modules": Map<kind::Label, DeclaredModule>, "the flow modules";
        Optional flows = "flows": Map<kind::Label, DeclaredFlow>, "the contact flows";
        Optional lint = "lint": DeclaredLint, "what `flowbind lint` suppresses";
    }

    DeclaredLint = "lint", "`lint`", "What `flowbind lint` suppresses." {
        Optional ignore = "ignore": List<DeclaredSuppression>, "findings to suppress, and why";
    }

    DeclaredSuppression = "suppression", "an entry of `ignore`",
        "Findings that are suppressed; an entry that matches none is a finding itself."
    {
        Required code = "code": kind::Name, "the code of the rule, as `flowbind lint --explain` lists it";
        Optional flow = "flow": kind::Label,
            "only in this flow or module, by its name under `flows` or `modules`";
        Optional block = "block": kind::Name, "only about this block, by its identifier or friendly name";
        Required reason = "reason": kind::Name, "why it is ignored";
    }

    DeclaredVariable = "variable", "a variable", "A variable; without a default its value must be given." {
        #[expect(dead_code, reason = "variables are put in before the document is read")]
        Optional default = "default": kind::Text, "the value when none is given; may use other variables";
        #[expect(dead_code, reason = "people read it")]
        Optional description = "description": kind::Text, "what it is for";
    }

    DeclaredTarget = "target", "a target", "A set of its own, named after the set and the target." {
        #[expect(dead_code, reason = "variables are put in before the document is read")]
        Optional vars = "vars": Map<kind::Variable, kind::Text>,
            "values of variables; they win over defaults, and may use other variables";
        Optional account = "account": kind::Label, "the account of resources that name none";
        Optional region = "region": kind::Region, "the Region of resources that name none";
    }

    DeclaredAccount = "account", "an account", "An AWS account; its id is checked before anything else is read." {
        Required id = "id": kind::AccountId, "its 12-digit id";
        Optional assume_role = "assumeRole": kind::RoleArn,
            "the ARN of the role to assume for calls to it; else the caller's own credentials are used";
        Optional external_id = "externalId": kind::ExternalId, "the external id that the role asks for";
        Optional regions = "regions": List<kind::Region>,
            "Regions in which nothing is declared any more: `--prune` and `--audit` search them for orphaned resources too";
    }

    DeclaredDefaults = "defaults", "`defaults`", "The account and Region of resources that name none." {
        Optional account = "account": kind::Label, "an account, by its name under `accounts`";
        Optional region = "region": kind::Region, "a Region, such as `eu-west-2`";
    }
}

/// What keys of several objects are for.
const ACCOUNT: &str = "the account that it is in, by its name under `accounts`; else the default";
const REGION: &str = "the Region that it is in; else the default";
const ADOPT: &str = "whether one that the set does not own may be changed";
const PROTECT: &str = "whether removing it or changing it needs `--allow`";

#[cfg(test)]
mod tests;
