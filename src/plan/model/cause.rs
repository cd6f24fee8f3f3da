//! Why something differs, as data: which side changed since AWS and the manifest agreed last. There is no state file: the
//! digest that was applied last is a tag, and where there is none nobody can tell.

use serde::Serialize;

/// Which side changed since AWS and the manifest agreed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It is not there, and nothing tells whether it ever was.
    Absent,
    /// AWS changed; what the manifest wants is what was applied last.
    Outside,
    /// AWS changed; whether the manifest did too is unknown, since not every value is declared.
    OutsideAtLeast,
    /// The manifest changed; AWS holds what was applied last.
    Manifest,
    /// Both changed.
    Both,
    /// There is no trace of what was applied last.
    Unknown,
    /// The set made it, and the manifest does not name it any more.
    LeftOver,
    /// It differs only because of other writes of the same plan.
    Follows,
}

impl Cause {
    /// Compares the digest that was applied last, if it is known, with what is there and with what is wanted. `wanted`
    /// is none where not all of it is declared; it is asked for only if AWS changed.
    pub(in crate::plan) fn of(
        applied: Option<&str>,
        live: &str,
        wanted: impl FnOnce() -> Option<bool>,
    ) -> Self {
        match applied {
            None => Self::Unknown,
            Some(applied) if applied == live => Self::Manifest,
            Some(_) => match wanted() {
                Some(true) => Self::Outside,
                Some(false) => Self::Both,
                None => Self::OutsideAtLeast,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digests_tell_who_moved() {
        let of = |applied, wanted: Option<bool>| Cause::of(applied, "live", || wanted);
        assert_eq!(of(None, Some(true)), Cause::Unknown);
        assert_eq!(of(Some("live"), Some(false)), Cause::Manifest);
        assert_eq!(of(Some("other"), Some(true)), Cause::Outside);
        assert_eq!(of(Some("other"), Some(false)), Cause::Both);
        assert_eq!(of(Some("other"), None), Cause::OutsideAtLeast);
    }
}
