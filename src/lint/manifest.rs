//! From a manifest to the flows that are judged: with variables filled in and bindings laid over.

use crate::flow::patch::BlockValues;
use crate::flow::{FlowText, InvocationKind, ResponseType, Token};
use crate::manifest::{self, Binding, Manifest};
use crate::resource::{Kind, Label};

/// A flow or module file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestFlow<'m> {
    /// Whether it is a flow or a module.
    pub kind: Kind,
    /// The logical name.
    pub flow: &'m Label,
    /// The file.
    pub path: &'m str,
    /// The file's text, in which places are told.
    pub written: &'m FlowText,
    /// What the manifest makes of it; tokens other than variables still stand in it.
    pub desired: FlowText,
    /// The instances that it stands on.
    pub instances: &'m [Label],
}

/// Returns the flows and modules whose content a manifest holds. One without content is live, and not judged here.
pub fn manifest_flows(manifest: &Manifest) -> Vec<ManifestFlow<'_>> {
    let flows = manifest.contents().filter_map(|(kind, flow, spec)| {
        let content = spec.content.as_ref()?;
        let edits: Vec<_> =
            spec.bindings.iter().map(|(block, binding)| (block.clone(), values(binding))).collect();
        // A binding that cannot be laid over was told when the manifest was read.
        let desired = content.text.patched(&edits).unwrap_or_else(|_| content.text.clone());
        let (path, written) = (content.path.as_str(), &content.written);
        Some(ManifestFlow { kind, flow, path, written, desired, instances: &spec.instances })
    });
    flows.collect()
}

fn values(binding: &Binding) -> BlockValues {
    let token = Token::Function(binding.function.to_string());
    BlockValues {
        function_arn: Some(token.to_string()),
        display_name: None,
        time_limit: binding.time_limit,
        invocation: binding.invocation.map(|kind| match kind {
            manifest::Invocation::Sync => InvocationKind::Sync,
            manifest::Invocation::Async => InvocationKind::Async,
        }),
        response_type: binding.response_type.map(|kind| match kind {
            manifest::ResponseType::StringMap => ResponseType::StringMap,
            manifest::ResponseType::Json => ResponseType::Json,
        }),
        parameters: binding.parameters.clone(),
    }
}
