//! The table in `src/lib.rs` of who may use whom is true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::world::files;

/// Reads the rows `| [`module`] | … | `a`, `b` |`.
fn table(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("//! | [`")?.split('|').collect();
        let name = cells.first()?.trim().trim_end_matches("`]").to_owned();
        let uses = cells.get(2)?.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some((name, uses))
    });
    rows.collect()
}

#[test]
fn modules_use_only_what_the_map_says() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut allowed = table(&std::fs::read_to_string(source.join("lib.rs")).unwrap());
    assert_eq!(allowed.len(), 20, "{allowed:?}");
    let all: BTreeSet<String> = allowed.keys().cloned().collect();
    allowed.insert("cli".to_owned(), all.clone());
    let report: BTreeSet<String> = [
        "audit",
        "drift",
        "flow",
        "lint",
        "manifest",
        "operations",
        "permissions",
        "plan",
        "resource",
        "snapshot",
    ]
    .map(str::to_owned)
    .into();
    allowed.insert("report".to_owned(), report);
    let mut found = Vec::new();
    files(&source, "rs", &mut found);
    for path in found {
        let relative = path.strip_prefix(&source).unwrap();
        let module = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        let Some(may) = allowed.get(module) else { continue };
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap();
            for part in code.split("crate::").skip(1) {
                let used: String = part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let fine = used == module || may.contains(&used) || !all.contains(&used);
                assert!(fine, "{}:{}: `{module}` may not use `{used}`", relative.display(), number + 1);
            }
        }
    }
}
