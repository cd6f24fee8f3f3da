//! The live line: how it is drawn, and the one line of all plans that are being carried out.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::terminal::Terminal;
use crate::report;
use crate::resource::SetName;

/// How often the live line moves.
pub(super) const TICK: Duration = Duration::from_millis(120);

/// What the live line takes of a terminal's columns beside the message: what turns.
const BESIDE: usize = 2;

/// How far a set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) struct Share {
    /// The resources whose writes are all done.
    pub(in crate::cli) done: usize,
    /// All resources that are written.
    pub(in crate::cli) all: usize,
    /// The time that is left, as it was forecast.
    pub(in crate::cli) left: Duration,
}

/// The line, and the sets that are carried out: those of a lane one after another, the lanes side by side.
#[derive(Default)]
pub(in crate::cli) struct LiveLine(Mutex<State>);

#[derive(Default)]
struct State {
    lanes: Vec<Vec<(SetName, Share)>>,
    over: BTreeSet<SetName>,
    bar: Option<ProgressBar>,
}

impl LiveLine {
    /// Shows what is to be carried out, on a terminal that draws.
    pub(in crate::cli) fn begin(&self, lanes: Vec<Vec<(SetName, Share)>>, terminal: &Terminal) {
        let mut state = self.state();
        *state = State { lanes, ..State::default() };
        state.draw(terminal);
    }

    /// Shows how far a set is, together with the others.
    pub(in crate::cli) fn show(&self, set: &SetName, share: Share, terminal: &Terminal) {
        let mut state = self.state();
        if let Some((_, known)) = state.lanes.iter_mut().flatten().find(|(name, _)| name == set) {
            *known = share;
            state.draw(terminal);
        }
    }

    /// Takes a set as done, however far it came.
    pub(in crate::cli) fn end(&self, set: &SetName, terminal: &Terminal) {
        let mut state = self.state();
        if let Some((_, known)) = state.lanes.iter_mut().flatten().find(|(name, _)| name == set) {
            known.left = Duration::ZERO;
            state.over.insert(set.clone());
            state.draw(terminal);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn draw(&mut self, terminal: &Terminal) {
        let mut shares = self.lanes.iter().flatten();
        if shares.all(|(set, share)| share.all == 0 || self.over.contains(set)) {
            if self.bar.take().is_some() {
                terminal.draw(None);
            }
            return;
        }
        let shown = fitting(&texts(&self.lanes), terminal.columns());
        match &self.bar {
            Some(bar) => bar.set_prefix(shown),
            None => {
                self.bar = bar().map(|bar| bar.with_prefix(shown));
                terminal.draw(self.bar.clone());
            }
        }
    }
}

/// What the line says, the fullest first.
fn texts(lanes: &[Vec<(SetName, Share)>]) -> Vec<String> {
    let shares = || lanes.iter().flatten();
    let name = match shares().count() {
        1 => shares().map(|(set, _)| set.to_string()).collect(),
        several => report::count(several, "set"),
    };
    let (done, all) = shares().fold((0, 0), |(done, all), (_, share)| (done + share.done, all + share.all));
    let short = format!("{name}: applying {done}/{all}");
    let left = lanes.iter().map(|lane| lane.iter().map(|(_, share)| share.left).sum()).max();
    match left.and_then(seconds) {
        Some(left) => vec![format!("{short}, about {left} left"), short],
        None => vec![short],
    }
}

/// The first of some messages that fits a live line; the last one is cut where it has to be.
pub(super) fn fitting(messages: &[String], columns: usize) -> String {
    let room = columns.saturating_sub(BESIDE);
    let fits = messages.iter().find(|message| report::width(message) <= room);
    let cut = || messages.last().map(|last| last.chars().take(room).collect());
    fits.cloned().or_else(cut).unwrap_or_default()
}

/// A line that turns, with what its prefix says.
pub(super) fn bar() -> Option<ProgressBar> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template("{spinner} {prefix}").ok()?);
    bar.enable_steady_tick(TICK);
    Some(bar)
}

/// Says a time that is worth saying: `7 s`, `2 min 5 s`.
pub(in crate::cli) fn seconds(time: Duration) -> Option<String> {
    match time.as_secs_f64().round() as u64 {
        0 => None,
        seconds @ 1..120 => Some(format!("{seconds} s")),
        seconds => Some(format!("{} min {} s", seconds / 60, seconds % 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_one_line_with_all_that_is_to_do_and_the_time_of_the_slowest_lane() {
        let share = |set: &str, done, all, left| {
            (SetName::parse(set).unwrap(), Share { done, all, left: Duration::from_secs(left) })
        };
        let line = |lanes: &[Vec<(SetName, Share)>]| texts(lanes)[0].clone();
        assert_eq!(line(&[vec![share("one", 2, 10, 7)]]), "one: applying 2/10, about 7 s left");
        let lanes = [vec![share("one", 2, 10, 7)], vec![share("two", 0, 5, 3), share("three", 0, 5, 6)]];
        assert_eq!(line(&lanes), "3 sets: applying 2/20, about 9 s left");
        let lanes = [vec![share("one", 10, 10, 0)], vec![share("two", 5, 5, 0), share("three", 5, 5, 0)]];
        assert_eq!(texts(&lanes), ["3 sets: applying 20/20"]);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let texts = ["four words and more".to_owned(), "four words".to_owned()];
        assert_eq!(fitting(&texts, 80), "four words and more");
        assert_eq!(fitting(&texts, 13), "four words");
        assert_eq!(fitting(&texts, 6), "four");
    }
}
