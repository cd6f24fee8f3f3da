//! `flowbind schema`: the JSON Schema of manifests.

use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::manifest;

pub(super) fn run(terminal: &Terminal) -> Result<Exit, Failure> {
    terminal.json(&manifest::schema())?;
    Ok(Exit::Done)
}
