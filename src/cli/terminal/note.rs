//! What is said on stderr: a message with its level, and the fields that a log in JSON gets.

use serde_json::{Map, Value, json};

use crate::report::{self, Layout};

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Level {
    Error,
    Warning,
    Info,
}

/// One note.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Note {
    level: Level,
    /// The word in front, in colour.
    label: Option<String>,
    message: String,
    /// How the whole is written as text, where that is more than label, message and hint.
    text: Option<String>,
    /// How the whole is written as text, where that is laid out already, such as an excerpt.
    laid_out: Option<String>,
    hint: Option<String>,
    fields: Map<String, Value>,
}

impl Note {
    pub(in crate::cli) fn new(level: Level, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { level, label: None, message, text: None, laid_out: None, hint: None, fields: Map::new() }
    }

    pub(in crate::cli) fn error(label: &str, message: impl Into<String>) -> Self {
        Self { label: Some(report::red(label)), ..Self::new(Level::Error, message) }
    }

    pub(in crate::cli) fn warning(label: &str, message: impl Into<String>) -> Self {
        Self { label: Some(report::yellow(label)), ..Self::new(Level::Warning, message) }
    }

    /// Says what to do.
    pub(in crate::cli) fn hint(mut self, hint: Option<impl ToString>) -> Self {
        self.hint = hint.map(|hint| hint.to_string());
        self
    }

    /// Sets how the whole is written as text.
    pub(in crate::cli) fn worded(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Sets how the whole is written as text that is laid out already.
    pub(in crate::cli) fn laid_out(mut self, text: impl Into<String>) -> Self {
        self.laid_out = Some(text.into());
        self
    }

    /// Adds a field of the log in JSON.
    pub(in crate::cli) fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    pub(in crate::cli) fn fields(mut self, fields: Map<String, Value>) -> Self {
        self.fields.extend(fields);
        self
    }

    pub(in crate::cli) fn level(&self) -> Level {
        self.level
    }

    pub(in crate::cli) fn text(&self, layout: &Layout) -> String {
        if let Some(text) = &self.laid_out {
            return text.clone();
        }
        if let Some(text) = &self.text {
            // It may be about an ARN as it was typed, or as one is written.
            return Layout { whole_arns: true, ..layout.clone() }.text(text);
        }
        let label = self.label.as_ref().map(|label| format!("{label} ")).unwrap_or_default();
        let hint = self.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        layout.text(&format!("{label}{}{hint}", self.message))
    }

    /// Writes one line, as the log's own events are written.
    pub(in crate::cli) fn json(&self, timestamp: String, layout: &Layout) -> String {
        let level = match self.level {
            Level::Error => "ERROR",
            Level::Warning => "WARN",
            Level::Info => "INFO",
        };
        let message = anstream::adapter::strip_str(&layout.completed(&self.message)).to_string();
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), timestamp.into());
        line.insert("level".to_owned(), level.into());
        line.insert("message".to_owned(), message.into());
        if let Some(hint) = &self.hint {
            line.insert("hint".to_owned(), json!(layout.completed(hint)));
        }
        line.extend(self.fields.clone());
        report::json_line(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_the_hint_on_a_line_of_its_own_and_json_has_it_as_a_field() {
        let note =
            Note::warning("warning:", "it is so\nand so").hint(Some("do this")).field("address", "a/b");
        let text = note.text(&Layout::default());
        assert!(text.ends_with(" it is so\nand so\nhint: do this"), "{text}");
        let line = note.json("2026-01-02T03:04:05Z".to_owned(), &Layout::default());
        assert!(!line.contains('\n'), "{line}");
        let value: Value = serde_json::from_str(&line).unwrap();
        let expected = json!({
            "timestamp": "2026-01-02T03:04:05Z", "level": "WARN", "message": "it is so\nand so",
            "hint": "do this", "address": "a/b",
        });
        assert_eq!(value, expected);
    }

    #[test]
    fn a_log_in_json_has_no_colours() {
        let line = Note::new(Level::Error, report::red("no")).json(String::new(), &Layout::default());
        assert!(line.contains("\"message\":\"no\""), "{line}");
    }
}
