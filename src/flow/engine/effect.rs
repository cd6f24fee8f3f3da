//! What a step did, for whoever shows it.

use serde_json::Value;

use super::assumptions::Switch;
use super::program::Key;
use super::state::Target;
use crate::flow::namespaces::Root;
use crate::flow::stub::FlowType;

/// The form of what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Speech {
    /// A text, which is read.
    Text,
    /// A text with marks for how it is read.
    Ssml,
    /// A recording, by ARN or id.
    Prompt,
    /// A recording in a bucket.
    Media,
}

/// Whose attribute it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The contact's.
    Contact,
    /// The related contact's, which is not part of the run.
    Related,
    /// The flow's.
    Flow,
    /// A member of the contact's data.
    Data,
    /// A tag of the contact.
    Tag,
}

/// Something worth knowing: never an error of the flow, and perhaps one of whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// A reference reads what is not set.
    Unset {
        /// The reference, as it is written.
        reference: String,
    },
    /// A reference names a whole map or list.
    NoLeaf {
        /// The reference.
        reference: String,
    },
    /// A reference names what no flow knows; Amazon Connect refuses such a flow.
    UnknownRoot {
        /// The reference.
        reference: String,
    },
    /// A prompt has no text at all.
    NothingSaid,
    /// Whether a number is a telephone number is not checked.
    NumberUnchecked,
    /// The block is not allowed in this type of flow.
    NotAllowed(FlowType),
    /// A hook names a flow that is not known.
    UnknownHook {
        /// The hook.
        hook: String,
    },
}

/// What a step did.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The contact hears or reads something.
    Said {
        /// Its form.
        form: Speech,
        /// The text, references filled in; of a recording its name.
        text: String,
    },
    /// The block speaks, and the channel has nobody who hears it.
    Unheard,
    /// An attribute was set, or removed.
    Attribute {
        /// Whose it is.
        scope: Scope,
        /// Its name.
        name: String,
        /// Its value; none where it was removed.
        value: Option<String>,
    },
    /// What a block found out was put under a root, in place of what was there.
    Found {
        /// The root.
        root: Root,
        /// The value.
        value: Value,
    },
    /// The customer's entry was stored; none where it is encrypted.
    Stored(Option<String>),
    /// The working queue was set.
    Queue(Target),
    /// A flow was set for an event, or taken away.
    Hook {
        /// The event.
        event: String,
        /// The flow.
        flow: Option<String>,
    },
    /// A setting of the contact was changed, of which the flow sees nothing.
    Setting,
    /// A flow or module was entered.
    Entered(Key),
    /// A module gave the contact back.
    Returned {
        /// The module.
        from: Key,
        /// The name of its branch, where it names one.
        result: Option<String>,
    },
    /// Time went by, in milliseconds.
    Passed(u64),
    /// The 20 seconds that functions have without a prompt were over.
    ChainCut,
    /// A decision rests on an assumption.
    Assumed(Switch),
    /// Something worth knowing.
    Warned(Warning),
}
