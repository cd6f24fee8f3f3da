//! Which live flow or module each declared one is.
//!
//! The set's tag decides, then the mark of what was adopted, and the name only where neither is found. Nothing else does:
//! two declarations never mean one live object, and one that several live objects claim to be is nobody until a person
//! has said which.

use std::collections::{BTreeMap, BTreeSet};

use super::ownership::owner_tag;
use crate::resource::{Kind, Label, OwnerTag, SetName, sha256};

/// The longest name that Amazon Connect takes.
const MAX_NAME: usize = 127;

/// A flow or module that the manifest declares on an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared<'a> {
    /// Its logical name.
    pub label: &'a Label,
    /// Its name in Amazon Connect.
    pub name: &'a str,
    /// Whether the manifest has its whole content: only these carry tags, others are found by their names.
    pub whole: bool,
    /// Whether the manifest adopts it.
    pub adopt: bool,
}

/// A live flow or module of the instance, of the same kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its owner tag.
    pub owner: Option<&'a str>,
    /// Its mark of adoption.
    pub mark: Option<&'a str>,
}

/// Which live object a declared one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// The one with this id.
    Is(String),
    /// None: it does not exist yet.
    Absent,
    /// These ids all claim to be it, and none has its name.
    Several(Vec<String>),
    /// The one with this id, which another declaration means too.
    Shared {
        /// The live one.
        id: String,
        /// The other declaration.
        with: Label,
    },
}

/// Lists the declarations that are not settled by a namesake with their own tag or mark: another live object may be
/// them, and so all tags have to be known.
pub fn unsettled<'a>(set: &SetName, declared: &[Declared<'a>], read: &[Live<'_>]) -> BTreeSet<&'a Label> {
    let settled = |declared: &Declared<'_>| {
        let tag = Some(owner_tag(set, declared.label));
        let mut namesakes = read.iter().filter(|live| live.name == declared.name);
        namesakes.any(|live| live.owner == tag.as_deref() || live.mark == tag.as_deref())
    };
    declared.iter().filter(|declared| declared.whole && !settled(declared)).map(|it| it.label).collect()
}

/// Decides for each declaration. The order of neither list counts.
pub fn resolve(set: &SetName, declared: &[Declared<'_>], live: &[Live<'_>]) -> BTreeMap<Label, Identity> {
    let mut declared: Vec<&Declared<'_>> = declared.iter().collect();
    declared.sort_by_key(|declared| declared.label);
    let mut live: Vec<&Live<'_>> = live.iter().collect();
    live.sort_by_key(|live| live.id);
    let mut matching = Matching { set, live, taken: BTreeMap::new(), found: BTreeMap::new() };
    for tag in [Tag::Owner, Tag::Mark] {
        for one in declared.iter().filter(|declared| declared.whole) {
            matching.by_tag(one, tag);
        }
    }
    for one in &declared {
        matching.by_name(one);
    }
    for one in declared.iter().filter(|declared| declared.whole) {
        matching.by_circle(one, &declared);
    }
    matching.found
}

#[derive(Clone, Copy, PartialEq)]
enum Tag {
    Owner,
    Mark,
}

struct Matching<'a> {
    set: &'a SetName,
    live: Vec<&'a Live<'a>>,
    /// The live ids that are given away, and to whom.
    taken: BTreeMap<&'a str, Label>,
    found: BTreeMap<Label, Identity>,
}

impl<'a> Matching<'a> {
    fn by_tag(&mut self, declared: &Declared<'_>, tag: Tag) {
        if self.found.contains_key(declared.label) {
            return;
        }
        let value = owner_tag(self.set, declared.label);
        let carries = |live: &Live<'_>| match tag {
            Tag::Owner => live.owner == Some(value.as_str()),
            Tag::Mark => live.mark == Some(value.as_str()),
        };
        let claiming: Vec<&'a Live<'a>> = self
            .live
            .iter()
            .copied()
            .filter(|live| carries(live) && !self.taken.contains_key(live.id))
            .collect();
        let namesake = claiming.iter().find(|live| live.name == declared.name);
        // Without `adopt:` a mark of earlier days does not outdo a namesake.
        let stale =
            tag == Tag::Mark && !declared.adopt && namesake.is_none() && self.named(declared.name).is_some();
        if stale {
            return;
        }
        let identity = match (claiming.as_slice(), namesake) {
            ([], _) => return,
            ([one], _) => Identity::Is(one.id.to_owned()),
            (_, Some(namesake)) => Identity::Is(namesake.id.to_owned()),
            (several, None) => Identity::Several(several.iter().map(|live| live.id.to_owned()).collect()),
        };
        let is = |live: &Live<'_>| match &identity {
            Identity::Is(id) => live.id == id,
            _ => true,
        };
        self.taken
            .extend(claiming.iter().filter(|live| is(live)).map(|live| (live.id, declared.label.clone())));
        self.found.insert(declared.label.clone(), identity);
    }

    fn by_name(&mut self, declared: &Declared<'_>) {
        let label = declared.label;
        if self.found.contains_key(label) {
            return;
        }
        let identity = match self.named(declared.name) {
            None => Identity::Absent,
            Some(live) => match self.taken.get(live.id).cloned() {
                None => {
                    self.taken.insert(live.id, label.clone());
                    Identity::Is(live.id.to_owned())
                }
                // Its name is about to become free.
                Some(_) if declared.whole => Identity::Absent,
                Some(with) => {
                    let id = live.id.to_owned();
                    if let Some(other @ Identity::Is(_)) = self.found.get_mut(&with) {
                        *other = Identity::Shared { id: id.clone(), with: label.clone() };
                    }
                    Identity::Shared { id, with }
                }
            },
        };
        self.found.insert(label.clone(), identity);
    }

    /// A name that is to become free leads on to the name that its holder gets, and so on. Where that ends at one that
    /// the set made under a logical name of earlier days, names only change hands: that one is the declaration's.
    fn by_circle(&mut self, declared: &Declared<'_>, all: &[&Declared<'_>]) {
        if self.found.get(declared.label) != Some(&Identity::Absent) {
            return;
        }
        let (mut name, mut passed) = (declared.name, BTreeSet::new());
        while let Some(live) = self.named(name).filter(|live| passed.insert(live.id)) {
            let holder = self.taken.get(live.id);
            match holder.and_then(|label| all.iter().find(|one| one.label == label)) {
                Some(holder) if matches!(self.found.get(holder.label), Some(Identity::Is(_))) => {
                    name = holder.name;
                }
                // Whoever is several or shared gives nothing up.
                Some(_) => return,
                None if passed.len() > 1 && self.is_of_earlier_days(live, all) => {
                    self.taken.insert(live.id, declared.label.clone());
                    self.found.insert(declared.label.clone(), Identity::Is(live.id.to_owned()));
                    return;
                }
                None => return,
            }
        }
    }

    /// Whether the set made it, under a logical name that is not declared any more.
    fn is_of_earlier_days(&self, live: &Live<'_>, all: &[&Declared<'_>]) -> bool {
        let label = live.owner.and_then(|owner| OwnerTag::name_in(owner, self.set));
        label.is_some_and(|label| !all.iter().any(|one| one.label.as_str() == label))
    }

    fn named(&self, name: &str) -> Option<&'a Live<'a>> {
        self.live.iter().copied().find(|live| live.name == name)
    }
}

/// What a temporary name ends with: the same in every run, so that an interrupted one is recognised.
pub fn aside_suffix(set: &SetName, kind: Kind, label: &Label) -> String {
    let hash = sha256(format!("{kind} {}", owner_tag(set, label)));
    format!(" (flowbind {})", &hash[..8])
}

/// The name that a flow or module has while the one that it is to get is still another's: one that nothing has.
pub fn aside_name(
    (set, kind, label): (&SetName, Kind, &Label),
    name: &str,
    is_taken: impl Fn(&str) -> bool,
) -> String {
    let mut number = String::new();
    let mut next = 2_u64;
    loop {
        let suffix = number.clone() + &aside_suffix(set, kind, label);
        let kept: String = name.chars().take(MAX_NAME - suffix.len()).collect();
        let aside = kept + &suffix;
        if !is_taken(&aside) {
            return aside;
        }
        number = format!(" {next}");
        next += 1;
    }
}

#[cfg(test)]
mod tests;
