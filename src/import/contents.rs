//! Which flows and modules are taken over, under which names, and why others are not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::labels::Labels;
use super::{Note, NoteKind, yaml};
use crate::flow::limits::{self, ProblemKind};
use crate::flow::{ArnValue, Document, Format, Wrapping};
use crate::manifest::writing::{MAX_FLOW_NAME, fits, kind};
use crate::plan::{OWNER_TAG, editing};
use crate::resource::{FlowType, Kind, Label, OwnerTag};
use crate::snapshot::{FlowSeen, LiveInstance};

/// A flow or module that is taken over.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    pub(super) kind: Kind,
    pub(super) label: Label,
    pub(super) flow_type: FlowType,
    pub(super) seen: &'a FlowSeen,
    /// What is published; of what never was, the draft.
    pub(super) document: Arc<Document>,
    /// Whether it was never published.
    pub(super) saved: bool,
    /// Whether a draft differs from what is published.
    pub(super) editing: bool,
}

impl Taken<'_> {
    /// Its file below the folder.
    pub(super) fn path(&self) -> String {
        format!("{}s/{}.json", self.kind, self.label)
    }

    /// Its address in the manifest.
    pub(super) fn address(&self) -> String {
        format!("{}/{}", self.kind, self.label)
    }

    /// The functions that its blocks name, references to a contact's data left out.
    pub(super) fn calls(&self) -> BTreeSet<String> {
        let invocations = self.document.invocations();
        let named = invocations.into_iter().filter_map(|invocation| match invocation.function? {
            ArnValue::Literal(text) => Some(text),
            ArnValue::Dynamic(_) => None,
        });
        named.collect()
    }
}

/// A flow or module that is not taken over.
#[derive(Debug)]
pub(super) struct LeftOut<'a> {
    pub(super) kind: Kind,
    pub(super) seen: &'a FlowSeen,
    why: String,
    hint: &'static str,
}

/// All flows and modules of an instance.
#[derive(Debug)]
pub(super) struct Contents<'a> {
    /// Flows by type and name, then modules by name.
    pub(super) taken: Vec<Taken<'a>>,
    pub(super) left_out: Vec<LeftOut<'a>>,
}

impl<'a> Contents<'a> {
    pub(super) fn of(live: &'a LiveInstance) -> Self {
        let mut order: Vec<&(Kind, FlowSeen)> = live.contents.iter().collect();
        order.sort_by_key(|(kind, seen)| (*kind == Kind::Module, seen.summary.kind, &seen.name));
        let (mut taken, mut left_out) = (Vec::new(), Vec::new());
        let (mut flows, mut modules) = (Labels::default(), Labels::default());
        for (kind, seen) in order {
            match accept(*kind, seen) {
                Ok((flow_type, document)) => {
                    let labels = if *kind == Kind::Module { &mut modules } else { &mut flows };
                    let id: String = seen.summary.id.chars().take(8).collect();
                    taken.push(Taken {
                        kind: *kind,
                        label: labels.give(&seen.name, &format!("{kind}-{id}")),
                        flow_type,
                        seen,
                        document,
                        saved: seen.published.is_none(),
                        editing: editing(seen),
                    });
                }
                Err((why, hint)) => left_out.push(LeftOut { kind: *kind, seen, why, hint }),
            }
        }
        Self { taken, left_out }
    }

    pub(super) fn notes(&self) -> Vec<Note> {
        let subject = |kind: Kind, seen: &FlowSeen| format!("{kind} {}", yaml::shown(&seen.name));
        let left_out = self.left_out.iter().map(|left_out| Note {
            kind: NoteKind::LeftOut,
            subject: subject(left_out.kind, left_out.seen),
            message: yaml::visible(&left_out.why),
            hint: Some(left_out.hint.to_owned()),
        });
        let editing = self.taken.iter().filter(|taken| taken.editing).map(|taken| Note {
            kind: NoteKind::Editing,
            subject: subject(taken.kind, taken.seen),
            message: "someone is editing it: the draft differs, and what is published was imported"
                .to_owned(),
            hint: Some("publish the draft and import again, or ignore this.".to_owned()),
        });
        left_out.chain(editing).chain(self.owned()).collect()
    }

    /// What other sets made: one note for each set.
    fn owned(&self) -> Vec<Note> {
        let mut owners: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for taken in &self.taken {
            if let Some(tag) = taken.seen.tags.get(OWNER_TAG) {
                let set = OwnerTag::read(tag).map_or(tag.as_str(), |owner| owner.set);
                owners.entry(set).or_default().push(taken.address());
            }
        }
        let note = |(set, addresses): (&str, Vec<String>)| Note {
            kind: NoteKind::Owned,
            subject: format!("set {}", yaml::shown(set)),
            message: format!("the tag {OWNER_TAG} says that it made {}", addresses.join(", ")),
            hint: Some("keep them in one manifest only, or two will undo each other's changes.".to_owned()),
        };
        owners.into_iter().map(note).collect()
    }
}

/// Reads a flow or module as a manifest would, or says why a manifest cannot hold it.
fn accept(kind: Kind, seen: &FlowSeen) -> Result<(FlowType, Arc<Document>), (String, &'static str)> {
    const UNMANAGED: &str = "it stays as it is; nothing in this manifest touches it.";
    let flow_type = seen.summary.kind.ok_or_else(|| {
        let why = format!("flowbind does not know its type {}", yaml::shown(&seen.summary.kind_text));
        (why, UNMANAGED)
    })?;
    if !fits::<kind::FlowName>(&seen.name) {
        let why =
            format!("a manifest takes names of 1 to {MAX_FLOW_NAME} characters without control characters");
        return Err((why, "rename it in Amazon Connect, then import again."));
    }
    if kind == Kind::Module && seen.published.is_none() {
        let why = "it was never published, and flowbind does not keep modules as drafts".to_owned();
        return Err((why, "publish it in Amazon Connect, then import again."));
    }
    let content = seen.published.as_ref().or(seen.draft.as_ref());
    let content = content.ok_or_else(|| ("it has no content".to_owned(), UNMANAGED))?;
    let unreadable = |why: String| (format!("its content cannot be read: {why}"), UNMANAGED);
    let document = content.text.document().map_err(|error| unreadable(error.to_string()))?;
    if document.format() == Format::Legacy || *document.wrapping() != Wrapping::None {
        return Err(unreadable("it is not in the flow language of the API".to_owned()));
    }
    // Of equal keys the last counts, and it alone is written.
    let problems = limits::check(document);
    match problems.into_iter().find(|problem| problem.kind != ProblemKind::DuplicateKey) {
        Some(problem) => {
            let why = format!("flowbind could not write its content: {}", problem.message);
            Err((why, "fix it in Amazon Connect, then import again."))
        }
        None => Ok((flow_type, Arc::clone(document))),
    }
}
