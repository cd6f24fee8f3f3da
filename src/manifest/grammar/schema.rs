//! The JSON Schema of a manifest, draft 7, for editors: made from the same declarations as the check.
//!
//! It accepts every manifest that the loader accepts. It can say less: a scalar with a variable in it is typed only
//! after substitution, and what crosses fields (references, limits) is the loader's.

use serde_json::{Map, Value, json};

use super::objects::MANIFEST;
use super::scalar::Scalar;
use super::shape::{Object, Shape, Status};

/// What a scalar looks like that holds a variable (or the escape of one), and is typed only once it is known.
const WITH_VARIABLE: &str = r"\$\{";

/// Returns the JSON Schema (draft 7) of a manifest.
pub fn schema() -> Value {
    of(MANIFEST, "flowbind binding set")
}

/// Returns the JSON Schema (draft 7) of a document.
pub(in crate::manifest) fn of(document: &Object, title: &str) -> Value {
    let mut definitions = Map::new();
    let root = object(document, &mut definitions);
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, root) {
        schema.extend(root);
        schema.insert("definitions".to_owned(), Value::Object(definitions));
    }
    schema
}

fn object(object: &Object, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    for field in object.fields {
        let mut property = shape(field.shape, definitions);
        if let Value::Object(property) = &mut property {
            let doc = field.doc.to_owned();
            match property.remove("$ref") {
                // Draft 7 ignores what stands beside a `$ref`.
                Some(reference) => {
                    property.insert("description".to_owned(), doc.into());
                    property.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
                }
                None => {
                    property.insert("description".to_owned(), doc.into());
                }
            }
        }
        properties.insert(field.key.to_owned(), property);
    }
    let required: Vec<&str> =
        object.fields.iter().filter(|f| f.status == Status::Required).map(|f| f.key).collect();
    let mut schema = json!({ "type": "object", "description": object.doc, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if !object.one_of.is_empty() {
        schema["oneOf"] = object.one_of.iter().map(|key| json!({ "required": [key] })).collect();
    }
    schema["properties"] = Value::Object(properties);
    schema
}

fn shape(of: Shape, definitions: &mut Map<String, Value>) -> Value {
    match of {
        Shape::Any => json!({}),
        Shape::Scalar(kind) => scalar(kind),
        Shape::List(items) => json!({ "type": "array", "items": shape(*items, definitions) }),
        Shape::Map(keys, values) => {
            let mut map = json!({ "type": "object", "additionalProperties": shape(*values, definitions) });
            if let Some(words) = keys.words() {
                map["propertyNames"] = json!({ "enum": words });
            } else if let Some(pattern) = keys.pattern() {
                map["propertyNames"] = json!({ "pattern": pattern });
            }
            map
        }
        Shape::OneOf(kind, of) => {
            json!({ "anyOf": [scalar(kind), shape(Shape::Object(of), definitions)] })
        }
        Shape::Object(of) => {
            if !definitions.contains_key(of.name) {
                // Taken before the object is walked, so that an object may hold itself.
                definitions.insert(of.name.to_owned(), Value::Null);
                let definition = object(of, definitions);
                definitions.insert(of.name.to_owned(), definition);
            }
            json!({ "$ref": format!("#/definitions/{}", of.name) })
        }
    }
}

/// Describes a scalar. A scalar keeps its text whatever YAML would make of it, so numbers pass where texts do; a
/// pattern says nothing about them.
fn scalar(kind: Scalar) -> Value {
    match kind {
        Scalar::Text | Scalar::Description(_) => json!({ "type": ["string", "number", "boolean"] }),
        Scalar::Bool => json!({ "anyOf": [{ "type": "boolean" }, with_variable()] }),
        Scalar::Word(_) | Scalar::FlowType | Scalar::Attribute => {
            json!({ "anyOf": [{ "enum": kind.words() }, with_variable()] })
        }
        // Its unit makes it a string in YAML, and a number without one is refused.
        Scalar::Duration => {
            json!({ "type": "string", "pattern": format!("{}|{WITH_VARIABLE}", kind.pattern().unwrap_or_default()) })
        }
        _ => match kind.pattern() {
            Some(pattern) => json!({
                "type": ["string", "number", "boolean"],
                "pattern": format!("{pattern}|{WITH_VARIABLE}"),
            }),
            None => json!({ "type": ["string", "number", "boolean"] }),
        },
    }
}

fn with_variable() -> Value {
    json!({ "type": "string", "pattern": WITH_VARIABLE })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_committed_schemas_are_up_to_date() {
        committed("manifest", &schema());
        committed("scenario", &crate::manifest::scenario_schema());
    }

    fn committed(name: &str, schema: &Value) {
        let file = format!("manifests/schema/{name}.v1alpha1.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let fresh = format!("{}\n", serde_json::to_string_pretty(schema).unwrap());
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == fresh, "run the tests with UPDATE_SCHEMA=1 and commit {}", path.display());
    }

    #[test]
    fn every_reference_in_the_schema_has_its_definition() {
        let schema = schema();
        let text = schema.to_string();
        let references: Vec<&str> =
            text.split("\"#/definitions/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(references.len() > 8);
        for name in references {
            assert!(schema["definitions"][name].is_object(), "{name}");
        }
    }

    #[test]
    fn words_alternatives_and_choices_are_offered() {
        let schema = schema();
        let of = |name: &str| &schema["definitions"][name];
        assert_eq!(of("flow")["required"], json!(["name", "type"]));
        assert_eq!(of("flow")["oneOf"], json!([{ "required": ["instance"] }, { "required": ["instances"] }]));
        assert_eq!(of("flow")["additionalProperties"], json!(false));
        assert_eq!(of("module")["required"], json!(["name"]));
        assert!(of("spec")["properties"]["targets"].is_object());
        let attributes = &of("instance")["properties"]["attributes"]["propertyNames"]["enum"];
        assert!(attributes.as_array().unwrap().contains(&json!("contactflow-logs")));
        let role = &of("source")["properties"]["role"]["anyOf"];
        assert_eq!(role[1], json!({ "$ref": "#/definitions/role" }));
    }
}
