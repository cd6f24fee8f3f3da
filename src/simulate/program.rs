//! The flows of a manifest, as the engine takes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::flow::engine::{Code, Key, Place, Program};
use crate::flow::stub;
use crate::flow::{ArnValue, Invocation, TimeLimit, Token};
use crate::manifest::{Flow, FlowFile, Manifest};
use crate::resource::{Address, FlowType, InstanceArn, Kind, Label};
use crate::runtime::binding::{self, BindError, Bound, Callee};

/// What a contact is sent through: the flows of one instance.
#[derive(Debug, Clone)]
pub struct Subject<'m> {
    /// The manifest.
    pub manifest: &'m Manifest,
    /// The flow that the contact meets.
    pub flow: &'m Label,
    /// Its type.
    pub kind: FlowType,
    /// The instance.
    pub instance: &'m Label,
    /// The ARN of the instance.
    pub instance_arn: InstanceArn,
    /// The flows.
    pub program: Program,
    /// The blocks that invoke functions.
    pub bound: BTreeMap<Place, Bound<'m>>,
}

impl Subject<'_> {
    /// Returns the key of the flow that the contact meets.
    pub fn key(&self) -> Key {
        Key::flow(self.flow.as_str())
    }

    /// Returns the address of a flow or module.
    pub fn address(&self, key: &Key) -> String {
        key.to_string()
    }
}

/// Says why no contact can be sent through a flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoFlow {
    /// The address is of something else.
    #[error("`{0}` is not a flow")]
    NotAFlow(Address),
    /// The set has no such flow.
    #[error("{set} has no flow `{name}`")]
    Unknown {
        /// The set.
        set: String,
        /// The name.
        name: String,
        /// The flows that it has.
        known: Vec<String>,
    },
    /// The flow has no content in the manifest.
    #[error("flow/{name} has no `content:`: only Amazon Connect knows its blocks")]
    NoContent {
        /// The flow.
        name: String,
    },
    /// Something about its bindings is wrong.
    #[error("{0}")]
    Binding(#[from] BindError),
}

/// Brings the flows together that a contact may meet from a flow on.
///
/// # Errors
/// There is no such flow with content, or its tokens or bindings are wrong.
pub fn subject<'m>(manifest: &'m Manifest, address: &Address) -> Result<Subject<'m>, NoFlow> {
    if address.kind != Kind::Flow || address.block.is_some() {
        return Err(NoFlow::NotAFlow(address.clone()));
    }
    let Some((name, flow)) = manifest.flows.get_key_value(&address.name) else {
        let known = manifest.flows.keys().map(|name| format!("flow/{name}")).collect();
        let (set, name) = (manifest.set.to_string(), address.name.to_string());
        return Err(NoFlow::Unknown { set, name, known });
    };
    if flow.content.is_none() {
        return Err(NoFlow::NoContent { name: name.to_string() });
    }
    let (instance, instance_arn) = binding::instance(manifest, flow, address)?;
    let mut subject = Subject {
        manifest,
        flow: name,
        kind: flow.kind,
        instance,
        instance_arn,
        program: Program::default(),
        bound: BTreeMap::new(),
    };
    for (kind, name, flow) in manifest.contents() {
        if flow.instances.contains(instance)
            && let Some(content) = &flow.content
        {
            add(
                &mut subject,
                Address { at: Some(instance.clone()), ..Address::new(kind, name) },
                flow,
                content,
            )?;
        }
    }
    Ok(subject)
}

fn key(kind: Kind, name: &str) -> Key {
    if kind == Kind::Module { Key::module(name) } else { Key::flow(name) }
}

fn add<'m>(
    subject: &mut Subject<'m>,
    address: Address,
    flow: &'m Flow,
    content: &FlowFile,
) -> Result<(), NoFlow> {
    let Ok(document) = content.text.document() else { return Ok(()) };
    let key = key(address.kind, address.name.as_str());
    for (token, value) in binding::tokens(subject.manifest, flow, &address)? {
        let callee = match &token {
            Token::Flow { name, .. } => Some(Key::flow(name)),
            Token::Module { name, .. } => Some(Key::module(name)),
            _ => None,
        };
        let program = &mut subject.program;
        if let Some(callee) = callee {
            program.callees.insert(token.to_string(), callee.clone());
            program.callees.insert(value.clone(), callee);
        }
        if let Token::Queue { name, .. } | Token::Prompt { name, .. } | Token::Hours { name, .. } = &token {
            program.names.insert(value.clone(), name.clone());
        }
        program.tokens.insert(token.to_string(), value);
    }
    for invocation in document.invocations() {
        let block = Address { block: Some(invocation.block.clone()), ..address.clone() };
        let bound = binding::find(subject.manifest, &block)?;
        let place = Place { flow: key.clone(), block: invocation.index };
        subject.program.invocations.insert(place.clone(), as_bound(invocation, &bound));
        subject.bound.insert(place, bound);
    }
    let kind = stub::FlowType::from_name(flow.kind.word()).unwrap_or(stub::FlowType::ContactFlow);
    subject.program.flows.insert(key, Code { document: Arc::clone(document), kind });
    Ok(())
}

/// What the manifest says of a block wins over the file.
fn as_bound(written: Invocation, bound: &Bound<'_>) -> Invocation {
    let function = match &bound.callee {
        Callee::Declared(_, function) => Some(ArnValue::Literal(function.target.arn().to_string())),
        Callee::Literal(text) | Callee::Dynamic(text) => Some(ArnValue::new(text)),
        Callee::None => None,
    };
    Invocation {
        function,
        time_limit: bound.time_limit.map(|seconds| TimeLimit::Number(seconds.to_string())),
        kind: bound.kind,
        response_type: bound.response_type,
        parameters: bound.parameters.clone().unwrap_or(written.parameters),
        ..written
    }
}
