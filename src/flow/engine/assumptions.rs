//! What AWS leaves undocumented about a contact's way, as switches. The first answer of each is the default.

use std::str::FromStr;

/// An unknown. A decision that rests on one is marked with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Switch {
    /// What is said for a reference to nothing.
    S1,
    /// The answer of a function after a failed call, and in the next flow.
    S2,
    /// Whether a function's own error is retried.
    S3,
    /// The branch of a function whose time is over.
    S4,
    /// The size from which a function's answer is refused.
    S5,
    /// How long a loop counts.
    S6,
    /// The unit of a queue's oldest contact.
    S7,
    /// Whether numbers and truth values are taken in a flat map.
    S8,
    /// What restarts the 20 seconds that functions have.
    S9,
    /// Forms of blocks that are not published.
    S10,
    /// What the customer entered, in the next flow.
    S11,
    /// The waits between tries of a function.
    S12,
}

impl Switch {
    /// Returns its code, such as `S1`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::S4 => "S4",
            Self::S5 => "S5",
            Self::S6 => "S6",
            Self::S7 => "S7",
            Self::S8 => "S8",
            Self::S9 => "S9",
            Self::S10 => "S10",
            Self::S11 => "S11",
            Self::S12 => "S12",
        }
    }
}

/// One open question, and its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SwitchQuestion {
    /// The unknown that it belongs to.
    pub switch: Switch,
    /// What is asked.
    pub about: &'static str,
    /// The answers; the first is the default.
    pub answers: &'static [&'static str],
}

/// Declares the questions, each as a field of [`Assumptions`] whose type is the enum of its answers.
macro_rules! switches {
    ($($field:ident: $Answers:ident, $switch:ident, $about:literal {
        $default:ident = $default_name:literal: $default_doc:literal,
        $($other:ident = $other_name:literal: $other_doc:literal),+ $(,)?
    })+) => {
        $(
            #[doc = concat!(stringify!($switch), ": ", $about, ".")]
            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
            pub enum $Answers {
                #[doc = $default_doc]
                #[default]
                $default,
                $(#[doc = $other_doc] $other),+
            }
        )+

        /// Every question that has more than one answer. S10 is always asked, and S12 has only a seed.
        pub const REGISTER: &[SwitchQuestion] = &[$(SwitchQuestion {
            switch: Switch::$switch,
            about: $about,
            answers: &[$default_name, $($other_name),+],
        }),+];

        /// The answers in force.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Assumptions {
            $(#[doc = concat!(stringify!($switch), ": ", $about, ".")] pub $field: $Answers),+
        }

        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Chosen {
            $($Answers($Answers)),+
        }

        impl Chosen {
            fn find(code: &str, name: &str) -> Option<Self> {
                $(
                    if code == Switch::$switch.code() {
                        if name == $default_name {
                            return Some(Self::$Answers($Answers::$default));
                        }
                        $(if name == $other_name {
                            return Some(Self::$Answers($Answers::$other));
                        })+
                    }
                )+
                None
            }
        }

        impl Assumptions {
            /// Lists the answers that are not the defaults, as they are read.
            pub fn named(&self) -> Vec<String> {
                let mut named = Vec::new();
                $(match self.$field {
                    $Answers::$default => {}
                    $($Answers::$other => named.push(format!("{}={}", Switch::$switch.code(), $other_name)),)+
                })+
                named
            }

            /// Sets one answer, in place of the one before.
            pub fn set(&mut self, assumption: Assumption) {
                match assumption.0 {
                    $(Chosen::$Answers(answer) => self.$field = answer),+
                }
            }
        }
    };
}

switches! {
    unset_reference: UnsetReference, S1, "what a prompt says for a reference to something that is not set" {
        Empty = "unset-empty": "Nothing.",
        AsWritten = "unset-as-written": "The reference, as it is written.",
    }
    failed_answer: FailedAnswer, S2, "the answer of an earlier function after a failed call" {
        Kept = "answer-kept": "It stays.",
        Emptied = "answer-emptied": "It is gone.",
    }
    answer_across_flows: AnswerAcrossFlows, S2, "the answer of a function after a transfer to another flow" {
        Cleared = "answer-cleared": "It is gone, as what other blocks found out.",
        Carried = "answer-carried": "It stays, as what other blocks found out.",
    }
    function_errors: FunctionErrors, S3, "whether a function's own error is retried" {
        Once = "error-once": "It is not.",
        Retried = "error-retried": "It is, as throttling is.",
    }
    timeout_branch: TimeoutBranch, S4, "the branch of a function whose time is over" {
        Declared = "timeout-if-declared": "`TimeLimitExceeded` where the block declares it, else the Error branch.",
        General = "timeout-as-error": "The Error branch.",
    }
    answer_size: AnswerSize, S5, "the size from which a function's answer is refused" {
        Smaller = "size-32-kb": "32 KB.",
        Larger = "size-64-kb": "64 KB.",
    }
    loop_counter: LoopCounter, S6, "how long a loop counts" {
        FlowRun = "loop-per-flow": "As long as the flow or module runs.",
        Contact = "loop-per-contact": "As long as the contact is there.",
    }
    oldest_contact: OldestContact, S7, "the unit of `OldestContactInQueueAgeSeconds`" {
        AsWritten = "age-as-written": "The number that is given is compared as it is.",
        Milliseconds = "age-milliseconds": "Seconds are given, and the flow compares milliseconds.",
    }
    not_text: NotText, S8, "numbers and truth values in a flat map" {
        Accepted = "not-text-accepted": "They are taken as text.",
        Refused = "not-text-refused": "The answer is refused.",
    }
    chain_restart: ChainRestart, S9, "what restarts the 20 seconds that functions have without a prompt" {
        AnySpeech = "chain-any-speech": "Any block that speaks.",
        PlayPrompt = "chain-play-prompt": "Only a played prompt.",
    }
    stored_input: StoredInput, S11, "what the customer entered, after a transfer to another flow" {
        Cleared = "input-cleared": "It is gone.",
        Carried = "input-carried": "It stays.",
    }
}

/// One answer, read from text such as `S1=unset-as-written`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumption(Chosen);

/// Says that a text is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an assumption; {}", if known.is_empty() { "one is written like `S1=unset-as-written`".to_owned() } else { format!("the answers are {}", known.join(", ")) })]
pub struct AssumptionError {
    /// The text.
    pub text: String,
    /// The answers of its question, where it has one.
    pub known: Vec<&'static str>,
}

impl FromStr for Assumption {
    type Err = AssumptionError;

    fn from_str(text: &str) -> Result<Self, AssumptionError> {
        let (code, name) = text.split_once('=').unwrap_or((text, ""));
        Chosen::find(code, name).map(Self).ok_or_else(|| {
            let questions = REGISTER.iter().filter(|question| question.switch.code() == code);
            AssumptionError {
                text: text.to_owned(),
                known: questions.flat_map(|question| question.answers).copied().collect(),
            }
        })
    }
}

impl FromIterator<Assumption> for Assumptions {
    fn from_iter<I: IntoIterator<Item = Assumption>>(assumptions: I) -> Self {
        let mut all = Self::default();
        assumptions.into_iter().for_each(|assumption| all.set(assumption));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_read_and_differs_from_the_others() {
        for question in REGISTER {
            for answer in question.answers {
                let text = format!("{}={answer}", question.switch.code());
                let assumptions: Assumptions = [text.parse().unwrap()].into_iter().collect();
                let is_default = *answer == question.answers[0];
                assert_eq!(assumptions == Assumptions::default(), is_default, "{text}");
                assert_eq!(assumptions.named(), if is_default { vec![] } else { vec![text] });
            }
        }
    }

    #[test]
    fn an_unknown_answer_names_the_known_ones() {
        let error = "S2=maybe".parse::<Assumption>().unwrap_err();
        assert_eq!(error.known, ["answer-kept", "answer-emptied", "answer-cleared", "answer-carried"]);
        for text in ["S10=x", "S99=x", "S1", ""] {
            assert!(text.parse::<Assumption>().is_err(), "{text}");
        }
    }
}
