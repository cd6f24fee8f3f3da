//! What the set lets `flowbind lint` pass.

use crate::resource::{Code, Label};

use crate::manifest::declared::{At, DeclaredSet, DeclaredSuppression, Given};
use crate::manifest::model::Suppression;
use crate::manifest::reading::log::Log;

/// Resolves the entries of `spec.lint.ignore`; an entry about a flow that is not there would hide nothing.
pub(in crate::manifest) fn suppressions(declared: &DeclaredSet, log: &mut Log) -> Vec<Suppression> {
    let entries = declared.suppressions.iter();
    entries.filter_map(|at| suppression(declared, at, log)).collect()
}

fn suppression(declared: &DeclaredSet, at: &At<DeclaredSuppression>, log: &mut Log) -> Option<Suppression> {
    let At { value: DeclaredSuppression { code, flow, block, reason }, position } = at;
    if let Given::Is(At { value: flow, position }) = flow
        && !declared.flows.contains_key(flow)
        && !declared.modules.contains_key(flow)
    {
        let known = declared.flows.keys().chain(declared.modules.keys()).map(Label::as_str);
        let message = format!("no flow or module is named `{flow}`");
        log.unknown(Code::UnknownFlow, *position, message, flow.as_str(), known);
        return None;
    }
    Some(Suppression {
        code: code.value()?.clone(),
        flow: flow.value().cloned(),
        block: block.value().cloned(),
        reason: reason.value()?.clone(),
        origin: log.origin(*position),
    })
}
