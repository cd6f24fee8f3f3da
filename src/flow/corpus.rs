//! Laws that must hold for every flow of the world: those of the folder named by `FLOWBIND_FLOWS`, and damaged ones.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::facts::Facts;
use super::invocation::InvocationKind;
use super::patch::{BlockValues, PatchError, set};
use super::stub::{FlowType, stub};
use super::{Document, Format, compare, decode, limits, rules, template};

mod data;
mod ten;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
}

/// The texts of all real flows; none, with a note, where the environment names no folder.
fn texts() -> Vec<(PathBuf, String)> {
    let Some(folder) = std::env::var_os("FLOWBIND_FLOWS") else {
        let note = b"note: FLOWBIND_FLOWS names no folder of flows, so only made-up ones are tested\n";
        std::io::Write::write_all(&mut std::io::stderr(), note).unwrap();
        return Vec::new();
    };
    let mut found = Vec::new();
    files(Path::new(&folder), &mut found);
    assert!(!found.is_empty(), "FLOWBIND_FLOWS names a folder without flows");
    let text = |path: PathBuf| {
        let bytes = std::fs::read(&path).unwrap();
        let text = decode(&bytes).unwrap().into_owned();
        (path, text)
    };
    found.into_iter().map(text).collect()
}

/// The real flows, read.
pub(crate) fn documents() -> Vec<(PathBuf, Document)> {
    texts().into_iter().map(|(path, text)| (path, Document::parse(&text).unwrap())).collect()
}

/// What the blocks of a document have already.
fn own_values(document: &Document) -> Vec<(String, BlockValues)> {
    let values = |invocation: super::Invocation| {
        let strings =
            invocation.parameters.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
        let values = BlockValues {
            function_arn: invocation.function.as_ref().map(|arn| arn.text().to_owned()),
            display_name: Some("another".to_owned()),
            time_limit: invocation.time_limit.as_ref().and_then(super::TimeLimit::seconds),
            invocation: Some(invocation.kind),
            response_type: Some(invocation.response_type),
            parameters: strings.collect(),
        };
        (invocation.block, values)
    };
    document.invocations().into_iter().map(values).collect()
}

#[test]
fn real_flows_are_read_compared_and_patched_without_a_changed_byte() {
    for (path, text) in texts() {
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(document.text(), text, "{}", path.display());
        assert!(compare::same(&document, &document));
        assert!(compare::diff(&document, &document).is_empty());
        for block in document.blocks() {
            assert_eq!(document.position(&block.pointer), Some(block.position));
        }
        limits::check(&document);
        for finding in rules::check(&rules::FlowView::new(&document, None), &Facts::default(), rules::ALL) {
            assert!(
                document.position(&finding.pointer).is_some() || finding.code == "lambda-time-limit",
                "{finding:?}"
            );
            if std::env::var_os("FLOWBIND_SHOW").is_some() {
                let line =
                    format!("{}:{}: {} {}\n", path.display(), finding.line, finding.code, finding.message);
                std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
            }
        }
        let _ = template::tokens(&text);
        let patched = set(&document, &own_values(&document));
        match document.format() {
            Format::Legacy => assert_eq!(patched, Err(PatchError::Legacy)),
            Format::Language => assert_eq!(patched.as_deref(), Ok(&*text), "{}", path.display()),
        }
    }
}

#[test]
fn real_flows_take_new_values_and_nothing_else_changes() {
    for (path, text) in texts() {
        let document = Document::parse(&text).unwrap();
        if document.format() == Format::Legacy || document.invocations().is_empty() {
            continue;
        }
        let mut values = own_values(&document);
        for (_, values) in &mut values {
            values.function_arn = Some("arn:aws:lambda:us-east-1:111122223333:function:other".to_owned());
            values.time_limit = Some(1);
            values.invocation = Some(InvocationKind::Async);
            values.parameters.get_or_insert_default().insert("new key".to_owned(), "v\"".to_owned());
        }
        let patched = set(&document, &values).unwrap();
        let changed = Document::parse(&patched).unwrap();
        assert_eq!(set(&changed, &values).as_deref(), Ok(&*patched), "{}", path.display());
        let diff = compare::diff(&document, &changed);
        assert_eq!(diff.blocks.len(), values.len(), "{}", path.display());
        for change in diff.blocks {
            let compare::BlockChange::Changed { fields, .. } = change else { panic!("{change:?}") };
            assert!(fields.iter().all(|field| field.pointer.starts_with("/Parameters")), "{fields:?}");
        }
        assert_eq!((diff.start, diff.outside), (None, vec![]));
    }
}

fn exercise(text: &str) {
    if let Ok(document) = Document::parse(text) {
        let _ = set(&document, &own_values(&document));
        assert!(compare::same(&document, &document));
        limits::check(&document);
        let _ = document.find("x");
        rules::check(&rules::FlowView::new(&document, None), &Facts::default(), rules::ALL);
    }
    let _ = template::tokens(text);
}

#[test]
fn damaged_real_flows_never_panic() {
    for (_, text) in texts() {
        let characters: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
        for step in 0..12 {
            let at = characters[characters.len() * step / 12];
            exercise(&text[..at]);
            exercise(&format!("{}\"{}", &text[..at], &text[at..]));
            exercise(&format!("{}{}", &text[..at], text[at..].chars().skip(3).collect::<String>()));
        }
    }
}

proptest! {
    #[test]
    fn damaged_flows_never_panic(
        kind in 0..FlowType::ALL.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), r#"[\[\]{}",:$\\é0n]{0,2}"#, 0..4_usize), 1..5),
    ) {
        let mut characters: Vec<char> = stub(FlowType::ALL[kind]).chars().collect();
        for (at, new, length) in edits {
            let at = at.index(characters.len() + 1);
            let end = (at + length).min(characters.len());
            characters.splice(at..end, new.chars());
        }
        exercise(&characters.into_iter().collect::<String>());
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(text) = decode(&bytes) {
            exercise(&text);
        }
    }
}
