//! The few styles in use.

use anstyle::{AnsiColor, Style};

fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// For headings.
pub(crate) fn bold(text: &str) -> String {
    paint(Style::new().bold(), text)
}

/// For what may be skipped.
pub(crate) fn dim(text: &str) -> String {
    paint(Style::new().dimmed(), text)
}

/// For failures and what goes.
pub(crate) fn red(text: &str) -> String {
    paint(AnsiColor::Red.on_default(), text)
}

/// For changes and warnings.
pub(crate) fn yellow(text: &str) -> String {
    paint(AnsiColor::Yellow.on_default(), text)
}

/// For what nobody expected.
pub(super) fn cyan(text: &str) -> String {
    paint(AnsiColor::Cyan.on_default(), text)
}

/// For what comes.
pub(super) fn green(text: &str) -> String {
    paint(AnsiColor::Green.on_default(), text)
}
