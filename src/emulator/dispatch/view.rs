//! What an operation gets: the call, what it may read, and what it may change.

use crate::emulator::access::Access;
use crate::emulator::call::Call;
use crate::emulator::settings::Settings;
use crate::emulator::settings::assumptions::Assumptions;
use crate::emulator::state::State;
use crate::emulator::store::packages::Packages;

/// What an operation that only reads gets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    pub(crate) call: &'a Call,
    pub(crate) settings: &'a Settings,
    /// Milliseconds since the epoch.
    pub(crate) now: u64,
    /// What the caller may do beside the operation itself.
    pub(crate) access: Access<'a>,
}

impl<'a> View<'a> {
    /// Returns the answers in force to what AWS leaves undocumented.
    pub(crate) fn assumptions(&self) -> &'a Assumptions {
        &self.settings.assumptions
    }
}

/// What an operation that writes gets. Nothing is kept when it fails, unless its error says so.
pub(crate) struct Edit<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) call: &'a Call,
    pub(crate) settings: &'a Settings,
    pub(crate) now: u64,
    /// What the caller may do beside the operation itself.
    pub(crate) access: Access<'a>,
    /// A fault makes the asynchronous part of the operation fail.
    pub(crate) failing: bool,
    /// The code of functions.
    pub(crate) packages: &'a Packages,
}

impl<'a> Edit<'a> {
    /// Returns the same call for reading.
    pub(crate) fn view(&self) -> View<'_> {
        View {
            state: self.state,
            call: self.call,
            settings: self.settings,
            now: self.now,
            access: self.access,
        }
    }

    /// Returns the answers in force to what AWS leaves undocumented.
    pub(crate) fn assumptions(&self) -> &'a Assumptions {
        &self.settings.assumptions
    }
}
