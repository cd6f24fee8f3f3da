//! Plans the removal of associations and statements that the set made and nothing needs any more.
//!
//! A list of functions carries no tags: that the set made an association shows in the Sid of its statement alone, so
//! the mark is never taken away while the association stays.

mod account;
mod pair;

use std::collections::{BTreeMap, BTreeSet};

use super::contents::Contents;
use super::{DeletionCounts, label};
use crate::manifest::Manifest;
use crate::plan::facts::mentions::Called;
use crate::plan::model::{
    ActionId, Cause, Disassociation, GrantSpec, KeptGrant, OwnStatement, Removal, StatementRemoval, Write,
};
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::{Address, Code, FunctionRef, InstanceArn, Kind, Label, Place, Problem, SidKind};
use crate::snapshot::{Look, RemovalSeen, Snapshot};
use account::OfAccount;
use pair::{End, Own, Pair, Wanted};

/// What goes of each function before the function itself can go.
#[derive(Default)]
pub(super) struct Disassociations {
    pub(super) actions: BTreeMap<(Place, String), Vec<ActionId>>,
    /// The associations that end.
    pub(super) ends: BTreeSet<(InstanceArn, Place, String)>,
    /// Functions of which an association or a statement has to stay.
    pub(super) held: BTreeSet<(Place, String)>,
    /// The associations that stay, whose marks go with the statements that one for the account replaces.
    unmarked: BTreeSet<Address>,
}

pub(super) type Key = (InstanceArn, Place, String);

/// Plans; gives what has to go before each function.
pub(super) fn plan(
    desired: &Manifest,
    observed: &Snapshot,
    seen: &RemovalSeen,
    contents: &Contents<'_>,
    builder: &mut PlanBuilder,
    deletions: &mut DeletionCounts,
) -> Disassociations {
    let mut planner =
        Planner { desired, seen, contents, builder, deletions, disassociations: Disassociations::default() };
    let mut of_account = OfAccount::default();
    for ((instance, place, name), mut pair) in planner.pairs(observed, &mut of_account) {
        pair.other = pair.other.or_else(|| of_account.other(&instance, &place, &name).cloned());
        let function = FunctionRef { place, name, qualifier: None };
        planner.pair(&instance, &function, &pair);
    }
    planner.of_account(of_account);
    let Planner { disassociations, builder, .. } = planner;
    builder.problems.extend(lost_marks(desired, &disassociations.unmarked));
    disassociations
}

/// Why a function's statements go.
fn why(statements: &[OwnStatement], name: &str) -> String {
    match statements {
        [OwnStatement { function, instead: Some(_), .. }] => {
            format!(
                "orphaned: `grants: account` replaces the statement for {function} by one for all instances"
            )
        }
        [OwnStatement { function, .. }] => {
            format!("orphaned: no declared flow of that instance calls {function}")
        }
        many => format!(
            "orphaned: {} statements in the policies of {} that nothing needs any more",
            many.len(),
            name
        ),
    }
}

/// Warns once that the marks of associations go: a statement for all instances of an account records none.
fn lost_marks(desired: &Manifest, unmarked: &BTreeSet<Address>) -> Option<Problem> {
    let first = unmarked.first()?;
    let (subject, them) = match unmarked.len() {
        1 => (first.to_string(), "the association"),
        many => (format!("{many} associations ({first}, …)"), "them"),
    };
    let message = format!(
        "{subject} will carry no mark of this set any more: the statement for all instances of the account replaces \
         those that are marks, so `--prune` will not remove {them} later"
    );
    let hint = "set `grants: own` on the function to let `--prune` end the association.";
    let mut problem = Problem::warning(Code::AssociationUnmarked, message).on(first).hint(hint);
    problem.origin = desired.functions.get(&first.name).map(|function| function.origin.clone());
    Some(problem)
}

pub(super) struct Planner<'a, 'p> {
    pub(super) desired: &'a Manifest,
    pub(super) seen: &'a RemovalSeen,
    pub(super) contents: &'p Contents<'a>,
    pub(super) builder: &'p mut PlanBuilder,
    pub(super) deletions: &'p mut DeletionCounts,
    pub(super) disassociations: Disassociations,
}

impl<'a> Planner<'a, '_> {
    fn pair(&mut self, instance: &InstanceArn, function: &FunctionRef, pair: &Pair<'_>) {
        if pair.own.is_empty() {
            return;
        }
        let known =
            self.contents.arns.iter().find(|(_, arn)| **arn == instance).map(|(name, _)| (*name).clone());
        let gone = self.seen.gone.contains(instance);
        let Some(name) = known.clone().or_else(|| label(&instance.id)) else { return };
        let Some(function_name) = self.function_label(function) else { return };
        let orphaned = pair.own.iter().any(|own| own.orphaned);
        let key = (function.place.clone(), function.name.clone());
        if known.is_none() && !gone {
            if orphaned {
                let address = Address::between(Kind::Grant, &name, &function_name);
                let message = format!(
                    "a statement for {instance} is orphaned, but the manifest does not declare that instance: what its flows call was not read"
                );
                let hint = "declare the instance, without any flow, and run the command again.";
                self.builder.problems.push(Problem::held(Code::CannotTell, message).on(&address).hint(hint));
                self.disassociations.held.insert(key);
            }
            return;
        }
        if self.contents.unreadable.contains(&name) && !gone {
            self.disassociations.held.insert(key);
            return;
        }
        let ending = match &known {
            Some(known) => self.association(known, &function_name, instance, function, pair),
            None => End::None,
        };
        if matches!(ending, End::Stays { held: true }) {
            self.disassociations.held.insert(key);
        }
        let mark = self.carry_mark(&name, instance, pair, &ending);
        self.statements(&name, &function_name, instance, pair, &ending, mark);
    }

    /// Plans the end of the association, where the set made it and nothing needs it.
    fn association(
        &mut self,
        name: &Label,
        function_name: &Label,
        instance: &InstanceArn,
        function: &FunctionRef,
        pair: &Pair<'_>,
    ) -> End {
        let marks: Vec<&Own<'_>> = pair.own.iter().filter(|own| own.marks()).collect();
        let Some(Look::Found(list)) = self.seen.associations.get(name) else {
            return if marks.is_empty() { End::None } else { End::Stays { held: true } };
        };
        let listed = |function: &FunctionRef| list.contains(&function.arn().to_string());
        let qualified: BTreeSet<&FunctionRef> =
            marks.iter().map(|own| &own.function).filter(|f| f.qualifier.is_some() && listed(f)).collect();
        let unqualified = listed(function);
        if marks.is_empty() || (qualified.is_empty() && !unqualified) {
            return self.unseen(name, function_name, function, pair);
        }
        self.deletions.own(Kind::Association);
        if pair.associated {
            return End::Stays { held: false };
        }
        let address = Address::between(Kind::Association, name, function_name);
        if unqualified && !qualified.is_empty() {
            let message = format!(
                "instance/{name} lists {} with and without its qualifier: it is unknown which of them this set created",
                function.name
            );
            let hint = "disassociate the one that is not needed by hand.";
            self.builder.problems.push(Problem::held(Code::CannotTell, message).on(&address).hint(hint));
            return End::Stays { held: true };
        }
        if let Some(caller) = self.contents.caller(name, function, Called::Anyhow) {
            self.refuse(&address, &caller);
            return End::Stays { held: true };
        }
        if let Some(other) = &pair.other {
            let message = format!("it is kept: this set no longer needs it, but the set `{other}` does");
            self.builder.problems.push(Problem::warning(Code::UsedByAnotherSet, message).on(&address));
            return End::Stays { held: false };
        }
        let functions =
            if unqualified { vec![function.clone()] } else { qualified.into_iter().cloned().collect() };
        let mut after = self.contents.last_calls(name, function);
        let of = |wanted: &Wanted| Address::between(Kind::Grant, name, &wanted.name);
        after.extend(pair.wanted.iter().filter_map(|wanted| self.builder.grant_write(&of(wanted))));
        let keep = pair.wanted.iter().map(|wanted| KeptGrant {
            grant: self.grant(wanted, SidKind::GrantOnly, Vec::new()),
            accepts: wanted.accepts,
        });
        let removal = Disassociation {
            instance: instance.clone(),
            functions,
            callers: Some(self.contents.callers(name)),
            set: self.desired.set.clone(),
            aliases: self.aliases_of(function),
            keep: keep.collect(),
        };
        let reason =
            format!("orphaned: this set associated {}, and nothing needs it any more", function.name);
        self.deletions.delete(Kind::Association);
        let id = self.builder.remove(address, Removal::Association(removal), reason, after, None);
        let key = (function.place.clone(), function.name.clone());
        self.disassociations.ends.insert((instance.clone(), key.0.clone(), key.1.clone()));
        self.disassociations.actions.entry(key).or_default().push(id.clone());
        End::Goes(id)
    }

    /// The list may show late what a run did right before it was interrupted: the mark speaks of it, so that it does
    /// not go alone.
    fn unseen(
        &mut self,
        name: &Label,
        function_name: &Label,
        function: &FunctionRef,
        pair: &Pair<'_>,
    ) -> End {
        let goes = pair.own.iter().any(|own| own.marks() && own.orphaned);
        if !goes || pair.associated || pair.other.is_some() {
            return End::None;
        }
        let Some(caller) = self.contents.caller(name, function, Called::Anyhow) else {
            return End::Unseen;
        };
        self.refuse(&Address::between(Kind::Association, name, function_name), &caller);
        End::Stays { held: true }
    }

    fn aliases_of(&self, function: &FunctionRef) -> BTreeSet<String> {
        let found = self.seen.functions.get(&(function.place.clone(), function.name.clone()));
        found.map(|found| found.aliases.clone()).unwrap_or_default()
    }

    fn grant(&self, wanted: &Wanted, kind: SidKind, taken: Vec<String>) -> GrantSpec {
        let set = self.desired.set.clone();
        GrantSpec { grant: wanted.grant.clone(), set, kind, taken, replaces: true, only_if_missing: false }
    }

    /// Sees to it that one wanted statement says whether the association is the set's: when the statement that says so
    /// goes and the association stays, or the other way round.
    fn carry_mark(
        &mut self,
        instance_name: &Label,
        instance: &InstanceArn,
        pair: &Pair<'_>,
        ending: &End,
    ) -> Option<ActionId> {
        let marked = |left: bool| move |own: &&Own<'_>| own.marks() && own.orphaned == left;
        let (from, kind, after) = match ending {
            End::Stays { held: false } if !pair.own.iter().any(|own| marked(false)(&own)) => {
                (pair.own.iter().find(marked(true))?, SidKind::WithAssociation, Vec::new())
            }
            End::Goes(id) => (pair.own.iter().find(marked(false))?, SidKind::GrantOnly, vec![id.clone()]),
            _ => return None,
        };
        // A statement for all instances of an account says nothing of one association.
        let mut for_one = pair.wanted.iter().filter(|wanted| wanted.grant.instance == *instance);
        let wanted = for_one.find(|wanted| match kind {
            SidKind::WithAssociation => true,
            SidKind::GrantOnly => wanted.grant.function == from.function,
        })?;
        let address = Address::between(Kind::Grant, instance_name, &wanted.name);
        if let Some(action) = self.builder.write_of(&address) {
            if let Some(spec) = action.grant_mut()
                && kind == SidKind::WithAssociation
            {
                spec.kind = kind;
            }
            return Some(action.id.clone());
        }
        let taken = pair.own.iter().filter(|own| own.function == wanted.grant.function && own.kind != kind);
        let taken: Vec<String> = taken.map(|own| own.sid.to_owned()).collect();
        let what = if kind == SidKind::WithAssociation { "owns" } else { "no longer owns" };
        let reason =
            format!("update the Sid to record that the set {what} the association with {}", instance.id);
        let write = Write::Grant(self.grant(wanted, kind, taken));
        self.builder.in_sync = self.builder.in_sync.saturating_sub(1);
        Some(self.builder.act(address, write, (Cause::Follows, reason), after))
    }

    fn statements(
        &mut self,
        name: &Label,
        function_name: &Label,
        instance: &InstanceArn,
        pair: &Pair<'_>,
        ending: &End,
        mark: Option<ActionId>,
    ) {
        let address = Address::between(Kind::Grant, name, function_name);
        let (mut statements, mut after) = (Vec::new(), Vec::new());
        for own in pair.own.iter().filter(|own| own.orphaned) {
            // The mark of an association that has to stay stays too; why was said there.
            if matches!(ending, End::Stays { held: true }) && own.marks() {
                continue;
            }
            let of_account =
                |wanted: &&Wanted| wanted.grant.is_of_account() && wanted.grant.function == own.function;
            if let Some(wanted) = pair.wanted.iter().find(of_account) {
                let address = Address::between(Kind::Grant, name, &wanted.name);
                after.extend(self.builder.grant_write(&address));
                statements.push(OwnStatement { instead: Some(wanted.grant.clone()), ..own.as_seen() });
                self.deletions.delete(Kind::Grant);
                if own.marks() && matches!(ending, End::Stays { .. }) {
                    let association = Address::between(Kind::Association, name, function_name);
                    self.disassociations.unmarked.insert(association);
                }
                continue;
            }
            let qualifier = Called::Exactly(own.function.called());
            if let Some(caller) = self.contents.caller(name, &own.function, qualifier) {
                self.refuse(&address, &caller);
                self.disassociations.held.insert((own.function.place.clone(), own.function.name.clone()));
                continue;
            }
            after.extend(self.contents.last_calls(name, &own.function));
            statements.push(own.as_seen());
            self.deletions.delete(Kind::Grant);
        }
        let Some(OwnStatement { function, .. }) = statements.first() else { return };
        let key = (function.place.clone(), function.name.clone());
        let reason = why(&statements, &key.1);
        after.extend(mark);
        if let End::Goes(id) = ending {
            after.push(id.clone());
        }
        let known = self.contents.arns.get(name).is_some_and(|arn| **arn == *instance);
        let callers = known.then(|| (instance.clone(), self.contents.callers(name))).into_iter().collect();
        let marked = |own: &&Own<'_>| own.marks() && statements.iter().any(|one| one.sid == own.sid);
        let mut ends: BTreeSet<FunctionRef> = BTreeSet::new();
        if matches!(ending, End::Unseen) {
            let marks = pair.own.iter().filter(marked);
            ends.extend(marks.flat_map(|own| [own.function.unqualified(), own.function.clone()]));
        }
        let ends = ends.into_iter().collect();
        let removal = StatementRemoval { instance: instance.clone(), statements, ends, callers };
        let id = self.builder.remove(address, Removal::Statements(removal), reason, after, None);
        self.disassociations.actions.entry(key).or_default().push(id);
    }

    fn refuse(&mut self, address: &Address, caller: &str) {
        let message = format!("it is orphaned, but {caller} still calls the function");
        let hint = "remove the call, from the draft too, or bind the block in the manifest.";
        self.builder.problems.push(Problem::held(Code::StillReferred, message).on(address).hint(hint));
    }

    /// The name that the manifest has, or had, for a function; else one made of its own.
    pub(super) fn function_label(&self, function: &FunctionRef) -> Option<Label> {
        let same = |f: &FunctionRef| f.place == function.place && f.name == function.name;
        let declared =
            self.desired.functions.iter().find(|(_, f)| same(&f.target)).map(|(name, _)| name.clone());
        let tagged = || {
            let found = self.seen.functions.get(&(function.place.clone(), function.name.clone()))?;
            let label = super::contents::logical(&found.tags, self.desired)?;
            // Declared under another name on AWS, it would stand for that function.
            (!self.desired.functions.contains_key(&label)).then_some(label)
        };
        declared.or_else(tagged).or_else(|| label(&function.name))
    }
}
