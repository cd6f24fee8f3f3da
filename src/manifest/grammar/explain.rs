//! What a key of the manifest is for and what it takes, from the same declarations as the check and the schema.

use super::keys;
use super::objects::MANIFEST;
use super::scalar::Scalar;
use super::shape::{Field, Object, Shape, Status};
use crate::manifest::reading::log::{closest, hint};
use crate::resource::FlowType;

/// A key of the manifest, or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Where it is, such as `spec.flows.NAME.status`.
    pub path: String,
    /// What it takes, such as `one of published, saved`.
    pub takes: String,
    /// An example of what it takes, as it is written in YAML; none for what has keys.
    pub example: Option<&'static str>,
    /// What it is for.
    pub doc: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Its keys, in the order in which people write them.
    pub keys: Vec<ExplainedKey>,
    /// Exactly one of these keys must be there, if any are listed.
    pub one_of: &'static [&'static str],
}

/// A key in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedKey {
    /// The key.
    pub key: &'static str,
    /// What it takes.
    pub takes: String,
    /// What it is for.
    pub doc: &'static str,
    /// Whether it must be there.
    pub required: bool,
}

/// Explains a path of keys, such as `flows.status`, `flow.status` or `spec.flows.main-ivr.status`; an empty one is the whole
/// manifest. Names that the author chooses may be left out.
///
/// # Errors
///
/// What is wrong with the path, with the closest key or those that there are.
pub fn explain(path: &str) -> Result<Explained, String> {
    let mut at = Place { path: Vec::new(), shape: Shape::Object(MANIFEST), field: None };
    if !path.trim().is_empty() && path.split('.').any(|key| key.trim().is_empty()) {
        return Err("there is a `.` with no key beside it".to_owned());
    }
    let mut keys = path.split('.').map(str::trim).filter(|key| !key.is_empty()).peekable();
    while let Some(key) = keys.next() {
        at = at.below(key, keys.peek().is_none())?;
    }
    Ok(at.explained())
}

struct Place {
    path: Vec<String>,
    shape: Shape,
    field: Option<&'static Field>,
}

impl Place {
    /// `last` is whether no key follows: what looks like a misspelt key is no name then.
    fn below(mut self, key: &str, last: bool) -> Result<Self, String> {
        if self.path.is_empty() && key == MANIFEST.name {
            return Ok(self);
        }
        if self.path.is_empty() && !MANIFEST.fields.iter().any(|field| field.key == key) {
            // Most of a manifest is in its spec.
            self = self.below(keys::SPEC, false)?;
        }
        let object = object_of(self.shape);
        let fields = object.map(|object| object.fields).unwrap_or_default();
        let singular = |field: &Field| field.key.strip_suffix('s') == Some(key);
        let found = fields
            .iter()
            .find(|field| field.key == key)
            .or_else(|| fields.iter().find(|field| singular(field)));
        if let Some(field) = found {
            self.skip_names();
            self.path.push(field.key.to_owned());
            return Ok(Self { shape: field.shape, field: Some(field), ..self });
        }
        let misspelt = last && closest(key, fields.iter().map(|field| field.key)).is_some();
        if last
            && !fields.is_empty()
            && matches!(self.shape, Shape::Map(..))
            && let Some(elsewhere) = elsewhere(key)
        {
            return Err(format!("`{}.NAME` has no key `{key}`; it is {elsewhere}", self.path.join(".")));
        }
        match self.shape {
            Shape::Map(_, values) if !misspelt => {
                self.path.push(key.to_owned());
                Ok(Self { shape: *values, ..self })
            }
            _ => Err(self.unknown(key, fields)),
        }
    }

    /// Goes on to what is below a name that the author chooses.
    fn skip_names(&mut self) {
        loop {
            match self.shape {
                Shape::Map(_, values) => {
                    self.path.push("NAME".to_owned());
                    self.shape = *values;
                }
                Shape::List(items) => {
                    self.path.push("[]".to_owned());
                    self.shape = *items;
                }
                _ => return,
            }
        }
    }

    fn unknown(&self, key: &str, fields: &[Field]) -> String {
        let place =
            if self.path.is_empty() { "a manifest".to_owned() } else { format!("`{}`", self.path.join(".")) };
        match hint(key, fields.iter().map(|field| field.key)) {
            Some(hint) => format!("{place} has no key `{key}`; {hint}"),
            None => format!("{place} has no keys"),
        }
    }

    fn explained(mut self) -> Explained {
        let takes = takes(self.shape);
        if let (Shape::Map(_, Shape::Object(_)), Some(_)) | (Shape::List(Shape::Object(_)), Some(_)) =
            (self.shape, self.field)
        {
            self.skip_names();
        }
        let object = object_of(self.shape);
        let key = |field: &Field| ExplainedKey {
            key: field.key,
            takes: self::takes(field.shape),
            doc: field.doc,
            required: field.status == Status::Required,
        };
        Explained {
            path: if self.path.is_empty() { MANIFEST.name.to_owned() } else { self.path.join(".") },
            takes,
            example: match self.shape {
                Shape::Scalar(scalar) => Some(scalar.example()),
                _ => None,
            },
            doc: self.field.map_or_else(|| object.map_or("", |object| object.doc), |field| field.doc),
            required: self.field.is_some_and(|field| field.status == Status::Required),
            keys: object.map(|object| object.fields.iter().map(key).collect()).unwrap_or_default(),
            one_of: object.map(|object| object.one_of).unwrap_or_default(),
        }
    }
}

/// The object whose keys come next, behind names that the author chooses.
fn object_of(shape: Shape) -> Option<&'static Object> {
    match shape {
        Shape::Object(object) | Shape::OneOf(_, object) => Some(object),
        Shape::Map(_, inner) | Shape::List(inner) => object_of(*inner),
        Shape::Scalar(_) | Shape::Any => None,
    }
}

/// Says what a key takes.
fn takes(shape: Shape) -> String {
    match shape {
        Shape::Scalar(scalar) => one(scalar),
        Shape::Object(_) => "an object".to_owned(),
        Shape::Map(keys, Shape::Object(_)) => format!("objects by name ({})", one(keys)),
        Shape::Map(keys, values) => format!("a map of {} to {}", one(keys), takes(*values)),
        Shape::List(Shape::Object(_)) => "a list of objects".to_owned(),
        Shape::List(items) => format!("a list; each is {}", takes(*items)),
        Shape::OneOf(scalar, _) => format!("{}, or an object", one(scalar)),
        Shape::Any => "any value".to_owned(),
    }
}

/// Says what a scalar is.
fn one(scalar: Scalar) -> String {
    match scalar {
        Scalar::Text => "text".to_owned(),
        Scalar::Word([word]) => format!("`{word}`"),
        Scalar::Word(words) => format!("one of {}", words.join(", ")),
        Scalar::FlowType => format!("one of {}", FlowType::ALL.map(FlowType::word).join(", ")),
        Scalar::Bool => "true or false".to_owned(),
        Scalar::Duration => "a duration in seconds or minutes".to_owned(),
        Scalar::Label => "a logical name".to_owned(),
        Scalar::SetName => "the name of a set".to_owned(),
        Scalar::AccountId => "a 12-digit account id, in quotes".to_owned(),
        Scalar::Region => "an AWS Region".to_owned(),
        Scalar::Variable => "a name".to_owned(),
        Scalar::FunctionName => "the name of a Lambda function".to_owned(),
        Scalar::Qualifier => "an alias or a version".to_owned(),
        Scalar::FunctionArn => "the ARN of a Lambda function".to_owned(),
        Scalar::InstanceAlias => "the alias of an instance".to_owned(),
        Scalar::InstanceId => "the id of an instance".to_owned(),
        Scalar::InstanceArn => "the ARN of an instance".to_owned(),
        Scalar::FlowName => "a name in Amazon Connect".to_owned(),
        Scalar::Name => "a name".to_owned(),
        Scalar::Path => "a file or folder, relative to the manifest".to_owned(),
        Scalar::Description(most) => format!("text of at most {most} characters"),
        Scalar::Memory => "a number of MB".to_owned(),
        Scalar::Attribute => "the name of an attribute".to_owned(),
        Scalar::Form(form) => form.what.to_owned(),
    }
}

/// Where a key is in the spec, in words; none where there is no such key.
fn elsewhere(key: &str) -> Option<String> {
    let mut found = Vec::new();
    let mut open = vec![(MANIFEST, Vec::new())];
    while let Some((object, path)) = open.pop() {
        for field in object.fields {
            let path: Vec<&str> = path.iter().copied().chain([field.key]).collect();
            if field.key == key {
                let path = path.join(".");
                found.push(format!("`{}`", path.strip_prefix("spec.").unwrap_or(&path)));
            }
            open.extend(object_of(field.shape).map(|below| (below, path)));
        }
    }
    found.sort_by_key(|path| (path.len(), path.clone()));
    found.truncate(3);
    (!found.is_empty()).then(|| found.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_every_way_to_write_its_path() {
        for path in [
            "flow.status",
            "flows.status",
            "spec.flows.status",
            "spec.flows.main-ivr.status",
            "manifest.spec.flows.status",
        ] {
            let found = explain(path).unwrap();
            assert_eq!(found.takes, "one of published, saved", "{path}");
            assert!(
                found.path.starts_with("spec.flows.") && found.path.ends_with(".status"),
                "{}",
                found.path
            );
        }
        assert_eq!(explain("").unwrap().keys.len(), MANIFEST.fields.len());
        assert_eq!(explain("function.source").unwrap().path, "spec.functions.NAME.source");
        assert!(explain("flows").unwrap().keys.iter().any(|key| key.key == "name" && !key.doc.is_empty()));
    }

    #[test]
    fn a_wrong_path_gets_the_closest_key_or_all_of_them() {
        assert_eq!(
            explain("flow.stauts").unwrap_err(),
            "`spec.flows` has no key `stauts`; did you mean `status`?"
        );
        assert_eq!(explain("flow.main-ivr").unwrap().path, "spec.flows.main-ivr");
        assert_eq!(
            explain("flow.timeLimit").unwrap_err(),
            "`spec.flows.NAME` has no key `timeLimit`; it is `flows.bindings.timeLimit` or `modules.bindings.timeLimit`"
        );
        assert!(explain("flow..status").unwrap_err().contains("no key beside it"));
        assert!(explain("metadata.zzzz").unwrap_err().contains("there is only `name`"));
        assert!(explain("flow.status.more").unwrap_err().contains("has no keys"));
    }

    /// Every key of every object is reached, says what it takes and what it is for.
    #[test]
    fn everything_in_the_grammar_is_explained() {
        fn walk(path: &str, depth: usize) -> usize {
            let found = explain(path).unwrap_or_else(|wrong| panic!("{path}: {wrong}"));
            assert!(!found.takes.is_empty() && !found.doc.is_empty(), "{path}");
            if depth > 8 {
                return 1;
            }
            1 + found.keys.iter().map(|key| walk(&format!("{path}.{}", key.key), depth + 1)).sum::<usize>()
        }
        let all: usize = MANIFEST.fields.iter().map(|field| walk(field.key, 0)).sum();
        assert!(all > 100, "{all}");
    }
}
