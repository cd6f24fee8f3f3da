//! What the text of a flow names, found once when it is loaded: functions, flows and modules of the set, and what the
//! live instance has under a name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Binding, FlowFile, NamedKind};
use crate::flow::template::Attribute;
use crate::flow::{FlowText, Token};
use crate::resource::{FunctionArn, FunctionRef, Kind, Label};

/// What a flow or module names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The functions that it binds or takes the ARN of through a token: a flow that names a function calls it.
    pub functions: BTreeSet<Label>,
    /// The flows and modules of the set.
    pub contents: BTreeSet<(Kind, Label)>,
    /// What is looked up by its name on the live instance.
    pub looked_up: BTreeSet<(NamedKind, String)>,
    /// The functions that blocks call by a literal ARN, but for what a binding overwrites.
    pub called: BTreeSet<FunctionRef>,
    /// The same with what a binding overwrites.
    pub literal: BTreeSet<FunctionRef>,
}

impl Names {
    pub(in crate::manifest) fn of(file: Option<&FlowFile>, bindings: &BTreeMap<String, Binding>) -> Self {
        let functions = bindings.values().map(|binding| binding.function.clone()).collect();
        let mut names = Self { functions, ..Self::default() };
        let Some(FlowFile { text, .. }) = file else { return names };
        for found in text.tokens() {
            match &found.token {
                Token::Function(name) => names.functions.extend(Label::parse(name)),
                token => {
                    names.contents.extend(named_content(token).map(|(key, _)| key));
                    names
                        .looked_up
                        .extend(named_on_instance(token).map(|(kind, name, _)| (kind, name.to_owned())));
                }
            }
        }
        let bound: Vec<&str> = bindings.keys().map(String::as_str).collect();
        names.called = called_in(text, &bound);
        names.literal = called_in(text, &[]);
        names
    }
}

/// The flow or module of the set that a token names.
pub(crate) fn named_content(token: &Token) -> Option<((Kind, Label), Attribute)> {
    let (kind, name, attribute) = match token {
        Token::Flow { name, attribute } => (Kind::Flow, name, *attribute),
        Token::Module { name, attribute } => (Kind::Module, name, *attribute),
        _ => return None,
    };
    Some(((kind, Label::parse(name).ok()?), attribute))
}

/// What a token looks up by its name on the live instance.
pub(crate) fn named_on_instance(token: &Token) -> Option<(NamedKind, &str, Attribute)> {
    match token {
        Token::Queue { name, attribute } => Some((NamedKind::Queue, name, *attribute)),
        Token::Prompt { name, attribute } => Some((NamedKind::Prompt, name, *attribute)),
        Token::Hours { name, attribute } => Some((NamedKind::Hours, name, *attribute)),
        _ => None,
    }
}

/// The functions that the blocks of a content call by a literal ARN, but for those of the blocks named in `bound`.
pub(crate) fn called_in(text: &FlowText, bound: &[&str]) -> BTreeSet<FunctionRef> {
    // Most flows name functions by tokens or bindings: those need not be parsed. An escape may hide one.
    if !text.contains(":lambda:") && !text.contains("\\u") {
        return BTreeSet::new();
    }
    let Ok(document) = text.document() else { return BTreeSet::new() };
    let bound: BTreeSet<usize> =
        bound.iter().filter_map(|name| document.find(name).ok()).map(|block| block.index).collect();
    let calls = document.invocations().into_iter().filter(|found| !bound.contains(&found.index));
    let arns = calls.filter_map(|found| FunctionArn::parse(found.function?.literal()?).ok());
    arns.map(|FunctionArn { place, name, qualifier }| FunctionRef { place, name, qualifier }).collect()
}
