//! The instance that a binding is on: its ARN, and what tokens stand for there.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::flow::{Attribute, Token, template};
use crate::manifest::{Instance, InstanceLookup, Manifest};
use crate::resource::{InstanceArn, Label};
use crate::runtime::contact::{instance_id, invented_id};

/// One instance of a manifest.
pub(super) struct Site<'m> {
    /// The manifest.
    pub(super) manifest: &'m Manifest,
    /// The instance's logical name.
    pub(super) instance: &'m Label,
    /// What the manifest says of it.
    pub(super) declared: &'m Instance,
}

impl Site<'_> {
    /// Gives the instance's ARN; its id is made up where only the alias is declared.
    pub(super) fn arn(&self) -> InstanceArn {
        let place = self.declared.place.clone();
        let id = match &self.declared.lookup {
            InstanceLookup::Id(id) => id.clone(),
            InstanceLookup::Alias(alias) => {
                instance_id(&place.account.to_string(), &place.region.to_string(), alias)
            }
        };
        InstanceArn { place, id }
    }

    /// Replaces the tokens of parameters by their values, and lists those for which one was made up.
    pub(super) fn rendered(
        &self,
        parameters: &BTreeMap<String, Value>,
    ) -> Result<(BTreeMap<String, Value>, Vec<String>), String> {
        let mut made_up = Vec::new();
        let text = serde_json::to_string(parameters).map_err(|error| error.to_string())?;
        let rendered = template::render(&text, &mut |token| self.value(token, &mut made_up).map(Some));
        let rendered = rendered.map_err(|errors| {
            let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
            messages.join("; ")
        })?;
        let parameters = serde_json::from_str(&rendered).map_err(|error| error.to_string())?;
        Ok((parameters, made_up))
    }

    pub(super) fn value(&self, token: &Token, made_up: &mut Vec<String>) -> Result<String, String> {
        let instance = self.arn();
        let mut of_instance = |kind: &str, name: &str, attribute: Attribute| {
            made_up.push(token.to_string());
            let id = invented_id(0, &format!("{kind} {instance} {name}"));
            match attribute {
                Attribute::Arn => format!("{instance}/{kind}/{id}"),
                Attribute::Id => id,
            }
        };
        Ok(match token {
            Token::Function(name) => {
                let function = Label::parse(name).ok().and_then(|name| self.manifest.functions.get(&name));
                let function = function.ok_or_else(|| format!("the manifest has no function `{name}`"))?;
                function.target.arn().to_string()
            }
            Token::Value(name) => {
                let value = self.declared.values.get(name).cloned();
                value.ok_or_else(|| format!("the instance `{}` has no value `{name}`", self.instance))?
            }
            Token::Instance(Attribute::Arn) => instance.to_string(),
            Token::Instance(Attribute::Id) => instance.id.clone(),
            Token::Var(name) => return Err(format!("the variable `{name}` has no value")),
            Token::Flow { name, attribute } => of_instance("contact-flow", name, *attribute),
            Token::Module { name, attribute } => of_instance("flow-module", name, *attribute),
            Token::Queue { name, attribute } => of_instance("queue", name, *attribute),
            Token::Prompt { name, attribute } => of_instance("prompt", name, *attribute),
            Token::Hours { name, attribute } => of_instance("operating-hours", name, *attribute),
        })
    }
}
