//! The value of the tags that say whose a resource is: the set, and the logical name in it.

use std::fmt;

use super::{Label, SetName};

/// `<set>/<logical name>`, as it stands in a tag: nothing of it need be well formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnerTag<'t> {
    /// The set.
    pub set: &'t str,
    /// The logical name.
    pub name: &'t str,
}

impl<'t> OwnerTag<'t> {
    /// Creates the value for what a set declares.
    pub fn new(set: &'t SetName, name: &'t Label) -> Self {
        Self { set: set.as_str(), name: name.as_str() }
    }

    /// Reads a value; none if it names no set.
    pub fn read(tag: &'t str) -> Option<Self> {
        let (set, name) = tag.split_once('/')?;
        Some(Self { set, name })
    }

    /// Returns the logical name, if the value is one of the set's: the one predicate for "ours".
    pub fn name_in(tag: &'t str, set: &SetName) -> Option<&'t str> {
        Self::read(tag).filter(|owner| owner.set == set.as_str()).map(|owner| owner.name)
    }
}

impl fmt::Display for OwnerTag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.set, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_ours_only_under_the_whole_name_of_the_set() {
        let (set, name) = (SetName::parse("acme").unwrap(), Label::parse("main").unwrap());
        let tag = OwnerTag::new(&set, &name).to_string();
        assert_eq!((tag.as_str(), OwnerTag::name_in(&tag, &set)), ("acme/main", Some("main")));
        for other in ["acme-two/main", "acm/main", "acme", "/main", ""] {
            assert_eq!(OwnerTag::name_in(other, &set), None, "{other}");
        }
        assert_eq!(OwnerTag::read("acme"), None);
    }
}
