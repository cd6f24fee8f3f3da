//! Limits how many calls are in flight at once: a plan may have thousands of writes that could all start now.
//!
//! Pacing limits how many calls start in a second, and nothing when it is off or answers are slow. A call that waits here
//! has not been sent: its time limit starts when it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::operations::Service;
use crate::resource::Place;

/// Calls of one service in one account and Region that are not answered yet. It is more than what the published rates let
/// begin in the second or two that an answer takes, and each may hold a connection of its own.
pub const MOST_AT_ONCE: usize = 64;

/// The calls that are in flight.
#[derive(Debug, Default)]
pub(super) struct InFlightLimit(Mutex<BTreeMap<(Place, Service), Arc<Semaphore>>>);

impl InFlightLimit {
    /// Waits, first come first served, until one more call may be sent; the call counts until the permit is dropped.
    pub(super) async fn enter(&self, place: &Place, service: Service) -> Option<OwnedSemaphorePermit> {
        let slots = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let of = all.entry((place.clone(), service));
            Arc::clone(of.or_insert_with(|| Arc::new(Semaphore::new(MOST_AT_ONCE))))
        };
        // The semaphore is never closed.
        slots.acquire_owned().await.ok()
    }
}
