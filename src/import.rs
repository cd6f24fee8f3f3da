//! A live instance as files: a manifest and flow files that agree with what was seen, and that another instance of
//! the same shape can be planned from.
//!
//! Pure: no client, no file. What flowbind could not hold in agreement stays out, or stands as a literal under
//! `values:`, and a note says so: `plan` of what was imported is empty, and nothing is hidden.

use std::collections::{BTreeMap, BTreeSet};

use crate::manifest::Manifest;
use crate::resource::{FunctionRef, Kind, ResourcePolicy, SetName};
use crate::snapshot::{LiveInstance, Look};

mod contents;
mod document;
mod flow_text;
mod functions;
mod labels;
mod table;
mod values;
mod verify;
mod yaml;

use contents::Contents;
use document::Text;
use functions::Functions;
use table::Table;
use values::Values;

/// The file that holds the manifest.
pub const MANIFEST: &str = "flowbind.yaml";

/// The policies of functions, as they were seen.
pub type Policies = BTreeMap<FunctionRef, Look<ResourcePolicy>>;

/// What an instance becomes.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The files by their paths below the folder, with `/`.
    pub files: BTreeMap<String, String>,
    /// How many flows were taken over.
    pub flows: usize,
    /// How many modules were taken over.
    pub modules: usize,
    /// How many functions were taken over.
    pub functions: usize,
    /// What somebody has to know, ordered by what it is about.
    pub notes: Vec<Note>,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A call that fails today: the function is missing, not associated or not granted.
    Broken,
    /// A call of which it could not be told whether it works.
    Unchecked,
    /// A flow or module that stays out of the manifest.
    LeftOut,
    /// A draft that differs from what is published; the published content was taken.
    Editing,
    /// Something that another tool or set owns.
    Owned,
    /// A text that is the same on no other instance.
    NotPortable,
}

/// Something that somebody has to know about what was imported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// The thing, such as `flow "Main IVR"`.
    pub subject: String,
    /// What is so.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Says which functions' policies must be read: those that flows call, and those in the instance's list that no flow
/// calls. Functions of other accounts are not among them.
pub fn functions_to_read(live: &LiveInstance) -> BTreeSet<FunctionRef> {
    let contents = Contents::of(live);
    functions::to_read(live, &contents)
}

/// Makes files of an instance. Without a set's name the instance's alias names the set.
pub fn import(live: &LiveInstance, policies: &Policies, set: Option<&SetName>) -> Imported {
    let contents = Contents::of(live);
    let functions = Functions::judge(live, &contents, policies);
    let table = Table::of(live, &contents, &functions);
    let mut values = Values::default();
    let mut files = BTreeMap::new();
    for taken in &contents.taken {
        files.insert(taken.path(), flow_text::render(taken, &table, &mut values));
    }
    let mut notes = contents.notes();
    notes.extend(functions.notes());
    notes.extend(values.notes());
    notes.sort();
    let text = Text { live, contents: &contents, functions: &functions, values: &values, notes: &notes, set };
    files.insert(MANIFEST.to_owned(), text.write());
    let of = |kind: Kind| contents.taken.iter().filter(|taken| taken.kind == kind).count();
    Imported {
        files,
        flows: of(Kind::Flow),
        modules: of(Kind::Module),
        functions: functions.good.len(),
        notes,
    }
}

/// Plans a manifest against what was seen, without another look: lists what would change, or what is in the way. Of
/// what [`import`] made it lists nothing.
pub fn differences(live: &LiveInstance, policies: &Policies, manifest: &Manifest) -> Vec<String> {
    verify::differences(live, policies, manifest)
}

#[cfg(test)]
mod tests;
