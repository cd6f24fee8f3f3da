//! What a fault sweep found: for people, and for machines.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::words::block;
use crate::flow::engine::Program;
use crate::report::layout::{Layout, Page};
use crate::report::simulate::{ended_text, seconds};
use crate::report::style::{bold, dim, red};
use crate::report::visible::one_line;
use crate::resource::count;
use crate::simulate::{CallFault, Ending, Subject, Swept};

/// What came of a scenario whose calls failed.
#[derive(Debug)]
pub struct Sweep<'m> {
    /// The scenario.
    pub scenario: String,
    /// The flows.
    pub subject: Subject<'m>,
    /// What came of each fault.
    pub swept: Vec<Swept>,
}

/// Faults of one block that come to the same.
#[derive(Debug, Default)]
struct Same {
    faults: BTreeSet<CallFault>,
    scenario: String,
    is_unheard: bool,
    silence_ms: u64,
}

/// The longest part of a text that is shown, in characters.
const LONGEST: usize = 60;

/// Writes what the caller hears when the call of a block fails; faults that come to the same stand together.
pub fn sweep_text(sweeps: &[Sweep<'_>], layout: &Layout) -> String {
    let mut blocks: BTreeMap<String, Vec<(String, Same)>> = BTreeMap::new();
    let (mut faults, mut unheard) = (0, 0);
    for sweep in sweeps {
        let program = &sweep.subject.program;
        for swept in &sweep.swept {
            faults += 1;
            unheard += usize::from(swept.is_unheard());
            let list = blocks.entry(block(&swept.at, program)).or_default();
            let outcome = outcome(swept, program);
            let at = list.iter().position(|(found, _)| *found == outcome).unwrap_or_else(|| {
                let same = Same { scenario: sweep.scenario.clone(), ..Same::default() };
                list.push((outcome.clone(), same));
                list.len() - 1
            });
            if let Some((_, same)) = list.get_mut(at) {
                same.faults.insert(swept.fault);
                same.is_unheard |= swept.is_unheard();
                same.silence_ms = same.silence_ms.max(swept.silence_ms);
            }
        }
    }
    let mut page = Page::default();
    for (block, outcomes) in &blocks {
        page.line(&bold(&one_line(block)));
        for (outcome, same) in outcomes {
            let all: BTreeSet<CallFault> =
                outcomes.iter().flat_map(|(_, same)| same.faults.clone()).collect();
            let faults: Vec<&str> = same.faults.iter().map(|fault| fault_text(*fault)).collect();
            let faults =
                if same.faults == all && all.len() > 1 { "any fault".to_owned() } else { faults.join(", ") };
            page.under(4, format!("  {faults}:\n"));
            let silence = match same.silence_ms {
                0 => String::new(),
                ms => format!("; silent for {} at the most", seconds(ms)),
            };
            let outcome = if same.is_unheard { red(outcome) } else { outcome.clone() };
            page.under(
                6,
                format!(
                    "    {outcome}{silence} {}\n",
                    dim(&format!("(as in `{}`)", one_line(&same.scenario)))
                ),
            );
        }
        page.line("");
    }
    page.line(&bold(&format!(
        "{} in {}: {} leave the caller without a word.",
        count(faults, "fault"),
        count(sweeps.len(), "scenario"),
        if unheard == 0 { "none".to_owned() } else { unheard.to_string() }
    )));
    page.finish(layout)
}

/// Says what the caller hears, and how it ends.
fn outcome(swept: &Swept, program: &Program) -> String {
    let texts: Vec<String> = swept.heard.iter().take(2).map(|heard| quoted(&heard.text)).collect();
    let more = swept.heard.len().saturating_sub(2);
    let hears = match (texts.is_empty(), more) {
        (true, _) => "hears nothing more".to_owned(),
        (false, 0) => format!("hears {}", texts.join(", ")),
        (false, more) => format!("hears {} and {more} more", texts.join(", ")),
    };
    let end = match &swept.ending {
        Some(Ending::End(end)) => ended_text(end, program),
        Some(Ending::TooLong) => "the contact goes round without end".to_owned(),
        None => "what comes then is not in the scenario".to_owned(),
    };
    format!("{hears}; {end}")
}

fn quoted(text: &str) -> String {
    let text = one_line(text);
    let cut: String = text.chars().take(LONGEST).collect();
    let dots = if cut.len() < text.len() { "\u{2026}" } else { "" };
    format!("\u{201c}{cut}{dots}\u{201d}")
}

const fn fault_text(fault: CallFault) -> &'static str {
    match fault {
        CallFault::Timeout => "time limit over",
        CallFault::Throttled => "throttled (429)",
        CallFault::Unavailable => "Lambda fails (500)",
        CallFault::Denied => "not allowed (403)",
        CallFault::Exception => "exception",
        CallFault::TooLong => "answer too long",
        CallFault::Nested => "nested answer",
        CallFault::MissingKey => "missing key",
    }
}

/// `flowbind.sweep/v1`.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SweepDocument {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.sweep/v1")))]
    format: &'static str,
    /// Whether no fault leaves the caller without a word.
    ok: bool,
    faults: Vec<FaultLine>,
}

/// A call that failed, and what came of it.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct FaultLine {
    scenario: String,
    set: String,
    block: String,
    /// How the call failed.
    fault: &'static str,
    /// What the contact heard after it.
    heard: Vec<String>,
    /// How it ended; none where that takes an answer that is not in the scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<crate::manifest::EndKind>,
    /// Whether the contact was left without a word.
    unheard: bool,
    /// Whether answers were made up that the scenario does not have.
    made_up: bool,
    /// The longest silence of the whole contact, in milliseconds.
    longest_silence_ms: u64,
}

impl SweepDocument {
    /// Creates the document of sweeps.
    pub fn new(sweeps: &[Sweep<'_>]) -> Self {
        let line = |sweep: &Sweep<'_>, swept: &Swept| FaultLine {
            scenario: sweep.scenario.clone(),
            set: sweep.subject.manifest.set.to_string(),
            block: block(&swept.at, &sweep.subject.program),
            fault: fault_text(swept.fault),
            heard: swept.heard.iter().map(|heard| heard.text.clone()).collect(),
            end: swept.ending.as_ref().map(Ending::kind),
            unheard: swept.is_unheard(),
            made_up: swept.is_made_up,
            longest_silence_ms: swept.silence_ms,
        };
        let faults = sweeps.iter().flat_map(|sweep| sweep.swept.iter().map(move |swept| line(sweep, swept)));
        let faults: Vec<FaultLine> = faults.collect();
        Self { format: "flowbind.sweep/v1", ok: faults.iter().all(|fault| !fault.unheard), faults }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_schema_is_that_of_the_type() {
        crate::report::schema::check_shipped::<SweepDocument>("sweep");
    }
}
