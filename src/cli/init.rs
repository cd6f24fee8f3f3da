//! `flowbind init`: a starter manifest with its flow and function.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::anyhow;

use super::args::InitArgs;
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::disk;

/// What is written, by its path below the folder.
const FILES: &[(&str, &str)] = &[
    ("flowbind.yaml", include_str!("../../manifests/starter/flowbind.yaml")),
    ("flows/main.json", include_str!("../../manifests/starter/flows/main.json")),
    ("functions/greeter/index.mjs", include_str!("../../manifests/starter/functions/greeter/index.mjs")),
];

pub(super) fn run(args: &InitArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let there: Vec<&str> =
        FILES.iter().map(|(name, _)| *name).filter(|name| args.dir.join(name).exists()).collect();
    if !there.is_empty() {
        let folder = args.dir.display();
        let there = match there.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last} exist", rest.join(", ")),
            _ => format!("{} exists", there.concat()),
        };
        let error = anyhow!("{there} in {folder} already: nothing was written");
        return Err(
            Failure::new(Exit::Refused, error).hint("name another folder: `flowbind init DIR`.".to_owned())
        );
    }
    for (name, content) in FILES {
        write(&args.dir.join(name), content)?;
    }
    let manifest = args.dir.join("flowbind.yaml");
    let manifest = manifest.display();
    terminal.page(&format!(
        "Wrote {} files to {}. Try them, with no AWS account:\n\n  flowbind validate {manifest}\n  \
         flowbind plan --sandbox {manifest}\n  flowbind apply --sandbox {manifest}\n",
        FILES.len(),
        args.dir.display()
    ))?;
    Ok(Exit::Done)
}

fn write(path: &Path, content: &str) -> io::Result<()> {
    let told = |error: io::Error| {
        io::Error::new(error.kind(), format!("{} could not be written: {error}", path.display()))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(told)?;
    }
    disk::create(path, content.as_bytes(), disk::Access::Usual).map_err(told)
}
