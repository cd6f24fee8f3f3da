//! The table in `src/lib.rs` of who may use whom is true.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{Counted, imports, sources};

/// Reads the rows `| [`module`] | … | `a`, `b` |`; `everything` stands for every module.
fn table(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("//! | [`")?.split('|').collect();
        Some((cells.first()?.trim().trim_end_matches("`]").to_owned(), cells.get(2)?.trim()))
    });
    let rows: Vec<(String, &str)> = rows.collect();
    let all: BTreeSet<String> = rows.iter().map(|(name, _)| name.clone()).collect();
    let uses = |cell: &str| match cell {
        "everything" => all.clone(),
        "nothing of the crate" => BTreeSet::new(),
        names => names.split(", ").map(|name| name.trim_matches('`').to_owned()).collect(),
    };
    rows.iter().map(|(name, cell)| (name.clone(), uses(cell))).collect()
}

#[test]
fn modules_use_only_what_the_map_says() {
    let sources = sources();
    let allowed = table(&sources["lib.rs"]);
    let modules: BTreeSet<String> =
        sources.keys().map(|name| name.split(['/', '.']).next().unwrap().to_owned()).collect();
    let listed: BTreeSet<String> = allowed.keys().cloned().chain(["lib".into(), "main".into()]).collect();
    assert_eq!(listed, modules, "the table has a row for each module");
    for (module, uses) in &allowed {
        let unknown: Vec<&String> = uses.iter().filter(|name| !allowed.contains_key(*name)).collect();
        assert!(unknown.is_empty(), "the row of `{module}` has {unknown:?}");
    }
    for import in imports(&sources, Counted::Named) {
        let (Some(module), Some(used)) = (import.from.first(), import.to.first()) else { continue };
        let fine = used == module || allowed[module].contains(used);
        assert!(fine, "{}: `{module}` may not use `{used}`", import.place);
    }
}
