//! `flowbind init`: a starter manifest with its flow and function.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::cli::args::{InitArgs, retype};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::disk;

/// What is written, by its path below the folder.
const FILES: [(&str, &str); 4] = [
    ("flowbind.yaml", include_str!("../../../manifests/starter/flowbind.yaml")),
    ("flows/main.json", include_str!("../../../manifests/starter/flows/main.json")),
    ("scenarios/greeting.yaml", include_str!("../../../manifests/starter/scenarios/greeting.yaml")),
    ("functions/greeter/index.mjs", include_str!("../../../manifests/starter/functions/greeter/index.mjs")),
];

pub(in crate::cli) fn run(args: &InitArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let folder = args.dir.strip_prefix(".").unwrap_or(&args.dir);
    let paths = FILES.map(|(name, _)| folder.join(name));
    let shown = |path: &PathBuf| path.display().to_string();
    let there: Vec<String> = paths.iter().filter(|path| path.exists()).map(shown).collect();
    if !there.is_empty() {
        let there = match there.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last} already exist", rest.join(", ")),
            _ => format!("{} already exists", there.concat()),
        };
        let error = anyhow!("{there}; nothing was written");
        return Err(
            Failure::new(Exit::Refused, error).hint("name another folder: `flowbind init DIR`.".to_owned())
        );
    }
    for (path, (_, content)) in paths.iter().zip(FILES) {
        write(path, content)?;
    }
    let [manifest, ..] = &paths;
    let manifest = retype::quoted(&shown(manifest));
    terminal.page(&format!(
        "Wrote these files:\n\n  {}\n\nTry them, with no AWS account:\n\n  flowbind validate {manifest}\n  \
         flowbind test {manifest}\n  flowbind plan --sandbox {manifest}\n  flowbind apply --sandbox {manifest}\n",
        paths.each_ref().map(shown).join("\n  ")
    ))?;
    Ok(Exit::Done)
}

fn write(path: &Path, content: &str) -> io::Result<()> {
    let unwritten = |error: io::Error| {
        io::Error::new(error.kind(), format!("{} could not be written: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(unwritten)?;
    }
    disk::create(path, content.as_bytes(), disk::Access::Usual).map_err(unwritten)
}
