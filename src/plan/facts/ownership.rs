//! Who owns a resource that can carry tags, and who changed it last. There is no state file: the tags tell.

use std::collections::BTreeMap;

use crate::resource::{Code, Label, OwnerTag, Problem, SetName};

pub use crate::snapshot::{ADOPTED_TAG, APPLIED_TAG, REGION_TAG, SET_TAG as OWNER_TAG};

/// The value of the owner tag, and of the tag of what is adopted.
pub fn owner_tag(set: &SetName, name: &Label) -> String {
    OwnerTag::new(set, name).to_string()
}

/// Whose something is, for one set: the one predicate for flows, modules, functions and roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owner {
    /// The set made it, under this logical name.
    Ours(String),
    /// The set adopted it under this logical name. It may be written to and is never removed.
    Adopted(String),
    /// Another set made it, and wrote this into the tag.
    Another(String),
    /// No set made it.
    Nobody,
    /// Its tags could not be read.
    Unreadable,
}

impl Owner {
    /// Reads the tags; none if they could not be read.
    pub(crate) fn of(tags: Option<&BTreeMap<String, String>>, set: &SetName) -> Self {
        let Some(tags) = tags else { return Self::Unreadable };
        let of_set = |tag: &str| OwnerTag::name_in(tags.get(tag)?, set).map(str::to_owned);
        if let Some(name) = of_set(OWNER_TAG) {
            return Self::Ours(name);
        }
        if let Some(name) = of_set(ADOPTED_TAG) {
            return Self::Adopted(name);
        }
        tags.get(OWNER_TAG).cloned().map_or(Self::Nobody, Self::Another)
    }

    /// Another set that adopted it, as the mark names it with the logical name: to delete it would take it from that set.
    pub(crate) fn adopted_by_another<'t>(
        tags: &'t BTreeMap<String, String>,
        set: &SetName,
    ) -> Option<&'t str> {
        of_another(tags, ADOPTED_TAG, set)
    }

    /// Whether the set made it, under whichever logical name.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(self, Self::Ours(_))
    }

    /// The logical name under which the set made or adopted it.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Ours(name) | Self::Adopted(name) => Some(name),
            Self::Another(_) | Self::Nobody | Self::Unreadable => None,
        }
    }

    /// The tags that are missing on something that the set may write to, so that it is recognised under its logical name
    /// from then on. The mark of another set that adopted it too stays.
    pub(crate) fn marks(
        tags: Option<&BTreeMap<String, String>>,
        (set, name): (&SetName, &Label),
        adopt: bool,
    ) -> BTreeMap<String, String> {
        let Some(live) = tags else { return BTreeMap::new() };
        let mark = |tag: &str| BTreeMap::from([(tag.to_owned(), owner_tag(set, name))]);
        match Self::of(tags, set) {
            Self::Ours(old) if old != name.as_str() => mark(OWNER_TAG),
            Self::Adopted(old) if adopt && old != name.as_str() => mark(ADOPTED_TAG),
            Self::Another(_) | Self::Nobody if adopt && !live.contains_key(ADOPTED_TAG) => mark(ADOPTED_TAG),
            _ => BTreeMap::new(),
        }
    }

    /// Says why the set may not write unless the manifest adopts it, for a message.
    pub(crate) fn refusal(&self) -> Option<String> {
        match self {
            Self::Ours(_) => None,
            Self::Another(value) => Some(format!("it belongs to `{value}`")),
            Self::Adopted(_) | Self::Nobody => Some("this set did not create it".to_owned()),
            Self::Unreadable => Some("its owner cannot be determined: its tags are not readable".to_owned()),
        }
    }
}

/// Another set that has a claim on something that exists, as its tag names it with the logical name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherSet<'t> {
    /// It made it.
    Owner(&'t str),
    /// It adopted it.
    Adopter(&'t str),
}

impl<'t> OtherSet<'t> {
    /// Tells by the tags, of which that of the owner counts first.
    pub(crate) fn of(tags: &'t BTreeMap<String, String>, set: &SetName) -> Option<Self> {
        let owner = of_another(tags, OWNER_TAG, set).map(Self::Owner);
        owner.or_else(|| of_another(tags, ADOPTED_TAG, set).map(Self::Adopter))
    }

    /// Warns that this set adopts it: what two sets write to has no one declared state.
    pub(crate) fn adopted_too(self, what: &str) -> Problem {
        let message = match self {
            Self::Owner(owner) => format!("{what} belongs to `{owner}`, and this set adopts it"),
            Self::Adopter(other) => format!("{what} was adopted as `{other}`, and this set adopts it too"),
        };
        let hint = "declare it in one set only: each would overwrite what the other one writes.";
        Problem::warning(Code::AdoptedFromAnotherSet, message).hint(hint)
    }
}

/// A tag that another set wrote.
fn of_another<'t>(tags: &'t BTreeMap<String, String>, key: &str, set: &SetName) -> Option<&'t str> {
    tags.get(key).map(String::as_str).filter(|tag| OwnerTag::name_in(tag, set).is_none())
}

/// Says who changed something, in a reason: the live digest is compared with the one that was applied last.
pub(in crate::plan) fn who(tags: &BTreeMap<String, String>, live_digest: &str) -> &'static str {
    match tags.get(APPLIED_TAG) {
        Some(applied) if applied == live_digest => "the manifest changed",
        Some(_) => "changed outside of flowbind",
        None => "who changed it is unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tags_say_whose_it_is() {
        let set = SetName::parse("acme").unwrap();
        let of = |tags: &[(&str, &str)]| {
            let tags = tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            Owner::of(Some(&tags), &set)
        };
        assert_eq!(of(&[(OWNER_TAG, "acme/main")]), Owner::Ours("main".to_owned()));
        assert_eq!(of(&[(OWNER_TAG, "acme-two/main")]), Owner::Another("acme-two/main".to_owned()));
        assert_eq!(
            of(&[(OWNER_TAG, "other/x"), (ADOPTED_TAG, "acme/main")]),
            Owner::Adopted("main".to_owned())
        );
        assert_eq!(of(&[(ADOPTED_TAG, "other/main")]), Owner::Nobody);
        assert_eq!(Owner::of(None, &set), Owner::Unreadable);
    }
}
