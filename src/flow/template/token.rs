//! The grammar of a token.

use std::fmt;

use super::tool::tool_of;

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Token {
    /// `${var.NAME}`: a variable of the manifest.
    Var(String),
    /// `${function.NAME.arn}`: the ARN, qualifier included, of a function of the manifest.
    Function(String),
    /// `${flow.NAME.arn}` or `.id`: a flow of the manifest.
    Flow {
        /// The logical name.
        name: String,
        /// Which of its values.
        attribute: Attribute,
    },
    /// `${module.NAME.arn}` or `.id`: a module of the manifest.
    Module {
        /// The logical name.
        name: String,
        /// Which of its values.
        attribute: Attribute,
    },
    /// `${instance.arn}` or `.id`: the instance that the flow is on.
    Instance(Attribute),
    /// `${value.NAME}`: a value that the manifest gives for the instance.
    Value(String),
    /// `${queue["NAME"].arn}` or `.id`: a queue of the live instance, by its name.
    Queue {
        /// The name on the instance.
        name: String,
        /// Which of its values.
        attribute: Attribute,
    },
    /// `${prompt["NAME"].arn}` or `.id`: a prompt of the live instance, by its name.
    Prompt {
        /// The name on the instance.
        name: String,
        /// Which of its values.
        attribute: Attribute,
    },
    /// `${hours["NAME"].arn}` or `.id`: hours of operation of the live instance, by their name.
    Hours {
        /// The name on the instance.
        name: String,
        /// Which of its values.
        attribute: Attribute,
    },
}

/// Which value of a resource a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// The ARN.
    Arn,
    /// The id.
    Id,
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arn => "arn",
            Self::Id => "id",
        })
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |name: &str| name.replace('\\', "\\\\").replace('"', "\\\"");
        match self {
            Self::Var(name) => write!(f, "${{var.{name}}}"),
            Self::Function(name) => write!(f, "${{function.{name}.arn}}"),
            Self::Flow { name, attribute } => write!(f, "${{flow.{name}.{attribute}}}"),
            Self::Module { name, attribute } => write!(f, "${{module.{name}.{attribute}}}"),
            Self::Instance(attribute) => write!(f, "${{instance.{attribute}}}"),
            Self::Value(name) => write!(f, "${{value.{name}}}"),
            Self::Queue { name, attribute } => write!(f, "${{queue[\"{}\"].{attribute}}}", quoted(name)),
            Self::Prompt { name, attribute } => write!(f, "${{prompt[\"{}\"].{attribute}}}", quoted(name)),
            Self::Hours { name, attribute } => write!(f, "${{hours[\"{}\"].{attribute}}}", quoted(name)),
        }
    }
}

/// The longest token that is read, in bytes: names of resources end at 256 characters.
const LONGEST: usize = 2_048;

/// The most characters of a wrong token that a message quotes behind its first word.
const LONGEST_QUOTED: usize = 60;

const HEADS: [&str; 9] =
    ["var", "function", "flow", "module", "instance", "value", "queue", "prompt", "hours"];

/// Reads a token behind its `${`: what it is, and how long it is with its `}`.
pub(super) fn read(text: &str) -> Result<(Token, usize), (String, usize)> {
    let mut end = LONGEST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let near = text.get(..end).unwrap_or_default();
    let mut cursor = Cursor { rest: near };
    let token = cursor.token().and_then(|token| match cursor.take("}") {
        true => Ok(token),
        false if cursor.rest.is_empty() => Err("the token is not closed: write `}` after it".to_owned()),
        false => Err(format!("unexpected {} in the token", cursor.next())),
    });
    match token {
        Ok(token) => Ok((token, near.len() - cursor.rest.len())),
        Err(message) => {
            // What is left out of the next search: the whole of the wrong token, or just its beginning.
            let skip = near.find('}').map_or(0, |close| close + 1);
            let skip = near.find("${").map_or(skip, |open| skip.min(open));
            Err((format!("{message}; a literal `${{` is written `$${{`"), skip))
        }
    }
}

struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn next(&self) -> String {
        self.rest.chars().next().map_or_else(|| "end".to_owned(), |next| format!("`{}`", next.escape_debug()))
    }

    /// Quotes the token whose first word was taken, as it was written, unless it goes on for long.
    fn whole(&self, head: &str) -> String {
        let rest: String = self.rest.chars().take(LONGEST_QUOTED).take_while(|c| *c != '}').collect();
        let close = if rest.chars().count() < LONGEST_QUOTED { "}" } else { "…" };
        format!("`${{{head}{}{close}`", rest.escape_debug())
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }

    fn token(&mut self) -> Result<Token, String> {
        let head = self.word();
        match head {
            "var" => Ok(Token::Var(self.name(head)?)),
            "value" => Ok(Token::Value(self.name(head)?)),
            "function" => {
                let name = self.name(head)?;
                match self.attribute(&["arn"])? {
                    Attribute::Arn | Attribute::Id => Ok(Token::Function(name)),
                }
            }
            "flow" => Ok(Token::Flow { name: self.name(head)?, attribute: self.any_attribute()? }),
            "module" => Ok(Token::Module { name: self.name(head)?, attribute: self.any_attribute()? }),
            "instance" => Ok(Token::Instance(self.any_attribute()?)),
            "queue" => Ok(Token::Queue { name: self.quoted(head)?, attribute: self.any_attribute()? }),
            "prompt" => Ok(Token::Prompt { name: self.quoted(head)?, attribute: self.any_attribute()? }),
            "hours" => Ok(Token::Hours { name: self.quoted(head)?, attribute: self.any_attribute()? }),
            unknown => {
                let (whole, meant) = (self.whole(unknown), did_you_mean(unknown, &HEADS));
                let inner = whole.trim_start_matches("`${").trim_end_matches('`').trim_end_matches('}');
                let tool = tool_of(inner);
                Err(match tool.filter(|_| meant.is_empty()) {
                    Some(tool) => format!(
                        "unknown token {whole}: it belongs to {tool}; let that tool replace it before flowbind reads the file, or use a token of flowbind's"
                    ),
                    None => format!("unknown token {whole}{meant}"),
                })
            }
        }
    }

    /// Reads `.NAME`.
    fn name(&mut self, head: &str) -> Result<String, String> {
        let name = if self.take(".") { self.word() } else { "" };
        if name.is_empty() {
            return Err(format!("`{head}` needs a name: `${{{head}.NAME…}}`"));
        }
        Ok(name.to_owned())
    }

    /// Reads `["NAME"]`; `\"` and `\\` stand for themselves.
    fn quoted(&mut self, head: &str) -> Result<String, String> {
        let form = || {
            format!(
                "`{head}` takes the name on the instance: `${{{head}[\\\"NAME\\\"].arn}}` in a JSON string"
            )
        };
        if !self.take("[\"") {
            return Err(form());
        }
        let mut name = String::new();
        let mut characters = self.rest.char_indices();
        loop {
            match characters.next() {
                Some((_, '\\')) => name.push(characters.next().ok_or_else(form)?.1),
                Some((_, '"')) => break,
                Some((_, character)) => name.push(character),
                None => return Err(form()),
            }
        }
        self.rest = characters.as_str();
        if name.is_empty() || !self.take("]") { Err(form()) } else { Ok(name) }
    }

    fn any_attribute(&mut self) -> Result<Attribute, String> {
        self.attribute(&["arn", "id"])
    }

    fn attribute(&mut self, allowed: &[&str]) -> Result<Attribute, String> {
        let found = if self.take(".") { self.word() } else { "" };
        let list = allowed.join("` or `.");
        match found {
            "arn" => Ok(Attribute::Arn),
            "id" if allowed.contains(&"id") => Ok(Attribute::Id),
            "" => Err(format!("the token must end in `.{list}`")),
            other => match allowed.iter().find(|known| known.eq_ignore_ascii_case(other)) {
                Some(known) => Err(format!("unknown attribute `{other}`; did you mean `.{known}`?")),
                None => Err(format!("unknown attribute `{other}`; there is `.{list}`")),
            },
        }
    }
}

/// How alike a word must be to be proposed.
const ALIKE: f64 = 0.8;

fn did_you_mean(found: &str, known: &[&str]) -> String {
    let lower = found.to_lowercase();
    let best = known.iter().map(|known| (strsim::jaro_winkler(&lower, known), known));
    match best.max_by(|(a, _), (b, _)| a.total_cmp(b)) {
        Some((alike, best)) if alike >= ALIKE => format!("; did you mean `{best}`?"),
        _ => String::new(),
    }
}
