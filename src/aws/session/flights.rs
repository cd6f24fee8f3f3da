//! How many calls are on their way at once: a plan may have thousands of writes that could all begin now.
//!
//! Pacing bounds how many calls begin in a second, and nothing where it is off or answers are slow. Whoever waits here has
//! sent nothing: the time that a call may take begins when it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::operations::Service;
use crate::resource::Place;

/// Calls of one service in one account and Region that are not answered yet. It is more than what the published rates let
/// begin in the second or two that an answer takes, and each may hold a connection of its own.
pub const MOST_AT_ONCE: usize = 64;

/// The calls that are on their way.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<BTreeMap<(Place, Service), Arc<Semaphore>>>);

impl Flights {
    /// Waits, in the order of asking, until one more call may be sent; it counts until what is given is dropped.
    pub(super) async fn board(&self, place: &Place, service: Service) -> Option<OwnedSemaphorePermit> {
        let seats = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let of = all.entry((place.clone(), service));
            Arc::clone(of.or_insert_with(|| Arc::new(Semaphore::new(MOST_AT_ONCE))))
        };
        // Nobody closes it.
        seats.acquire_owned().await.ok()
    }
}
