//! The ignore file of `flowbind drift`: what is ignored, why, and until when.

use std::fmt;
use std::path::Path;

use jiff::{Span, civil};
use serde::{Serialize, Serializer};

use super::grammar::given::At;
use super::grammar::object::objects;
use super::grammar::read::{List, document};
use super::grammar::scalar::{Fault, Scalar, ScalarKind, kind};
use super::load::Problems;
use super::one_file::OneFile;
use super::reading::files::Files;
use super::reading::log::{Log, quote};
use super::reading::sources::Sources;
use crate::resource::{Code, Origin};

objects! {
    DeclaredFile = "driftIgnore", "an ignore file", "What `flowbind drift` ignores." {
        Required ignore = "ignore": List<DeclaredEntry>, "what is ignored, and why";
    }

    DeclaredEntry = "driftIgnoreEntry", "an entry of `ignore`",
        "Drift that is ignored; an entry that matches nothing is reported."
    {
        Required address = "address": kind::Name,
            "what drifts, such as `flow/main-ivr` or `association/support/*`";
        Optional kind = "kind": kind::Name, "only drift of this kind, or a finding with this code";
        Required reason = "reason": kind::Name, "why it is ignored";
        Optional until = "until": Day, "the last day on which it is, such as 2027-03-31";
    }
}

/// An entry of an ignore file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftIgnore {
    /// The addresses that it is for; `*` stands for any text.
    pub address: String,
    /// The kind of drift, or the code of a finding, that it is for; every one but "could not tell" where there is none.
    pub kind: Option<String>,
    /// Why it is ignored.
    pub reason: String,
    /// The last day on which it is ignored.
    pub until: Option<Date>,
    /// Where the entry stands.
    pub origin: Origin,
}

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    /// Reads `YYYY-MM-DD`, and a date in no other form; none if it is not a date.
    pub fn parse(text: &str) -> Option<Self> {
        let form = "0000-00-00".bytes();
        let alike = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
        let formed = text.len() == form.len() && text.bytes().zip(form).all(alike);
        text.parse().ok().filter(|_| formed).map(Self)
    }

    /// The day in UTC that is so many days after 1970-01-01; none is later than 9999-12-31.
    pub fn from_days(days: u32) -> Self {
        let span = Span::new().try_days(days);
        let day = span.and_then(|span| civil::date(1970, 1, 1).checked_add(span));
        Self(day.unwrap_or(civil::Date::MAX))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A day, as a kind of scalar.
#[derive(Debug)]
pub(crate) struct Day;

impl ScalarKind for Day {
    type Value = Date;
    const SCALAR: Scalar = Scalar::Name;

    fn parse(text: &str) -> Result<Date, Fault> {
        let wrong = || Fault::new(format!("{} is not a date", quote(text)));
        let hint = "write it as year, month and day, such as 2027-03-31";
        Date::parse(text).ok_or_else(|| wrong().hint(hint))
    }
}

/// Reads an ignore file; `kinds` are the words that `kind:` may be.
///
/// # Errors
///
/// When it cannot be read, or something in it is wrong: everything at once, each with its place.
pub fn load_drift_ignore(
    path: &Path,
    kinds: &[&str],
    files: &impl Files,
) -> Result<(Vec<DriftIgnore>, Sources), Problems> {
    let mut file = OneFile::read(path, files)?;
    let mut entries = Vec::new();
    for node in &file.documents {
        let DeclaredFile { ignore } = document(node, &mut file.log);
        let ignored = ignore.into_value().unwrap_or_default();
        entries.extend(ignored.into_iter().filter_map(|at| entry(at, kinds, &mut file.log)));
    }
    file.finish(entries)
}

fn entry(At { value, position }: At<DeclaredEntry>, kinds: &[&str], log: &mut Log) -> Option<DriftIgnore> {
    let DeclaredEntry { address, kind, reason, until } = value;
    let kind = kind.at().map(|kind| known(kind, kinds, log));
    Some(DriftIgnore {
        address: address.into_value()?,
        kind: kind.flatten(),
        reason: reason.into_value()?,
        until: until.into_value(),
        origin: log.origin(position),
    })
}

fn known(At { value: kind, position }: &At<String>, kinds: &[&str], log: &mut Log) -> Option<String> {
    if !kinds.contains(&kind.as_str()) {
        let message = format!("{} is not a kind of drift", quote(kind));
        log.unknown(Code::BadValue, *position, message, kind, kinds.iter().copied());
        return None;
    }
    Some(kind.clone())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use super::*;
    use crate::resource::Problem;

    fn load(text: &str) -> Result<Vec<DriftIgnore>, Vec<String>> {
        let files: BTreeMap<PathBuf, Vec<u8>> = [(PathBuf::from("i.yaml"), text.as_bytes().to_vec())].into();
        let loaded = load_drift_ignore(Path::new("i.yaml"), &["unmanaged", "missing"], &files);
        loaded.map(|(entries, _)| entries).map_err(|problems| {
            let line = |p: &Problem| match &p.origin {
                Some(origin) => format!("{origin}: {}", p.message),
                None => p.message.clone(),
            };
            problems.problems.iter().map(line).collect()
        })
    }

    #[test]
    fn an_entry_says_what_why_and_until_when() {
        let text = "ignore:\n  - { address: flow/sample-*, kind: unmanaged, reason: samples, until: 2027-03-31 }\n  - { address: flow/x, reason: why }\n";
        let entries = load(text).unwrap();
        assert_eq!(entries[0].until.unwrap().to_string(), "2027-03-31");
        assert_eq!(entries[0].kind.as_deref(), Some("unmanaged"));
        assert_eq!((entries[1].until, entries[1].origin.line), (None, 3));
    }

    #[test]
    fn every_mistake_is_named_with_its_place() {
        let text = "ignore:\n  - { address: a, kind: unmanagd, reason: r }\n  - { address: a, until: 2027-02-30, reason: r }\n  - { adress: a, reason: r }\n  - { address: a }\n";
        let problems = load(text).unwrap_err();
        assert!(
            problems.iter().any(|p| p.starts_with("i.yaml:2:") && p.contains("`unmanagd`")),
            "{problems:?}"
        );
        assert!(
            problems.iter().any(|p| p.starts_with("i.yaml:3:") && p.contains("`2027-02-30` is not a date"))
        );
        assert!(problems.iter().any(|p| p.starts_with("i.yaml:4:") && p.contains("`adress`")));
        assert!(problems.iter().any(|p| p.starts_with("i.yaml:5:") && p.contains("`reason`")));
        assert!(load("ignore: {").is_err());
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(Date::from_days(0).to_string(), "1970-01-01");
        assert_eq!(Date::from_days(20_779).to_string(), "2026-11-22");
        assert_eq!(Date::from_days(11_016).to_string(), "2000-02-29");
        assert!(Date::parse("2026-11-22") < Date::parse("2026-12-01"));
        assert_eq!(Date::from_days(u32::MAX).to_string(), "9999-12-31");
        for wrong in ["2026-13-01", "2026-02-29", "26-01-01", "2026-1-1", "2026-01-01-1", "2026-01-0x", ""] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
        // Other ways that ISO 8601 has.
        for wrong in ["20260101", "2026-01-01T00", "2026-01-01[UTC]", "+002026-01-01", "2026-W01-1"] {
            assert_eq!(Date::parse(wrong), None, "{wrong}");
        }
    }
}
