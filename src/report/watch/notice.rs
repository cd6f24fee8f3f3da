//! Notifications of drift, in the bodies that webhooks take.

use serde_json::{Value, json};

use super::change_line;
use crate::report::visible::one_line;
use crate::resource::SetName;
use crate::watch::Change;

/// The version of the generic body. A field may be added within a version, none is renamed or removed.
pub const NOTICE_FORMAT: &str = "flowbind.notification/v1";

/// So many changes are named in a message for people; machines are given all of them.
const NAMED: usize = 20;
/// The longest line of a message, in characters: services cut or refuse long messages.
const LONGEST: usize = 400;

/// Whom a body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A program: `flowbind.notification/v1`.
    Json,
    /// An incoming webhook of Slack.
    /// <https://api.slack.com/messaging/webhooks>
    Slack,
    /// A workflow of Microsoft Teams ("Post to a channel when a webhook request is received").
    /// <https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>
    Teams,
}

/// Writes the body that reports what changed in a set's drift in one round.
pub fn notice_body(audience: Audience, set: &SetName, time: &str, changes: &[Change]) -> String {
    let title = format!("flowbind: drift of {set} has changed");
    let body = match audience {
        Audience::Json => {
            let changes = changes.iter().map(|change| {
                let line = change_line(set, change);
                let mut fields = line.fields;
                fields.insert("message".to_owned(), one_line(&line.text).into());
                Value::Object(fields)
            });
            let changes: Vec<Value> = changes.collect();
            json!({ "format": NOTICE_FORMAT, "time": time, "set": set.as_str(), "changes": changes })
        }
        Audience::Slack => {
            let lines = lines(set, changes).into_iter().map(|line| format!("• {}", slack(&line)));
            let lines: Vec<String> = lines.collect();
            json!({ "text": format!("*{}*\n{}", slack(&title), lines.join("\n")) })
        }
        Audience::Teams => {
            let mut blocks = vec![
                json!({ "type": "TextBlock", "text": title, "weight": "Bolder", "size": "Medium", "wrap": true }),
            ];
            blocks.extend(
                lines(set, changes)
                    .into_iter()
                    .map(|line| json!({ "type": "TextBlock", "text": teams(&line), "wrap": true })),
            );
            let card = json!({
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": blocks,
            });
            let attachment =
                json!({ "contentType": "application/vnd.microsoft.card.adaptive", "content": card });
            json!({ "type": "message", "attachments": [attachment] })
        }
    };
    body.to_string()
}

/// The lines of a message for people.
fn lines(set: &SetName, changes: &[Change]) -> Vec<String> {
    let mut lines: Vec<String> = changes
        .iter()
        .take(NAMED)
        .map(|change| {
            let line = one_line(&change_line(set, change).text);
            if line.chars().count() <= LONGEST {
                return line;
            }
            line.chars().take(LONGEST - 1).chain(['…']).collect()
        })
        .collect();
    if changes.len() > NAMED {
        lines.push(format!("and {} more", changes.len() - NAMED));
    }
    lines
}

/// Writes a text so that nothing in it links, mentions or formats.
/// <https://api.slack.com/reference/surfaces/formatting#escaping>
fn slack(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // Between marks a space of no width keeps them from being a pair.
    text.replace('*', "\u{200b}*").replace('_', "\u{200b}_").replace('~', "\u{200b}~").replace('`', "'")
}

/// The same for the Markdown of an adaptive card.
fn teams(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '[' | ']' | '(' | ')' | '<' | '>' | '`' | '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::{DriftKind, Moved};
    use crate::resource::{Address, Kind, Label};
    use crate::watch::{ChangeKind, Seen};

    fn change(message: &str) -> Change {
        let seen = Seen { kind: DriftKind::Changed, moved: Moved::Aws, message: message.to_owned() };
        let address = Address::new(Kind::Flow, &Label::parse("main").unwrap());
        Change { kind: ChangeKind::Appeared, address, differences: vec![seen] }
    }

    fn body(audience: Audience, changes: &[Change]) -> Value {
        let set = SetName::parse("acme").unwrap();
        serde_json::from_str(&notice_body(audience, &set, "2026-01-02T03:04:05Z", changes)).unwrap()
    }

    #[test]
    fn programs_are_given_every_change_in_a_versioned_document() {
        let body = body(Audience::Json, &vec![change("block `x` differs"); 30]);
        assert_eq!(body["format"], NOTICE_FORMAT);
        assert_eq!((body["set"].as_str(), body["changes"].as_array().unwrap().len()), (Some("acme"), 30));
        let first = &body["changes"][0];
        assert_eq!(
            (first["change"].as_str(), first["address"].as_str()),
            (Some("appeared"), Some("flow/main"))
        );
        assert_eq!(first["differences"][0]["kind"], "changed");
        assert_eq!(first["message"], "flow/main: block `x` differs");
    }

    #[test]
    fn names_of_others_link_and_mention_nothing() {
        let hostile = "<!channel> <https://evil.example|here> *bold* [x](https://evil.example)\nnext";
        let text = body(Audience::Slack, &[change(hostile)])["text"].as_str().unwrap().to_owned();
        assert!(!text.contains("<!") && !text.contains("<http"), "{text}");
        assert_eq!(text.lines().count(), 2, "{text}");
        let card = &body(Audience::Teams, &[change(hostile)])["attachments"][0]["content"];
        let line = card["body"][1]["text"].as_str().unwrap();
        assert!(line.contains("\\[x\\]\\(https"), "{line}");
    }

    #[test]
    fn messages_for_people_are_short_however_much_has_changed() {
        let many = vec![change(&"x".repeat(5_000)); 500];
        for audience in [Audience::Slack, Audience::Teams] {
            let text = body(audience, &many).to_string();
            assert!(text.len() < 16_000 && text.contains("and 480 more"), "{}", text.len());
        }
    }
}
