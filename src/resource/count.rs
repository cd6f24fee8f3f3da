//! Numbers of things, and times, in sentences.

use std::time::Duration;

/// Counts something whose plural ends in `s`: `1 flow`, `2 flows`.
pub fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Says a time: `90 s`, `2 min`.
pub(crate) fn spoken(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds >= 120 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}
