//! The index of a run's kept contents: `flowbind.backup/v1`. A field may be added within a version, none is renamed
//! or removed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::flow::FlowText;
use crate::plan::KeptFlow;
use crate::resource::{Address, InstanceArn, Kind, Label};

const FORMAT: &str = "flowbind.backup/v1";

/// Creates the document.
pub(super) fn document(entries: Vec<Value>) -> Value {
    json!({ "format": FORMAT, "entries": entries })
}

/// Reads the document's entries.
pub(super) fn entries(text: &str) -> Result<Vec<Value>, String> {
    let mut document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match document.get("format").and_then(Value::as_str) {
        Some(FORMAT) => {}
        other => return Err(format!("its format is {}, not {FORMAT}", other.unwrap_or("missing"))),
    }
    match document.get_mut("entries").map(Value::take) {
        Some(Value::Array(entries)) => Ok(entries),
        _ => Err("it has no entries".to_owned()),
    }
}

/// Writes one entry; the content stands in `file`, and the draft, if there was a newer one, in `draft`.
pub(super) fn write(flow: &KeptFlow, file: &str, draft: Option<&str>) -> Value {
    let KeptFlow {
        address,
        key: (kind, name_in_set),
        instance,
        instance_name,
        id,
        arn,
        name,
        kind: of,
        archived,
        published,
        description,
        tags,
        content: _,
        draft: _,
    } = flow;
    let mut entry = json!({
        "address": address.to_string(),
        "kind": kind.word(),
        "logical": name_in_set.as_str(),
        "instance": instance.to_string(),
        "instanceName": instance_name.as_str(),
        "id": id,
        "arn": arn,
        "name": name,
        "type": of,
        "archived": archived,
        "published": published,
        "description": description,
        "tags": tags,
        "file": file,
    });
    if let (Some(entry), Some(draft)) = (entry.as_object_mut(), draft) {
        entry.insert("draft".to_owned(), json!(draft));
    }
    entry
}

/// The files of an entry.
pub(super) struct Files {
    /// Holds the content.
    pub(super) content: String,
    /// Holds the draft.
    pub(super) draft: Option<String>,
}

/// Reads one entry, without its content and draft, and the files that hold them.
pub(super) fn read(entry: &Value) -> Result<(KeptFlow, Files), String> {
    let text =
        |key: &str| entry.get(key).and_then(Value::as_str).ok_or_else(|| format!("an entry has no `{key}`"));
    let label = |key: &str| Label::parse(text(key)?).map_err(|error| error.to_string());
    let kind = match text("kind")? {
        "flow" => Kind::Flow,
        "module" => Kind::Module,
        other => return Err(format!("an entry is a `{other}`, which cannot be restored")),
    };
    let of = Some(text("type")?.to_owned()).filter(|of| !of.is_empty());
    let file = |key: &str| match text(key)? {
        file if file.starts_with('.') || file.contains(['/', '\\']) => {
            Err(format!("`{file}` is not a file of the run"))
        }
        file => Ok(file.to_owned()),
    };
    let draft = entry.get("draft").map(|_| file("draft")).transpose()?;
    let tags = entry.get("tags").and_then(Value::as_object).into_iter().flatten();
    let tags: BTreeMap<String, String> =
        tags.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    let flow = KeptFlow {
        address: Address::parse(text("address")?).map_err(|error| error.to_string())?,
        key: (kind, label("logical")?),
        instance: InstanceArn::parse(text("instance")?).map_err(|error| error.to_string())?,
        instance_name: label("instanceName")?,
        id: text("id")?.to_owned(),
        arn: text("arn")?.to_owned(),
        name: text("name")?.to_owned(),
        kind: of.ok_or("an entry has an empty type")?,
        archived: entry.get("archived").and_then(Value::as_bool).unwrap_or(false),
        published: entry.get("published").and_then(Value::as_bool).unwrap_or(true),
        description: text("description")?.to_owned(),
        tags,
        content: FlowText::from(""),
        draft: None,
    };
    Ok((flow, Files { content: file("file")?, draft }))
}
