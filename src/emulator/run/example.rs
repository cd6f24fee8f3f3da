//! What a function answers whose code cannot run here: its example, which shows that no code ran, or an error.

use std::collections::BTreeMap;

use super::{FunctionId, Invocation, Invoked, cannot_run};
use crate::emulator::state::world::WorldExample;
use crate::emulator::wire::ApiError;

/// What could be done about it, beside what the reason says.
const DECLARE: &str =
    "Or declare `response.example` of the function in a manifest that the embedded AWS starts with";

/// The example answers of functions, as JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Examples(BTreeMap<FunctionId, String>);

impl Examples {
    /// Those of a world; of several for one function the first.
    pub(crate) fn of(world: &[WorldExample]) -> Self {
        let mut all = BTreeMap::new();
        for WorldExample { account, region, function, answer } in world {
            let id = FunctionId { account: account.clone(), region: region.clone(), name: function.clone() };
            all.entry(id).or_insert_with(|| answer.clone());
        }
        Self(all)
    }

    /// Gives the example in place of an answer. Header and log say that no code ran, and why.
    pub(super) fn instead(&self, invocation: &Invocation, id: &str, why: &str) -> Result<Invoked, ApiError> {
        let Some(answer) = self.0.get(&invocation.function) else {
            return Err(cannot_run(format!("{why}. {DECLARE}")));
        };
        tracing::info!(function = invocation.function.name, why, "no code ran, its example was answered");
        let log = format!(
            "START RequestId: {id} Version: {}\nflowbind: no code ran; the answer is `response.example` of the manifest: {why}\n\
             END RequestId: {id}\n",
            invocation.version
        );
        Ok(Invoked {
            status: 200,
            payload: answer.clone().into_bytes(),
            failed: false,
            version: invocation.version.clone(),
            tail: invocation.tail.then(|| log.into_bytes()),
            example: true,
        })
    }
}
