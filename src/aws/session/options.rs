//! How AWS is reached, and how long a run tries.

use std::collections::BTreeMap;
use std::time::Duration;

use super::machine::Trust;
use crate::plan::CALLERS_LAST;
use crate::resource::{AccountId, Mask};

/// The usual time that a try may take; without it the SDK waits for an answer forever.
pub const ATTEMPT: Duration = Duration::from_secs(15);
/// The usual first pause between two tries.
pub const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How AWS is reached.
#[derive(Debug, Clone)]
pub enum Access {
    /// With the machine's credentials and settings.
    Machine {
        /// The profile, if not the default one.
        profile: Option<String>,
        /// An endpoint for all services, if not AWS itself.
        endpoint: Option<String>,
        /// Whom connections trust, if not the system's certificates.
        trust: Option<Trust>,
    },
    /// At an embedded AWS: nothing of the machine's configuration is read, and each account signs with its own id.
    Embedded {
        /// Where it listens.
        url: String,
    },
}

/// Settings of a session.
#[derive(Debug, Clone)]
pub struct Options {
    /// How AWS is reached.
    pub access: Access,
    /// Whether calls are paced; an embedded AWS without rates needs none.
    pub paced: bool,
    /// How long to wait without progress: for a write to become visible, for an unknown outcome to be found out, for
    /// an operation that fails to answer again. No call is begun again after half of it.
    pub visible_within: Duration,
    /// How long AWS may work on what it has accepted: a role spreads, a function becomes active.
    pub ready_within: Duration,
    /// How long a try may take.
    pub attempt: Duration,
    /// How long the run may take: after that no new write begins.
    pub timeout: Option<Duration>,
    /// The first pause between two tries of a call.
    pub first_pause: Duration,
    /// How long what was read of an instance's flows and modules counts, before something is removed that they may refer
    /// to.
    pub callers_last: Duration,
    /// The roles to assume for calls to some accounts.
    pub roles: BTreeMap<AccountId, AssumedRole>,
    /// The values that no fault may repeat, those that are sent as environments among them.
    pub mask: Mask,
}

/// A role to be assumed, as a manifest's `accounts:` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRole {
    /// Its ARN.
    pub arn: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
}

impl Options {
    /// Reaches an embedded AWS that has no rates.
    pub fn embedded(url: impl Into<String>) -> Self {
        Self {
            access: Access::Embedded { url: url.into() },
            paced: false,
            visible_within: Duration::from_secs(60),
            ready_within: Duration::from_secs(120),
            attempt: ATTEMPT,
            timeout: None,
            first_pause: FIRST_PAUSE,
            callers_last: CALLERS_LAST,
            roles: BTreeMap::new(),
            mask: Mask::default(),
        }
    }
}
