//! Whether a set may write to a function or role that is there, and who changed it since.

use std::collections::BTreeMap;

use super::builder::PlanBuilder;
use crate::manifest::Function;
use crate::plan::facts::differences::named;
use crate::plan::facts::ownership::{ADOPTED_TAG, APPLIED_TAG, OWNER_TAG, OtherSet, Owner};
use crate::plan::model::{Cause, FieldChange, Guard, TagTarget, TagsSpec};
use crate::resource::{Address, Code, Label, Problem, SetName};
use crate::snapshot::UNFINISHED;

/// Something that is there under a declared name.
pub(super) struct Namesake<'a> {
    /// The set that declares it, and under which logical name.
    pub(super) of: (&'a SetName, &'a Label),
    /// Its address.
    pub(super) address: &'a Address,
    /// How people call it, such as ``function `greeter-dev` ``.
    pub(super) what: String,
    /// Its tags; none if they could not be read.
    pub(super) tags: Option<&'a BTreeMap<String, String>>,
    /// The digest of what it is now.
    pub(super) digest: String,
    /// The function that declares it.
    pub(super) function: &'a Function,
}

/// What is known of something that agrees with the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It is what this set wrote, to the last field.
    Whole,
    /// Fields that are not declared may be somebody else's edit, which is nobody's difference.
    InPart,
    /// Not all of it can be seen, or it is about to change.
    Never,
}

impl Namesake<'_> {
    fn owner(&self) -> Owner {
        Owner::of(self.tags, self.of.0)
    }

    fn applied(&self) -> Option<&str> {
        self.tags?.get(APPLIED_TAG).map(String::as_str)
    }

    /// Whether the set began to create it and did not come to an end: that is finished as it was begun.
    fn is_unfinished(&self) -> bool {
        self.owner().is_ours() && self.applied() == Some(UNFINISHED)
    }

    /// Another set that made or adopted it: that one notes in its tags what was applied last.
    pub(super) fn other_set(&self) -> Option<OtherSet<'_>> {
        self.tags.filter(|_| !self.owner().is_ours()).and_then(|tags| OtherSet::of(tags, self.of.0))
    }

    pub(super) fn warn_of_other_set(&self, builder: &mut PlanBuilder) {
        if let Some(other) = self.other_set().filter(|_| self.function.adopt) {
            let problem = other.adopted_too(&self.what).on(self.address);
            builder.problems.push(problem.at(&self.function.origin));
        }
    }

    /// Whether it may be written to; if not, that is reported with what differs.
    pub(super) fn may_write(&self, changes: &[FieldChange], builder: &mut PlanBuilder) -> bool {
        let why = self.owner().refusal().filter(|_| !self.function.adopt);
        let Some(why) = why else { return true };
        let message = format!("{} differs ({}), and {why}: it is left alone", self.what, named(changes));
        let hint = "set `adopt: true` where it is declared to let this set change it.";
        builder.block(self.address.clone(), message.clone());
        let problem = Problem::held(Code::NotOwned, message).on(self.address);
        builder.problems.push(problem.at(&self.function.origin).hint(hint));
        false
    }

    /// Why it is not written to unless somebody allows it by name. To finish its creation needs no more than to begin it;
    /// `bare` says that nothing is there yet of what is written.
    pub(super) fn guard(&self, bare: bool) -> Option<Guard> {
        let begun = self.is_unfinished() || (bare && self.owner().is_ours());
        let mut guard = (self.function.protect && !begun).then(|| Guard::protected(self.address))?;
        if self.owner().is_ours() && self.tags.is_some() && self.applied().is_none() {
            guard
                .message
                .push_str("; if a run was interrupted while it created this, allow it to finish that");
        }
        Some(guard)
    }

    /// The same as data; `wanted` tells whether what is wanted has the digest that was applied last, if that can be told.
    pub(super) fn cause(&self, wanted: impl FnOnce(&str) -> Option<bool>) -> Cause {
        if self.is_unfinished() {
            return Cause::Absent;
        }
        let applied = self.applied().filter(|applied| *applied != UNFINISHED);
        Cause::of(applied, &self.digest, || wanted(applied?))
    }

    /// Says who changed it: the digest that flowbind left tells an edit outside from one of the manifest.
    pub(super) fn who(&self) -> &'static str {
        match self.applied() {
            Some(UNFINISHED) => "its creation was interrupted",
            Some(applied) if applied == self.digest => "the manifest changed",
            Some(_) => "changed outside of flowbind",
            None => "differs (who changed it is unknown)",
        }
    }

    /// The tags by which it is recognised, where it has to get them with a write.
    pub(super) fn marks(&self) -> BTreeMap<String, String> {
        Owner::marks(self.tags, self.of, self.function.adopt)
    }

    /// Plans the tags alone of something that agrees otherwise: those by which it is recognised, and the digest of what
    /// was applied last, without which the next difference would be blamed on the wrong side.
    pub(super) fn settle(&self, target: TagTarget, known: Known, builder: &mut PlanBuilder) {
        let mut tags = self.marks();
        let claims = !tags.is_empty();
        let mut reasons = Vec::new();
        if tags.contains_key(OWNER_TAG) {
            let old = self.owner().name().unwrap_or_default().to_owned();
            reasons.push(format!("this set created {} as `{old}`", self.what));
        }
        if tags.contains_key(ADOPTED_TAG) {
            reasons.push(format!("nothing on {} says that this set adopted it", self.what));
        }
        let cause = if reasons.is_empty() { Cause::Follows } else { Cause::Manifest };
        let written = self.other_set().is_none() && (self.owner().is_ours() || self.function.adopt);
        let due = match known {
            Known::Never => false,
            Known::Whole => true,
            Known::InPart => !tags.is_empty() || matches!(self.applied(), None | Some(UNFINISHED)),
        };
        if due && written && self.tags.is_some() && self.applied() != Some(self.digest.as_str()) {
            tags.insert(APPLIED_TAG.to_owned(), self.digest.clone());
            reasons.push(match self.applied() {
                Some(UNFINISHED) => "its creation was interrupted at the end".to_owned(),
                Some(_) => "its tag of what was applied last does not fit, though it agrees".to_owned(),
                None => "it has no tag that says what was applied last".to_owned(),
            });
        }
        if tags.is_empty() {
            builder.in_sync += 1;
            return;
        }
        let spec = TagsSpec { target, tags, before: self.tags.cloned().unwrap_or_default() };
        // Whose a protected one is, is only changed by name; what was written last is noted without: that ends a write.
        let guard = (self.function.protect && claims).then(|| Guard::protected(self.address));
        builder.tag(self.address.clone(), spec, (cause, reasons.join("; ")), Vec::new(), guard);
    }
}
