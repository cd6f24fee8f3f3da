//! Random sets, written as manifests, and edits of them.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use flowbind::emulator::{Settings, Timings};
use proptest::prelude::*;

use super::SET;
use crate::world::World;

/// A set: flows and modules, and functions that it makes.
#[derive(Debug, Clone)]
pub(super) struct Set {
    pub(super) things: Vec<Thing>,
    makes: bool,
    timeout: u8,
    /// What the `grants:` of the functions of others say.
    grants: [&'static str; 2],
}

const GRANTS: [&str; 4] = ["own", "exact", "account", "any"];

/// A flow or module. What it is stays, whatever it is called.
#[derive(Debug, Clone)]
pub(super) struct Thing {
    what: usize,
    label: String,
    pub(super) name: String,
    module: bool,
    text: u8,
    calls: Option<usize>,
    names: Option<usize>,
    adopt: bool,
    protect: bool,
    both: bool,
}

/// An edit of a manifest; numbers are taken modulo the things that there are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Edit {
    Relabel(usize),
    Rename(usize),
    Swap(usize, usize),
    /// One gets another name, and a second the first one's.
    PassOn(usize, usize),
    Remove(usize),
    Add(usize),
    Text(usize),
    Timeout,
    /// A function of others gets another `grants:`.
    Grants(usize, usize),
}

pub(super) fn set() -> impl Strategy<Value = Set> {
    let rare = || prop::bool::weighted(0.2);
    let thing =
        (any::<bool>(), prop::option::of(0..3_usize), prop::option::of(0..4_usize), rare(), rare(), rare());
    let grants = || prop::sample::select(GRANTS.to_vec());
    let grants = (grants(), grants()).prop_map(<[_; 2]>::from);
    (prop::collection::vec(thing, 1..5), any::<bool>(), grants).prop_map(|(things, makes, grants)| {
        let things = things.into_iter().enumerate();
        let things = things.map(|(what, (module, calls, names, adopt, protect, both))| {
            let calls = calls.filter(|function| makes || *function < 2);
            Thing { module, calls, names, adopt, protect, both, ..Thing::new(what) }
        });
        Set { things: things.collect(), makes, timeout: 3, grants }
    })
}

pub(super) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let n = || 0..4_usize;
    let edit = prop_oneof![
        1 => n().prop_map(Edit::Relabel),
        1 => n().prop_map(Edit::Rename),
        2 => (n(), n()).prop_map(|(a, b)| Edit::Swap(a, b)),
        2 => (n(), n()).prop_map(|(a, b)| Edit::PassOn(a, b)),
        1 => n().prop_map(Edit::Remove),
        1 => n().prop_map(Edit::Add),
        1 => n().prop_map(Edit::Text),
        1 => Just(Edit::Timeout),
        1 => (n(), n()).prop_map(|(function, grants)| Edit::Grants(function, grants)),
    ];
    prop::collection::vec(edit, 0..4)
}

impl Thing {
    fn new(what: usize) -> Self {
        Self {
            what,
            label: format!("l{what}"),
            name: format!("Name {what}"),
            module: false,
            text: 0,
            calls: None,
            names: None,
            adopt: false,
            protect: false,
            both: false,
        }
    }
}

impl Set {
    /// So many flows that name nothing.
    pub(super) fn of_flows(count: usize) -> Self {
        Self { things: (0..count).map(Thing::new).collect(), makes: false, timeout: 3, grants: ["own"; 2] }
    }

    /// The same, and one of them takes over what has its name.
    pub(super) fn adopting(mut self, thing: usize) -> Self {
        self.things[thing].adopt = true;
        self
    }

    /// So many modules that name nothing, the first on both instances.
    pub(super) fn of_modules(count: usize) -> Self {
        let mut set = Self::of_flows(count);
        set.things.iter_mut().for_each(|thing| thing.module = true);
        set.things[0].both = true;
        set
    }

    /// Whether something of this name may be taken over.
    pub(super) fn adopts(&self, name: &str) -> bool {
        self.things.iter().any(|thing| thing.adopt && thing.name == name)
    }

    /// Whether there is a thing of this kind and logical name.
    pub(super) fn declares(&self, module: bool, label: &str) -> bool {
        self.things.iter().any(|thing| thing.module == module && thing.label == label)
    }

    /// The thing of this kind and name on an instance, and its logical name.
    pub(super) fn named(&self, instance: &str, module: bool, name: &str) -> Option<(usize, &str)> {
        let there = |thing: &&Thing| thing.both || instance == "i";
        let mut things = self.things.iter().filter(there);
        let thing = things.find(|thing| thing.module == module && thing.name == name)?;
        Some((thing.what, &thing.label))
    }

    pub(super) fn edited(&self, edits: &[Edit]) -> Self {
        let mut set = self.clone();
        for (nth, edit) in edits.iter().enumerate() {
            set.edit(nth, *edit);
        }
        set
    }

    fn edit(&mut self, nth: usize, edit: Edit) {
        let count = self.things.len();
        match edit {
            Edit::Add(n) => {
                let what = 10 + nth;
                self.things.push(Thing { names: Some(n), ..Thing::new(what) });
            }
            Edit::Timeout => self.timeout += 1,
            Edit::Grants(function, grants) => self.grants[function % 2] = GRANTS[grants],
            _ if count == 0 => {}
            Edit::Relabel(n) => self.things[n % count].label.push('x'),
            Edit::Rename(n) => self.rename(n % count, " new"),
            Edit::Text(n) => self.things[n % count].text += 1,
            Edit::Remove(n) => drop(self.things.remove(n % count)),
            Edit::PassOn(a, b) => {
                let (a, b) = (a % count, b % count);
                if a != b && self.things[a].module == self.things[b].module {
                    let name = self.things[a].name.clone();
                    self.rename(a, " old");
                    self.things[b].name = name;
                }
            }
            Edit::Swap(a, b) => {
                let (a, b) = (a % count, b % count);
                if self.things[a].module == self.things[b].module
                    && self.things[a].both == self.things[b].both
                {
                    let names = (self.things[a].name.clone(), self.things[b].name.clone());
                    (self.things[b].name, self.things[a].name) = names;
                }
            }
        }
    }

    /// Gives a name that nothing else has.
    fn rename(&mut self, n: usize, suffix: &str) {
        let mut name = self.things[n].name.clone();
        while self.things.iter().any(|thing| thing.name == name) {
            name.push_str(suffix);
        }
        self.things[n].name = name;
    }

    pub(super) async fn world(&self) -> World {
        let folder = tempfile::tempdir().unwrap();
        self.write(folder.path(), 0);
        let now = Duration::ZERO;
        let timings = Timings {
            function_pending: now,
            function_update: now,
            role_propagation: now,
            instance_creation: now,
        };
        World::in_folder_with(folder, "m.yaml", Settings { timings, ..Settings::default() }).await
    }

    /// Writes the manifest, with its entries in one of several orders, and its files.
    pub(super) fn write(&self, folder: &Path, order: usize) {
        let sorted = |mut entries: Vec<String>| {
            let count = entries.len().max(1);
            entries.rotate_left(order % count);
            if order % 2 == 1 {
                entries.reverse();
            }
            entries.concat()
        };
        let section = |name: &str, entries: Vec<String>| match entries.is_empty() {
            true => String::new(),
            false => format!("  {name}:\n{}", sorted(entries)),
        };
        let instances = ["i", "j"].map(|name| format!("    {name}: {{ alias: {name} }}\n"));
        let [first, second] = self.grants;
        let mut functions = vec![
            format!("    f0: {{ name: f0, qualifier: live, grants: {first} }}\n"),
            format!("    f1: {{ name: f1, grants: {second} }}\n"),
        ];
        if self.makes {
            functions.push(format!("    f2:\n      name: f2\n      source: {{ runtime: nodejs22.x, handler: index.handler, code: code, timeout: {}s, publish: live, role: {{ name: f2 }} }}\n", self.timeout));
            std::fs::create_dir_all(folder.join("code")).unwrap();
            std::fs::write(folder.join("code/index.mjs"), "export const handler = () => ({});\n").unwrap();
        }
        let (mut flows, mut modules) = (Vec::new(), Vec::new());
        for thing in &self.things {
            let Thing { what, label, name, adopt, protect, .. } = thing;
            std::fs::write(folder.join(format!("{what}.json")), self.text(thing)).unwrap();
            let kind = if thing.module { "" } else { "type: contact-flow, " };
            let at = if thing.both { "instances: [i, j]" } else { "instance: i" };
            let entry = format!(
                "    {label}: {{ {at}, name: {name}, {kind}content: {what}.json, adopt: {adopt}, protect: {protect} }}\n"
            );
            if thing.module { modules.push(entry) } else { flows.push(entry) }
        }
        let sections = vec![
            section("instances", instances.to_vec()),
            section("functions", functions),
            section("modules", modules),
            section("flows", flows),
        ];
        let text = format!(
            "apiVersion: flowbind.dev/v1alpha1\nkind: BindingSet\nmetadata: {{ name: {SET} }}\nspec:\n  accounts: {{ main: {{ id: \"111122223333\" }} }}\n  defaults: {{ account: main, region: eu-west-2 }}\n{}",
            sorted(sections)
        );
        std::fs::write(folder.join("m.yaml"), text).unwrap();
    }

    /// A text that says whose it is.
    fn text(&self, thing: &Thing) -> String {
        let mut blocks = vec![(
            "MessageParticipant",
            format!(r#"{{"Text":"text of {} number {}"}}"#, thing.what, thing.text),
        )];
        if let Some(function) = thing.calls {
            let arn = format!("${{function.f{function}.arn}}");
            blocks.push((
                "InvokeLambdaFunction",
                format!(r#"{{"LambdaFunctionARN":"{arn}","InvocationTimeLimitSeconds":"3"}}"#),
            ));
        }
        // Modules name nothing, so that they name each other in no circle; what is on both instances, only its like.
        let named = thing.names.filter(|_| !thing.module).and_then(|n| self.things.get(n));
        if let Some(named) = named.filter(|named| named.both || !thing.both) {
            blocks.push(match named.module {
                true => {
                    ("InvokeFlowModule", format!(r#"{{"FlowModuleId":"${{module.{}.id}}"}}"#, named.label))
                }
                false => {
                    ("TransferToFlow", format!(r#"{{"ContactFlowId":"${{flow.{}.arn}}"}}"#, named.label))
                }
            });
        }
        chain(&blocks, thing.module)
    }
}

/// A content of blocks, one after the other.
pub(super) fn chain(blocks: &[(&str, String)], module: bool) -> String {
    let name = |n: usize| if n < blocks.len() { format!("b{n}") } else { "end".to_owned() };
    let mut actions = String::new();
    for (n, (kind, parameters)) in blocks.iter().enumerate() {
        let (this, next) = (name(n), name(n + 1));
        write!(actions, r#"{{"Identifier":"{this}","Type":"{kind}","Parameters":{parameters},"Transitions":{{"NextAction":"{next}","Errors":[{{"NextAction":"end","ErrorType":"NoMatchingError"}}],"Conditions":[]}}}},"#).unwrap();
    }
    let (end, settings) = match module {
        true => (
            "EndFlowModuleExecution",
            r#","Settings":{"InputParameters":[],"OutputParameters":[],"Transitions":[]}"#,
        ),
        false => ("DisconnectParticipant", ""),
    };
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"{}"{settings},"Actions":[{actions}{{"Identifier":"end","Type":"{end}","Parameters":{{}},"Transitions":{{}}}}]}}"#,
        name(0)
    )
}
