//! Puts the values of variables into the scalars of a tree.

use super::super::grammar::keys;
use super::super::reading::log::Log;
use super::super::yaml::{Node, NodeValue, Position, Style};
use super::split::{LITERAL, Part, dollar, split};
use super::{MAX_SUBSTITUTED, Replaced, Variables};
use crate::resource::Code;

impl Variables {
    /// Replaces the variables in every scalar of a tree. Keys are left alone.
    pub(in crate::manifest) fn substitute(&mut self, node: &mut Node, log: &mut Log) {
        let mut left = MAX_SUBSTITUTED;
        let mut replaced = Vec::new();
        self.walk(node, false, &mut left, &mut replaced, log);
        self.replaced.extend(replaced);
        self.note_dollars(node);
    }

    fn note_dollars(&mut self, node: &Node) {
        match &node.value {
            NodeValue::Map(entries) => entries.iter().for_each(|(_, node)| self.note_dollars(node)),
            NodeValue::Seq(items) => items.iter().for_each(|node| self.note_dollars(node)),
            NodeValue::Scalar(text, _) => {
                if let Some(name) = dollar(text, self.values.keys().map(String::as_str)) {
                    self.dollars.insert(node.position, name.to_owned());
                }
            }
        }
    }

    fn walk(
        &self,
        node: &mut Node,
        secret: bool,
        left: &mut usize,
        replaced: &mut Vec<Replaced>,
        log: &mut Log,
    ) {
        let position = node.position;
        match &mut node.value {
            NodeValue::Map(entries) => {
                for (key, node) in entries {
                    self.walk(node, secret || key.text == keys::ENVIRONMENT, left, replaced, log);
                }
            }
            NodeValue::Seq(items) => {
                items.iter_mut().for_each(|node| self.walk(node, secret, left, replaced, log));
            }
            NodeValue::Scalar(text, style) if text.contains("${") => {
                let whole = match split(text) {
                    Ok(parts) => self.replace(&parts, position, left, log).map(|value| {
                        let names = parts.iter().filter_map(|part| match part {
                            Part::Variable(name) => Some((*name).to_owned()),
                            Part::Text(_) => None,
                        });
                        (value, names.collect())
                    }),
                    Err(_) if secret => {
                        let message = "this value contains a `${` that is not a variable";
                        log.error_with(Code::BadVariable, position, message, LITERAL);
                        None
                    }
                    Err(fault) => {
                        fault.report(position, log);
                        None
                    }
                };
                match whole {
                    Some((value, names)) => {
                        let written = std::mem::replace(text, value.clone());
                        replaced.push(Replaced { position, written, value, names });
                        *style = Style::Quoted;
                    }
                    None => *style = Style::Broken,
                }
            }
            NodeValue::Scalar(..) => {}
        }
    }

    /// Puts the values of variables into the parts of a text.
    fn replace(
        &self,
        parts: &[Part<'_>],
        position: Position,
        left: &mut usize,
        log: &mut Log,
    ) -> Option<String> {
        let mut result = String::new();
        let mut broken = false;
        for part in parts {
            let piece = match part {
                Part::Text(literal) => literal,
                Part::Variable(name) => match self.get(name) {
                    Some(Some(value)) => value,
                    Some(None) => return None,
                    None => {
                        self.unknown(name, self.names(), position, log);
                        broken = true;
                        continue;
                    }
                },
            };
            if piece.len() > *left {
                if *left > 0 {
                    let message = format!("variables add more than {MAX_SUBSTITUTED} bytes to this document");
                    log.error(Code::TooLarge, position, message);
                }
                *left = 0;
                return None;
            }
            *left -= piece.len();
            result.push_str(piece);
        }
        (!broken).then_some(result)
    }
}
