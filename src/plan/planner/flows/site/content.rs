//! What a live flow or module holds, against what the manifest wants.

use super::{Planned, PlannedTags, Site};
use crate::flow::compare::{self, FlowDiff};
use crate::flow::document::Document;
use crate::manifest::Status;
use crate::plan::facts::editing::{is_editing, newer_draft};
use crate::plan::facts::ownership::{APPLIED_TAG, who};
use crate::plan::model::{Cause, Guard, LateText, Write};
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::{Code, InstanceArn, Problem};
use crate::snapshot::{FlowContent, FlowSeen};

impl Site<'_> {
    /// Returns the write where the content differs, and the tags where it agrees and they do not.
    pub(super) fn content_change(
        &self,
        instance: &InstanceArn,
        seen: &FlowSeen,
        builder: &mut PlanBuilder,
    ) -> (Option<Planned>, Option<PlannedTags>) {
        self.compared(instance, seen, builder).unwrap_or_default()
    }

    fn compared(
        &self,
        instance: &InstanceArn,
        seen: &FlowSeen,
        builder: &mut PlanBuilder,
    ) -> Option<(Option<Planned>, Option<PlannedTags>)> {
        let live = self.live(seen, builder)?;
        let live_document = self.readable(&live.text, builder)?;
        let content = match &self.flow.content {
            Some(file) => self.whole(file, instance, Some(live.text.clone()), builder)?,
            None => LateText::Known(self.patched(&live.text, builder)?),
        };
        let preview = content.preview().clone();
        let wanted = self.readable(&preview, builder)?;
        let unpublished = self.status() == Status::Published && seen.published.is_none();
        let editing = self.draft_of(seen);
        if compare::same(live_document, wanted) && !unpublished {
            if editing.is_some() {
                let message = format!(
                    "{} has a draft that is newer than what is published: someone is editing it",
                    self.address()
                );
                builder.problems.push(self.problem(Problem::warning(Code::FlowBeingEdited, message)));
            }
            return Some((None, self.tag_change(instance, seen, live_document)));
        }
        let after = self.needs(builder);
        let diff = compare::diff(live_document, wanted);
        let (reason, cause) = if self.is_half_made(seen) {
            ("an interrupted run left it unfinished".to_owned(), Cause::Manifest)
        } else if unpublished {
            ("it was never published".to_owned(), Cause::Unknown)
        } else {
            let cause = self.cause(seen, live_document, wanted);
            (self.reason(&diff, seen, live_document), cause)
        };
        let ids = Some((seen.summary.id.clone(), seen.summary.arn.clone()));
        let mut spec = self.spec(instance, ids, content, Some(live.text.clone()), diff);
        spec.draft = newer_draft(seen);
        spec.base = Some(Box::new(seen.clone()));
        spec.tags = self.claim(seen);
        spec.marked &= self.other_set(seen).is_none();
        let may = after.is_some() && (self.binds(seen) || self.may_write(seen, &reason, builder));
        let Some(after) = after.filter(|_| may) else {
            builder.withhold(self.address(), Write::Flow(Box::new(spec)), reason, cause);
            return None;
        };
        let guard = editing.or_else(|| self.protection(seen));
        let (address, names) = (self.address(), self.names());
        let write = Planned { address, spec, reason, cause, guard, after, before_name: Vec::new(), names };
        Some((Some(write), None))
    }

    /// Picks the content to compare with: what callers meet, or the draft of what was never published.
    fn live<'s>(&self, seen: &'s FlowSeen, builder: &mut PlanBuilder) -> Option<&'s FlowContent> {
        if self.status() == Status::Saved && seen.published.is_some() {
            let message = format!(
                "{} `{}` is already published; `status: saved` is no longer possible",
                self.kind, self.flow.name
            );
            let hint = "leave `status: saved` out, or give a new name.";
            builder.block(self.address(), message.clone());
            builder.problems.push(self.problem(Problem::error(Code::FlowIsPublished, message)).hint(hint));
            return None;
        }
        if seen.published.is_none() && self.flow.content.is_none() {
            let message =
                format!("{} `{}` was never published: there is only a draft", self.kind, self.flow.name);
            self.hold(
                builder,
                Code::FlowNeverPublished,
                message,
                Some("publish it in Amazon Connect, then run the command again."),
            );
            return None;
        }
        let live = seen.published.as_ref().or(seen.draft.as_ref());
        if live.is_none() {
            self.hold(
                builder,
                Code::FlowUnreadable,
                format!("{} `{}` has neither content nor draft", self.kind, self.flow.name),
                Some("open and publish it in the designer of Amazon Connect, then run the command again."),
            );
        }
        live
    }

    /// A draft that differs from what is published and is not older means that someone is editing.
    fn draft_of(&self, seen: &FlowSeen) -> Option<Guard> {
        is_editing(seen).then(|| Guard {
            code: "draft",
            message: format!(
                "a draft is newer than what is published: someone is editing this {}",
                self.kind
            ),
            allow: self.address(),
            with: Vec::new(),
        })
    }

    fn reason(&self, diff: &FlowDiff, seen: &FlowSeen, live: &Document) -> String {
        let names: Vec<&str> = diff.blocks.iter().map(compare::BlockChange::name).collect();
        let what = match names.as_slice() {
            [] => "the live content differs from the manifest".to_owned(),
            [one] => format!("block `{one}` differs from the manifest"),
            many => format!("{} blocks differ from the manifest", many.len()),
        };
        match self.flow.content {
            Some(_) => format!("{what}; {}", who(&seen.tags, &compare::digest(live))),
            None => what,
        }
    }

    /// Blocks that are bound in a flow of somebody else leave no trace of what was applied.
    fn cause(&self, seen: &FlowSeen, live: &Document, wanted: &Document) -> Cause {
        let applied = seen.tags.get(APPLIED_TAG).filter(|_| self.flow.content.is_some());
        Cause::of(applied.map(String::as_str), &compare::digest(live), || {
            Some(applied == Some(&compare::digest(wanted)))
        })
    }
}
