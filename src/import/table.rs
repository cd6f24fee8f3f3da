//! What the texts of AWS in a flow stand for: a token, or a value that the manifest holds.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::{Contents, Taken};
use super::functions::Functions;
use super::labels::slug;
use super::yaml;
use crate::flow::json::{self, Node, Value};
use crate::flow::template;
use crate::flow::{Attribute, Token};
use crate::manifest::NamedKind;
use crate::resource::{Kind, Label};
use crate::snapshot::LiveInstance;

/// What a text stands for.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    /// Something that is looked up anew on each instance.
    Token(Token),
    /// Something that the manifest holds as it is.
    Value {
        /// What to call it.
        base: String,
        /// Why it is no token.
        why: String,
        /// Whether another note tells of it.
        reported: bool,
    },
}

/// The ARNs and ids of an instance with their meanings.
#[derive(Debug, Default)]
pub(super) struct Table {
    known: BTreeMap<String, Meaning>,
    /// The modules that name each module and that it names, over others too: none of them could be made first.
    circles: BTreeMap<Label, BTreeSet<Label>>,
}

/// An ARN or id in a text.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub(super) start: usize,
    pub(super) text: &'t str,
    pub(super) is_id: bool,
}

impl Table {
    pub(super) fn of(live: &LiveInstance, contents: &Contents<'_>, functions: &Functions) -> Self {
        let mut table = Self::default();
        for good in &functions.good {
            table.token(good.target.arn().to_string(), Token::Function(good.label.to_string()));
        }
        for broken in &functions.broken {
            let base = format!("function {}", broken.target);
            let word = if broken.trouble.fails { "fails today" } else { "not checked" };
            let why = format!("{word}: {}", broken.trouble.why);
            table.known.insert(broken.arn.clone(), Meaning::Value { base, why, reported: true });
        }
        for left_out in &contents.left_out {
            let (kind, name) = (left_out.kind, &left_out.seen.name);
            let meaning = Meaning::Value {
                base: format!("{kind} {name}"),
                why: format!("the {kind} {}, which is not in this manifest", yaml::shown(name)),
                reported: false,
            };
            let summary = &left_out.seen.summary;
            table.known.insert(summary.arn.clone(), meaning.clone());
            table.known.insert(summary.id.clone(), meaning);
        }
        table.named(live);
        for taken in &contents.taken {
            let name = taken.label.to_string();
            let token = |attribute| match taken.kind {
                Kind::Module => Token::Module { name: name.clone(), attribute },
                _ => Token::Flow { name: name.clone(), attribute },
            };
            table.token(taken.seen.summary.arn.clone(), token(Attribute::Arn));
            table.token(taken.seen.summary.id.clone(), token(Attribute::Id));
        }
        table.token(live.instance.arn.to_string(), Token::Instance(Attribute::Arn));
        table.token(live.instance.arn.id.clone(), Token::Instance(Attribute::Id));
        table.circles = table.circles_of(contents);
        table
    }

    fn token(&mut self, text: String, token: Token) {
        self.known.insert(text, Meaning::Token(token));
    }

    fn named(&mut self, live: &LiveInstance) {
        for (kind, list) in &live.named {
            let word = match kind {
                NamedKind::Queue => "queue",
                NamedKind::Prompt => "prompt",
                NamedKind::Hours => "hours",
            };
            let mut times: BTreeMap<&str, usize> = BTreeMap::new();
            for (name, _) in list {
                *times.entry(name).or_default() += 1;
            }
            for (name, ids) in list {
                for (text, attribute) in [(&ids.arn, Attribute::Arn), (&ids.id, Attribute::Id)] {
                    let token = named(*kind, name, attribute);
                    let meaning = if times.get(name.as_str()).is_some_and(|times| *times > 1) {
                        let why =
                            format!("more than one of the instance's {word}s is named {}", yaml::shown(name));
                        Meaning::Value { base: format!("{word} {name}"), why, reported: false }
                    } else if is_writable(&token) {
                        Meaning::Token(token)
                    } else {
                        let why = format!("no token can hold the name of the {word} {}", yaml::shown(name));
                        Meaning::Value { base: format!("{word} {name}"), why, reported: false }
                    };
                    self.known.insert(text.clone(), meaning);
                }
            }
        }
    }

    /// Finds what a piece stands for in a flow or module, and how many of its bytes that takes.
    pub(super) fn meaning(&self, piece: &Piece<'_>, inside: &Taken<'_>) -> Option<(usize, Meaning)> {
        let (length, meaning) = match self.known.get(piece.text) {
            Some(meaning) => (piece.text.len(), meaning.clone()),
            None if piece.is_id => return None,
            None => match self.versioned(piece.text) {
                Some(found) => found,
                None => (piece.text.len(), foreign(piece.text)?),
            },
        };
        if let Meaning::Token(Token::Module { name, .. }) = &meaning
            && inside.kind == Kind::Module
            && let Some(circle) = self.circles.get(&inside.label)
            && circle.iter().any(|label| label.as_str() == name)
        {
            let why = format!(
                "module/{} and module/{name} name each other: neither could be made first",
                inside.label
            );
            return Some((length, Meaning::Value { base: format!("module {name}"), why, reported: false }));
        }
        Some((length, meaning))
    }

    /// A flow's or module's ARN with a version, alias or `$SAVED` behind it.
    fn versioned(&self, arn: &str) -> Option<(usize, Meaning)> {
        let (head, _) = arn.rsplit_once(':')?;
        let meaning = self.known.get(head)?;
        let has_versions = matches!(meaning, Meaning::Token(Token::Flow { .. } | Token::Module { .. }));
        has_versions.then(|| (head.len(), meaning.clone()))
    }

    fn circles_of(&self, contents: &Contents<'_>) -> BTreeMap<Label, BTreeSet<Label>> {
        let mut edges: BTreeMap<Label, BTreeSet<Label>> = BTreeMap::new();
        for taken in contents.taken.iter().filter(|taken| taken.kind == Kind::Module) {
            let mut names = BTreeSet::new();
            self.modules_in(taken.document.root(), &mut names);
            edges.insert(taken.label.clone(), names);
        }
        let reach = |from: &Label| {
            let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(next) = open.pop() {
                for to in edges.get(next).into_iter().flatten() {
                    if reached.insert(to.clone()) {
                        open.push(to);
                    }
                }
            }
            reached
        };
        let reached: BTreeMap<&Label, BTreeSet<Label>> =
            edges.keys().map(|label| (label, reach(label))).collect();
        let circle = |label: &Label| -> BTreeSet<Label> {
            let others = reached.get(label).into_iter().flatten();
            others.filter(|to| reached.get(to).is_some_and(|back| back.contains(label))).cloned().collect()
        };
        edges.keys().map(|label| (label.clone(), circle(label))).collect()
    }

    /// Recursion is bounded by the depth that a document may have.
    fn modules_in(&self, node: &Node, names: &mut BTreeSet<Label>) {
        if let Value::String(text) = &node.value {
            for piece in pieces(text) {
                let found =
                    self.known.get(piece.text).cloned().or_else(|| Some(self.versioned(piece.text)?.1));
                if let Some(Meaning::Token(Token::Module { name, .. })) = found {
                    names.extend(Label::parse(&name));
                }
            }
        }
        node.items().iter().for_each(|item| self.modules_in(item, names));
        node.members().iter().for_each(|member| self.modules_in(&member.value, names));
    }
}

fn named(kind: NamedKind, name: &str, attribute: Attribute) -> Token {
    let name = name.to_owned();
    match kind {
        NamedKind::Queue => Token::Queue { name, attribute },
        NamedKind::Prompt => Token::Prompt { name, attribute },
        NamedKind::Hours => Token::Hours { name, attribute },
    }
}

/// Whether a token is read back as it was written.
fn is_writable(token: &Token) -> bool {
    let text = json::quote(&token.to_string());
    template::tokens(&text).is_ok_and(|found| matches!(found.as_slice(), [one] if one.token == *token))
}

/// An ARN that stands for nothing of the instance: a bot, a bucket, a user, something of another instance. What AWS
/// itself owns is the same everywhere, and an ARN that holds a reference is known only when a contact is there.
fn foreign(arn: &str) -> Option<Meaning> {
    let mut parts = arn.splitn(6, ':');
    let (partition, service) = (parts.nth(1)?, parts.next()?);
    let (account, resource) = (parts.nth(1)?, parts.next()?);
    let dynamic = arn.contains("$.") || arn.contains("$[");
    if !partition.starts_with("aws")
        || service.is_empty()
        || account == "aws"
        || resource.is_empty()
        || dynamic
    {
        return None;
    }
    let of_instance = resource.strip_prefix("instance/").and_then(|rest| Some(rest.split_once('/')?.1));
    let base = format!("{service} {}", of_instance.unwrap_or(resource));
    let why = match service {
        "lambda" => "no block names it as its function, or not in a form that a manifest takes",
        "connect" => "of a kind that has no token, of another instance, or gone",
        _ => "of another service",
    };
    Some(Meaning::Value { base, why: why.to_owned(), reported: false })
}

/// Finds the ARNs and ids in a text, each as long as it can be. What a `$` stands before is none: a token there would
/// be read as a literal.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let free = before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"-_$".contains(byte));
        // What is not ASCII never starts a piece, so that `at` is a boundary where one does.
        let rest = if free { text.get(at..).unwrap_or_default() } else { "" };
        let length = if rest.starts_with("arn:") { arn_length(rest) } else { id_length(rest) };
        if length > 0 {
            let text = rest.get(..length).unwrap_or_default();
            found.push(Piece { start: at, text, is_id: !rest.starts_with("arn:") });
        }
        at += length.max(1);
    }
    found
}

fn arn_length(text: &str) -> usize {
    let inside = |c: char| c.is_ascii_alphanumeric() || ":/_-.+=,@*$[]'".contains(c);
    let end = text.find(|c| !inside(c)).unwrap_or(text.len());
    // A full stop or a colon behind it belongs to the sentence.
    text.get(..end).map_or(0, |run| run.trim_end_matches(['.', ',', ':', '\'', ']', '[', '$']).len())
}

/// The length of a UUID that begins a text, or 0.
fn id_length(text: &str) -> usize {
    const LENGTH: usize = 36;
    let bytes = text.as_bytes();
    let fits = bytes.len() >= LENGTH
        && bytes.iter().take(LENGTH).enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && bytes.get(LENGTH).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
    if fits { LENGTH } else { 0 }
}

/// Creates the name of a value: it begins with a letter.
pub(super) fn value_name(base: &str) -> String {
    match slug(base) {
        Some(name) if name.starts_with(|c: char| c.is_ascii_alphabetic()) => name,
        Some(name) => format!("value-{name}"),
        None => "value".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_and_ids_are_found_whole_and_at_their_boundaries() {
        let id = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
        let texts = |text: &str| -> Vec<String> { pieces(text).iter().map(|p| p.text.to_owned()).collect() };
        for (text, expected) in [
            ("arn:aws:lambda:eu-west-2:1:function:crm-2", vec!["arn:aws:lambda:eu-west-2:1:function:crm-2"]),
            ("<p>See arn:aws:s3:::b/k.</p>", vec!["arn:aws:s3:::b/k"]),
            ("$arn:aws:s3:::b", vec![]),
            ("barn:aws:s3:::b", vec![]),
            (&format!("x/{id}/y"), vec![id]),
            (&format!("é{id}"), vec![id]),
            (&format!("${id}"), vec![]),
            (&format!("a{id}"), vec![]),
            (&format!("{id}0"), vec![]),
        ] {
            assert_eq!(texts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_of_aws_itself_or_known_only_later_is_left_alone() {
        for arn in [
            "arn:aws:connect:us-east-1:aws:view/x:$LATEST",
            "arn:aws:lambda:us-east-1:111122223333:function:$.Attributes.f",
            "arn:aws:s3",
            "arn:x:s3:::b",
        ] {
            assert!(foreign(arn).is_none(), "{arn}");
        }
        let Some(Meaning::Value { base, .. }) =
            foreign("arn:aws:connect:eu-west-2:111122223333:instance/0f1e/quick-connect/9a")
        else {
            panic!("no value");
        };
        assert_eq!(value_name(&base), "connect-quick-connect-9a");
        assert_eq!(value_name("日本"), "value");
    }
}
