//! A setting that could not be read, and the reading that several kinds of setting share.

use std::time::Duration;

/// A setting that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} `{text}` is not understood: {hint}")]
pub struct SettingError {
    what: &'static str,
    text: String,
    hint: String,
}

impl SettingError {
    pub(crate) fn new(what: &'static str, text: &str, hint: impl Into<String>) -> Self {
        Self { what, text: text.to_owned(), hint: hint.into() }
    }
}

/// Reads `250ms`, `2s` or `1.5s`.
pub(crate) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_duration("-1s"), None);
        assert_eq!(parse_duration("5"), None);
    }
}
