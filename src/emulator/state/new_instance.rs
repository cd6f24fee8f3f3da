//! An instance as Amazon Connect creates it.

use super::Instance;

/// The attributes that every instance has, with the value of a new one (InstanceAttributeType of the API model).
pub(crate) const ATTRIBUTES: &[(&str, &str)] = &[
    ("INBOUND_CALLS", "true"),
    ("OUTBOUND_CALLS", "true"),
    ("CONTACTFLOW_LOGS", "false"),
    ("CONTACT_LENS", "true"),
    ("AUTO_RESOLVE_BEST_VOICES", "true"),
    ("USE_CUSTOM_TTS_VOICES", "false"),
    ("EARLY_MEDIA", "true"),
    ("MULTI_PARTY_CONFERENCE", "false"),
    ("HIGH_VOLUME_OUTBOUND", "false"),
    ("ENHANCED_CONTACT_MONITORING", "false"),
    ("ENHANCED_CHAT_MONITORING", "false"),
    ("MULTI_PARTY_CHAT_CONFERENCE", "false"),
    ("MESSAGE_STREAMING", "false"),
];

/// An instance with the attributes of a new one.
pub(crate) fn new_instance(alias: Option<String>, now: u64) -> Instance {
    Instance {
        alias,
        identity: "CONNECT_MANAGED".to_owned(),
        created: now,
        attributes: ATTRIBUTES
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ..Instance::default()
    }
}
