//! What AWS leaves undocumented, as switches. Each switch is a question of one of the unknowns U0 to U16; its first
//! answer is the default. The register is the table in the module page, checked against [`REGISTER`] by a test.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::SettingError;

/// One open question about AWS, and the answers that the emulator can give.
#[derive(Debug)]
pub struct Question {
    /// The unknown that it belongs to (`U0` to `U16`).
    pub unknown: &'static str,
    /// What is asked.
    pub about: &'static str,
    /// The answers; the first is the default.
    pub answers: &'static [&'static str],
}

const fn question(unknown: &'static str, about: &'static str, answers: &'static [&'static str]) -> Question {
    Question { unknown, about, answers }
}

/// Every question. U12 and U13 are about the runtime, which the emulator does not run; they have no switch.
pub const REGISTER: &[Question] = &[
    question(
        "U0",
        "what publishing checks of a literal Lambda ARN",
        &["lambda-refs-unchecked", "lambda-refs-checked", "lambda-refs-associated"],
    ),
    question("U1", "Disassociate and the statement connect-<id>", &["statement-removed", "statement-kept"]),
    question(
        "U1",
        "Disassociate when that statement is gone already",
        &["missing-statement-ignored", "missing-statement-refused"],
    ),
    question(
        "U2",
        "Associate when the Sid connect-<id> exists",
        &["sid-kept", "sid-conflict", "sid-replaced"],
    ),
    question(
        "U2",
        "Associate when the caller lacks lambda:AddPermission",
        &["denied-without-association", "denied-with-association"],
    ),
    question(
        "U2",
        "Associate when the function does not exist",
        &["missing-function-refused", "missing-function-accepted"],
    ),
    question(
        "U3",
        "Associate with an ARN of another Region or account",
        &["foreign-refused", "foreign-accepted"],
    ),
    question(
        "U3",
        "which policy a qualified ARN's association writes",
        &["qualified-writes-unqualified", "qualified-writes-qualified", "qualified-refused"],
    ),
    question("U4", "a repeated Associate", &["repeat-conflicts", "repeat-same-token-ok", "repeat-ok"]),
    question(
        "U5",
        "List after the function was deleted",
        &["deleted-function-listed", "deleted-function-unlisted"],
    ),
    question(
        "U6",
        "content written to the plain id of a flow that was never published",
        &["plain-write-publishes", "plain-write-drafts", "plain-write-refused"],
    ),
    question("U6", "a pending draft when content is published", &["draft-dropped", "draft-kept"]),
    question("U6", "content written to :$SAVED", &["saved-write-drafts", "saved-write-refused"]),
    question("U7", "what FlowContentSha256 is made of", &["sha-of-bytes", "sha-of-canonical-json"]),
    question("U7", "Content as Describe returns it", &["content-verbatim", "content-reserialised"]),
    question(
        "U8",
        "DeleteContactFlow on a flow that another refers to",
        &["referenced-delete-ok", "referenced-delete-refused"],
    ),
    question("U8", "the name of a deleted flow", &["name-reusable", "name-reserved"]),
    question("U9", "the wording of error messages", &["words-usual", "words-other"]),
    question("U10", "the burst of Connect's rate limits", &["burst-5", "burst-1"]),
    question(
        "U11",
        "a Timeout error branch on InvokeLambdaFunction",
        &["timeout-error-refused", "timeout-error-accepted"],
    ),
    question("U11", "time limit of an asynchronous invocation", &["async-limit-60", "async-limit-8"]),
    question(
        "U14",
        "whose rights the implicit Add/RemovePermission needs",
        &["caller-needs-lambda-rights", "service-has-lambda-rights"],
    ),
    question(
        "U15",
        "what Lambda authorises a call with a qualifier on",
        &["qualified-arn-authorised", "function-arn-authorised"],
    ),
    question(
        "U16",
        "lambda:Principal of a RemovePermission, which names none",
        &["remove-without-principal", "remove-names-principal"],
    ),
];

/// One answer, read from `U0=lambda-refs-checked`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumption {
    question: usize,
    answer: &'static str,
}

impl FromStr for Assumption {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (unknown, answer) = text
            .split_once('=')
            .ok_or_else(|| SettingError::new("assumption", text, "write it as U0=lambda-refs-checked"))?;
        let mut known = Vec::new();
        for (question, entry) in REGISTER.iter().enumerate().filter(|(_, entry)| entry.unknown == unknown) {
            if let Some(answer) = entry.answers.iter().find(|known| **known == answer) {
                return Ok(Self { question, answer });
            }
            known.extend_from_slice(entry.answers);
        }
        let hint = if known.is_empty() {
            "the unknowns with a switch are U0 to U11 and U14 to U16".to_owned()
        } else {
            format!("the answers of {unknown} are {}", known.join(", "))
        };
        Err(SettingError::new("assumption", text, hint))
    }
}

/// The answers in force: the default of every question, except where one was set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assumptions(BTreeMap<usize, &'static str>);

impl Assumptions {
    /// Sets one answer, in place of the one before.
    pub fn set(&mut self, assumption: Assumption) {
        self.0.insert(assumption.question, assumption.answer);
    }

    /// Tells whether `answer` is in force. An answer that is in no question is never in force.
    pub(crate) fn holds(&self, answer: &str) -> bool {
        REGISTER.iter().enumerate().any(|(number, question)| {
            question.answers.contains(&answer)
                && self.0.get(&number).copied().or(question.answers.first().copied()) == Some(answer)
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
    fn the_first_answer_holds_until_another_is_set() {
        let mut assumptions = Assumptions::default();
        assert!(assumptions.holds("lambda-refs-unchecked"));
        assumptions.set("U0=lambda-refs-checked".parse().expect("an answer of U0"));
        assert!(assumptions.holds("lambda-refs-checked"));
        assert!(!assumptions.holds("lambda-refs-unchecked"));
        assert!(assumptions.holds("statement-removed"), "other questions keep their default");
    }

    #[test]
    fn two_questions_of_one_unknown_are_set_apart() {
        let assumptions: Assumptions =
            ["U2=sid-conflict", "U2=missing-function-accepted"].iter().map(|a| a.parse().expect(a)).collect();
        assert!(assumptions.holds("sid-conflict") && assumptions.holds("missing-function-accepted"));
    }

    #[test]
    fn an_unknown_answer_names_the_known_ones() {
        let error = "U5=maybe".parse::<Assumption>().expect_err("no such answer").to_string();
        assert!(error.contains("deleted-function-listed"), "{error}");
        assert!("U99=x".parse::<Assumption>().is_err());
        assert!("U0".parse::<Assumption>().is_err());
    }

    #[test]
    fn every_answer_is_in_one_question_only() {
        let mut seen = std::collections::BTreeSet::new();
        for question in REGISTER {
            assert!(question.answers.len() > 1, "{} has no alternative", question.about);
            for answer in question.answers {
                assert!(seen.insert(answer), "{answer} twice");
            }
        }
    }

    #[test]
    fn the_module_page_lists_every_answer() {
        let page = include_str!("../mod.rs");
        for question in REGISTER {
            for answer in question.answers {
                assert!(
                    page.contains(&format!("`{answer}`")),
                    "{answer} of {} is not on the page",
                    question.unknown
                );
            }
        }
    }
}
