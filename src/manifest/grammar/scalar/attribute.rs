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
pub(in crate::manifest) fn wire(text: &str) -> Option<String> {
    ATTRIBUTES.contains(&text).then(|| text.to_ascii_uppercase().replace('-', "_"))
}

/// Checks the name of an attribute.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    if ATTRIBUTES.contains(&text) {
        return Ok(());
    }
    let fault = Fault::new(format!("{} is not an attribute of an instance", quote(text)));
    Err(match hint(&text.replace('_', "-"), ATTRIBUTES) {
        Some(hint) => fault.hint(hint),
        None => fault,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attribute_has_the_name_of_the_api_in_small_letters_with_dashes() {
        assert_eq!(wire("contactflow-logs").as_deref(), Some("CONTACTFLOW_LOGS"));
        assert_eq!(wire("use-custom-tts-voices").as_deref(), Some("USE_CUSTOM_TTS_VOICES"));
        assert_eq!(wire("contact-flow-logs"), None);
        assert_eq!(wire("CONTACTFLOW_LOGS"), None);
    }
}
