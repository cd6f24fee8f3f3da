//! Progress: results of actions as they end, and one live line on a terminal.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::aws::{Progress, Session};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::live::{LiveLine, Share, TICK, bar, fitting, seconds};
use crate::cli::terminal::note::{Level, Note};
use crate::plan::{Action, ActionId, Forecast, Outcome, Pace, Plan, Write};
use crate::reconcile::Ahead;
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
    /// Says how much will be read of each subject, and of all side by side.
    pub(in crate::cli) fn begin(
        terminal: &'a Terminal,
        ahead: &[Ahead<'_>],
        all: &Forecast,
        pace: &Pace,
    ) -> Self {
        let what = |subject: &str| format!("{subject}: reading AWS");
        let draws = terminal.draws();
        for Ahead { subject, forecast, sees_orphans } in ahead.iter().filter(|_| !draws) {
            let time = forecast.time(&mut pace.clone());
            terminal.say(&format!("{}: {}", what(subject), reading(forecast, time, *sees_orphans)));
        }
        let what = match ahead {
            [one] => what(one.subject),
            several => what(&report::count(several.len(), "set")),
        };
        // What the lists of orphaned resources lead to is known when they are read.
        let more = ahead.iter().any(|one| one.sees_orphans);
        let calls = if more { None } else { Some(all.calls.values().sum()) };
        let time = all.time(&mut pace.clone());
        Self { terminal, bar: draws.then(bar).flatten(), what, calls, time }
    }

    /// Begins to read what cannot be forecast.
    pub(in crate::cli) fn unforeseen(terminal: &'a Terminal, what: String) -> Self {
        let bar = terminal.draws().then(bar).flatten();
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

fn calls(number: u32) -> String {
    report::count(number as usize, "call")
}

/// Says a time that is forecast, behind the calls that take it.
pub(in crate::cli) fn about(time: Duration) -> String {
    seconds(time).map(|time| format!(", about {time}")).unwrap_or_default()
}

/// What AWS takes for that no figure is known, behind a forecast.
pub(in crate::cli) fn unforeseen(plan: &Plan) -> &'static str {
    let writes = |wanted: fn(&Write) -> bool| plan.actions.iter().any(|action| wanted(action.write()));
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
    live: &'a LiveLine,
    /// When each action ends that is carried out, as it was forecast; and the same in the order of time.
    ends: BTreeMap<ActionId, Duration>,
    line: Vec<Duration>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Writes of each resource that are not done.
    open: BTreeMap<Address, usize>,
    /// How many resources are done.
    done: usize,
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
        (terminal, live): (&'a Terminal, &'a LiveLine),
        plan: &'a Plan,
        ends: BTreeMap<ActionId, Duration>,
        text: bool,
        several: bool,
    ) -> Self {
        let mut open: BTreeMap<Address, usize> = BTreeMap::new();
        plan.actions.iter().for_each(|action| *open.entry(action.id.address.clone()).or_default() += 1);
        let mut line: Vec<Duration> = ends.values().copied().collect();
        line.sort();
        let state = Mutex::new(State { open, ..State::default() });
        let console = Self { terminal, plan, text, several, live, ends, line, state };
        console.show(&console.state());
        console
    }

    /// Shows how far it is.
    fn show(&self, state: &State) {
        let share = Share { done: state.done, all: state.open.len(), left: self.left(state.ended) };
        self.live.show(&self.plan.set, share, self.terminal);
    }

    /// Ends it; fails if a result could not be written.
    pub(in crate::cli) fn end(self) -> io::Result<()> {
        let error = self.state().error.take();
        error.map_or(Ok(()), Err)
    }

    /// The time that the rest takes when so many actions have ended.
    fn left(&self, ended: usize) -> Duration {
        let now = ended.checked_sub(1).and_then(|last| self.line.get(last)).copied().unwrap_or_default();
        let end = self.line.last().copied().unwrap_or_default();
        end.saturating_sub(now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Console<'_> {
    fn drop(&mut self) {
        self.live.end(&self.plan.set, self.terminal);
    }
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
            let printed = if shown { &outcome.clone().without_hint() } else { outcome };
            if let Err(error) =
                self.terminal.result(&report::outcome_text(set, id, printed, &self.terminal.layout()))
            {
                state.error.get_or_insert(error);
            }
        }
        let (message, fields) = report::outcome_event(&self.plan.set, self.several, id, outcome);
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
            state.done += usize::from(*open == 0);
        }
        state.ended += usize::from(self.ends.contains_key(id));
        self.show(&state);
    }
}
