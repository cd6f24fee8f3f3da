//! The attributes of an instance: one list for the words of a manifest and the names of the API.

use super::Fault;
use crate::manifest::reading::log::{hint, quote};

/// The settings of an instance by the words of a manifest, which are those of the API (`InstanceAttributeType`) in
/// small letters and with dashes.
pub(super) const ATTRIBUTES: [&str; 13] = [
    "inbound-calls",
    "outbound-calls",
    "contactflow-logs",
    "contact-lens",
    "auto-resolve-best-voices",
    "use-custom-tts-voices",
    "early-media",
    "multi-party-conference",
    "high-volume-outbound",
    "enhanced-contact-monitoring",
    "enhanced-chat-monitoring",
    "multi-party-chat-conference",
    "message-streaming",
];

/// Reads the name of an instance's attribute into that of the API.
pub(super) fn wire(text: &str) -> Result<String, Fault> {
    if ATTRIBUTES.contains(&text) {
        return Ok(text.to_ascii_uppercase().replace('-', "_"));
    }
    let fault = Fault::new(format!("{} is not an attribute of an instance", quote(text)));
    Err(match hint(&text.replace('_', "-"), ATTRIBUTES) {
        Some(hint) => fault.hint(hint),
        None => fault,
    })
}

/// Returns the word of a manifest for an attribute of the API.
pub(crate) fn word(wire: &str) -> String {
    wire.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_has_the_name_of_the_api_in_small_letters_with_dashes() {
        assert_eq!(wire("contactflow-logs").as_deref(), Ok("CONTACTFLOW_LOGS"));
        assert_eq!(wire("use-custom-tts-voices").as_deref(), Ok("USE_CUSTOM_TTS_VOICES"));
        assert!(ATTRIBUTES.iter().all(|name| wire(name).is_ok_and(|wire| word(&wire) == *name)));
        assert!(wire("contact-flow-logs").is_err());
        assert!(wire("CONTACTFLOW_LOGS").is_err());
    }
}
