//! Deletions, as data.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::binding::GrantSpec;
use super::kept::KeptFlow;
use crate::manifest::Grants;
use crate::resource::{FunctionRef, Grant, InstanceArn, Place, ResourcePolicy, SetName};
use crate::snapshot::{FlowSeen, FunctionSeen, RolePolicies};

/// Something to be taken away.
#[derive(Debug, Clone)]
pub enum Removal {
    /// A flow or module.
    Flow(Box<FlowRemoval>),
    /// An association.
    Association(Disassociation),
    /// Statements of one function for one instance.
    Statements(StatementRemoval),
    /// A function.
    Function(FunctionRemoval),
    /// A function's role.
    Role(RoleRemoval),
}

/// A flow or module to be deleted.
#[derive(Debug, Clone)]
pub struct FlowRemoval {
    /// What it is, and what brings it back.
    pub flow: KeptFlow,
    /// All that was seen of it: it is read again right before, and stays when it differs.
    pub base: FlowSeen,
    /// What there was on its instance that may refer to it.
    pub callers: Callers,
    /// The ids of those that refer to it until they go as well: they and it refer to one another.
    pub along: BTreeSet<String>,
}

/// The flows and modules of an instance: they are read again before something is taken away that they may refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callers {
    /// How many flows there were.
    pub flows: u32,
    /// How many modules there were.
    pub modules: u32,
}

/// A function to be taken out of an instance's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disassociation {
    /// The instance.
    pub instance: InstanceArn,
    /// The ARNs as the list holds them.
    pub functions: Vec<FunctionRef>,
    /// Set where the instance is there, so that something may call the functions from it.
    pub callers: Option<Callers>,
    /// The set: another one that lets the instance call the function by then needs the association.
    pub set: SetName,
    /// The aliases of the function: their policies are read again right before, with those of aliases added by then.
    pub aliases: BTreeSet<String>,
    /// What has to hold afterwards: whether the service takes more with it than its own statement is unknown (U1).
    pub keep: Vec<KeptGrant>,
}

/// A grant that outlives an association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptGrant {
    /// The grant.
    pub grant: GrantSpec,
    /// Which statements are good enough.
    pub accepts: Grants,
}

/// Statements to be taken out of the policies of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRemoval {
    /// The instance that they are for.
    pub instance: InstanceArn,
    /// The statements.
    pub statements: Vec<OwnStatement>,
    /// Associations that a mark among the statements speaks of and the list did not show. It may show late what an
    /// interrupted run did, so that they are ended before the mark goes.
    pub ends: Vec<FunctionRef>,
    /// The instances that are there, so that something may call the functions from them.
    pub callers: Vec<(InstanceArn, Callers)>,
}

/// A statement of the set's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnStatement {
    /// The function and qualifier whose policy has it.
    pub function: FunctionRef,
    /// Its Sid.
    pub sid: String,
    /// All that was seen of it: it is read again right before, and stays when it differs.
    pub body: Value,
    /// Set where the calls go on: this grant of the set's own allows them, and has to be there before.
    pub instead: Option<Grant>,
}

/// A function to be deleted, with its versions, aliases and policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionRemoval {
    /// The function, without a qualifier.
    pub function: FunctionRef,
    /// What is kept of it, as JSON text: no value of its environment, and not its code.
    pub record: String,
    /// All that was seen of it: it is read again right before, and stays when it differs.
    pub base: Box<FunctionSeen>,
    /// The policies that it had: it stays when a statement was added by then.
    pub policies: BTreeMap<Option<String>, ResourcePolicy>,
    /// Its aliases: it stays when one was added by then.
    pub aliases: BTreeSet<String>,
    /// The flows and modules of each instance that may call it.
    pub callers: BTreeMap<InstanceArn, Callers>,
}

/// A role to be deleted, with its inline policies; managed ones are only detached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRemoval {
    /// The account; IAM has no Regions, and is called from this one.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Its ARN, by which functions name it.
    pub arn: String,
    /// Where its users were looked for: they are looked for again right before its policies go.
    pub looked: BTreeSet<Place>,
    /// The value of its owner tag: a role that carries another one by then stays.
    pub owner: String,
    /// Its policies: it stays when they differ by then.
    pub policies: RolePolicies,
}
