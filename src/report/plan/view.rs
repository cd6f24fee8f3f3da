//! A plan in words, for every form in which people read it. It is kept with a saved plan, so that `flowbind show` needs
//! neither the manifest nor AWS.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::plan::Counts;

/// A plan as people read it: what changes by instance and flow, the sums, and what else must be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PlanView {
    /// The set.
    pub set: String,
    /// The aliases of its instances, by ARN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::report) aliases: BTreeMap<String, String>,
    /// What changes.
    pub(in crate::report) sections: Vec<Section>,
    /// How many resources are created, updated and deleted.
    pub(in crate::report) create: usize,
    pub(in crate::report) update: usize,
    pub(in crate::report) delete: usize,
    /// How many resources agree.
    pub(in crate::report) agree: usize,
    /// How many resources are orphaned.
    pub(in crate::report) orphans: usize,
    /// Whether it restores what a run overwrote.
    pub(in crate::report) rollback: bool,
    /// What else must be known, the first things first.
    pub(in crate::report) remarks: Vec<Remark>,
    /// What is wrong, or keeps something from being written.
    pub(in crate::report) problems: Vec<Note>,
    /// What could not be read.
    pub(in crate::report) unread: Vec<Note>,
}

/// What belongs to an instance or to an account and Region, or is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::report) struct Section {
    /// The heading.
    pub(in crate::report) title: String,
    /// The ARN of the instance that the heading names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::report) instance: Option<String>,
    pub(in crate::report) entries: Vec<Entry>,
}

/// One thing that changes, with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::report) struct Entry {
    pub(in crate::report) mark: Mark,
    /// An address, or the binding of blocks to a function.
    pub(in crate::report) name: String,
    /// What stands beside the name in every form, such as which parts of a binding change.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(in crate::report) beside: String,
    /// What stands beside it where each thing has a line only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(in crate::report) in_short: String,
    /// The function that a binding calls, with where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::report) target: Option<String>,
    /// Whether it is a binding.
    pub(in crate::report) binding: bool,
    /// Why it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) why: Vec<String>,
    /// What exactly changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) details: Vec<Detail>,
    /// What belongs to it: a flow's bindings, a function's role.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) parts: Vec<Self>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) guards: Vec<Guarded>,
}

/// What becomes of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(in crate::report) enum Mark {
    Create,
    Update,
    Delete,
    /// Nothing, but for what belongs to it.
    Unchanged,
}

/// What exactly changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::report) enum Detail {
    /// A fact about what is created or deleted.
    Fact(String),
    /// A fact that the name says already, but for the whole ARNs.
    Arns(String),
    /// A sentence.
    Words(String),
    /// A field that changes; a value that must not be shown is none.
    Field { path: String, from: Option<String>, to: Option<String>, hidden: bool },
    /// A block of a flow, or something beside the blocks.
    Block(Block),
}

/// How a block differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::report) struct Block {
    pub(in crate::report) mark: Mark,
    /// The block; none where the entry names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::report) title: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) lines: Vec<Line>,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report) struct Line(pub(in crate::report) Tag, pub(in crate::report) String);

/// What a line of a difference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::report) enum Tag {
    #[serde(rename = "-")]
    Goes,
    #[serde(rename = "+")]
    Comes,
    #[serde(rename = " ")]
    Stays,
    /// Lines that stay were left out.
    #[serde(rename = "...")]
    Gap,
}

/// What is protected, and what allows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::report) struct Guarded {
    /// What is protected by the same.
    pub(in crate::report) addresses: Vec<String>,
    pub(in crate::report) message: String,
    /// What `--allow` takes for it, without the set.
    pub(in crate::report) allow: String,
    pub(in crate::report) deletes: bool,
}

/// What else must be known of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::report) struct Remark {
    pub(in crate::report) kind: RemarkKind,
    pub(in crate::report) text: String,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(in crate::report) enum RemarkKind {
    /// The plan is a part of what differs.
    Partial,
    /// More would be deleted than goes without `--force`.
    Protected,
    /// Resources that the set created are no longer declared.
    Orphaned,
    /// Resources may be orphaned.
    Unchecked,
    /// Some of AWS could not be read.
    Incomplete,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(in crate::report) enum Grade {
    Error,
    Blocked,
    Warning,
    /// It is no problem that is known: it could not be read.
    #[serde(rename = "not read")]
    Unread,
}

/// A problem, or what could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::report) struct Note {
    /// How bad it is.
    #[serde(rename = "word")]
    pub(in crate::report) grade: Grade,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::report) address: Option<String>,
    pub(in crate::report) message: String,
    /// The problem's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::report) code: Option<String>,
    /// The file, line and column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::report) place: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::report) hint: Option<String>,
}

impl PlanView {
    /// How many resources are created, updated and deleted.
    pub(in crate::report) const fn counts(&self) -> Counts {
        Counts { create: self.create, update: self.update, delete: self.delete }
    }

    /// Whether nothing would be written.
    pub(in crate::report) fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Whether two plans show the same changes. What agrees, is undeclared or is warned of may be different: it changes
    /// nothing of what is written.
    pub fn same_changes(&self, other: &Self) -> bool {
        let about = |view: &Self| {
            let kept = view.remarks.iter().filter(|remark| remark.kind.is_about_changes());
            kept.cloned().collect::<Vec<_>>()
        };
        (&self.set, &self.aliases, &self.sections, self.counts(), self.rollback, about(self))
            == (&other.set, &other.aliases, &other.sections, other.counts(), other.rollback, about(other))
    }

    /// The aliases of its instances, by ARN.
    pub const fn aliases(&self) -> &BTreeMap<String, String> {
        &self.aliases
    }

    /// How many problems there are of a kind.
    pub(in crate::report) fn count(&self, grade: Grade) -> usize {
        self.problems.iter().filter(|note| note.grade == grade).count()
    }

    /// Whether something is remarked.
    pub(in crate::report) fn remarks_on(&self, kind: RemarkKind) -> bool {
        self.remarks.iter().any(|remark| remark.kind == kind)
    }
}

impl Grade {
    /// The word in front of the message.
    pub(in crate::report) const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Blocked => "blocked",
            Self::Warning => "warning",
            Self::Unread => "not read",
        }
    }
}

impl RemarkKind {
    /// Whether it is about what is written.
    const fn is_about_changes(self) -> bool {
        // How much is left out of a part may change.
        matches!(self, Self::Protected)
    }
}

impl Section {
    /// Its entries and their parts.
    pub(in crate::report) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().flat_map(|entry| std::iter::once(entry).chain(&entry.parts))
    }
}

impl Mark {
    /// The sign at the beginning of a line.
    pub(in crate::report) const fn sign(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Update => "~",
            Self::Delete => "-",
            Self::Unchanged => " ",
        }
    }
}
