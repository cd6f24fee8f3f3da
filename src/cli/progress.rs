//! Progress: results of actions as they end, and one live line on a terminal.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::note::{Level, Note};
use super::terminal::Terminal;
use crate::aws::Progress;
use crate::plan::{Action, ActionId, Change, Forecast, Outcome, Pace, Plan, Spec};
use crate::report;
use crate::resource::{Address, SetName};

/// What is shown while AWS is read. It ends when it is dropped.
pub(super) struct Reading<'a> {
    terminal: &'a Terminal,
}

impl<'a> Reading<'a> {
    /// Says how much will be read. `more` says that the lists of what the manifest does not name are read as well: how
    /// much they lead to is known when they are read.
    pub(super) fn begin(
        terminal: &'a Terminal,
        set: &SetName,
        forecast: &Forecast,
        mut pace: Pace,
        more: bool,
    ) -> Self {
        let time = forecast.time(&mut pace);
        let what = format!("{set}: reading AWS");
        let whole = format!("{what}: {}", reading(forecast, time, more));
        if terminal.draws() {
            let short = format!("{what}: {}", reading(forecast, time, false));
            let least = format!("{what}: at least {}{}", calls(forecast.at_least), about(time));
            terminal.draw(bar(fitting(&[whole, short, least, what], terminal.columns()), None));
        } else {
            terminal.say(&whole);
        }
        Self { terminal }
    }
}

/// What the live line takes of a terminal's columns beside the message: what turns, the counts or the time.
const BESIDE: usize = 16;

/// The first of some messages that fits a live line; the last one is cut where it has to be.
fn fitting(messages: &[String], columns: usize) -> String {
    let room = columns.saturating_sub(BESIDE);
    let fits = messages.iter().find(|message| report::width(message) <= room);
    let cut = || messages.last().map(|last| last.chars().take(room).collect());
    fits.cloned().or_else(cut).unwrap_or_default()
}

fn calls(number: u32) -> String {
    report::count(number as usize, "call")
}

/// Says a time that is worth saying: `7 s`, `2 min 5 s`.
pub(super) fn seconds(time: Duration) -> Option<String> {
    match time.as_secs_f64().round() as u64 {
        0 => None,
        seconds @ 1..120 => Some(format!("{seconds} s")),
        seconds => Some(format!("{} min {} s", seconds / 60, seconds % 60)),
    }
}

/// Says a time that is forecast, behind the calls that take it.
pub(super) fn about(time: Duration) -> String {
    seconds(time).map(|time| format!(", about {time}")).unwrap_or_default()
}

/// What AWS takes for that no figure is known, behind a forecast.
pub(super) fn unforeseen(plan: &Plan) -> &'static str {
    let creates = |wanted: fn(&Spec) -> bool| {
        plan.actions.iter().any(|a| matches!(&a.change, Change::Create(spec) if wanted(spec)))
    };
    if creates(|spec| matches!(spec, Spec::Instance(_))) {
        ", plus the minutes that AWS takes to create an instance"
    } else if creates(|spec| matches!(spec, Spec::Role(_))) {
        ", plus the seconds until Lambda can assume new roles"
    } else {
        ""
    }
}

fn reading(forecast: &Forecast, time: Duration, more: bool) -> String {
    let (least, all) = (forecast.at_least, forecast.calls.values().sum::<u32>());
    let time = about(time);
    let unmanaged = match more {
        true => "; then 2 for each other flow and module, and 3 or more for each other function",
        false => "",
    };
    match least == all {
        true => format!("at least {}{time}{unmanaged}", calls(least)),
        false => format!("at least {} ({}{time} if everything exists){unmanaged}", calls(least), calls(all)),
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.terminal.draw(None);
    }
}

/// Shows how writing goes on. It ends when it is dropped.
pub(super) struct Console<'a> {
    terminal: &'a Terminal,
    plan: &'a Plan,
    /// Whether results are written as text, and whether addresses have their set in front.
    text: bool,
    several: bool,
    bar: Option<ProgressBar>,
    /// When each action ends that is carried out, as it was forecast; and the same in the order of time.
    ends: BTreeMap<ActionId, Duration>,
    line: Vec<Duration>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Writes of each resource that are not done.
    open: BTreeMap<Address, usize>,
    /// How many of the actions have ended that are carried out.
    ended: usize,
    /// The hints that were shown: each is worth showing once.
    hinted: BTreeSet<String>,
    /// The first failure to write a result.
    error: Option<io::Error>,
}

impl<'a> Console<'a> {
    /// Begins with none of the plan's changes done.
    pub(super) fn writing(
        terminal: &'a Terminal,
        plan: &'a Plan,
        ends: BTreeMap<ActionId, Duration>,
        text: bool,
        several: bool,
    ) -> Self {
        let mut open: BTreeMap<Address, usize> = BTreeMap::new();
        plan.actions.iter().for_each(|action| *open.entry(action.id.address.clone()).or_default() += 1);
        let length = u64::try_from(open.len()).unwrap_or(u64::MAX);
        let draws = terminal.draws() && length > 0;
        let bar = draws.then(|| bar(format!("{}: applying", plan.set), Some(length))).flatten();
        terminal.draw(bar.clone());
        let mut line: Vec<Duration> = ends.values().copied().collect();
        line.sort();
        let state = Mutex::new(State { open, ..State::default() });
        Self { terminal, plan, text, several, bar, ends, line, state }
    }

    /// Ends it; fails if a result could not be written.
    pub(super) fn end(self) -> io::Result<()> {
        let error = self.state().error.take();
        error.map_or(Ok(()), Err)
    }

    /// The time that the rest takes when so many actions have ended, to be put behind the message.
    fn left(&self, ended: usize) -> String {
        let now = ended.checked_sub(1).and_then(|last| self.line.get(last)).copied().unwrap_or_default();
        let end = self.line.last().copied().unwrap_or_default();
        let time = seconds(end.saturating_sub(now));
        time.map(|time| format!(", about {time} left")).unwrap_or_default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Console<'_> {
    fn drop(&mut self) {
        self.terminal.draw(None);
    }
}

fn bar(message: String, length: Option<u64>) -> Option<ProgressBar> {
    let template =
        if length.is_some() { "{spinner} {msg} {pos}/{len}" } else { "{spinner} {msg} ({elapsed})" };
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr()).with_message(message);
    bar.set_style(ProgressStyle::with_template(template).ok()?);
    bar.enable_steady_tick(Duration::from_millis(120));
    Some(bar)
}

impl Progress for Console<'_> {
    fn started(&self, action: &Action) {
        tracing::debug!(address = %action.id.address, "may be written now");
    }

    fn ended(&self, id: &ActionId, outcome: &Outcome) {
        let mut state = self.state();
        if self.text {
            let set = self.several.then(|| self.plan.set.as_str());
            let shown = outcome.hint().is_some_and(|hint| !state.hinted.insert(hint.to_owned()));
            let told = if shown { &outcome.clone().without_hint() } else { outcome };
            if let Err(error) =
                self.terminal.result(&report::outcome_text(set, id, told, &self.terminal.layout()))
            {
                state.error.get_or_insert(error);
            }
        }
        let (message, fields) = report::outcome_event(&self.plan.set, id, outcome);
        let level = match outcome {
            Outcome::Applied | Outcome::AlreadySo => Level::Info,
            Outcome::Skipped { .. } | Outcome::NotBegun { .. } => Level::Warning,
            Outcome::Failed { .. }
            | Outcome::Refused { .. }
            | Outcome::Moved { .. }
            | Outcome::Unknown { .. } => Level::Error,
        };
        self.terminal.event(&Note::new(level, message).fields(fields));
        // A resource counts when all of its writes are done.
        if let Some(open) = state.open.get_mut(&id.address).filter(|_| outcome.is_done()) {
            *open = open.saturating_sub(1);
        }
        if let Some(bar) = &self.bar {
            let done = state.open.values().filter(|open| **open == 0).count();
            bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
            state.ended += usize::from(self.ends.contains_key(id));
            let what = format!("{}: applying", self.plan.set);
            let left = format!("{what}{}", self.left(state.ended));
            bar.set_message(fitting(&[left, what], self.terminal.columns()));
        }
    }
}
