//! How a run ends.

use crate::flow::engine::End;
use crate::manifest::EndKind;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// As the flows say.
    End(End),
    /// The contact goes round without end.
    TooLong,
}

impl Ending {
    /// Returns which kind of end it is.
    pub const fn kind(&self) -> EndKind {
        match self {
            Self::TooLong => EndKind::TooLong,
            Self::End(End::Disconnected) => EndKind::Disconnected,
            Self::End(End::FlowEnded) => EndKind::FlowEnded,
            Self::End(End::Queued(_)) => EndKind::Queued,
            Self::End(End::Agent) => EndKind::Agent,
            Self::End(End::Taken) => EndKind::Taken,
            Self::End(End::ThirdParty(_)) => EndKind::ThirdParty,
            Self::End(End::Elsewhere(_)) => EndKind::Elsewhere,
            Self::End(End::Lost(_)) => EndKind::Lost,
        }
    }
}
