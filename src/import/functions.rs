//! Which functions are taken over: those whose calls work today. A function that a flow names but cannot call is a
//! finding, and taking it over would make a plan that is not empty.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::Contents;
use super::labels::Labels;
use super::{Note, NoteKind, Policies};
use crate::manifest::writing::{fits, kind};
use crate::resource::{FunctionArn, FunctionRef, Grant, InstanceArn, Judgement, Label, MAX_FUNCTION_ARN};
use crate::snapshot::{LiveInstance, Look};

/// A function whose calls work.
#[derive(Debug)]
pub(super) struct Good {
    pub(super) label: Label,
    pub(super) target: FunctionRef,
    /// Whether the instance's list holds only the ARN with the qualifier.
    pub(super) exact: bool,
    /// Whether a statement allows exactly the instance to call it.
    pub(super) granted_exactly: bool,
    /// The flows and modules that call it; none for one that is only in the instance's list.
    pub(super) callers: BTreeSet<String>,
}

/// Why a function is not taken over.
#[derive(Debug)]
pub(super) struct Trouble {
    /// Whether calls fail today; else it could not be told.
    pub(super) fails: bool,
    pub(super) why: String,
    hint: String,
}

/// A function whose calls fail, or may.
#[derive(Debug)]
pub(super) struct Broken {
    /// The ARN as flows or the instance's list name it.
    pub(super) arn: String,
    pub(super) target: FunctionRef,
    pub(super) trouble: Trouble,
    callers: BTreeSet<String>,
}

/// All functions of an instance.
#[derive(Debug, Default)]
pub(super) struct Functions {
    /// Ordered by name and qualifier.
    pub(super) good: Vec<Good>,
    pub(super) broken: Vec<Broken>,
    /// What the instance's list holds and nothing can be made of.
    stale: Vec<String>,
}

/// Reads an ARN that a manifest can write back as it stands.
fn function(text: &str) -> Option<FunctionRef> {
    let FunctionArn { place, name, qualifier } = FunctionArn::parse(text).ok()?;
    let function = FunctionRef { place, name, qualifier };
    let qualifier = function.qualifier.as_deref();
    let fits = text.len() <= MAX_FUNCTION_ARN
        && fits::<kind::FunctionName>(&function.name)
        && qualifier.is_none_or(fits::<kind::Qualifier>);
    (fits && function.arn().to_string() == text).then_some(function)
}

/// The functions that flows call, with their callers.
fn called(contents: &Contents<'_>) -> BTreeMap<FunctionRef, BTreeSet<String>> {
    let mut called: BTreeMap<FunctionRef, BTreeSet<String>> = BTreeMap::new();
    for taken in &contents.taken {
        for function in taken.calls().iter().filter_map(|text| function(text)) {
            called.entry(function).or_default().insert(taken.address());
        }
    }
    called
}

/// The ARNs in the instance's list that no call needs.
fn idle<'l>(
    live: &'l LiveInstance,
    called: &BTreeMap<FunctionRef, BTreeSet<String>>,
) -> impl Iterator<Item = &'l String> {
    let needed: BTreeSet<String> = called
        .keys()
        .flat_map(|function| [function.unqualified().arn().to_string(), function.arn().to_string()])
        .collect();
    live.associations.iter().filter(move |arn| !needed.contains(*arn))
}

/// Says which policies must be read.
pub(super) fn to_read(live: &LiveInstance, contents: &Contents<'_>) -> BTreeSet<FunctionRef> {
    let called = called(contents);
    let idle: Vec<FunctionRef> = idle(live, &called).filter_map(|arn| function(arn)).collect();
    let account = &live.instance.arn.place.account;
    called.into_keys().chain(idle).filter(|function| function.place.account == *account).collect()
}

impl Functions {
    pub(super) fn judge(live: &LiveInstance, contents: &Contents<'_>, policies: &Policies) -> Self {
        let called = called(contents);
        let mut all: BTreeMap<FunctionRef, BTreeSet<String>> = BTreeMap::new();
        let mut functions = Self::default();
        for arn in idle(live, &called) {
            match function(arn) {
                Some(function) => drop(all.insert(function, BTreeSet::new())),
                None => functions.stale.push(arn.clone()),
            }
        }
        all.extend(called);
        let mut labels = Labels::default();
        let instance = &live.instance.arn;
        let mut all: Vec<(FunctionRef, BTreeSet<String>)> = all.into_iter().collect();
        all.sort_by(|(a, _), (b, _)| {
            (&a.name, &a.qualifier, &a.place).cmp(&(&b.name, &b.qualifier, &b.place))
        });
        let names: Vec<String> = all.iter().map(|(target, _)| target.name.clone()).collect();
        // The qualifier is part of a logical name only where a function has several.
        let base = |target: &FunctionRef| match names.iter().filter(|name| **name == target.name).count() {
            1 => target.name.clone(),
            _ => target.to_string(),
        };
        for (target, callers) in all {
            match trouble(&target, instance, &live.associations, policies) {
                None => {
                    let listed =
                        |function: &FunctionRef| live.associations.contains(&function.arn().to_string());
                    let exact =
                        target.qualifier.is_some() && !listed(&target.unqualified()) && listed(&target);
                    let label = labels.give(&base(&target), "function");
                    let grant = Grant { function: target.clone(), instance: instance.clone() };
                    let policy = policies.get(&target).and_then(Look::found);
                    let granted_exactly = policy.is_some_and(|policy| policy.says(&grant));
                    functions.good.push(Good { label, target, exact, granted_exactly, callers });
                }
                Some(trouble) => {
                    let arn = target.arn().to_string();
                    functions.broken.push(Broken { arn, target, trouble, callers });
                }
            }
        }
        functions
    }

    pub(super) fn notes(&self) -> Vec<Note> {
        let broken = self.broken.iter().map(|broken| {
            let callers: Vec<&str> = broken.callers.iter().map(String::as_str).collect();
            let by = match callers.as_slice() {
                [] => "it is in the instance's list".to_owned(),
                [one] => format!("{one} calls it"),
                many => format!("{} call it", many.join(", ")),
            };
            Note {
                kind: if broken.trouble.fails { NoteKind::Broken } else { NoteKind::Unchecked },
                subject: format!("function {}", broken.target),
                message: format!("{} ({by})", broken.trouble.why),
                hint: Some(broken.trouble.hint.clone()),
            }
        });
        let stale = self.stale.iter().map(|arn| Note {
            kind: NoteKind::LeftOut,
            subject: format!("function {}", super::yaml::shown(arn)),
            message: "it is in the instance's list, and a manifest cannot name it".to_owned(),
            hint: Some("it stays in the list; nothing in this manifest touches it.".to_owned()),
        });
        broken.chain(stale).collect()
    }
}

/// Says why the instance cannot call a function, and what to do about it.
fn trouble(
    target: &FunctionRef,
    instance: &InstanceArn,
    associations: &BTreeSet<String>,
    policies: &Policies,
) -> Option<Trouble> {
    const DECLARE: &str =
        "declare it under `functions:` and write ${function.NAME.arn} where the flow has the value";
    let fails = |why: String, hint: String| Some(Trouble { fails: true, why, hint });
    let unknown = |why: String, hint: String| Some(Trouble { fails: false, why, hint });
    if target.place.account != instance.place.account {
        let why = format!("it belongs to account {}, which was not read", target.place.account);
        let hint = format!("name that account under `accounts:` with `assumeRole`, then {DECLARE}.");
        return unknown(why, hint);
    }
    let policy = match policies.get(target) {
        Some(Look::Found(policy)) => policy,
        Some(Look::Absent { .. }) => {
            let why = format!("there is none in {}", target.place);
            return fails(why, format!("create it, then {DECLARE}; or correct the flow."));
        }
        Some(Look::Unknown) | None => {
            return unknown("its policy was not read".to_owned(), "import again.".to_owned());
        }
    };
    let listed = |function: &FunctionRef| associations.contains(&function.arn().to_string());
    if target.place == instance.place && !listed(target) && !listed(&target.unqualified()) {
        let why = "it is not in the instance's list of functions".to_owned();
        return fails(why, format!("{DECLARE}: apply associates it."));
    }
    match policy.judge(target, instance) {
        Judgement::Allowed(_) => None,
        Judgement::Denied(sid) => {
            let why = format!("statement {} of its policy denies the call, or may", super::yaml::shown(&sid));
            fails(why, format!("remove that statement, then {DECLARE}."))
        }
        Judgement::Silent => {
            let why = "its policy does not let the instance call it".to_owned();
            fails(why, format!("{DECLARE}: apply grants it."))
        }
    }
}
