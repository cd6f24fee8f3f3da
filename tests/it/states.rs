//! What the embedded AWS holds, in a form in which two runs can be compared: ids replaced by names, times left out.

use std::collections::BTreeMap;

use flowbind::flow::compare;
use flowbind::flow::document::Document;
use flowbind::plan::APPLIED_TAG;
use serde_json::Value;

/// Members that differ from run to run: times, ids, revisions, and the emulator's own counters.
const PASSING: &[&str] = &[
    "active_at",
    "assumable_at",
    "counter",
    "created",
    "id",
    "instance_churn",
    "last_write",
    "LastModified",
    "modified",
    "ready_at",
    "retired_names",
    "revision",
    "RevisionId",
    "seeded",
    "sessions",
    "token",
    "updated_at",
];

/// What the sweep plants and flowbind must not touch begins with one of these, or carries another set's marks.
const THEIRS: &[&str] = &["Theirs", "theirs"];

/// A state without ids and times: values by their path.
pub(crate) fn canonical(content: &Value) -> BTreeMap<String, String> {
    let mut content = content.clone();
    judge_digests(&mut content);
    let content = &content;
    let mut text = content.to_string();
    for (id, name) in names(content) {
        text = text.replace(&id, &name);
    }
    let mut lines = BTreeMap::new();
    flatten("", &serde_json::from_str(&text).unwrap(), &mut lines);
    lines
}

/// Puts in place of each flow's digest whether it is that of its content: contents hold ids.
fn judge_digests(value: &mut Value) {
    if let Some(text) = value["published"]["text"].as_str() {
        let digest = Document::parse(text).map(|document| compare::digest(&document)).unwrap_or_default();
        if let Some(tag) = value["tags"].get_mut(APPLIED_TAG) {
            *tag = if *tag == *digest { "that of the content".into() } else { "stale".into() };
        }
    } else if let Value::Object(members) = value {
        members.values_mut().for_each(judge_digests);
    }
}

/// The ids of everything that has a name.
fn names(content: &Value) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for instance in each(&content["regions"]).into_iter().flat_map(|(_, account)| each(account)) {
        for (id, instance) in each(&instance.1["instances"]) {
            names.insert(id.clone(), format!("<{}>", instance["alias"].as_str().unwrap_or_default()));
            for kind in ["flows", "modules", "queues", "prompts", "hours"] {
                for (id, value) in each(&instance[kind]) {
                    let name = value["name"].as_str().or_else(|| value.as_str()).unwrap_or_default();
                    names.insert(id.clone(), format!("<{kind} {name}>"));
                }
            }
        }
    }
    names
}

fn each(value: &Value) -> Vec<(&String, &Value)> {
    value.as_object().into_iter().flatten().collect()
}

fn flatten(path: &str, value: &Value, lines: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) if members.contains_key("Sid") => {
            lines.insert(path.to_owned(), value.to_string());
        }
        Value::Object(members) => {
            for (name, value) in members.iter().filter(|(name, _)| !PASSING.contains(&name.as_str())) {
                flatten(&format!("{path}/{name}"), value, lines);
            }
        }
        Value::Array(values) => {
            // Associations and statements are sets.
            let mut texts: Vec<(String, &Value)> = values.iter().map(|value| (key(value), value)).collect();
            texts.sort_by(|a, b| a.0.cmp(&b.0));
            for (n, (key, value)) in texts.into_iter().enumerate() {
                let at = if key.is_empty() { n.to_string() } else { key };
                flatten(&format!("{path}/{at}"), value, lines);
            }
        }
        other => {
            lines.insert(path.to_owned(), other.to_string());
        }
    }
}

/// What names a member of a set: a Sid, or an association's ARN.
fn key(value: &Value) -> String {
    let key = value["Sid"].as_str().or_else(|| value["arn"].as_str());
    key.map_or_else(|| value.to_string(), str::to_owned)
}

/// What is foreign, with ids, times and all.
pub(crate) fn foreign(content: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    pick("", content, &mut found);
    found
}

fn pick(path: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    let theirs = |text: &str| THEIRS.iter().any(|mark| text.starts_with(mark));
    match value {
        Value::Object(members) => {
            let named = ["name", "Sid"].iter().any(|name| {
                members
                    .get(*name)
                    .and_then(Value::as_str)
                    .is_some_and(|text| theirs(text) || text.contains("_other_"))
            });
            let arn = members.get("arn").and_then(Value::as_str).and_then(|arn| arn.rsplit(':').next());
            if named || arn.is_some_and(theirs) {
                let name = ["Sid", "arn", "name"].iter().find_map(|name| value[*name].as_str());
                found.insert(format!("{path} {}", name.unwrap_or_default()), value.to_string());
                return;
            }
            for (name, value) in members {
                let path = format!("{path}/{name}");
                match theirs(name) {
                    true => drop(found.insert(path, value.to_string())),
                    false => pick(&path, value, found),
                }
            }
        }
        // A place in a list is nobody's: others come and go.
        Value::Array(values) => values.iter().for_each(|value| pick(path, value, found)),
        _ => {}
    }
}

/// Whose each flow and module is, by its id: the marks stay with their object, whatever its name and the logical name
/// become.
pub(crate) fn owners(content: &Value) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for (_, region) in each(&content["regions"]).into_iter().flat_map(|(_, account)| each(account)) {
        for (_, instance) in each(&region["instances"]) {
            for (id, flow) in ["flows", "modules"].iter().flat_map(|kind| each(&instance[*kind])) {
                if let Some(owner) = flow["tags"]["flowbind/set"].as_str() {
                    owners.insert(id.clone(), owner.to_owned());
                }
            }
        }
    }
    owners
}

/// What differs between two states, in a few lines; none if nothing does.
pub(crate) fn difference(
    what: &str,
    wanted: &BTreeMap<String, String>,
    seen: &BTreeMap<String, String>,
) -> Option<String> {
    let mut lines = Vec::new();
    for (path, value) in wanted {
        match seen.get(path) {
            None => lines.push(format!("- {path}: {}", short(value, value))),
            Some(other) if other != value => {
                lines.push(format!("~ {path}: {} is {}", short(value, other), short(other, value)));
            }
            Some(_) => {}
        }
    }
    let more = seen.iter().filter(|(path, _)| !wanted.contains_key(*path));
    lines.extend(more.map(|(path, value)| format!("+ {path}: {}", short(value, value))));
    let rest = lines.len().saturating_sub(12);
    lines.truncate(12);
    if rest > 0 {
        lines.push(format!("and {rest} more"));
    }
    (!lines.is_empty()).then(|| format!("{what}:\n    {}", lines.join("\n    ")))
}

/// The part of a text in which it begins to differ from another.
fn short(text: &str, other: &str) -> String {
    let same = text.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let from = if same == text.chars().count() { 0 } else { same.saturating_sub(30) };
    text.chars().skip(from).take(120).collect()
}

/// What stays of a set that was taken away, against the state before it came. What is only bound or set, and never
/// owned, stays: the contents of flows that are edited in the console, and an instance's settings.
pub(crate) fn remains(set: &str, empty: &Value, left: &Value) -> Option<String> {
    let only_bound = |path: &str| {
        path.contains("/attributes/") || path.ends_with("/published/text") || path.ends_with("/published")
    };
    let state = |content: &Value| -> BTreeMap<String, String> {
        canonical(content).into_iter().filter(|(path, _)| !only_bound(path)).collect()
    };
    let (empty, left) = (state(empty), state(left));
    let marks = [format!("{set}/"), format!("_{set}_")];
    for (path, value) in &left {
        let marked = value.trim_matches('"').starts_with(&marks[0]) || path.contains(&marks[1]);
        if marked && empty.get(path) != Some(value) {
            return Some(format!("--prune leaves the set's mark at {path}: {value}"));
        }
    }
    difference("--prune leaves something", &empty, &left)
}
