//! Laws of all declared objects.

use super::*;
use crate::manifest::grammar::read::document;
use crate::manifest::grammar::shape::{Field, Shape};
use crate::manifest::reading::log::Log;
use crate::manifest::yaml;
use crate::resource::{Code, Problem};

/// Writes a value of a key into a document.
type Place<'p> = &'p dyn Fn(&str) -> String;
/// What is done with each key.
type Visit<'v> = &'v mut dyn FnMut(&Field, Place<'_>);

/// What is reported of a document.
fn problems(text: &str) -> Vec<Problem> {
    let mut log = Log::new("f");
    document::<DeclaredManifest>(&yaml::parse(text, &mut log).remove(0), &mut log);
    log.into_problems()
}

/// Visits each key of an object and of those below it, once, with what writes a value of it into a document.
fn each_key(object: &Object, place: Place<'_>, seen: &mut Vec<&'static str>, visit: Visit<'_>) {
    seen.push(object.name);
    for field in object.fields {
        let of_key = |value: &str| place(&format!("{{ {}: {value} }}", field.key));
        visit(field, &of_key);
        let (mut shape, mut before, mut after) = (field.shape, String::new(), String::new());
        while let Shape::Map(_, inner) | Shape::List(inner) = shape {
            let map = matches!(shape, Shape::Map(..));
            before.push_str(if map { "{ my-name: " } else { "[ " });
            after.insert_str(0, if map { " }" } else { " ]" });
            shape = *inner;
        }
        if let Shape::Object(inner) | Shape::OneOf(_, inner) = shape
            && !seen.contains(&inner.name)
        {
            each_key(inner, &|value| of_key(&format!("{before}{value}{after}")), seen, visit);
        }
    }
}

fn each(visit: Visit<'_>) {
    let mut seen = Vec::new();
    each_key(MANIFEST, &str::to_owned, &mut seen, visit);
    assert!(seen.len() > 15, "{seen:?}");
}

#[test]
fn every_example_is_right() {
    each(&mut |field, place| {
        let text = place(&field.shape.example());
        // It is the only key, and the statements of a policy are not part of the example.
        let wrong = problems(&text).into_iter().filter(|problem| {
            !matches!(problem.code, Code::MissingKey | Code::BadPolicy | Code::MissingValue)
        });
        assert_eq!(wrong.collect::<Vec<_>>(), [], "{text}");
    });
}

/// Values that have another shape than one, at every level.
fn misshapen(shape: Shape) -> Vec<String> {
    match shape {
        Shape::Any => Vec::new(),
        Shape::Scalar(_) | Shape::OneOf(..) => vec!["[WRONG]".to_owned()],
        Shape::Object(_) => vec!["WRONG".to_owned()],
        Shape::List(inner) => {
            let inside = misshapen(*inner).into_iter().map(|value| format!("[ {value} ]"));
            inside.chain(["WRONG".to_owned()]).collect()
        }
        Shape::Map(key, inner) => {
            let inside =
                misshapen(*inner).into_iter().map(|value| format!("{{ {}: {value} }}", key.example()));
            inside.chain(["WRONG".to_owned()]).collect()
        }
    }
}

#[test]
fn whatever_has_the_wrong_shape_is_reported_where_it_is() {
    let mut tried = 0;
    each(&mut |field, place| {
        for value in misshapen(field.shape) {
            let text = place(&value);
            let word = text.find("WRONG").unwrap();
            let column = if text[..word].ends_with('[') { word } else { word + 1 };
            let found: Vec<Problem> =
                problems(&text).into_iter().filter(|problem| problem.code == Code::WrongType).collect();
            let at: Vec<usize> = found.iter().filter_map(|p| Some(p.origin.as_ref()?.column)).collect();
            assert_eq!(at, [column], "{text} {found:#?}");
            tried += 1;
        }
        // `Any` has no shape to miss, but an empty value is one.
        if !matches!(field.shape, Shape::Any) {
            let text = place("~");
            let empty = problems(&text).into_iter().filter(|problem| problem.code == Code::MissingValue);
            assert_eq!(empty.count(), 1, "{text}");
        }
    });
    assert!(tried > 90, "{tried}");
}

#[test]
fn what_has_the_wrong_shape_says_what_to_write() {
    for (text, expected) in [
        ("spec: { instances: { a: { alias: b, functions: f } } }", "write `functions: [f]`"),
        ("spec: { accounts: { main: x } }", "write `main: { id: \"111122223333\" }`"),
        ("spec: { functions: [{ name: f }] }", "write `functions: { my-name: { name: my-function } }`"),
        ("spec: { variables: { stage: dev } }", "write `stage: { default: TEXT }`"),
        ("spec: { defaults: eu-west-2 }", "write `defaults: { account: my-name, region: eu-west-2 }`"),
        ("spec: { instances: { a: } }", "write `a: { alias: my-contact-centre }`"),
    ] {
        let hints: Vec<String> = problems(text).into_iter().filter_map(|problem| problem.hint).collect();
        assert!(hints.iter().any(|hint| hint == expected), "{text} {hints:?}");
    }
}
