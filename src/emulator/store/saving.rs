//! When a request may be answered: when the state that it saw, or made, is on disk. Requests that come together share
//! one save.

use std::sync::{Mutex, PoisonError};

use super::{StateError, Store};
use crate::emulator::state::State;

/// The file of a running emulator, and what it holds.
#[derive(Debug)]
pub(crate) struct Saving(Mutex<Saved>);

#[derive(Debug)]
struct Saved {
    /// None once the file was let go of.
    store: Option<Store>,
    state: State,
    /// How many writes are on disk, of all since the start.
    writes: u64,
    /// The writes that the disk refused, behind the first number and up to the second: they were undone.
    lost: Vec<(u64, u64)>,
}

impl Saving {
    /// Takes a file that holds `state`.
    pub(crate) fn new(store: Store, state: State) -> Self {
        Self(Mutex::new(Saved { store: Some(store), state, writes: 0, lost: Vec::new() }))
    }

    /// Waits until the first `seen` writes are on disk, with whatever `newest` (the number of writes, and the state
    /// behind them) brings besides. False if the disk refuses them: then `undo` has put the state back that is on
    /// disk, which counts as another write, and returned the number of writes before that.
    pub(crate) fn holds(
        &self,
        seen: u64,
        newest: impl FnOnce() -> (u64, State),
        undo: impl FnOnce(&State) -> u64,
    ) -> bool {
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let saved = &mut *saved;
        if saved.lost.iter().any(|(behind, last)| *behind < seen && seen <= *last) {
            return false;
        }
        if seen <= saved.writes {
            return true;
        }
        let Some(store) = &mut saved.store else { return false };
        let (writes, state) = newest();
        if let Err(error) = store.keep(&saved.state, &state) {
            tracing::error!(%error, "the state was not saved");
            let last = undo(&saved.state);
            saved.lost.push((saved.writes, last));
            saved.writes = last + 1;
            return false;
        }
        (saved.writes, saved.state) = (writes, state);
        true
    }

    /// Saves the state as one document and lets go of the file.
    pub(crate) fn close(&self, state: &State) -> Result<(), StateError> {
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(store) = saved.store.take() else { return Ok(()) };
        store.finish(state)?;
        saved.writes = u64::MAX;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn writes_that_come_together_share_one_save() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut store, _) =
            Store::open_waiting(&folder.path().join("state.json")).await.expect("a new file");
        store.save(&State::default()).expect("saved");
        let saving = Saving::new(store, State::default());
        let state = State { counter: 3, ..State::default() };
        assert!(saving.holds(1, || (3, state.clone()), |_| unreachable!("it was saved")));
        for seen in [0, 1, 2, 3] {
            assert!(saving.holds(seen, || unreachable!("it is saved"), |_| unreachable!("nothing to undo")));
        }
        saving.close(&state).expect("closed");
        assert!(saving.holds(9, || unreachable!("it is closed"), |_| unreachable!("nothing to undo")));
    }
}
