//! The shape of `src`: no circles among files or folders, no crowded folder, no long file. And of these tests: each file is
//! compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::imports::{Counted, Import, Module, imports, sources};
use crate::world::files;

/// Folders that may have more than [`MOST_FILES`] files side by side: of the rules each is a file.
const CROWDED: &[&str] = &["flow/rules"];

const MOST_FILES: usize = 20;
const MOST_LINES: usize = 400;

/// Finds a circle among the parts of one module, where a part is a child module with all that is inside it: its names,
/// and for each step where it shows. The module's own file is no part, so that parent and child may use each other.
fn circle(inside: &[String], all: &[Import]) -> Option<String> {
    let part = |module: &Module| module.strip_prefix(inside).and_then(|rest| rest.first()).cloned();
    let mut steps: BTreeMap<String, BTreeMap<String, &str>> = BTreeMap::new();
    for import in all {
        if let (Some(from), Some(to)) = (part(&import.from), part(&import.to))
            && from != to
        {
            steps.entry(from).or_default().entry(to).or_insert(&import.place);
        }
    }
    steps.keys().find_map(|start| {
        let way = way_back(start, &steps)?;
        let pairs = way.iter().zip(way.iter().skip(1));
        let shown: Vec<String> = pairs.map(|(a, b)| format!("{a} uses {b} ({})", steps[a][b])).collect();
        Some(format!("{}: {}", inside.join("::"), shown.join(", ")))
    })
}

/// The shortest way from a part to itself.
fn way_back(start: &str, steps: &BTreeMap<String, BTreeMap<String, &str>>) -> Option<Vec<String>> {
    let mut ways = vec![vec![start.to_owned()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in &ways {
            for next in steps.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
                let extended: Vec<String> = way.iter().cloned().chain([next.clone()]).collect();
                if next == start {
                    return Some(extended);
                }
                if seen.insert(next.clone()) {
                    longer.push(extended);
                }
            }
        }
        ways = longer;
    }
    None
}

/// The circles of a set of files, at every level.
fn circles(sources: &BTreeMap<String, String>) -> Vec<String> {
    let all = imports(sources, Counted::Defining);
    let ends = all.iter().flat_map(|import| [&import.from, &import.to]);
    let levels: BTreeSet<&[String]> = ends.flat_map(|end| (0..end.len()).map(move |at| &end[..at])).collect();
    levels.into_iter().filter_map(|level| circle(level, &all)).collect()
}

#[test]
fn no_files_or_folders_use_each_other_in_a_circle() {
    let found = circles(&sources());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_folder_is_crowded_and_no_file_is_long() {
    let sources = sources();
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, text) in &sources {
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "src/{name} has {lines} lines, more than {MOST_LINES}");
        *folders.entry(name.rsplit_once('/').map_or("", |(folder, _)| folder)).or_default() += 1;
    }
    for (folder, count) in &folders {
        let crowded = *count > MOST_FILES;
        assert_eq!(
            crowded,
            CROWDED.contains(folder),
            "src/{folder} has {count} files; {MOST_FILES} are the most"
        );
    }
}

#[test]
fn no_file_of_tests_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut found = Vec::new();
    files(&folder, "rs", &mut found);
    let forgotten: Vec<&PathBuf> = found.iter().filter(|file| !is_declared(&folder, file)).collect();
    assert!(forgotten.is_empty(), "no `mod` names {forgotten:#?}");
}

/// Whether the file of the module around a file declares it.
fn is_declared(root: &Path, file: &Path) -> bool {
    let around = file.parent().unwrap();
    let parent = if around == root { root.join("main.rs") } else { around.with_extension("rs") };
    let declaration = format!("mod {};", file.file_stem().unwrap().to_str().unwrap());
    let declares = |line: &str| line.trim_start_matches("pub(crate) ") == declaration;
    file == parent || std::fs::read_to_string(parent).is_ok_and(|text| text.lines().any(declares))
}

#[test]
fn a_file_of_tests_that_no_mod_names_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("a")).unwrap();
    let mut known = Vec::new();
    for (name, text, declared) in [
        ("main.rs", "// mod c;\n#[cfg(unix)]\nmod a;\npub(crate) mod b;\n", true),
        ("a.rs", "mod x;\n", true),
        ("b.rs", "", true),
        ("c.rs", "", false),
        ("a/x.rs", "", true),
        ("a/y.rs", "", false),
    ] {
        std::fs::write(root.join(name), text).unwrap();
        known.push((root.join(name), declared));
    }
    for (file, declared) in known {
        assert_eq!(is_declared(root, &file), declared, "{}", file.display());
    }
}

fn of(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// `from -> to` of each import.
fn pairs(files: &[(&str, &str)], counted: Counted) -> Vec<String> {
    let shown = |import: &Import| format!("{} -> {}", import.from.join("::"), import.to.join("::"));
    imports(&of(files), counted).iter().map(shown).collect()
}

#[test]
fn every_way_to_write_an_import_is_seen() {
    let rest = [("lib.rs", "pub mod a;"), ("b/mod.rs", "pub mod c;"), ("b/c.rs", ""), ("d.rs", "")];
    for (text, expected) in [
        ("use crate::{b, d};", vec!["a::x -> b", "a::x -> d"]),
        ("use crate::{\n    b::{self, c::Y as Z},\n};", vec!["a::x -> b", "a::x -> b::c"]),
        ("use super::super::d;", vec!["a::x -> d"]),
        ("use super::super::b::*;", vec!["a::x -> b"]),
        ("fn f() -> crate::d::D { super::super::b::c::g() }", vec!["a::x -> b::c", "a::x -> d"]),
        ("use crate::b; fn f() { b::c::g() }", vec!["a::x -> b", "a::x -> b::c"]),
        ("mod inside { use super::super::super::d; }", vec!["a::x -> d"]),
        ("pub(in crate::b) struct S; // crate::d\nconst T: &str = \"crate::d \\\" crate::b\";", vec![]),
        ("fn f<'a>(c: char) -> bool { c == '\"' || c == '\\'' } use crate::d;", vec!["a::x -> d"]),
        ("const T: &str = r#\"crate::b \" \"#; use std::fmt; use crate::d;", vec!["a::x -> d"]),
    ] {
        let files = [&rest[..], &[("a/x.rs", text), ("a/mod.rs", "mod x;")]].concat();
        assert_eq!(pairs(&files, Counted::Defining), expected, "{text}");
    }
}

#[test]
fn a_name_counts_for_the_file_that_defines_it() {
    let files = [
        ("lib.rs", ""),
        ("a/mod.rs", "mod x; mod y; pub use self::x::X; pub struct Own;"),
        ("a/x.rs", "use super::y::Y;"),
        ("a/y.rs", "use super::{Own, X};"),
    ];
    assert_eq!(pairs(&files, Counted::Defining), ["a -> a::x", "a::x -> a::y", "a::y -> a", "a::y -> a::x"]);
    assert_eq!(pairs(&files, Counted::Named), ["a -> a::x", "a::x -> a::y", "a::y -> a"]);
    let found = circles(&of(&files));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0], "a: x uses y (src/a/x.rs:1), y uses x (src/a/y.rs:1)");
}

#[test]
fn what_is_for_tests_alone_makes_no_circle() {
    let files = [
        ("lib.rs", ""),
        ("a.rs", "use crate::b::B;\n#[cfg(test)]\nmod tests;\n"),
        ("a/tests.rs", "use crate::c::C;"),
        ("b.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n"),
        ("c.rs", "use crate::a::A;\n#[cfg(test)]\nuse crate::b::B;\n"),
    ];
    assert_eq!(pairs(&files, Counted::Defining), ["a -> b", "c -> a"]);
    assert_eq!(pairs(&files, Counted::Named), ["a -> b", "a::tests -> c", "b -> a", "c -> a", "c -> b"]);
    assert!(circles(&of(&files)).is_empty());
}

#[test]
fn parent_and_child_may_use_each_other_and_neighbours_may_not() {
    let parent = [("lib.rs", ""), ("a/mod.rs", "mod x; use x::X;"), ("a/x.rs", "use super::A;")];
    assert!(circles(&of(&parent)).is_empty());
    let folders = [
        ("lib.rs", ""),
        ("a/b/one.rs", "use crate::a::c::two::T;"),
        ("a/c/two.rs", ""),
        ("a/c/three.rs", "use crate::a::b::four::F;"),
        ("a/b/four.rs", ""),
    ];
    assert_eq!(
        circles(&of(&folders)).len(),
        1,
        "no file is in a circle, and yet both folders need each other"
    );
}

/// What stands between two backticks.
fn spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A walk leads from the words of a module's line in the map to a file, and to what is named in it.
#[test]
fn the_walks_of_the_contributing_page_lead_where_they_say() {
    let page = std::fs::read_to_string("CONTRIBUTING.md").unwrap();
    let sources = sources();
    let map = &sources["lib.rs"];
    let (_, table) = page.split_once("| to change | go | to |\n").unwrap();
    let rows: Vec<&str> = table.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 5, "{rows:#?}");
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, go, to] = cells.as_slice() else { panic!("{row}") };
        let module = spans(go).next().unwrap();
        let line = map.lines().find(|line| line.contains(&format!("| [`{module}`] |"))).expect(row);
        // Of a quotation each part stands in the map's line, in its order.
        let mut rest = line;
        for part in go.split('"').nth(1).into_iter().flat_map(|said| said.split('…')) {
            let at = rest.find(part.trim());
            rest = &rest[at.unwrap_or_else(|| panic!("the map does not say `{part}` of {module}"))..];
        }
        let mut files = Vec::new();
        for span in spans(to) {
            match span.strip_prefix("src/") {
                Some(file) => {
                    files.push(sources.get(file).unwrap_or_else(|| panic!("there is no src/{file}")))
                }
                None => assert!(
                    files.iter().any(|text: &&String| text.contains(span)),
                    "{span} is not there: {row}"
                ),
            }
        }
        assert!(!files.is_empty(), "{row}");
    }
}
