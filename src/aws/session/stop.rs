//! Asks a run to end: no new write begins, and those in flight are finished.

use tokio::sync::watch;

use super::budget::Budget;

/// Ends a run early; clones ask for the same. Once requested it stays so.
#[derive(Debug, Clone)]
pub struct StopHandle(watch::Sender<bool>);

impl Default for StopHandle {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl StopHandle {
    /// Asks the run to end.
    pub fn request(&self) {
        self.0.send_replace(true);
    }

    /// Whether the run was asked to end.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the run is asked to end.
    pub async fn requested(&self) {
        // The sender lives as long as this handle, so that the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|requested| *requested).await;
    }
}

/// Counts the changes of a run that are in flight; clones count the same.
#[derive(Debug, Clone)]
pub struct InFlight(pub(super) Budget);

impl InFlight {
    /// How many changes have sent a write and have not ended. One that waits for its turn has sent none.
    pub fn count(&self) -> usize {
        self.0.in_flight()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_is_seen_by_every_clone_before_and_after_it_waits() {
        let stop = StopHandle::default();
        assert!(!stop.is_requested());
        let (early, late) = (stop.clone(), stop.clone());
        let waits = tokio::spawn(async move { early.requested().await });
        stop.request();
        waits.await.unwrap();
        late.requested().await;
        assert!(late.is_requested());
    }
}
