//! Random sets, what may have become of them, and what else may be live.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use proptest::prelude::*;

use super::model::{ARN, instance, seen};
use crate::flow::stub;
use crate::manifest::{Inputs, Manifest, load};
use crate::plan::{APPLIED_TAG, OWNER_TAG};
use crate::resource::{Address, Kind, Label, ResourcePolicy};
use crate::snapshot::{FlowContent, Look, RemovalSeen, Snapshot};

/// A set on one instance: so many functions of others, and flows and modules.
#[derive(Debug, Clone)]
pub(super) struct Set {
    /// What each function's `grants:` says.
    pub(super) functions: Vec<&'static str>,
    /// Whether Amazon Connect writes a statement of its own with an association.
    pub(super) service_writes: bool,
    pub(super) contents: Vec<Content>,
}

/// A flow or module.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub(super) module: bool,
    pub(super) text: u8,
    pub(super) calls: Option<usize>,
    /// Others that it names; modules name only modules before them.
    pub(super) names: Vec<usize>,
    pub(super) protect: bool,
    pub(super) adopt: bool,
}

/// What became of a flow since it was applied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Damage {
    Nothing,
    Gone,
    /// Somebody published something else.
    Edited,
    /// Only its stub was written.
    HalfWritten,
    /// Its content was written, and the tag that tells so was not.
    StaleDigest,
    /// It lost its tags, or never had any.
    Unmarked,
    /// A namesake of nobody's, with other content.
    Foreign,
    /// Somebody saves a draft.
    Draft,
    /// Its function is not associated any more.
    Unassociated,
    /// Its function's policy is empty.
    Ungranted,
}

/// A live flow that the manifest does not name.
#[derive(Debug, Clone)]
pub(super) struct Extra {
    /// The value of its owner tag, or none.
    pub(super) owner: &'static str,
    /// Another extra that it names.
    pub(super) names: Option<usize>,
}

/// The owner tag of what the set made, and does not declare.
pub(super) const MINE: &str = "acme/old";

impl Extra {
    pub(super) fn id(n: usize) -> String {
        format!("extra-{n}")
    }
}

pub(super) fn set() -> impl Strategy<Value = Set> {
    of_size(1..3, 1..5)
}

/// A set with so many functions, flows and modules.
pub(super) fn of_size(functions: Range<usize>, contents: Range<usize>) -> impl Strategy<Value = Set> {
    let content = |index: usize, count: usize, functions: usize| {
        let names = prop::collection::vec(0..count, 0..3);
        let calls = prop::option::of(0..functions);
        (any::<bool>(), 0..3_u8, calls, names, prop::bool::weighted(0.2), prop::bool::weighted(0.2)).prop_map(
            move |(module, text, calls, names, protect, adopt)| {
                // Modules come first, so that nothing that a module names is a flow or comes back to it.
                let module = module && index < 2;
                let names = if module { Vec::new() } else { names };
                Content { module, text, calls, names, protect, adopt }
            },
        )
    };
    let grants = prop::sample::select(vec!["own", "exact", "account", "any"]);
    let functions = prop::collection::vec(grants, functions);
    (functions, contents, any::<bool>()).prop_flat_map(move |(functions, count, service_writes)| {
        let contents: Vec<_> = (0..count).map(|index| content(index, count, functions.len())).collect();
        let set = move |contents| Set { functions: functions.clone(), service_writes, contents };
        contents.prop_map(set)
    })
}

pub(super) fn damages(contents: usize) -> impl Strategy<Value = Vec<Damage>> {
    use Damage::{
        Draft, Edited, Foreign, Gone, HalfWritten, Nothing, StaleDigest, Unassociated, Ungranted, Unmarked,
    };
    let all = vec![
        Nothing,
        Gone,
        Edited,
        HalfWritten,
        StaleDigest,
        Unmarked,
        Foreign,
        Draft,
        Unassociated,
        Ungranted,
    ];
    prop::collection::vec(prop::sample::select(all), contents)
}

pub(super) fn extras() -> impl Strategy<Value = Vec<Extra>> {
    let owner = prop::sample::select(vec![MINE, "other/old", ""]);
    let one = (owner, prop::option::of(0..4_usize)).prop_map(|(owner, names)| Extra { owner, names });
    prop::collection::vec(one, 0..4)
}

impl Set {
    pub(super) fn label(&self, n: usize) -> Label {
        Label::parse(&format!("c{n}")).unwrap()
    }

    pub(super) fn kind(&self, n: usize) -> Kind {
        if self.contents[n].module { Kind::Module } else { Kind::Flow }
    }

    pub(super) fn address(&self, n: usize) -> Address {
        Address::new(self.kind(n), &self.label(n))
    }

    pub(super) fn key(&self, n: usize) -> (Kind, Label, Label) {
        (self.kind(n), instance(), self.label(n))
    }

    /// The association and the grant of a function.
    pub(super) fn bindings(&self, function: usize) -> [Address; 2] {
        let function = Label::parse(&format!("f{function}")).unwrap();
        [Kind::Association, Kind::Grant].map(|kind| Address::between(kind, &instance(), &function))
    }

    /// Reads the set from YAML whose entries stand in one of several orders.
    pub(super) fn manifest(&self, order: u64) -> Manifest {
        let mut files = BTreeMap::new();
        let sorted = |mut lines: Vec<String>| {
            let count = lines.len().max(1);
            let turn = usize::try_from(order).unwrap() % count;
            lines.rotate_left(turn);
            if order % 2 == 1 {
                lines.reverse();
            }
            lines.concat()
        };
        let functions = self.functions.iter().enumerate();
        let functions =
            functions.map(|(n, grants)| format!("    f{n}: {{ name: f{n}, grants: {grants} }}\n")).collect();
        let (mut modules, mut flows) = (Vec::new(), Vec::new());
        for (n, content) in self.contents.iter().enumerate() {
            files.insert(PathBuf::from(format!("c{n}.json")), self.text(n).into_bytes());
            let kind = if content.module { "" } else { "type: contact-flow, " };
            let line = format!(
                "    c{n}: {{ instance: i, name: C{n}, {kind}content: c{n}.json, protect: {}, adopt: {} }}\n",
                content.protect, content.adopt
            );
            if content.module { modules.push(line) } else { flows.push(line) }
        }
        let section = |name: &str, lines: Vec<String>| match lines.is_empty() {
            true => String::new(),
            false => format!("  {name}:\n{}", sorted(lines)),
        };
        let sections =
            [section("functions", functions), section("modules", modules), section("flows", flows)];
        let yaml = format!("{HEAD}{}", sorted(sections.to_vec()));
        files.insert(PathBuf::from("m.yaml"), yaml.into_bytes());
        let loaded = load(&[PathBuf::from("m.yaml")], &Inputs::default(), &files);
        loaded.unwrap_or_else(|problems| panic!("{:#?}", problems.problems)).manifests.remove(0)
    }

    fn text(&self, n: usize) -> String {
        let content = &self.contents[n];
        let call = content.calls.map(|function| {
            let arn = format!("${{function.f{function}.arn}}");
            block(
                "InvokeLambdaFunction",
                &format!(r#"{{"LambdaFunctionARN":"{arn}","InvocationTimeLimitSeconds":"3"}}"#),
            )
        });
        let names = content.names.iter().map(|named| match self.contents[*named].module {
            true => block("InvokeFlowModule", &format!(r#"{{"FlowModuleId":"${{module.c{named}.id}}"}}"#)),
            false => block("TransferToFlow", &format!(r#"{{"ContactFlowId":"${{flow.c{named}.arn}}"}}"#)),
        });
        let said = block("MessageParticipant", &format!(r#"{{"Text":"{} of C{n}"}}"#, content.text));
        let blocks: Vec<_> = call.into_iter().chain(names).chain([said]).collect();
        written(&blocks, content.module)
    }
}

const HEAD: &str = r#"apiVersion: flowbind.dev/v1alpha1
kind: BindingSet
metadata: { name: acme }
spec:
  accounts: { main: { id: "111122223333" } }
  defaults: { account: main, region: eu-west-2 }
  instances: { i: { id: 0f1e } }
"#;

fn block(kind: &str, parameters: &str) -> (String, String) {
    (kind.to_owned(), parameters.to_owned())
}

/// A flow of blocks, one after the other.
fn written(blocks: &[(String, String)], module: bool) -> String {
    let name = |n: usize| if n < blocks.len() { format!("b{n}") } else { "end".to_owned() };
    let mut actions = String::new();
    for (n, (kind, parameters)) in blocks.iter().enumerate() {
        let (this, next) = (name(n), name(n + 1));
        actions.push_str(&format!(
            r#"{{"Identifier":"{this}","Type":"{kind}","Parameters":{parameters},"Transitions":{{"NextAction":"{next}","Errors":[{{"NextAction":"end","ErrorType":"NoMatchingError"}}],"Conditions":[]}}}},"#
        ));
    }
    let end = if module { "EndFlowModuleExecution" } else { "DisconnectParticipant" };
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"{}","Actions":[{actions}{{"Identifier":"end","Type":"{end}","Parameters":{{}},"Transitions":{{}}}}]}}"#,
        name(0)
    )
}

/// Another text than any that a set declares.
fn other(module: bool) -> FlowContent {
    let text = written(&[block("MessageParticipant", r#"{"Text":"somebody's"}"#)], module);
    FlowContent { text: text.into(), modified_ms: Some(2_000) }
}

/// Damages what was made; a damage of a content's function is that of all who call it.
pub(super) fn damaged(made: &Set, mut observed: Snapshot, damages: &[Damage]) -> Snapshot {
    for (n, damage) in damages.iter().enumerate() {
        let (key, module) = (made.key(n), made.contents[n].module);
        let list = observed.lists.get_mut(&(made.kind(n), instance()));
        let (Some(Look::Found(list)), Some(Look::Found(flow))) = (list, observed.flows.get_mut(&key)) else {
            continue;
        };
        let mut write = |content: FlowContent| {
            flow.published = Some(content.clone());
            flow.draft = Some(content);
        };
        match damage {
            Damage::Nothing => {}
            Damage::Gone => {
                list.remove(&format!("C{n}"));
                observed.resolved.remove(&key);
                observed.flows.insert(key, Look::Absent { close: Vec::new() });
            }
            Damage::Edited => write(other(module)),
            Damage::HalfWritten => {
                let kind = if module { stub::FlowType::Module } else { stub::FlowType::ContactFlow };
                write(FlowContent { text: stub::stub(kind).into(), modified_ms: Some(500) });
                flow.tags.remove(APPLIED_TAG);
            }
            Damage::StaleDigest => drop(flow.tags.insert(APPLIED_TAG.to_owned(), "0".repeat(64))),
            Damage::Unmarked => flow.tags.clear(),
            Damage::Foreign => {
                write(other(module));
                flow.tags = [(OWNER_TAG.to_owned(), "other/x".to_owned())].into();
            }
            Damage::Draft => flow.draft = Some(other(module)),
            Damage::Unassociated => drop(observed.associations.insert(instance(), Look::Found([].into()))),
            Damage::Ungranted => {
                let empty = |look: &mut Look<ResourcePolicy>| *look = Look::Found(ResourcePolicy::default());
                observed.policies.values_mut().for_each(empty);
            }
        }
    }
    observed
}

/// Adds flows that the manifest does not name, as a look for removal shows them.
pub(super) fn with_extras(desired: &Manifest, mut observed: Snapshot, extras: &[Extra]) -> Snapshot {
    let mut contents: Vec<_> = observed.flows.values().filter_map(Look::found).cloned().collect();
    for (n, extra) in extras.iter().enumerate() {
        let named = extra.names.map(|named| format!("{ARN}/contact-flow/{}", Extra::id(named)));
        let named = named.map(|arn| block("TransferToFlow", &format!(r#"{{"ContactFlowId":"{arn}"}}"#)));
        let text = written(&named.into_iter().collect::<Vec<_>>(), false);
        let mut flow = seen(Kind::Flow, &Extra::id(n), &format!("Extra {n}"), &text);
        if !extra.owner.is_empty() {
            flow.tags.insert(OWNER_TAG.to_owned(), format!("{}{n}", extra.owner));
        }
        if let Some(Look::Found(list)) = observed.lists.get_mut(&(Kind::Flow, instance())) {
            list.insert(flow.name.clone(), flow.summary.clone());
        }
        contents.push(flow);
    }
    let associations = observed.associations.clone();
    let whole = desired.functions.values().map(|function| function.target.place.clone()).collect();
    let contents = [(instance(), Look::Found(contents))].into();
    observed.removal = Some(RemovalSeen { contents, associations, whole, ..RemovalSeen::default() });
    observed
}
