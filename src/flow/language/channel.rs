//! How a contact begins and reaches the contact centre, and the words of such closed lists.

use serde::{Deserialize, Serialize};

/// Declares an enum of words that the API has in capitals, and people type in small letters.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $($variant:ident = $wire:literal, $word:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(test, derive(schemars::JsonSchema))]
        pub enum $name {
            $(#[doc = concat!("`", $wire, "`")] #[serde(rename = $wire)] $variant,)*
        }

        impl $name {
            /// Every one, in the order of the API model.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the value on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $wire,)*
                }
            }

            /// Reads a word as people type it: `external-outbound` for `EXTERNAL_OUTBOUND`.
            pub fn of_word(word: &str) -> Option<Self> {
                let wire = word.to_ascii_uppercase().replace('-', "_");
                Self::ALL.iter().copied().find(|value| value.as_str() == wire)
            }

            /// Returns the word that people type.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }
    };
}

pub(crate) use words;

words! {
    /// How the contact reaches the contact centre.
    Channel,
    Voice = "VOICE", "voice";
    Chat = "CHAT", "chat";
    Task = "TASK", "task";
    Email = "EMAIL", "email";
}

words! {
    /// How the contact began.
    Initiation,
    Inbound = "INBOUND", "inbound";
    Outbound = "OUTBOUND", "outbound";
    Transfer = "TRANSFER", "transfer";
    QueueTransfer = "QUEUE_TRANSFER", "queue-transfer";
    Callback = "CALLBACK", "callback";
    Api = "API", "api";
    Disconnect = "DISCONNECT", "disconnect";
    Monitor = "MONITOR", "monitor";
    ExternalOutbound = "EXTERNAL_OUTBOUND", "external-outbound";
    WebrtcApi = "WEBRTC_API", "webrtc-api";
    AgentReply = "AGENT_REPLY", "agent-reply";
    Flow = "FLOW", "flow";
}
