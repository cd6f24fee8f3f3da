//! The instance that a flow is met on, and what the tokens of its content stand for there.

use super::{BindError, site};
use crate::flow::Token;
use crate::manifest::{Flow, Manifest};
use crate::resource::{Address, InstanceArn, Label};

/// Returns the instance that an address means, of several the first, and its ARN, whose id is made up where only an alias is
/// declared.
///
/// # Errors
/// The flow is not on such an instance.
pub fn instance<'m>(
    manifest: &'m Manifest,
    flow: &'m Flow,
    address: &Address,
) -> Result<(&'m Label, InstanceArn), BindError> {
    let site = site(manifest, flow, address)?;
    Ok((site.instance, site.arn()))
}

/// Returns the values of the tokens in a flow's content, on the instance that an address means. What only the live instance
/// knows is made up.
///
/// # Errors
/// The flow is not on such an instance, or a token has no value.
pub fn tokens(
    manifest: &Manifest,
    flow: &Flow,
    address: &Address,
) -> Result<Vec<(Token, String)>, BindError> {
    let site = site(manifest, flow, address)?;
    let found = flow.content.as_ref().map(|content| content.text.tokens()).unwrap_or_default();
    let value = |token: &Token| {
        let value = site.value(token, &mut Vec::new());
        value
            .map(|value| (token.clone(), value))
            .map_err(|why| BindError::Content { flow: address.to_string(), why })
    };
    found.iter().map(|found| value(&found.token)).collect()
}
