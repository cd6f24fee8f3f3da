//! The JSON Schemas of the documents that are written, made from their types: a document and its schema cannot part.
//!
//! They say what is there. A field may be added within a version, so they do not forbid others.

use std::path::Path;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::lint::LintDocument;
use super::{
    ApplyDocument, DriftDocument, ErrorDocument, ExploreDocument, InvokeDocument, PlanDocument,
    ValidateDocument,
};
use crate::runtime::event::Event;

/// Creates the schema of a type as it is written, in draft 7, which editors read.
fn made<T: JsonSchema>(name: &str) -> Value {
    let schema = SchemaSettings::draft07().for_serialize().into_generator().into_root_schema_for::<T>();
    let Value::Object(made) = schema.to_value() else { panic!("{name} has no schema of an object") };
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": format!("https://flowbind.dev/schema/{name}.v1.json"),
        "title": format!("flowbind.{name}/v1"),
    });
    for (key, value) in made {
        if schema.get(&key).is_none() {
            schema[key] = value;
        }
    }
    schema
}

/// Holds the shipped schema of a document against its type.
pub(crate) fn check_shipped<T: JsonSchema>(name: &str) {
    let schema = shipped::<T>(name);
    assert_eq!(schema["properties"]["format"]["const"], schema["title"], "{name}");
}

/// Holds the shipped schema of a document that names no format of its own against its type, and gives it.
pub(crate) fn shipped<T: JsonSchema>(name: &str) -> Value {
    let schema = made::<T>(name);
    let file = format!("manifests/schema/{name}.v1.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
    let fresh = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "run the tests with UPDATE_SCHEMA=1 and commit {file}");
    schema
}

#[test]
fn the_shipped_schemas_are_those_of_the_types() {
    check_shipped::<PlanDocument>("plan");
    check_shipped::<ApplyDocument>("apply");
    check_shipped::<ErrorDocument>("error");
    check_shipped::<DriftDocument>("drift");
    check_shipped::<LintDocument<'_>>("lint");
    check_shipped::<ValidateDocument<'_>>("validate");
    check_shipped::<InvokeDocument<'_>>("invoke");
    check_shipped::<ExploreDocument>("explore");
    // Amazon Connect's own document: what else it holds one day is no error.
    shipped::<Event>("event");
}
