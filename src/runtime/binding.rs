//! The bindings of a manifest's flows: which function a block invokes, how, and with which parameters.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::Contract;
use super::tries::Rules;
use crate::flow::{Document, Invocation, InvocationKind, ResponseType};
use crate::manifest::{self, Binding, Flow, Function, Manifest};
use crate::resource::{Address, FunctionArn, InstanceArn, Kind, Label, Origin};

mod place;
mod site;

pub use place::{instance, tokens};
use site::Site;

/// A block that invokes a function, as the manifest makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound<'m> {
    /// Its address.
    pub address: Address,
    /// The flow or module.
    pub flow: &'m Flow,
    /// The instance.
    pub instance: &'m Label,
    /// The ARN of the instance; its id is made up where only an alias is declared.
    pub instance_arn: InstanceArn,
    /// The function.
    pub callee: Callee<'m>,
    /// Whether the contact waits.
    pub kind: InvocationKind,
    /// The time limit in seconds, where it is known.
    pub time_limit: Option<u32>,
    /// Whether the block has a branch of its own for a limit that is over.
    pub has_timeout_branch: bool,
    /// How the answer is read.
    pub response_type: ResponseType,
    /// The parameters before references are filled in; none where only Amazon Connect knows them.
    pub parameters: Option<BTreeMap<String, Value>>,
    /// Tokens in the parameters whose value only the live instance knows: an id is made up for each.
    pub made_up: Vec<String>,
    /// Where the block is in the flow file, or the flow in the manifest.
    pub origin: Origin,
}

impl Bound<'_> {
    /// What an answer of the function is held against.
    pub fn contract(&self) -> Contract {
        let response = match &self.callee {
            Callee::Declared(_, function) => function.response.as_ref(),
            Callee::Literal(_) | Callee::Dynamic(_) | Callee::None => None,
        };
        Contract::new(self.response_type, response)
    }

    /// How often the function is tried.
    pub fn rules(&self, seed: u64) -> Rules {
        let has_timeout_branch = self.has_timeout_branch;
        Rules { has_timeout_branch, ..Rules::new(self.kind, self.time_limit, seed) }
    }
}

/// The error of a limit that is over. The flow language's page does not name it for this block; the test language and
/// another block do.
const TIMEOUT: &str = "TimeLimitExceeded";

/// The function of a binding.
#[derive(Debug, Clone, PartialEq)]
pub enum Callee<'m> {
    /// A function of the manifest.
    Declared(&'m Label, &'m Function),
    /// An ARN or name that the flow file has.
    Literal(String),
    /// A reference that is known only when a contact is there.
    Dynamic(String),
    /// The block names none.
    None,
}

/// Says why no binding is meant by an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// Only flows and modules have blocks.
    #[error("`{0}` is neither a flow nor a module")]
    NotAFlow(Address),
    /// The manifest has no such flow.
    #[error("{set} has no {kind} `{name}`")]
    NoFlow {
        /// The set.
        set: String,
        /// A flow or a module.
        kind: Kind,
        /// The name.
        name: String,
        /// The flows and modules that it has.
        known: Vec<String>,
    },
    /// The flow is not on the instance.
    #[error("{kind}/{name} is not assigned to the instance `{at}`")]
    NotThere {
        /// A flow or a module.
        kind: Kind,
        /// Its name.
        name: String,
        /// The instance.
        at: String,
        /// The instances that it is assigned to.
        known: Vec<String>,
    },
    /// No block of the flow invokes a function.
    #[error("{0} invokes no function")]
    NoBinding(String),
    /// Several blocks do, and none was named.
    #[error("{flow} invokes functions in {} blocks; name one of them", blocks.len())]
    Several {
        /// The flow.
        flow: String,
        /// The addresses of the blocks.
        blocks: Vec<String>,
    },
    /// No block that invokes a function has the name.
    #[error("{flow} has no block `{block}` that invokes a function")]
    NoBlock {
        /// The flow.
        flow: String,
        /// The name.
        block: String,
        /// The blocks that invoke functions.
        known: Vec<String>,
    },
    /// Several blocks have the name.
    #[error("several blocks of {flow} are named `{block}`; use an identifier")]
    Ambiguous {
        /// The flow.
        flow: String,
        /// The name.
        block: String,
        /// Their identifiers.
        identifiers: Vec<String>,
    },
    /// A token of the content is wrong.
    #[error("{flow}: {why}")]
    Content {
        /// The flow.
        flow: String,
        /// What is wrong.
        why: String,
    },
    /// A token of the parameters is wrong.
    #[error("the parameters of `{block}`: {why}")]
    Token {
        /// The block.
        block: String,
        /// What is wrong.
        why: String,
    },
}

/// A block, by what people call it and by its identifier.
struct Known {
    name: String,
    /// What addresses it alone: the name, or the identifier where several have the name.
    alone: String,
    identifier: String,
    invocation: Option<Invocation>,
    has_timeout_branch: bool,
}

/// Finds the binding that an address means: of a flow without a block its only one.
///
/// # Errors
/// No binding is meant, or several.
pub fn find<'m>(manifest: &'m Manifest, address: &Address) -> Result<Bound<'m>, BindError> {
    let (kind, name) = (address.kind, &address.name);
    if !matches!(kind, Kind::Flow | Kind::Module) {
        return Err(BindError::NotAFlow(address.clone()));
    }
    let declared = match kind {
        Kind::Module => manifest.modules.get_key_value(name),
        _ => manifest.flows.get_key_value(name),
    };
    let Some((name, flow)) = declared else {
        let known = manifest.contents().map(|(kind, name, _)| format!("{kind}/{name}")).collect();
        let (set, name) = (manifest.set.to_string(), name.to_string());
        return Err(BindError::NoFlow { set, kind, name, known });
    };
    let site = site(manifest, flow, address)?;
    let known = blocks(flow);
    let block = block(&known, address, &Address { block: None, ..address.clone() }.to_string())?;
    bound(&site, &Address::new(kind, name), flow, block)
}

/// Returns all bindings of a manifest, on the first instance of each flow, in the order of the flows and their files.
///
/// # Errors
/// A token of some parameters is wrong.
pub fn all(manifest: &Manifest) -> Result<Vec<Bound<'_>>, BindError> {
    let mut found = Vec::new();
    for (kind, name, flow) in manifest.contents() {
        let address = Address::new(kind, name);
        let site = site(manifest, flow, &address)?;
        for block in &blocks(flow) {
            found.push(bound(&site, &address, flow, block)?);
        }
    }
    Ok(found)
}

/// The instance that is meant, of several the first.
fn site<'m>(manifest: &'m Manifest, flow: &'m Flow, address: &Address) -> Result<Site<'m>, BindError> {
    let wanted = |instance: &&Label| address.at.as_ref().is_none_or(|at| at == *instance);
    let found = flow.instances.iter().find(wanted);
    let declared = found.and_then(|instance| Some((instance, manifest.instances.get(instance)?)));
    declared.map(|(instance, declared)| Site { manifest, instance, declared }).ok_or_else(|| {
        BindError::NotThere {
            kind: address.kind,
            name: address.name.to_string(),
            at: address.at.as_ref().map(ToString::to_string).unwrap_or_default(),
            known: flow.instances.iter().map(ToString::to_string).collect(),
        }
    })
}

/// The blocks that invoke functions: those of the file, or, of a flow without one, those that are bound.
fn blocks(flow: &Flow) -> Vec<Known> {
    let Some(document) = document(flow) else {
        let bound = flow.bindings.keys();
        return bound
            .map(|name| Known {
                name: name.clone(),
                alone: name.clone(),
                identifier: name.clone(),
                invocation: None,
                has_timeout_branch: false,
            })
            .collect();
    };
    let known = document.invocations().into_iter().filter_map(|invocation| {
        let block = document.blocks().get(invocation.index)?;
        let (name, identifier) = (block.name.clone(), block.identifier.clone());
        let alone = if document.find(&name).is_ok() { name.clone() } else { identifier.clone() };
        let has_timeout_branch = block.transitions.error(TIMEOUT).is_some();
        Some(Known { name, alone, identifier, invocation: Some(invocation), has_timeout_branch })
    });
    known.collect()
}

fn document(flow: &Flow) -> Option<&Document> {
    flow.content.as_ref()?.text.document().ok().map(|document| &**document)
}

fn block<'k>(known: &'k [Known], address: &Address, flow: &str) -> Result<&'k Known, BindError> {
    let Some(wanted) = address.block.as_ref().filter(|block| !block.is_empty()) else {
        return match known {
            [] => Err(BindError::NoBinding(flow.to_owned())),
            [only] => Ok(only),
            several => {
                let blocks = several.iter().map(|block| format!("{flow}#{}", block.alone)).collect();
                Err(BindError::Several { flow: flow.to_owned(), blocks })
            }
        };
    };
    if let Some(block) = known.iter().find(|block| block.identifier == *wanted) {
        return Ok(block);
    }
    let named: Vec<&Known> = known.iter().filter(|block| block.name == *wanted).collect();
    match named.as_slice() {
        [only] => Ok(only),
        [] => Err(BindError::NoBlock {
            flow: flow.to_owned(),
            block: wanted.clone(),
            known: known.iter().map(|block| block.alone.clone()).collect(),
        }),
        several => Err(BindError::Ambiguous {
            flow: flow.to_owned(),
            block: wanted.clone(),
            identifiers: several.iter().map(|block| block.identifier.clone()).collect(),
        }),
    }
}

/// The manifest's binding of a block, which is named by its identifier or its friendly name.
fn binding<'m>(flow: &'m Flow, block: &Known) -> Option<&'m Binding> {
    flow.bindings.get(&block.identifier).or_else(|| flow.bindings.get(&block.name))
}

/// What the manifest says wins over the file.
fn bound<'m>(
    site: &Site<'m>,
    address: &Address,
    flow: &'m Flow,
    block: &Known,
) -> Result<Bound<'m>, BindError> {
    let (binding, instance) = (binding(flow, block), site.instance);
    let of_file = block.invocation.as_ref();
    let kind = binding.and_then(|binding| binding.invocation).map(|kind| match kind {
        manifest::Invocation::Sync => InvocationKind::Sync,
        manifest::Invocation::Async => InvocationKind::Async,
    });
    let response = binding.and_then(|binding| binding.response_type).map(|kind| match kind {
        manifest::ResponseType::StringMap => ResponseType::StringMap,
        manifest::ResponseType::Json => ResponseType::Json,
    });
    let limit = binding.and_then(|binding| binding.time_limit);
    let said = binding.and_then(|binding| binding.parameters.as_ref());
    let said =
        said.map(|map| map.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect());
    let written: Option<BTreeMap<String, Value>> =
        said.or_else(|| of_file.map(|invocation| invocation.parameters.clone()));
    let (parameters, made_up) = match written {
        None => (None, Vec::new()),
        Some(parameters) => {
            let (parameters, made_up) = site
                .rendered(&parameters)
                .map_err(|why| BindError::Token { block: block.name.clone(), why })?;
            (Some(parameters), made_up)
        }
    };
    Ok(Bound {
        address: Address { at: (flow.instances.len() > 1).then(|| instance.clone()), ..address.clone() }
            .block(&block.alone),
        flow,
        instance,
        instance_arn: site.arn(),
        callee: callee(site.manifest, binding, of_file),
        kind: kind.or(of_file.map(|invocation| invocation.kind)).unwrap_or(InvocationKind::Sync),
        time_limit: limit.or_else(|| of_file?.time_limit.as_ref()?.seconds()),
        has_timeout_branch: block.has_timeout_branch,
        response_type: response
            .or(of_file.map(|invocation| invocation.response_type))
            .unwrap_or(ResponseType::StringMap),
        parameters,
        made_up,
        origin: origin(flow, of_file),
    })
}

/// Where a block is in its file; of a flow without one, where the manifest declares the flow.
fn origin(flow: &Flow, of_file: Option<&Invocation>) -> Origin {
    let written = flow.content.as_ref().and_then(|content| {
        let block = content.written.document().ok()?.blocks().get(of_file?.index)?.position;
        Some(Origin { file: content.path.clone(), line: block.line, column: block.column })
    });
    written.unwrap_or_else(|| flow.origin.clone())
}

fn callee<'m>(manifest: &'m Manifest, binding: Option<&Binding>, of_file: Option<&Invocation>) -> Callee<'m> {
    let declared = |name: &Label| manifest.functions.get_key_value(name);
    if let Some((name, function)) = binding.and_then(|binding| declared(&binding.function)) {
        return Callee::Declared(name, function);
    }
    let Some(written) = of_file.and_then(|invocation| invocation.function.as_ref()) else {
        return Callee::None;
    };
    let Some(text) = written.literal() else { return Callee::Dynamic(written.text().to_owned()) };
    let by_token = || {
        let name = text.strip_prefix("${function.")?.strip_suffix(".arn}")?;
        declared(&Label::parse(name).ok()?)
    };
    let by_arn = || {
        let arn = FunctionArn::parse(text).ok()?;
        manifest.functions.iter().find(|(_, function)| function.target.arn() == arn)
    };
    by_token()
        .or_else(by_arn)
        .map_or_else(|| Callee::Literal(text.to_owned()), |(name, function)| Callee::Declared(name, function))
}
