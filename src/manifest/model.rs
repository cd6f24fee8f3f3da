//! What a manifest says, once it is read: no references that dangle, no variables, no paths left.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::resource::{AccountId, FunctionRef, Kind, Label, Origin, Place, Region, SetName};

mod flow;
mod needs;
mod origin;
mod source;

pub use flow::{Binding, Flow, FlowFile, Invocation, NamedKind, Names, State, Status};
pub(crate) use flow::{called_in, named_content, named_on_instance};
pub use needs::{Need, Needs};
pub use source::{LeftOut, Package, Role, RoleRef, Source};

/// One binding set, for one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The set's name, with the target behind it where there are targets; it owns what is made under this name.
    pub set: SetName,
    /// The target that the set is for, where the manifest has targets.
    pub target: Option<String>,
    /// SHA-256 (hex) of everything below and of the flow texts, values of environments left out.
    pub digest: String,
    /// The accounts that the set touches, by logical name.
    pub accounts: BTreeMap<Label, Account>,
    /// The instances, by logical name.
    pub instances: BTreeMap<Label, Instance>,
    /// The functions, by logical name.
    pub functions: BTreeMap<Label, Function>,
    /// The flow modules, by logical name; their type is [`FlowType::Module`](crate::resource::FlowType::Module).
    pub modules: BTreeMap<Label, Flow>,
    /// The flows, by logical name.
    pub flows: BTreeMap<Label, Flow>,
    /// What linting lets pass, in the order of the document.
    pub suppressions: Vec<Suppression>,
    /// What follows from all of it.
    pub needs: Needs,
}

/// An entry of `spec.lint.ignore`: findings that are suppressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The code of the findings.
    pub code: String,
    /// The flow or module that they must be in, by its logical name; any where there is none.
    pub flow: Option<Label>,
    /// The block that they must be about, by its identifier or friendly name; any where there is none.
    pub block: Option<String>,
    /// Why they are suppressed.
    pub reason: String,
    /// Where the entry stands.
    pub origin: Origin,
}

impl Manifest {
    /// Lists the modules, then the flows: what is made of flow language.
    pub fn contents(&self) -> impl Iterator<Item = (Kind, &Label, &Flow)> {
        let modules = self.modules.iter().map(|(name, module)| (Kind::Module, name, module));
        modules.chain(self.flows.iter().map(|(name, flow)| (Kind::Flow, name, flow)))
    }

    /// Lists the accounts in which something of the set is, or may be left.
    pub fn account_ids(&self) -> BTreeSet<&AccountId> {
        let declared = self.accounts.values().map(|account| &account.id);
        let instances = self.instances.values().map(|instance| &instance.place.account);
        let functions = self.functions.values().map(|function| &function.target.place.account);
        declared.chain(instances).chain(functions).collect()
    }

    /// Finds a flow or module.
    pub fn content(&self, kind: Kind, name: &Label) -> Option<&Flow> {
        if kind == Kind::Module { self.modules.get(name) } else { self.flows.get(name) }
    }

    /// Lists what the flow and module files of an instance look up by its name on the live instance.
    pub fn named(&self, instance: &Label) -> BTreeSet<(NamedKind, String)> {
        let here = self.modules.values().chain(self.flows.values());
        let here = here.filter(|flow| flow.instances.contains(instance));
        here.flat_map(|flow| flow.names.looked_up.iter().cloned()).collect()
    }
}

/// An account that the set touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id; whoever calls must turn out to be in it.
    pub id: AccountId,
    /// The ARN of the role to assume for calls to the account; without it the caller's own credentials are used.
    pub assume_role: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// Regions in which nothing is declared any more, and something of the set may be left.
    pub regions: BTreeSet<Region>,
    /// Where it is declared.
    pub origin: Origin,
}

/// An instance: one that must exist, or that is made when its alias is not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// Where it lives.
    pub place: Place,
    /// How it is found.
    pub lookup: InstanceLookup,
    /// Functions to associate and grant without any flow.
    pub functions: Vec<Label>,
    /// Values for `${value.NAME}` in the instance's flow files.
    pub values: BTreeMap<String, String>,
    /// Settings of the instance by their names of the API, such as `CONTACTFLOW_LOGS`.
    pub attributes: BTreeMap<String, bool>,
    /// How to make the instance when its alias is not found; without it the instance must exist.
    pub create: Option<CreateInstance>,
    /// Whether it may be changed though the set does not own it.
    pub adopt: bool,
    /// Whether changing it needs `--allow`.
    pub protect: bool,
    /// Where it is declared.
    pub origin: Origin,
}

/// How an instance is made (`CreateInstance`); none of it can be changed afterwards but through attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateInstance {
    /// Where its users come from.
    pub identity: Identity,
    /// Whether it takes calls.
    pub inbound: bool,
    /// Whether calls can be made from it.
    pub outbound: bool,
}

/// Where an instance's users come from (`IdentityManagementType`); fixed for the life of the instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// Amazon Connect keeps them.
    ConnectManaged,
    /// An identity provider that speaks SAML 2.0.
    Saml,
    /// A directory of AWS Directory Service.
    ExistingDirectory {
        /// The directory's id, such as `d-9067f3a1b2`.
        directory: String,
    },
}

/// How an instance is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceLookup {
    /// By its alias, through `ListInstances`.
    Alias(String),
    /// By its id.
    Id(String),
}

/// A function that flows may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The function and the qualifier that flows call.
    pub target: FunctionRef,
    /// Which statements are good enough.
    pub grants: Grants,
    /// Which ARN is put into the instance's list.
    pub associate: Associate,
    /// What its answer holds.
    pub response: Option<Response>,
    /// How flowbind makes and updates the function; without it the function is only referred to.
    pub source: Option<Source>,
    /// Whether it may be changed though the set does not own it.
    pub adopt: bool,
    /// Whether removing or changing it needs `--allow`.
    pub protect: bool,
    /// Where it is declared.
    pub origin: Origin,
}

/// Which statements are good enough for a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grants {
    /// Only the set's own statement, with both conditions.
    Own,
    /// Any statement that allows exactly the instance, with both conditions: Amazon Connect's own too.
    Exact,
    /// The set's own statement for every instance of the account in the Region.
    Account,
    /// Any statement that allows the invocation.
    Any,
}

/// Which ARN is put into the instance's list of functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Associate {
    /// The ARN without its qualifier.
    Unqualified,
    /// The ARN that the flow names.
    Exact,
    /// None.
    None,
}

/// What a function promises to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// A flat string map or nested JSON.
    pub kind: ResponseType,
    /// The keys it may hold; none listed means unknown.
    pub keys: Vec<String>,
    /// An example, as JSON text.
    pub example: Option<String>,
}

/// How Amazon Connect reads a function's answer (`ResponseValidation.ResponseType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResponseType {
    /// A flat map of strings.
    StringMap,
    /// Nested JSON.
    Json,
}
