//! What references read: the roots that a flow knows, and how a value is found under one.
//!
//! Rests on the administrator guide, "List of available contact attributes and their JSONPath references".

use serde_json::Value;

macro_rules! roots {
    ($($variant:ident: $about:literal;)*) => {
        /// A root that is known only while a flow runs: answers of functions, inputs, results of blocks. The administrator
        /// guide's list of contact attributes; a flow in use has the last one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Root {
            $(#[doc = $about] $variant,)*
        }

        impl Root {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name behind the `$.`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)*
                }
            }
        }
    };
}

roots! {
    Agent: "The agent, in flows of the agent's side.";
    AgenticCX: "The result of an agentic block.";
    Case: "A case that was read or created.";
    Customer: "A customer's profile that was read.";
    DataTables: "Values of data tables, by query.";
    Email: "The email that the contact is.";
    External: "The answer of the latest function.";
    FlowAttributes: "Attributes of this run of the flow.";
    LambdaInvocation: "The latest function: its answer, and the id of an asynchronous call.";
    Lex: "What a bot understood.";
    Loop: "Loops over lists, by their names.";
    Media: "What is streamed.";
    Metrics: "Metrics that were read.";
    Modules: "What a module was given, and what it returned.";
    StoredCustomerInput: "What the customer entered last.";
    Task: "The task that the contact is.";
    TextToSpeechVoiceId: "The voice that reads texts.";
    Views: "What an agent chose in a view.";
    Wisdom: "A session of the agent's assistant.";
    CustomerCallBackPhoneNumber: "The number to call back.";
}

impl Root {
    /// Finds a root by its name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|root| root.name() == name)
    }

    /// Returns whether its value stays with the contact when another flow or module begins. The others belong to the
    /// flow that runs.
    pub const fn stays(self) -> bool {
        matches!(
            self,
            Self::Agent
                | Self::CustomerCallBackPhoneNumber
                | Self::Email
                | Self::Media
                | Self::Task
                | Self::TextToSpeechVoiceId
        )
    }
}

/// What a reference reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A value.
    Text(String),
    /// Nothing: it is not set.
    Unset,
    /// Nothing: it is set only while the flow runs.
    OfRun,
    /// A whole map, or a list.
    NoLeaf,
    /// Nothing that a flow knows.
    UnknownRoot,
}

/// Returns the steps of a reference with the one name of what has two: the answer of the latest function.
pub fn canonical(steps: &[String]) -> Vec<String> {
    match steps {
        [first, second, rest @ ..]
            if Root::of(first) == Some(Root::LambdaInvocation) && second == "ResultData" =>
        {
            std::iter::once(Root::External.name().to_owned()).chain(rest.iter().cloned()).collect()
        }
        steps => steps.to_vec(),
    }
}

/// Reads a reference from a contact's data, in the form that functions are sent.
pub fn of_contact(contact: &Value, steps: &[String]) -> Read {
    let Some((root, rest)) = steps.split_first() else { return Read::UnknownRoot };
    let Some(value) = contact.get(root) else { return Read::UnknownRoot };
    if root == "Attributes" && !rest.is_empty() {
        // Names of attributes may have full stops.
        return value.get(rest.join(".")).map_or(Read::Unset, leaf);
    }
    under(value, rest)
}

/// Reads the value that steps lead to. Items of lists cannot be named.
pub fn under(value: &Value, steps: &[String]) -> Read {
    steps.iter().try_fold(value, |at, step| at.get(step)).map_or(Read::Unset, leaf)
}

fn leaf(value: &Value) -> Read {
    match value {
        Value::String(text) => Read::Text(text.clone()),
        Value::Number(number) => Read::Text(number.to_string()),
        Value::Bool(flag) => Read::Text(flag.to_string()),
        Value::Null => Read::Unset,
        Value::Object(members) => {
            // A segment attribute, and a reference of the contact, is an object around its value.
            let inner = ["ValueString", "ValueInteger", "Value"].iter().find_map(|name| members.get(*name));
            inner.map_or(Read::NoLeaf, leaf)
        }
        Value::Array(_) => Read::NoLeaf,
    }
}
