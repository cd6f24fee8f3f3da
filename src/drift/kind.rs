//! How live AWS and a manifest can differ, each with its own name and words.

use serde::{Serialize, Serializer};

use crate::plan::Cause;

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename_all = "kebab-case"))]
pub enum DriftKind {
    /// AWS changed since the last apply.
    ChangedOutside,
    /// The repository changed since the last apply.
    ChangedInManifest,
    /// Both changed.
    ChangedBoth,
    /// It differs, and which side changed is unknown.
    Changed,
    /// It is declared and not there.
    Missing,
    /// The set made it, and the manifest does not name it any more.
    LeftOver,
    /// It exists, and no manifest declares it.
    Unmanaged,
    /// Its draft is newer than what is published, and different.
    BeingEdited,
    /// It could not be read or compared.
    CouldNotTell,
}

impl DriftKind {
    /// Every kind, in the order of a report.
    pub const ALL: [Self; 9] = [
        Self::ChangedOutside,
        Self::ChangedInManifest,
        Self::ChangedBoth,
        Self::Changed,
        Self::Missing,
        Self::LeftOver,
        Self::Unmanaged,
        Self::BeingEdited,
        Self::CouldNotTell,
    ];

    /// Returns its stable kebab-case name, as documents and ignore files have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChangedOutside => "changed-outside",
            Self::ChangedInManifest => "changed-in-manifest",
            Self::ChangedBoth => "changed-both",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::LeftOver => "left-over",
            Self::Unmanaged => "unmanaged",
            Self::BeingEdited => "being-edited",
            Self::CouldNotTell => "could-not-tell",
        }
    }

    /// Returns its name for people, as counts use it: `2 changed outside`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::ChangedOutside => "changed outside",
            Self::ChangedInManifest => "not applied",
            Self::ChangedBoth => "changed on both sides",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::LeftOver => "orphaned",
            Self::Unmanaged => "unmanaged",
            Self::BeingEdited => "being edited",
            Self::CouldNotTell => "could not tell",
        }
    }

    /// Says in one sentence what it means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::ChangedOutside => "changed in AWS since flowbind wrote it last, not in the manifest",
            Self::ChangedInManifest => {
                "AWS holds what flowbind wrote last, and the manifest has not been applied since"
            }
            Self::ChangedBoth => {
                "changed in AWS since flowbind wrote it last, and the manifest has not been applied since"
            }
            Self::Changed => "it differs, and which side changed is unknown",
            Self::Missing => "declared, but it does not exist",
            Self::LeftOver => "this set created it, and the manifest no longer declares it",
            Self::Unmanaged => "it exists, but it is not declared",
            Self::BeingEdited => "someone has a draft that is newer than what is published",
            Self::CouldNotTell => "it could not be read or compared: it may have drifted or not",
        }
    }

    /// The kind of a difference with this cause; none where the difference only follows from others.
    pub(super) const fn of(cause: Cause) -> Option<Self> {
        match cause {
            Cause::Absent => Some(Self::Missing),
            Cause::Outside | Cause::OutsideAtLeast => Some(Self::ChangedOutside),
            Cause::Manifest => Some(Self::ChangedInManifest),
            Cause::Both => Some(Self::ChangedBoth),
            Cause::Unknown => Some(Self::Changed),
            Cause::LeftOver => Some(Self::LeftOver),
            Cause::Follows => None,
        }
    }
}

impl Serialize for DriftKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Which side changed, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Moved {
    /// AWS did.
    Aws,
    /// The repository did.
    Repository,
    /// Both did.
    Both,
    /// It is unknown.
    Unknown,
}

impl Moved {
    pub(super) const fn by(cause: Cause) -> Self {
        match cause {
            Cause::Outside | Cause::OutsideAtLeast => Self::Aws,
            Cause::Manifest | Cause::LeftOver => Self::Repository,
            Cause::Both => Self::Both,
            Cause::Absent | Cause::Unknown | Cause::Follows => Self::Unknown,
        }
    }
}
