//! The pictures of the flows and modules of a manifest, with what the analyser finds in them.

use std::collections::BTreeMap;

use super::flow::of_flow;
use super::model::Picture;
use crate::audit::Auditor;
use crate::flow::facts::Facts;
use crate::flow::{Document, rules};
use crate::manifest::Manifest;
use crate::resource::{Address, Kind, Label};

/// Creates the picture of a flow or module that a manifest has the content of, on an instance.
pub fn of_content(auditor: &Auditor<'_>, kind: Kind, instance: &Label, name: &Label) -> Option<Picture> {
    let document = auditor.document(kind, instance, name)?;
    Some(of_document(document, &auditor.facts(kind, instance, name)))
}

/// Creates the picture of a flow around which these facts are known.
pub fn of_document(document: &Document, facts: &Facts) -> Picture {
    let view = rules::FlowView::new(document, None);
    let findings = rules::check(&view, facts, rules::ALL);
    of_flow(document, &view.graph, &findings)
}

/// Creates the pictures of those flows and modules of a manifest that are wanted, by address.
pub fn of_contents(manifest: &Manifest, wanted: impl Fn(&Address) -> bool) -> BTreeMap<Address, Picture> {
    let auditor = Auditor::new(manifest, None);
    let mut pictures = BTreeMap::new();
    for (kind, name, flow) in manifest.contents() {
        for instance in &flow.instances {
            let address = manifest.flow_address(kind, name, instance);
            if wanted(&address)
                && let Some(picture) = of_content(&auditor, kind, instance, name)
            {
                pictures.insert(address, Picture { title: flow.name.clone(), ..picture });
            }
        }
    }
    pictures
}
