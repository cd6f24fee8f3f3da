//! Progress on a terminal; elsewhere one line where it begins.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::terminal::Terminal;
use crate::aws::Progress;
use crate::plan::{Action, ActionId, Outcome, Plan};
use crate::resource::SetName;

/// What is shown while a command works.
pub(super) struct Console {
    bar: ProgressBar,
}

impl Console {
    /// Says what will be read and how long that takes at least.
    pub(super) fn reading(terminal: &Terminal, set: &SetName, calls: u32, time: Duration) -> Self {
        let long =
            if time.as_secs() > 0 { format!(", at least {} s", time.as_secs()) } else { String::new() };
        let message = format!("{set}: reading AWS: at least {calls} calls{long}");
        if !terminal.draws() {
            terminal.say(&message);
        }
        Self { bar: bar(terminal, message, None) }
    }

    /// Shows how far the writing is; the report comes when all has ended.
    pub(super) fn writing(terminal: &Terminal, plan: &Plan) -> Self {
        let message = format!("{}: writing", plan.set);
        let length = u64::try_from(plan.actions.len()).unwrap_or(u64::MAX);
        Self { bar: bar(terminal, message, Some(length)) }
    }

    /// Takes the progress off the screen.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn bar(terminal: &Terminal, message: String, length: Option<u64>) -> ProgressBar {
    if !terminal.draws() {
        return ProgressBar::hidden();
    }
    let template =
        if length.is_some() { "{spinner} {msg} {pos}/{len}" } else { "{spinner} {msg} ({elapsed})" };
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr()).with_message(message);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

impl Progress for Console {
    fn started(&self, action: &Action) {
        tracing::info!(address = %action.id.address, "write begins");
    }

    fn ended(&self, id: &ActionId, outcome: &Outcome) {
        self.bar.inc(1);
        tracing::info!(address = %id.address, ?outcome, "write ended");
    }
}
