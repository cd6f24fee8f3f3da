//! Progress: results of actions as they end, and one live line on a terminal.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::aws::{Progress, Session};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::note::{Level, Note};
use crate::plan::{Action, ActionId, Forecast, Outcome, Pace, Plan, Write};
use crate::report;
use crate::resource::Address;

/// What is shown while AWS is read.
pub(in crate::cli) struct Reading<'a> {
    terminal: &'a Terminal,
    bar: Option<ProgressBar>,
    what: String,
    /// How many calls are forecast, if that is known, and how long they take.
    calls: Option<u32>,
    time: Duration,
}

impl<'a> Reading<'a> {
    /// Says how much will be read. `more` says that the lists of what the manifest does not name are read as well: how
    /// much they lead to is known when they are read.
    pub(in crate::cli) fn begin(
        terminal: &'a Terminal,
        subject: &str,
        forecast: &Forecast,
        mut pace: Pace,
        more: bool,
    ) -> Self {
        let (time, what) = (forecast.time(&mut pace), format!("{subject}: reading AWS"));
        let draws = terminal.draws();
        if !draws {
            terminal.say(&format!("{what}: {}", reading(forecast, time, more)));
        }
        let all = if more { None } else { Some(forecast.calls.values().sum()) };
        Self { terminal, bar: draws.then(|| bar(None)).flatten(), what, calls: all, time }
    }

    /// Begins to read what cannot be forecast.
    pub(in crate::cli) fn unforeseen(terminal: &'a Terminal, what: String) -> Self {
        let bar = terminal.draws().then(|| bar(None)).flatten();
        Self { terminal, bar, what, calls: None, time: Duration::ZERO }
    }

    /// Reads, and shows meanwhile how many calls were made and how much is left.
    pub(in crate::cli) async fn during<T>(self, session: &Session, work: impl Future<Output = T>) -> T {
        let Some(bar) = &self.bar else { return work.await };
        let (made, began) = (|| session.calls().values().sum::<u32>(), Instant::now());
        let before = made();
        bar.set_prefix(fitting(&self.shown(0, Duration::ZERO), self.terminal.columns()));
        self.terminal.draw(Some(bar.clone()));
        let (mut tick, mut work) = (tokio::time::interval(TICK), pin!(work));
        let done = loop {
            tokio::select! {
                biased;
                done = &mut work => break done,
                _ = tick.tick() => {
                    let shown = self.shown(made() - before, began.elapsed());
                    bar.set_prefix(fitting(&shown, self.terminal.columns()));
                }
            }
        };
        self.terminal.draw(None);
        done
    }

    /// The live line after so many calls and so long a time: the fullest first.
    fn shown(&self, made: u32, elapsed: Duration) -> Vec<String> {
        let what = &self.what;
        let counts = match self.calls {
            Some(all) if made <= all => format!("{made} of {}", calls(all)),
            _ => calls(made),
        };
        let short = format!("{what}: {counts}");
        match seconds(self.time.saturating_sub(elapsed)) {
            Some(left) => vec![format!("{short}, about {left} left"), short, what.clone()],
            None => vec![short, what.clone()],
        }
    }
}

/// How often the live line moves.
const TICK: Duration = Duration::from_millis(120);

/// What the live line takes of a terminal's columns beside the message: what turns, and the counts.
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
pub(in crate::cli) fn seconds(time: Duration) -> Option<String> {
    match time.as_secs_f64().round() as u64 {
        0 => None,
        seconds @ 1..120 => Some(format!("{seconds} s")),
        seconds => Some(format!("{} min {} s", seconds / 60, seconds % 60)),
    }
}

/// Says a time that is forecast, behind the calls that take it.
pub(in crate::cli) fn about(time: Duration) -> String {
    seconds(time).map(|time| format!(", about {time}")).unwrap_or_default()
}

/// What AWS takes for that no figure is known, behind a forecast.
pub(in crate::cli) fn unforeseen(plan: &Plan) -> &'static str {
    let writes = |wanted: fn(&Write) -> bool| plan.actions.iter().any(|action| wanted(&action.write));
    if writes(|write| matches!(write, Write::Instance(_))) {
        ", plus the minutes that AWS takes to create an instance"
    } else if writes(|write| write.is_creation() && matches!(write, Write::Role(_))) {
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

/// Shows how writing goes on. It ends when it is dropped.
pub(in crate::cli) struct Console<'a> {
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
    pub(in crate::cli) fn writing(
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
        let bar = draws.then(|| bar(Some(length))).flatten();
        let bar = bar.map(|bar| bar.with_prefix(format!("{}: applying", plan.set)));
        terminal.draw(bar.clone());
        let mut line: Vec<Duration> = ends.values().copied().collect();
        line.sort();
        let state = Mutex::new(State { open, ..State::default() });
        let console = Self { terminal, plan, text, several, bar, ends, line, state };
        console.show_left(0);
        console
    }

    /// Shows the time that is left behind the counts, where it fits.
    fn show_left(&self, ended: usize) {
        let Some(bar) = &self.bar else { return };
        let left = self.left(ended);
        let width = report::width(&bar.prefix()) + report::width(&left) + BESIDE;
        bar.set_message(if width <= self.terminal.columns() { left } else { String::new() });
    }

    /// Ends it; fails if a result could not be written.
    pub(in crate::cli) fn end(self) -> io::Result<()> {
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

fn bar(length: Option<u64>) -> Option<ProgressBar> {
    let template =
        if length.is_some() { "{spinner} {prefix} {pos}/{len}{msg}" } else { "{spinner} {prefix}" };
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template(template).ok()?);
    bar.enable_steady_tick(TICK);
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
            self.show_left(state.ended);
        }
    }
}
