//! The live line: how it is drawn, and the one line of all plans that are being carried out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::terminal::Terminal;
use crate::report;
use crate::resource::SetName;

/// How often the live line moves.
pub(super) const TICK: Duration = Duration::from_millis(120);

/// What the live line takes of a terminal's columns beside the message: what turns, and the counts.
pub(super) const BESIDE: usize = 16;

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

/// The line, and the sets that are under way.
#[derive(Default)]
pub(in crate::cli) struct LiveLine(Mutex<State>);

#[derive(Default)]
struct State {
    sets: BTreeMap<SetName, Share>,
    bar: Option<ProgressBar>,
}

impl LiveLine {
    /// Shows how far a set is, together with the others.
    pub(in crate::cli) fn show(&self, set: &SetName, share: Share, terminal: &Terminal) {
        if terminal.draws() && share.all > 0 {
            self.change(terminal, |sets| {
                sets.insert(set.clone(), share);
            });
        }
    }

    /// Leaves a set away that is done.
    pub(in crate::cli) fn end(&self, set: &SetName, terminal: &Terminal) {
        self.change(terminal, |sets| {
            sets.remove(set);
        });
    }

    fn change(&self, terminal: &Terminal, change: impl FnOnce(&mut BTreeMap<SetName, Share>)) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state.sets);
        let Some(Line { prefix, done, all, left }) = Line::of(&state.sets) else {
            if state.bar.take().is_some() {
                terminal.draw(None);
            }
            return;
        };
        if state.bar.is_none() {
            state.bar = bar(Some(all));
            terminal.draw(state.bar.clone());
        }
        let Some(bar) = &state.bar else { return };
        let width = report::width(&prefix) + report::width(&left) + BESIDE;
        bar.set_prefix(prefix);
        bar.set_length(all);
        bar.set_position(done);
        bar.set_message(if width <= terminal.columns() { left } else { String::new() });
    }
}

/// What the line says.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    prefix: String,
    done: u64,
    all: u64,
    /// What is put behind the counts where it fits.
    left: String,
}

impl Line {
    fn of(sets: &BTreeMap<SetName, Share>) -> Option<Self> {
        let name = match sets.len() {
            0 => return None,
            1 => sets.keys().next()?.to_string(),
            several => format!("{several} sets"),
        };
        let sum = |of: fn(&Share) -> usize| sets.values().map(|share| of(share) as u64).sum();
        // They are carried out side by side.
        let left = sets.values().map(|share| share.left).max().and_then(seconds);
        Some(Self {
            prefix: format!("{name}: applying"),
            done: sum(|share| share.done),
            all: sum(|share| share.all),
            left: left.map(|left| format!(", about {left} left")).unwrap_or_default(),
        })
    }
}

pub(super) fn bar(length: Option<u64>) -> Option<ProgressBar> {
    let template =
        if length.is_some() { "{spinner} {prefix} {pos}/{len}{msg}" } else { "{spinner} {prefix}" };
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template(template).ok()?);
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
    fn sets_side_by_side_are_one_line_with_the_time_of_the_slowest() {
        let share = |done, all, left| Share { done, all, left: Duration::from_secs(left) };
        let set = |name: &str| SetName::parse(name).unwrap();
        let mut sets = BTreeMap::from([(set("one"), share(2, 10, 7))]);
        let line = |prefix: &str, done, all, left: &str| {
            Some(Line { prefix: prefix.to_owned(), done, all, left: left.to_owned() })
        };
        assert_eq!(Line::of(&sets), line("one: applying", 2, 10, ", about 7 s left"));
        sets.insert(set("two"), share(1, 5, 150));
        assert_eq!(Line::of(&sets), line("2 sets: applying", 3, 15, ", about 2 min 30 s left"));
        sets.remove(&set("one"));
        sets.insert(set("two"), share(5, 5, 0));
        assert_eq!(Line::of(&sets), line("two: applying", 5, 5, ""));
        assert_eq!(Line::of(&BTreeMap::new()), None);
    }
}
