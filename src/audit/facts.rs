//! Facts out of a manifest and a snapshot.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::flow::FlowText;
use crate::flow::document::{Document, is_template};
use crate::flow::facts::{CalleeFacts, Facts, FunctionFacts};
use crate::flow::graph::{Call, CallKind, Graph};
use crate::flow::resources::ResourceKind;
use crate::flow::stub;
use crate::flow::template::{Attribute, Token};
use crate::manifest::{
    Associate, Flow, Function, Instance, InstanceLookup, Manifest, NamedKind, ResponseType,
};
use crate::resource::{FlowType, FunctionArn, FunctionRef, InstanceArn, Judgement, Kind, Label, Place};
use crate::snapshot::{Look, Snapshot};

/// A flow's content with the flows and modules that it names.
struct Content {
    document: Arc<Document>,
    calls: Vec<Call>,
}

/// Gives facts about the flows of a manifest; each file is read once.
pub struct Auditor<'a> {
    desired: &'a Manifest,
    observed: Option<&'a Snapshot>,
    /// By kind, instance and logical name: the file's content, else the live one.
    contents: BTreeMap<(Kind, Label, Label), Arc<Content>>,
    /// The declared functions by what may stand in a flow: their tokens and ARNs.
    by_text: BTreeMap<String, &'a Label>,
    /// The declared functions by place and name: one may be declared under several qualifiers.
    by_name: BTreeMap<(&'a Place, &'a str), Vec<&'a Label>>,
}

impl<'a> Auditor<'a> {
    /// Takes the contents of a manifest's flows and modules. What cannot be read as a flow is left out: the manifest's
    /// own checks name it.
    pub fn new(desired: &'a Manifest, observed: Option<&'a Snapshot>) -> Self {
        let mut contents = BTreeMap::new();
        for (kind, name, flow) in desired.contents() {
            let file = flow.content.as_ref().and_then(|file| Content::of(&file.text));
            for instance in &flow.instances {
                let key = (kind, instance.clone(), name.clone());
                let seen = || observed?.flows.get(&key)?.found()?.published.as_ref();
                let content = match &flow.content {
                    Some(_) => file.clone(),
                    None => seen().and_then(|live| Content::of(&live.text)),
                };
                content.map(|content| contents.insert(key, content));
            }
        }
        let (mut by_text, mut by_name) = (BTreeMap::new(), BTreeMap::<_, Vec<_>>::new());
        for (name, function) in &desired.functions {
            let target = &function.target;
            by_text.extend(texts(name, target).map(|text| (text, name)));
            by_name.entry((&target.place, target.name.as_str())).or_default().push(name);
        }
        Self { desired, observed, contents, by_text, by_name }
    }

    /// Whether a text is the token or the ARN of a declared function.
    pub(super) fn declares(&self, text: &str) -> bool {
        self.by_text.contains_key(text)
    }

    /// Returns the content of a flow or module on an instance: the file's, else the live one.
    pub fn document(&self, kind: Kind, instance: &Label, flow: &Label) -> Option<&Document> {
        self.contents.get(&(kind, instance.clone(), flow.clone())).map(|content| &*content.document)
    }

    /// Returns the id of an instance: as it was seen, else as it is declared.
    pub(super) fn instance_id(&self, instance: &Label) -> Option<String> {
        let arn = Site { auditor: self, instance }.arn()?;
        arn.rsplit('/').next().map(str::to_owned)
    }

    /// Returns the facts around a flow or module on an instance.
    pub fn facts(&self, kind: Kind, instance: &Label, flow: &Label) -> Facts {
        let Some(declared) = self.desired.content(kind, flow) else { return Facts::default() };
        let content = self.contents.get(&(kind, instance.clone(), flow.clone()));
        let site = Site { auditor: self, instance };
        let callees = content.map(|content| site.callees(content)).unwrap_or_default();
        Facts {
            flow_type: flow_type(declared.kind),
            instance_arn: site.arn(),
            instance_site: site.prefix(),
            in_manifest: declared.content.is_some(),
            ids: site.ids(),
            transferred_to: (kind == Kind::Flow).then(|| site.transferred_to(flow)).flatten(),
            functions: site.functions(declared, content, &callees),
            callees,
        }
    }

    /// Returns the facts that hold for a content on an instance, whoever wrote it: of a live flow.
    pub(super) fn facts_of(&self, instance: &Label, document: &Document) -> Facts {
        let site = Site { auditor: self, instance };
        Facts {
            instance_arn: site.arn(),
            instance_site: site.prefix(),
            in_manifest: true,
            ids: site.ids(),
            functions: site.named_in(document, &BTreeSet::new()),
            ..Facts::default()
        }
    }
}

impl Content {
    fn of(text: &FlowText) -> Option<Arc<Self>> {
        let document = Arc::clone(text.document().ok()?);
        let calls = Graph::of(&document).calls().to_vec();
        Some(Arc::new(Self { document, calls }))
    }
}

/// One instance.
struct Site<'a> {
    auditor: &'a Auditor<'a>,
    instance: &'a Label,
}

impl Site<'_> {
    fn desired(&self) -> &Manifest {
        self.auditor.desired
    }

    /// The instance's ARN: as it was seen, else as it is declared.
    fn arn(&self) -> Option<String> {
        let seen = || self.auditor.observed?.instances.get(self.instance)?.found();
        if let Some(seen) = seen() {
            return Some(seen.arn.to_string());
        }
        let Instance { place, lookup, .. } = self.desired().instances.get(self.instance)?;
        let InstanceLookup::Id(id) = lookup else { return None };
        Some(InstanceArn { place: place.clone(), id: id.clone() }.to_string())
    }

    /// What the ARN begins with: account and Region are declared, whatever tells the id.
    fn prefix(&self) -> Option<String> {
        let place = self.desired().instances.get(self.instance)?.place.clone();
        Some(InstanceArn { place, id: String::new() }.to_string())
    }

    /// The ids of each kind whose list was read.
    fn ids(&self) -> BTreeMap<ResourceKind, BTreeSet<String>> {
        let Some(observed) = self.auditor.observed else { return BTreeMap::new() };
        let list = |kind| observed.lists.get(&(kind, self.instance.clone())).and_then(Look::found);
        let ids = |kind| Some(list(kind)?.values().map(|listed| listed.id.clone()).collect());
        let named = |kind| {
            let named = observed.named.get(&(self.instance.clone(), kind))?.found()?;
            Some(named.values().map(|ids| ids.id.clone()).collect())
        };
        let all = [
            (ResourceKind::Flow, ids(Kind::Flow)),
            (ResourceKind::Module, ids(Kind::Module)),
            (ResourceKind::Queue, named(NamedKind::Queue)),
            (ResourceKind::Prompt, named(NamedKind::Prompt)),
            (ResourceKind::Hours, named(NamedKind::Hours)),
        ];
        all.into_iter().filter_map(|(kind, ids)| Some((kind, ids?))).collect()
    }

    /// Finds the declared flow or module behind a reference: a token, or an ARN or id of the live instance.
    fn named(&self, reference: &str) -> Option<(Kind, Label)> {
        let token = |kind: Kind, name: &Label, attribute| {
            let name = name.as_str().to_owned();
            match kind {
                Kind::Module => Token::Module { name, attribute }.to_string(),
                _ => Token::Flow { name, attribute }.to_string(),
            }
        };
        let is = |kind: Kind, name: &Label, flow: &Flow| {
            let tokens = [Attribute::Arn, Attribute::Id].map(|attribute| token(kind, name, attribute));
            let live = self.listed(kind, &flow.name);
            tokens.iter().any(|token| token == reference)
                || live.is_some_and(|live| live.arn == reference || live.id == reference)
        };
        let here = self.desired().contents().filter(|(_, _, flow)| flow.instances.contains(self.instance));
        here.into_iter()
            .find(|(kind, name, flow)| is(*kind, name, flow))
            .map(|(kind, name, _)| (kind, name.clone()))
    }

    fn listed(&self, kind: Kind, name: &str) -> Option<&crate::snapshot::FlowSummary> {
        self.auditor.observed?.lists.get(&(kind, self.instance.clone()))?.found()?.get(name)
    }

    fn content(&self, kind: Kind, name: &Label) -> Option<&Arc<Content>> {
        self.auditor.contents.get(&(kind, self.instance.clone(), name.clone()))
    }

    /// Whether a flow of the set hands contacts to this one. Known to be false only if every flow of the set was read
    /// and names all that it hands contacts to.
    fn transferred_to(&self, flow: &Label) -> Option<bool> {
        let mut known = true;
        for (kind, name, declared) in self.desired().contents() {
            if !declared.instances.contains(self.instance) {
                continue;
            }
            let Some(content) = self.content(kind, name) else {
                known = false;
                continue;
            };
            for call in content.calls.iter().filter(|call| call.kind == CallKind::Flow) {
                match self.named(&call.reference) {
                    Some((Kind::Flow, to)) if to == *flow => return Some(true),
                    Some(_) => {}
                    None => known = false,
                }
            }
        }
        known.then_some(false)
    }

    /// Follows what a content names, and what that names.
    fn callees(&self, first: &Arc<Content>) -> BTreeMap<String, CalleeFacts> {
        let mut callees = BTreeMap::new();
        let mut open = vec![Arc::clone(first)];
        while let Some(content) = open.pop() {
            for call in &content.calls {
                if callees.contains_key(&call.reference) {
                    continue;
                }
                let Some((kind, name)) = self.named(&call.reference) else { continue };
                let Some(flow) = self.desired().content(kind, &name) else { continue };
                let content = self.content(kind, &name);
                let facts = CalleeFacts {
                    name: Some(flow.name.clone()),
                    document: content.map(|content| Arc::clone(&content.document)),
                };
                callees.insert(call.reference.clone(), facts);
                open.extend(content.cloned());
            }
        }
        callees
    }

    /// The functions by the texts that stand in the flow and in what it calls, or that its bindings put there. What a
    /// bound block names is overwritten, and so no news.
    fn functions(
        &self,
        declared: &Flow,
        content: Option<&Arc<Content>>,
        callees: &BTreeMap<String, CalleeFacts>,
    ) -> BTreeMap<String, FunctionFacts> {
        let mut functions: BTreeMap<String, FunctionFacts> = BTreeMap::new();
        if let Some(content) = content {
            let bound = declared.bindings.keys().filter_map(|name| content.document.find(name).ok());
            functions = self.named_in(&content.document, &bound.map(|block| block.index).collect());
        }
        let called = callees.values().filter_map(|callee| callee.document.as_ref());
        let documents = content.map(|content| &content.document).into_iter().chain(called);
        let named = documents.flat_map(|document| document.invocations()).filter_map(|found| {
            found.function.and_then(|function| self.auditor.by_text.get(function.text()).copied())
        });
        let names: BTreeSet<&Label> =
            named.chain(declared.bindings.values().map(|binding| &binding.function)).collect();
        for name in names {
            let Some(function) = self.desired().functions.get(name) else { continue };
            let facts = self.declared(name, function, &function.target);
            functions.extend(texts(name, &function.target).map(|text| (text, facts.clone())));
        }
        functions
    }

    /// The functions that a content names by their ARNs, but for those of the blocks in `skip`.
    fn named_in(&self, document: &Document, skip: &BTreeSet<usize>) -> BTreeMap<String, FunctionFacts> {
        let invocations = document.invocations().into_iter().filter(|found| !skip.contains(&found.index));
        let texts = invocations.filter_map(|found| found.function?.literal().map(str::to_owned));
        let of_text = |text: String| {
            let FunctionArn { place, name, qualifier } =
                FunctionArn::parse(&text).ok().filter(|_| !is_template(&text))?;
            let target = FunctionRef { place, name, qualifier };
            let names = self.auditor.by_name.get(&(&target.place, target.name.as_str()));
            let declared = || {
                let names = names.into_iter().flatten();
                names.filter_map(|name| Some((*name, self.desired().functions.get(*name)?)))
            };
            let exact = declared().find(|(_, declared)| declared.target == target);
            let facts = match exact.or_else(|| declared().next()) {
                Some((name, function)) => self.declared(name, function, &target),
                None => FunctionFacts { declared: Some(false), ..self.seen(&target, Associate::Unqualified) },
            };
            Some((text, facts))
        };
        texts.filter_map(of_text).collect()
    }

    /// What is known of a declared function that is called as `target`.
    fn declared(&self, name: &Label, function: &Function, target: &FunctionRef) -> FunctionFacts {
        let response = function.response.as_ref();
        let keys = response.filter(|response| !response.keys.is_empty());
        FunctionFacts {
            name: Some(name.as_str().to_owned()),
            declared: Some(true),
            qualifier: Some(function.target.qualifier.clone()),
            response_type: response.map(|response| match response.kind {
                ResponseType::StringMap => crate::flow::ResponseType::StringMap,
                ResponseType::Json => crate::flow::ResponseType::Json,
            }),
            response_keys: keys.map(|response| response.keys.iter().cloned().collect()),
            response_example: response.and_then(|response| response.example.clone()),
            timeout_seconds: function.source.as_ref().and_then(|source| source.timeout),
            ..self.seen(target, function.associate)
        }
    }

    /// What was seen of a function that is called as `target`.
    fn seen(&self, target: &FunctionRef, associate: Associate) -> FunctionFacts {
        let Some(observed) = self.auditor.observed else { return FunctionFacts::default() };
        let everything = observed.removal.as_ref().map(|seen| seen.policy(target));
        let read = observed.policies.get(target).or_else(|| observed.called.get(target));
        let policy = read.or(everything.as_ref());
        let instance = observed.instances.get(self.instance).and_then(Look::found).map(|seen| &seen.arn);
        let list = observed.associations.get(self.instance).and_then(Look::found);
        // Only functions of the instance's own account and Region are listed; the others are granted alone.
        let listable = instance.is_some_and(|instance| instance.place == target.place);
        let listed = list.filter(|_| listable && associate != Associate::None).map(|list| {
            let arns = [target.unqualified().arn().to_string(), target.arn().to_string()];
            arns.iter().any(|arn| list.contains(arn))
        });
        let granted = policy
            .and_then(Look::found)
            .zip(instance)
            .map(|(policy, instance)| matches!(policy.judge(target, instance), Judgement::Allowed(_)));
        FunctionFacts {
            exists: match policy {
                Some(Look::Found(_)) => Some(true),
                Some(Look::Absent { .. }) => Some(false),
                Some(Look::Unknown) | None => None,
            },
            associated: listed,
            granted,
            unread: unread(observed, target),
            ..FunctionFacts::default()
        }
    }
}

/// What may stand in a flow for a declared function: its token and its ARN.
fn texts(name: &Label, target: &FunctionRef) -> [String; 2] {
    [Token::Function(name.as_str().to_owned()).to_string(), target.arn().to_string()]
}

/// Says why the policy of a function that a flow calls by its ARN could not be read, if that is so.
fn unread(observed: &Snapshot, target: &FunctionRef) -> Option<String> {
    let account = &target.place.account;
    if observed.policies.contains_key(target) || observed.identities.is_empty() {
        None
    } else if !observed.identities.contains_key(account) {
        Some(format!("account {account} is not one of the manifest's accounts, or could not be reached"))
    } else {
        let denied = matches!(observed.called.get(target), Some(Look::Unknown));
        denied.then(|| {
            "the caller lacks permission to read its policy (lambda:GetPolicy, lambda:GetFunction)".to_owned()
        })
    }
}

fn flow_type(kind: FlowType) -> Option<stub::FlowType> {
    if kind == FlowType::Module {
        Some(stub::FlowType::Module)
    } else {
        stub::FlowType::from_name(&kind.wire())
    }
}
