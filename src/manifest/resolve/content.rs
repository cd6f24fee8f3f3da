//! Flow files: read, checked as flows, and their variables replaced.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::flow::limits::{self, ProblemKind};
use crate::flow::{self, Block, Document, FlowText, Format, Found, Token, TokenError, Wrapping, template};
use crate::resource::{Code, Problem};

use crate::manifest::declared::At;
use crate::manifest::model::FlowFile;
use crate::manifest::reading::files::{FileError, Files, clean, display};
use crate::manifest::reading::log::{Log, hint, quote};
use crate::manifest::reading::project::{self, Project};
use crate::manifest::reading::sources::Sources;
use crate::manifest::variables::Variables;
use crate::manifest::yaml::Position;

/// The most bytes of a flow file that are read; content itself is bounded far below.
const MAX_BYTES: u64 = 4 << 20;
/// The most text that variables may bring into a flow, in bytes.
const MAX_RENDERED: usize = 4 << 20;

/// The most flow text that one document may name, in bytes: files may be named again and again.
const MAX_TOTAL: u64 = 256 << 20;
/// How many unknown variables of one flow are compared with the known ones.
const MAX_PROPOSALS: usize = 20;

/// A flow file that was read, whatever may be wrong inside of it.
#[derive(Debug)]
pub(in crate::manifest) struct Content {
    /// Its name in messages, and its text.
    pub(in crate::manifest) file: FlowFile,
    /// Its blocks, as they will be sent: variables are replaced.
    pub(in crate::manifest) document: Arc<Document>,
    /// The tokens that still stand in it, with the places where they were written.
    pub(in crate::manifest) tokens: Vec<Found>,
    /// What is wrong in it.
    pub(in crate::manifest) log: Log,
}

/// The texts that were read, and made of them by variables, by file: a file that several flows, sets or targets name
/// is parsed once.
#[derive(Debug, Default)]
pub(in crate::manifest) struct Texts(BTreeMap<PathBuf, Vec<FlowText>>);

impl Texts {
    fn share(&mut self, path: &Path, text: &str) -> FlowText {
        let known = self.0.entry(path.to_owned()).or_default();
        if let Some(known) = known.iter().find(|known| known.as_str() == text) {
            return known.clone();
        }
        let text = FlowText::from(text);
        known.push(text.clone());
        text
    }
}

/// Reads the flow files that a manifest names.
pub(in crate::manifest) struct Reader<'l> {
    /// Where files come from.
    files: &'l dyn Files,
    /// The folder of the manifest, and what it may name.
    folder: &'l Path,
    project: &'l Project<'l>,
    /// The variables of the manifest.
    variables: &'l Variables,
    /// Where texts are kept for reports.
    sources: &'l mut Sources,
    /// What was read before.
    texts: &'l mut Texts,
    /// What is wrong inside of flow files.
    pub(in crate::manifest) logs: Vec<Log>,
    /// How many bytes may still be read.
    left: u64,
}

impl<'l> Reader<'l> {
    /// Prepares to read the flow files of a manifest that lies in `folder`.
    pub(in crate::manifest) fn new(
        files: &'l dyn Files,
        (folder, project): (&'l Path, &'l Project<'l>),
        variables: &'l Variables,
        (sources, texts): (&'l mut Sources, &'l mut Texts),
    ) -> Self {
        Self { files, folder, project, variables, sources, texts, logs: Vec::new(), left: MAX_TOTAL }
    }

    /// Reads a flow file. What is wrong with the file goes into the manifest's log, what is wrong inside of it into
    /// a log of its own.
    pub(in crate::manifest) fn read(&mut self, path: &At<String>, log: &mut Log) -> Option<Content> {
        let full = clean(&self.folder.join(&path.value));
        let name = display(&full);
        if let Some(why) = self.project.refusal(&full) {
            let message = format!("the flow file {}: {why}", quote(&name));
            log.error_with(Code::Outside, path.position, message, project::HINT);
            return None;
        }
        let text = match self.files.read(&full, MAX_BYTES.min(self.left)) {
            Ok(bytes) => match flow::decode(&bytes) {
                Ok(text) => text.into_owned(),
                Err(error) => {
                    let message = format!("the flow file {} cannot be read: {error}", quote(&name));
                    log.error(Code::BadContent, path.position, message);
                    return None;
                }
            },
            Err(error) => {
                self.unreadable(&full, path, &error, log);
                return None;
            }
        };
        let mut inside = Log::new(&name);
        self.left = self.left.saturating_sub(text.len() as u64);
        // Where such a file is allowed, reports still show no line of it.
        if !self.project.is_outside(&full) {
            self.sources.insert(&*name, &*text);
        }
        let written = self.texts.share(&full, &text);
        match self.parse(&full, &written, &mut inside) {
            Some((text, document, tokens)) => {
                let file = FlowFile { path: name, written, text };
                Some(Content { file, document, tokens, log: inside })
            }
            None => {
                self.logs.push(inside);
                None
            }
        }
    }

    fn unreadable(&self, full: &Path, path: &At<String>, error: &FileError, log: &mut Log) {
        let origin = log.origin(path.position);
        let problem =
            Problem::error(Code::BadContent, format!("the flow file {}: {error}", quote(&display(full))));
        let beside =
            full.parent().and_then(|folder| self.files.list(folder).ok().flatten()).unwrap_or_default();
        // The names as they would be written there, so that the right one can be copied.
        let folder = path.value.rfind('/').map_or("", |end| &path.value[..=end]);
        let names: Vec<String> = beside
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .filter_map(|path: &PathBuf| Some(format!("{folder}{}", path.file_name()?.to_str()?)))
            .collect();
        let hint = matches!(error, FileError::Missing)
            .then(|| hint(&path.value, names.iter().map(String::as_str)))
            .flatten()
            .unwrap_or_else(|| "the path is relative to this file".to_owned());
        log.push(problem.at(&origin).hint(hint));
    }

    fn parse(
        &mut self,
        path: &Path,
        written: &FlowText,
        inside: &mut Log,
    ) -> Option<(FlowText, Arc<Document>, Vec<Found>)> {
        let document = match written.document() {
            Ok(document) => document,
            Err(error) => {
                let position = Position { line: error.line, column: error.column };
                inside.error(Code::BadFlow, position, error.message.clone());
                return None;
            }
        };
        if document.format() == Format::Legacy {
            inside.error_with(
                Code::LegacyFlow,
                Position { line: 1, column: 1 },
                "this flow is in the console's older export format, which the API does not accept",
                "import it in the flow designer once, and export it through the API",
            );
            return None;
        }
        let tokens = match template::tokens_of(document) {
            Ok(tokens) => tokens,
            Err(errors) => {
                report(document, errors, inside);
                return None;
            }
        };
        // What variables change is read once more: names of blocks may hold them.
        let rendered = self.texts.share(path, &self.render(document, inside)?);
        match rendered.document() {
            Ok(sent) => {
                check_limits(document, sent, inside);
                let tokens = tokens.into_iter().map(|found| place(document, found)).collect();
                let sent = Arc::clone(sent);
                Some((rendered, sent, tokens))
            }
            Err(error) => {
                let message = format!("with its variables replaced, this is not a flow: {error}");
                inside.error(Code::BadFlow, Position { line: 1, column: 1 }, message);
                None
            }
        }
    }

    fn render(&self, document: &Document, inside: &mut Log) -> Option<String> {
        let mut spent = 0;
        let mut broken = false;
        let mut unknown = 0;
        let rendered = template::render_some_of(document, &mut |token| {
            let Token::Var(name) = token else { return Ok(None) };
            match self.variables.get(name) {
                Some(Some(value)) => {
                    spent += value.len();
                    if spent > MAX_RENDERED {
                        return Err(format!("variables add more than {MAX_RENDERED} bytes to this flow"));
                    }
                    Ok(Some(value.to_owned()))
                }
                Some(None) => {
                    broken = true;
                    Ok(None)
                }
                None => {
                    unknown += 1;
                    let known =
                        (unknown <= MAX_PROPOSALS).then(|| hint(name, self.variables.names())).flatten();
                    let known = known.map(|hint| format!("; {hint}"));
                    Err(format!("no variable is named `{name}`{}", known.unwrap_or_default()))
                }
            }
        });
        match rendered {
            Ok(text) => (!broken).then_some(text),
            Err(errors) => {
                report(document, errors, inside);
                None
            }
        }
    }
}

/// Reports what Amazon Connect would refuse: judged as it will be sent, and placed where it was written.
fn check_limits(written: &Document, rendered: &Document, inside: &mut Log) {
    for problem in limits::check(rendered) {
        let at = written.position(&problem.pointer).unwrap_or(problem.position);
        let position = Position { line: at.line, column: at.column };
        let code = match problem.kind {
            ProblemKind::TooLong | ProblemKind::TooManyActions => Code::FlowTooLarge,
            ProblemKind::NoAction
            | ProblemKind::Missing
            | ProblemKind::BadIdentifier
            | ProblemKind::DuplicateIdentifier
            | ProblemKind::UnknownStart
            | ProblemKind::DuplicateKey => Code::BadFlow,
        };
        inside.error(code, position, problem.message);
    }
}

/// Puts a token's place into the file, when the flow stood in a string of it.
fn place(document: &Document, found: Found) -> Found {
    match document.wrapping() {
        Wrapping::None => found,
        Wrapping::Text | Wrapping::Answer(_) => match document.position(&found.pointer) {
            Some(position) => Found { line: position.line, column: position.column, ..found },
            None => found,
        },
    }
}

fn report(document: &Document, errors: Vec<TokenError>, inside: &mut Log) {
    for TokenError { line, column, message } in errors {
        let position = match document.wrapping() {
            Wrapping::None => Position { line, column },
            // The places are those of the text inside of a string of this file.
            Wrapping::Text | Wrapping::Answer(_) => Position { line: 1, column: 1 },
        };
        inside.error(Code::BadToken, position, message);
    }
}

/// The blocks of a flow that can be bound, by what to call them.
pub(in crate::manifest) fn bindable(document: &Document) -> impl Iterator<Item = &Block> {
    document.blocks().iter().filter(|block| block.kind == "InvokeLambdaFunction")
}
