//! `flowbind import`: a manifest and flow files of an instance that exists.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::aws::{LiveError, Session, Wanted};
use crate::cli::args::{ImportArgs, retype};
use crate::cli::run::connect::{Connection, Sought, unfound};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::cli::terminal::progress::Reading;
use crate::disk;
use crate::import::{self, Imported, MANIFEST, NoteKind, Policies};
use crate::manifest::{self, Inputs};
use crate::reconcile;
use crate::report::{self, count};
use crate::resource::{InstanceArn, Region, SetName};
use crate::snapshot::LiveInstance;

/// The longest name of a set in a manifest, in characters.
const MAX_SET: usize = 40;

pub(in crate::cli) async fn run(args: &ImportArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let wanted = wanted(&args.instance)?;
    let set = args.set.as_deref().map(set_name).transpose()?;
    let named = args.region.as_deref().map(Region::parse).transpose().map_err(usage)?;
    free(&args.out, &[MANIFEST])?;
    if let Some(file) = args.aws.sandbox.as_ref().filter(|file| !file.exists()) {
        let error = anyhow!("there is no sandbox in {}: it holds nothing to import", file.display());
        let hint = "`flowbind apply --sandbox` of a manifest makes one.".to_owned();
        return Err(Failure::new(Exit::Error, error).hint(hint));
    }
    let connection = Connection::open(&args.aws, &[], terminal).await?;
    terminal.say(&format!(
        "Reading `{}`: two calls for each flow and module, about two a second.",
        args.instance
    ));
    let reading = Reading::unforeseen(terminal, format!("{}: reading AWS", args.instance));
    let looked = reading.during(&connection.session, look(&connection.session, &wanted, named)).await;
    let calls = connection.session.calls();
    connection.close().await?;
    let (live, policies) = looked.map_err(|failure| failure.shown(terminal))?;
    let imported = import::import(&live, &policies, set.as_ref());
    prove(&imported, &live, &policies)?;
    let paths: Vec<&str> = imported.files.keys().map(String::as_str).collect();
    free(&args.out, &paths)?;
    write(&args.out, &imported.files)?;
    summarize(args, &imported, &live, terminal)?;
    terminal.result(&report::calls_text(&calls, &terminal.layout()))?;
    Ok(Exit::Done)
}

/// Why nothing could be looked at.
enum Looked {
    Failed(Failure),
    Live(LiveError),
}

impl From<LiveError> for Looked {
    fn from(error: LiveError) -> Self {
        Self::Live(error)
    }
}

impl Looked {
    /// Shows each call that failed, and says what to do.
    fn shown(self, terminal: &Terminal) -> Failure {
        match self {
            Self::Failed(failure) => failure,
            Self::Live(error) => unfound(error, Sought::Imported, terminal),
        }
    }
}

async fn look(
    session: &Session,
    wanted: &Wanted,
    named: Option<Region>,
) -> Result<(LiveInstance, Policies), Looked> {
    let of_arn = match wanted {
        Wanted::Arn(arn) => Some(arn.place.region.clone()),
        Wanted::Id(_) | Wanted::Alias(_) => None,
    };
    if let (Some(named), Some(of_arn)) = (&named, &of_arn)
        && named != of_arn
    {
        let error = anyhow!("the ARN is in {of_arn}, but `--region` says {named}");
        return Err(Looked::Failed(Failure::new(Exit::Usage, error)));
    }
    let region = of_arn.or(named).or_else(|| session.region()).ok_or_else(|| {
        let error = anyhow!("the Region of the instance is unknown");
        let hint = "give `--region` or the instance's ARN.".to_owned();
        Looked::Failed(Failure::new(Exit::Usage, error).hint(hint))
    })?;
    Ok(reconcile::live(session, wanted, &region).await?)
}

fn usage(error: impl Into<anyhow::Error>) -> Failure {
    Failure::new(Exit::Usage, error)
}

fn set_name(name: &str) -> Result<SetName, Failure> {
    let set = SetName::parse(name).map_err(usage)?;
    if name.len() > MAX_SET {
        return Err(usage(anyhow!(
            "`{name}` has {} characters; a set's name has at most {MAX_SET}",
            name.len()
        )));
    }
    Ok(set)
}

/// What looks like an ARN must be one: no alias holds a colon.
fn wanted(text: &str) -> Result<Wanted, Failure> {
    if text.contains(':') {
        return InstanceArn::parse(text).map(Wanted::Arn).map_err(usage);
    }
    Ok(Wanted::parse(text))
}

/// Refuses to overwrite anything.
fn free(folder: &Path, paths: &[&str]) -> Result<(), Failure> {
    let there = |path: &&&str| folder.join(path).symlink_metadata().is_ok();
    let taken: Vec<&str> = paths.iter().filter(there).copied().collect();
    if taken.is_empty() {
        return Ok(());
    }
    let more = taken.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let verb = if taken.len() == 1 { "exists" } else { "exist" };
    let names: Vec<&str> = taken.into_iter().take(3).collect();
    let (names, folder) = (names.join(", "), folder.display());
    let error = anyhow!("{names}{more} already {verb} in {folder}; nothing was written");
    Err(Failure::new(Exit::Refused, error).hint("give an empty folder with `--out DIR`.".to_owned()))
}

/// Reads the files as any command will, and plans them against what was seen.
fn prove(imported: &Imported, live: &LiveInstance, policies: &Policies) -> Result<(), Failure> {
    let broken = |what: String| {
        let error = anyhow!(
            "internal error: the imported manifest does not match the instance: {what}; nothing was written"
        );
        let hint = "please report it with this message.".to_owned();
        Failure::new(Exit::Error, error).hint(hint)
    };
    let in_memory = |(path, text): (&String, &String)| (PathBuf::from(path), text.clone().into_bytes());
    let files: BTreeMap<PathBuf, Vec<u8>> = imported.files.iter().map(in_memory).collect();
    let loaded = manifest::load(&[PathBuf::from(MANIFEST)], &Inputs::default(), &files);
    let loaded = loaded.map_err(|problems| {
        let first = problems.problems.first().map(|problem| {
            let place = problem.origin.as_ref().map(|origin| format!("{origin}: ")).unwrap_or_default();
            format!("{place}{}", problem.message)
        });
        broken(first.unwrap_or_else(|| "it cannot be read".to_owned()))
    })?;
    let differences: Vec<String> =
        loaded.manifests.iter().flat_map(|manifest| import::differences(live, policies, manifest)).collect();
    match differences.as_slice() {
        [] => Ok(()),
        [first, rest @ ..] => Err(broken(format!("{first} (and {} more)", rest.len()))),
    }
}

/// Writes all files, the manifest last, or none.
fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), Failure> {
    let mut order: Vec<(&String, &String)> = files.iter().collect();
    order.sort_by_key(|(path, _)| path.as_str() == MANIFEST);
    let mut written: Vec<PathBuf> = Vec::new();
    for (path, text) in order {
        let path = folder.join(path);
        if let Err(error) = write_one(&path, text, &mut written) {
            // What cannot be taken back either is named by the next run.
            written.iter().for_each(|path| drop(fs::remove_file(path)));
            let error = anyhow!("{} could not be written: {error}; nothing was kept", path.display());
            return Err(Failure::new(Exit::Error, error));
        }
    }
    Ok(())
}

fn write_one(path: &Path, text: &str, written: &mut Vec<PathBuf>) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    disk::create(path, text.as_bytes(), disk::Access::Usual)?;
    written.push(path.to_owned());
    Ok(())
}

fn summarize(
    args: &ImportArgs,
    imported: &Imported,
    live: &LiveInstance,
    terminal: &Terminal,
) -> io::Result<()> {
    let mut values = 0;
    for note in &imported.notes {
        let label = match note.kind {
            NoteKind::Broken => "fails today:",
            NoteKind::Unchecked => "not checked:",
            NoteKind::LeftOut => "left out:",
            NoteKind::Editing | NoteKind::Owned => "note:",
            NoteKind::NotPortable => {
                values += 1;
                continue;
            }
        };
        let message = format!("{}: {}", note.subject, note.message);
        let said = match note.kind {
            NoteKind::Broken => Note::error(label, message),
            _ => Note::warning(label, message),
        };
        terminal.note(&said.hint(note.hint.as_ref()).field("subject", note.subject.as_str()));
    }
    if values > 0 {
        let (values, each) = if values == 1 {
            ("1 value is".to_owned(), "it")
        } else {
            (format!("{values} values are"), "each")
        };
        let message = format!(
            "{values} specific to this instance; {MANIFEST} lists them, and `--var NAME=ARN` sets {each}"
        );
        terminal.note(&Note::warning("note:", message));
    }
    let name = live.instance.alias.as_deref().unwrap_or(&live.instance.arn.id);
    let out = retype::quoted(&args.out.display().to_string());
    let plan = retype::on("plan", &args.aws, &args.out);
    terminal.page(&format!(
        "Imported `{name}` into {out}: {}, {} and {} in {}. A plan of them is empty.\n\n  \
         {plan}\n  flowbind lint {out}\n\n",
        count(imported.flows, "flow"),
        count(imported.modules, "module"),
        count(imported.functions, "function"),
        count(imported.files.len(), "file"),
    ))
}
