//! `flowbind graph`: the map of a manifest, or one flow's blocks with what the analyser found.

use std::path::Path;

use anyhow::anyhow;

use crate::audit::Auditor;
use crate::cli::args::{GraphArgs, GraphDirection, GraphFormat};
use crate::cli::inputs::load;
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::flow::document::MAX_TEXT_BYTES;
use crate::flow::facts::Facts;
use crate::flow::{Document, decode};
use crate::manifest::{self, Disk, Files, Manifest};
use crate::report::graph::{self, Direction, Picture};
use crate::resource::Label;

pub(in crate::cli) fn run(args: &GraphArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let picture = match args.manifest.paths.as_slice() {
        [path] if path.extension().is_some_and(|extension| extension == "json") => of_file(path)?,
        _ => of_manifests(args, terminal)?,
    };
    let down = args.direction == GraphDirection::Down;
    if down && !picture.groups.is_empty() {
        let error = anyhow!("the map of a manifest is drawn from left to right only");
        return Err(Failure::new(Exit::Usage, error)
            .hint("`--direction down` draws a flow: choose one with --flow NAME.".to_owned()));
    }
    let picture = Picture { direction: if down { Direction::Down } else { Direction::Right }, ..picture };
    let text = match args.format {
        GraphFormat::Svg => graph::svg(&picture),
        GraphFormat::Dot => graph::dot(&picture),
        GraphFormat::Mermaid => graph::mermaid(&picture),
    };
    terminal.result(&text)?;
    Ok(Exit::Done)
}

/// Draws a flow file of which nothing else is known.
fn of_file(path: &Path) -> Result<Picture, Failure> {
    let name = path.display();
    let wrong = |error: &dyn std::fmt::Display| Failure::new(Exit::Error, anyhow!("{name}: {error}"));
    let bytes = Disk.read(path, MAX_TEXT_BYTES as u64).map_err(|error| wrong(&error))?;
    let text = decode(&bytes).map_err(|error| wrong(&error))?;
    let document = Document::parse(&text).map_err(|error| wrong(&error))?;
    Ok(graph::of_document(&document, &Facts::default()))
}

fn of_manifests(args: &GraphArgs, terminal: &Terminal) -> Result<Picture, Failure> {
    let loaded = load::load_or_show(&args.manifest, None, terminal)?;
    let [manifest] = loaded.manifests.as_slice() else {
        let names: Vec<&str> = loaded.manifests.iter().map(|m| m.set.as_str()).collect();
        let error = anyhow!("there are several sets: {}; a picture shows one", names.join(", "));
        return Err(Failure::new(Exit::Usage, error).hint("choose one with --for TARGET.".to_owned()));
    };
    match &args.flow {
        None => Ok(graph::of_manifest(manifest)),
        Some(name) => of_flow(manifest, name),
    }
}

fn of_flow(manifest: &Manifest, name: &str) -> Result<Picture, Failure> {
    let found = manifest.contents().find(|(_, label, _)| label.as_str() == name);
    let Some((kind, label, flow)) = found else {
        let names: Vec<&str> = manifest.contents().map(|(_, label, _)| Label::as_str(label)).collect();
        let hint = manifest::suggest(name, names.iter().copied());
        return Err(
            Failure::new(Exit::Usage, anyhow!("{} has no flow or module `{name}`", manifest.set)).hint(hint)
        );
    };
    let auditor = Auditor::new(manifest, None);
    let picture = flow.instances.first().and_then(|it| graph::of_content(&auditor, kind, it, label));
    picture.ok_or_else(|| {
        let error = anyhow!("{kind}/{name} has no `content:`: only Amazon Connect knows its blocks");
        Failure::new(Exit::Error, error)
    })
}
