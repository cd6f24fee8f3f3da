//! Writes YAML that any reader, of YAML 1.1 or 1.2, reads back as the same text scalars.

use serde::Serialize;

/// Says that a value could not be written as YAML.
#[derive(Debug, thiserror::Error)]
#[error("cannot be written as YAML")]
pub struct WriteError(#[from] serde_yaml::ser::Error);

/// Writes a value as one YAML document, each scalar on its own line.
///
/// # Errors
///
/// When the value's own `Serialize` fails, or it has keys that are not text.
pub fn to_yaml<T: Serialize>(value: &T) -> Result<String, WriteError> {
    let options = serde_yaml::ser_options! { prefer_block_scalars: false };
    Ok(serde_yaml::to_string_with_options(value, options)?)
}
