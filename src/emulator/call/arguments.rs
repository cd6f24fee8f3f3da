//! The members of a call: labels of the path, the query string, and the body, each checked in the words of the service.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Call;
use crate::emulator::wire::{ApiError, Page};

impl Call {
    /// Returns a label of the path; empty when the operation's path has no such label.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// Returns the first value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns a header, by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns every value of a query parameter.
    pub(crate) fn queries<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A request that breaks the shape of its input, in the words of the service.
    pub(crate) fn invalid(&self, message: impl Into<String>) -> ApiError {
        ApiError::invalid(self.service, message)
    }

    /// Returns an optional text member of the body.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.invalid(format!("{name} must be a string"))),
        }
    }

    /// Returns a required text member of the body whose length (in characters) lies in `1..=max`.
    pub(crate) fn required(&self, name: &str, max: usize) -> Result<&str, ApiError> {
        let text = self.text(name)?.ok_or_else(|| self.invalid(format!("{name} is required")))?;
        self.within(name, text, 1, max)
    }

    /// Returns an optional text member of the body with at most `max` characters.
    pub(crate) fn optional(&self, name: &str, max: usize) -> Result<Option<&str>, ApiError> {
        self.text(name)?.map(|text| self.within(name, text, 0, max)).transpose()
    }

    /// Checks the length of a member, in characters.
    pub(crate) fn within<'a>(
        &self,
        name: &str,
        text: &'a str,
        min: usize,
        max: usize,
    ) -> Result<&'a str, ApiError> {
        let length = text.chars().count();
        if length < min {
            return Err(self.invalid(format!("{name} must have at least {min} character(s)")));
        }
        if length > max {
            return Err(self.invalid(format!("{name} must have at most {max} characters, it has {length}")));
        }
        Ok(text)
    }

    /// Returns a member that takes one of a few words.
    pub(crate) fn one_of<'a>(&self, name: &str, text: &'a str, words: &[&str]) -> Result<&'a str, ApiError> {
        if words.contains(&text) {
            return Ok(text);
        }
        Err(self.invalid(format!("{name} must be one of {}, it is {text}", words.join(", "))))
    }

    /// Returns a member that is true or false.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.invalid(format!("{name} must be true or false"))),
        }
    }

    /// Returns a whole number from the body, or from the text of a form.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        match self.body.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(other) => other.as_u64(),
        }
        .map_or_else(
            || Err(self.invalid(format!("{name} must be a whole number"))),
            |number| Ok(Some(number)),
        )
    }

    /// Returns a member that maps texts to texts; an absent one is empty.
    pub(crate) fn map(&self, name: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let wrong = || self.invalid(format!("{name} must map strings to strings"));
        match self.body.get(name) {
            None | Some(Value::Null) => Ok(BTreeMap::new()),
            Some(Value::Object(members)) => members
                .iter()
                .map(|(key, value)| Ok((key.clone(), value.as_str().ok_or_else(wrong)?.to_owned())))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }

    /// Returns the page that `token` and `size` members ask for; sizes outside `1..=max` are refused.
    pub(crate) fn page(&self, token: &str, size: &str, default: usize, max: usize) -> Result<Page, ApiError> {
        let (token, size) = match self.query(token).is_some() || self.query(size).is_some() {
            true => (self.query(token).map(str::to_owned), self.query(size).map(str::to_owned)),
            false => {
                let size = self.number_of_page(size)?;
                (self.text(token)?.map(str::to_owned), size)
            }
        };
        let size = match size {
            None => default,
            Some(text) => text.parse().ok().filter(|size| (1..=max).contains(size)).ok_or_else(|| {
                self.invalid(format!("the page size must lie between 1 and {max}, it is {text}"))
            })?,
        };
        Page::new(token.as_deref(), size).ok_or_else(|| self.invalid("the page token is not valid"))
    }

    fn number_of_page(&self, name: &str) -> Result<Option<String>, ApiError> {
        Ok(self.number(name)?.map(|number| number.to_string()))
    }

    /// Returns the tags of a member; keys and values that break the model's rules are refused.
    pub(crate) fn tags(&self, name: &str) -> Result<BTreeMap<String, String>, ApiError> {
        let tags = self.map(name)?;
        for (key, value) in &tags {
            self.within("tag key", key, 1, 128)?;
            self.within("tag value", value, 0, 256)?;
            if key.starts_with("aws:") {
                return Err(self.invalid(format!("tag key {key} starts with aws:, which is reserved")));
            }
        }
        Ok(tags)
    }
}
