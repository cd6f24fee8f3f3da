//! The sections of an imported manifest.

use super::super::contents::Taken;
use super::super::functions::Good;
use super::super::yaml::shown;
use super::Text;
use super::lines::{Entries, Keys, Lines};
use crate::manifest::writing::{
    DeclaredAccount, DeclaredDefaults, DeclaredFlow, DeclaredFunction, DeclaredInstance, DeclaredModule,
    DeclaredSpec, DeclaredVariable, Key, Word, attribute_word, fits, kind,
};
use crate::manifest::{Associate, Grants, State, Status};
use crate::resource::{FlowType, Kind};

/// The logical name of the account and of the instance.
const MAIN: &str = "main";

type Variables = Entries<kind::Variable, DeclaredVariable>;

/// Declares a variable.
pub(super) fn variable(
    variables: &Variables,
    name: &str,
    default: &str,
    description: &str,
    lines: &mut Lines,
) {
    let variable = self::default(variables, name, default, lines);
    variable.text(&DeclaredVariable::description(), description, lines);
}

/// Declares a variable that is described where it is used.
pub(super) fn default(
    variables: &Variables,
    name: &str,
    default: &str,
    lines: &mut Lines,
) -> Keys<DeclaredVariable> {
    let variable = variables.object(name, lines);
    variable.text(&DeclaredVariable::default(), default, lines);
    variable
}

pub(super) fn places(spec: &Keys<DeclaredSpec>, lines: &mut Lines) {
    lines.gap();
    lines.add(spec.depth(), "# Checked first: with credentials for another account nothing happens.");
    let account = spec.map(&DeclaredSpec::accounts(), lines).object(MAIN, lines);
    account.variable(&DeclaredAccount::id(), "account", lines);
    lines.gap();
    lines.add(spec.depth(), "# What instances and functions have unless they say otherwise.");
    let defaults = spec.object(&DeclaredSpec::defaults(), lines);
    defaults.text(&DeclaredDefaults::account(), MAIN, lines);
    defaults.variable(&DeclaredDefaults::region(), "region", lines);
}

pub(super) fn instance(text: &Text<'_>, spec: &Keys<DeclaredSpec>, lines: &mut Lines) {
    lines.gap();
    let instance = spec.map(&DeclaredSpec::instances(), lines).object(MAIN, lines);
    let depth = instance.depth();
    match text.by_alias() {
        Some(_) => instance.variable(&DeclaredInstance::alias(), "alias", lines),
        None => instance.variable(&DeclaredInstance::id(), "instance", lines),
    }
    let idle: Vec<&Good> = text.functions.good.iter().filter(|good| good.callers.is_empty()).collect();
    if !idle.is_empty() {
        lines.add(
            depth,
            "# In the instance's list and allowed, though no flow here names them: attributes may.",
        );
        instance.list(&DeclaredInstance::functions(), idle.iter().map(|good| good.label.as_str()), lines);
    }
    match &text.live.attributes {
        Some(attributes) if !attributes.is_empty() => {
            lines.add(
                depth,
                "# Its settings today. Declared ones are managed: take the `#` from those that matter.",
            );
            lines.add(depth, format!("# {}:", DeclaredInstance::attributes().name()));
            for (name, on) in attributes {
                lines.add(depth, format!("#   {}: {on}", attribute_word(name)));
            }
        }
        Some(_) => {}
        None => lines.add(depth, "# Its settings could not be read (connect:ListInstanceAttributes)."),
    }
    if text.values.entries.is_empty() {
        return;
    }
    lines.add(depth, "# What flow files take as ${value.NAME}: another instance has its own.");
    let values = instance.map(&DeclaredInstance::values(), lines);
    for entry in &text.values.entries {
        let users: Vec<&str> = entry.users.iter().map(String::as_str).collect();
        lines.comment(values.depth(), &format!("{}; in {}", entry.why, users.join(", ")));
        values.variable(entry.name.as_str(), lines);
    }
}

pub(super) fn functions(text: &Text<'_>, spec: &Keys<DeclaredSpec>, lines: &mut Lines) {
    if text.functions.good.is_empty() {
        return;
    }
    lines.gap();
    lines.comment(
        spec.depth(),
        "Functions that exist. `grants: exact` and `any` accept the statements that let the instance call them \
         today: `exact` where one is for exactly this instance. With `grants: own` apply adds flowbind's own.",
    );
    let functions = spec.map(&DeclaredSpec::functions(), lines);
    let own = &text.live.instance.arn.place;
    for good in &text.functions.good {
        if !good.callers.is_empty() {
            let callers: Vec<&str> = good.callers.iter().map(String::as_str).collect();
            lines.comment(functions.depth(), &format!("called by {}", callers.join(", ")));
        }
        let function = functions.object(good.label.as_str(), lines);
        function.text(&DeclaredFunction::name(), &good.target.name, lines);
        if let Some(qualifier) = &good.target.qualifier {
            function.text(&DeclaredFunction::qualifier(), qualifier, lines);
        }
        if good.target.place.region != own.region {
            function.text(&DeclaredFunction::region(), good.target.place.region.as_str(), lines);
        }
        if good.exact {
            let remark = "the instance's list has the ARN with its qualifier";
            function.word_with(&DeclaredFunction::associate(), Associate::Exact, remark, lines);
        }
        let grants = if good.granted_exactly { Grants::Exact } else { Grants::Any };
        function.word(&DeclaredFunction::grants(), grants, lines);
    }
}

/// The keys that a flow or a module is written with.
struct ContentKeys<O> {
    instance: Key<O, kind::Label>,
    name: Key<O, kind::FlowName>,
    kind: Option<Key<O, kind::FlowType>>,
    description: Key<O, kind::FlowDescription>,
    status: Option<Key<O, Word<Status>>>,
    state: Key<O, Word<State>>,
    content: Key<O, kind::Path>,
    adopt: Key<O, kind::Bool>,
}

pub(super) fn modules(text: &Text<'_>, spec: &Keys<DeclaredSpec>, lines: &mut Lines) {
    let taken = taken(text, Kind::Module);
    if taken.is_empty() {
        return;
    }
    lines.gap();
    adopting(spec, lines);
    let modules = spec.map(&DeclaredSpec::modules(), lines);
    let keys = ContentKeys {
        instance: DeclaredModule::instance(),
        name: DeclaredModule::name(),
        kind: None,
        description: DeclaredModule::description(),
        status: None,
        state: DeclaredModule::state(),
        content: DeclaredModule::content(),
        adopt: DeclaredModule::adopt(),
    };
    for taken in taken {
        being_edited(taken, modules.depth(), lines);
        content(taken, &modules.object(taken.label.as_str(), lines), &keys, lines);
    }
}

pub(super) fn flows(text: &Text<'_>, spec: &Keys<DeclaredSpec>, lines: &mut Lines) {
    let taken = taken(text, Kind::Flow);
    if taken.is_empty() {
        return;
    }
    lines.gap();
    if taken.len() == text.contents.taken.len() {
        adopting(spec, lines);
    }
    let flows = spec.map(&DeclaredSpec::flows(), lines);
    let keys = ContentKeys {
        instance: DeclaredFlow::instance(),
        name: DeclaredFlow::name(),
        kind: Some(DeclaredFlow::kind()),
        description: DeclaredFlow::description(),
        status: Some(DeclaredFlow::status()),
        state: DeclaredFlow::state(),
        content: DeclaredFlow::content(),
        adopt: DeclaredFlow::adopt(),
    };
    let mut group: Option<FlowType> = None;
    for taken in taken {
        if group.is_some_and(|group| group != taken.flow_type) {
            lines.gap();
        }
        group = Some(taken.flow_type);
        being_edited(taken, flows.depth(), lines);
        content(taken, &flows.object(taken.label.as_str(), lines), &keys, lines);
    }
}

fn taken<'t>(text: &'t Text<'_>, kind: Kind) -> Vec<&'t Taken<'t>> {
    text.contents.taken.iter().filter(|taken| taken.kind == kind).collect()
}

fn adopting(spec: &Keys<DeclaredSpec>, lines: &mut Lines) {
    lines.comment(
        spec.depth(),
        "`adopt: true` lets this set write to flows and modules that it did not make, once their files are \
         edited; it never deletes them.",
    );
}

fn being_edited(taken: &Taken<'_>, depth: usize, lines: &mut Lines) {
    if taken.editing {
        lines.add(
            depth,
            "# Being edited: its draft differs from what is published, which is what the file holds.",
        );
    }
}

fn content<O>(taken: &Taken<'_>, object: &Keys<O>, keys: &ContentKeys<O>, lines: &mut Lines) {
    object.text(&keys.instance, MAIN, lines);
    object.text(&keys.name, &taken.seen.name, lines);
    if let Some(kind) = &keys.kind {
        object.text(kind, taken.flow_type.word(), lines);
    }
    let description = &taken.seen.description;
    if !description.is_empty() && fits::<kind::FlowDescription>(description) {
        object.text(&keys.description, description, lines);
    } else if !description.is_empty() {
        let begins = shown(&description.chars().take(40).collect::<String>());
        let long = description.chars().count();
        let comment = format!(
            "Its description has {long} characters, more than a manifest takes: it is left alone. It begins {begins}"
        );
        lines.comment(object.depth(), &comment);
    }
    if let Some(status) = keys.status.as_ref().filter(|_| taken.saved) {
        object.word_with(status, Status::Saved, "never published: callers cannot meet it", lines);
    }
    if taken.seen.summary.archived {
        let remark = "its content is not compared while it is archived";
        object.word_with(&keys.state, State::Archived, remark, lines);
    }
    object.plain(&keys.content, &taken.path(), lines);
    object.yes(&keys.adopt, lines);
}
