//! The lost update of Lambda's policies: two writes that overlap read the same policy, and the later one overwrites
//! what the earlier one added (seen with parallel AddPermission calls on one function).

use std::time::Duration;

use crate::emulator::call::Call;
use crate::emulator::call::special::Special;
use crate::emulator::state::arn::FunctionName;
use crate::emulator::state::shared::Map;
use crate::emulator::state::{Policy, State};

/// Keeps the writes of overlapping requests apart long enough that one overwrites the other.
pub(crate) const WINDOW: Duration = Duration::from_millis(60);

/// The policies of one function as a request found them when it came.
#[derive(Debug)]
pub(crate) struct PolicySnapshot {
    account: String,
    region: String,
    name: String,
    policies: Map<String, Policy>,
}

/// Remembers the policies of the function that a call is about; None for a call that writes no policy.
pub(crate) fn snapshot(state: &State, call: &Call) -> Option<PolicySnapshot> {
    let text = match call.special()? {
        Special::AddPermission | Special::RemovePermission => call.label("FunctionName"),
        Special::AssociateFunction => call.body.get("FunctionArn")?.as_str()?,
        Special::DisassociateFunction => call.query("functionArn")?,
        _ => return None,
    };
    let parsed = FunctionName::parse(text)?;
    let account = parsed.account.unwrap_or_else(|| call.account.clone());
    let region = parsed.region.unwrap_or_else(|| call.region.clone());
    let policies = state.function(&account, &region, &parsed.name)?.policies.clone();
    Some(PolicySnapshot { account, region, name: parsed.name, policies })
}

/// Puts the remembered policies back, which undoes whatever was written since.
pub(crate) fn restore(state: &mut State, snapshot: &PolicySnapshot) {
    if let Some(function) = state.function_mut(&snapshot.account, &snapshot.region, &snapshot.name) {
        function.policies = snapshot.policies.clone();
    }
}
