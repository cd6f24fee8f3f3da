//! The board of a process: what its rounds showed, for monitoring and for people.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::http::Answers;
use super::metrics::{Counters, metrics_text};
use crate::aws::Session;
use crate::manifest::Manifest;
use crate::report::{self, StatusPage};
use crate::resource::{Mask, SetName};
use crate::watch::Board;

/// The board, shared by the loop and the server.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    board: Mutex<Board>,
    manifests: Mutex<Arc<Vec<Manifest>>>,
    notifications: Mutex<BTreeMap<bool, u64>>,
    /// Whose calls are counted.
    session: Session,
    applies: bool,
    /// What no answer shows.
    mask: Mask,
}

impl Shared {
    pub(super) fn new(session: Session, manifests: Arc<Vec<Manifest>>, applies: bool, mask: Mask) -> Self {
        let mut board = Board::default();
        board.keep(&manifests);
        let (board, manifests) = (Mutex::new(board), Mutex::new(manifests));
        Self(Arc::new(Inner { board, manifests, notifications: Mutex::default(), session, applies, mask }))
    }

    /// The board itself.
    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        self.0.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the manifests that are in force, and how many errors those on disk have.
    pub(super) fn manifests(&self, manifests: Arc<Vec<Manifest>>, errors: usize) {
        let mut board = self.board();
        board.keep(&manifests);
        board.invalid = errors;
        board.rejections += u64::from(errors > 0);
        drop(board);
        *self.0.manifests.lock().unwrap_or_else(PoisonError::into_inner) = manifests;
    }

    /// Counts a notification.
    pub(super) fn notified(&self, delivered: bool) {
        let mut counts = self.0.notifications.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(delivered).or_default() += 1;
    }
}

/// Seconds since 1970; a clock before that is one that nobody set.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

impl Answers for Shared {
    fn is_ready(&self) -> bool {
        self.board().is_ready()
    }

    fn metrics(&self) -> Result<String, std::fmt::Error> {
        let board = self.board().clone();
        let session = &self.0.session;
        let notifications = self.0.notifications.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let counters = Counters {
            answers: session.answers(),
            waited: session.waited(),
            notifications,
            applies: self.0.applies,
        };
        metrics_text(board, counters)
    }

    fn page(&self, set: Option<&str>) -> Option<String> {
        let manifests = Arc::clone(&self.0.manifests.lock().unwrap_or_else(PoisonError::into_inner));
        let board = self.board().clone();
        let set: Option<SetName> = set.map(SetName::parse).transpose().ok()?;
        let aliases = self.0.session.aliases();
        let aliases = aliases.into_iter().map(|(arn, alias)| (arn.to_string(), alias)).collect();
        let (now, applies) = (seconds(SystemTime::now()), self.0.applies);
        let page = StatusPage { board: &board, manifests: &manifests, aliases: &aliases, now, applies };
        let html = match set {
            None => Some(report::status_html(&page)),
            Some(set) => report::status_of_set_html(&page, &set),
        };
        html.map(|html| self.0.mask.text(&html).into_owned())
    }
}
