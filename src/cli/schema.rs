//! `flowbind schema`: the JSON Schema of manifests, and of every JSON document that flowbind writes.
//!
//! The schemas of documents are made from the types that are written, by a test that holds the shipped files against
//! them: a document and its schema cannot part. They say what is there; a field may be added within a version, so they
//! do not forbid others.

use super::args::{SchemaArgs, SchemaDocument};
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::manifest;

pub(super) fn run(args: &SchemaArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    match shipped(args.document) {
        None => terminal.json(&manifest::schema())?,
        Some(text) => terminal.result(text)?,
    }
    Ok(Exit::Done)
}

/// Gives the shipped schema of a document; that of manifests is made when it is asked for.
const fn shipped(document: SchemaDocument) -> Option<&'static str> {
    match document {
        SchemaDocument::Manifest => None,
        SchemaDocument::Plan => Some(include_str!("../../manifests/schema/plan.v1.json")),
        SchemaDocument::SavedPlan => Some(include_str!("../../manifests/schema/saved-plan.v1.json")),
        SchemaDocument::Apply => Some(include_str!("../../manifests/schema/apply.v1.json")),
        SchemaDocument::Drift => Some(include_str!("../../manifests/schema/drift.v1.json")),
        SchemaDocument::Lint => Some(include_str!("../../manifests/schema/lint.v1.json")),
        SchemaDocument::Validate => Some(include_str!("../../manifests/schema/validate.v1.json")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::ValueEnum;
    use schemars::JsonSchema;
    use schemars::generate::SchemaSettings;
    use serde_json::{Value, json};

    use super::*;
    use crate::report::lint::LintDocument;
    use crate::report::{ApplyDocument, DriftDocument, PlanDocument, ValidateDocument};
    use crate::saved::SavedPlan;

    /// The schema of a type as it is written, in draft 7, which editors read.
    fn made<T: JsonSchema>(name: &str) -> Value {
        let schema = SchemaSettings::draft07().for_serialize().into_generator().into_root_schema_for::<T>();
        let Value::Object(made) = schema.to_value() else { panic!("{name} has no schema of an object") };
        let mut schema = json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": format!("https://flowbind.dev/schema/{name}.v1.json"),
        });
        for (key, value) in made {
            if schema.get(&key).is_none() {
                schema[key] = value;
            }
        }
        schema["title"] = format!("flowbind.{name}/v1").into();
        schema
    }

    fn fresh(document: SchemaDocument) -> Option<(&'static str, Value)> {
        Some(match document {
            SchemaDocument::Manifest => return None,
            SchemaDocument::Plan => ("plan", made::<PlanDocument>("plan")),
            SchemaDocument::SavedPlan => ("saved-plan", made::<SavedPlan>("saved-plan")),
            SchemaDocument::Apply => ("apply", made::<ApplyDocument>("apply")),
            SchemaDocument::Drift => ("drift", made::<DriftDocument>("drift")),
            SchemaDocument::Lint => ("lint", made::<LintDocument<'_>>("lint")),
            SchemaDocument::Validate => ("validate", made::<ValidateDocument<'_>>("validate")),
        })
    }

    #[test]
    fn the_shipped_schemas_are_those_of_the_types() {
        for document in SchemaDocument::value_variants() {
            let Some((name, schema)) = fresh(*document) else { continue };
            let file = format!("manifests/schema/{name}.v1.json");
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
            let fresh = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
            if std::env::var_os("UPDATE_SCHEMA").is_some() {
                std::fs::write(&path, &fresh).unwrap();
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == fresh, "run the tests with UPDATE_SCHEMA=1 and commit {file}");
            assert!(
                std::env::var_os("UPDATE_SCHEMA").is_some() || shipped(*document) == Some(committed.as_str()),
                "{file} is not what is printed"
            );
            assert_eq!(schema["properties"]["format"]["const"], schema["title"], "{file}");
        }
    }
}
