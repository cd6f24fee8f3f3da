//! What AWS leaves undocumented, as switches. Each switch is a question of one of the unknowns U0 to U16, and its answers
//! are an enum; the first answer is the default. The module page lists them too, and a test holds it against
//! [`REGISTER`].

use std::str::FromStr;

use super::error::SettingError;

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

/// Declares the questions, each as a field of [`Assumptions`] whose type is the enum of its answers:
/// `field: Enum, unknown, what is asked { Variant = "the answer's name", ... }`.
macro_rules! questions {
    ($($field:ident: $Answers:ident, $unknown:literal, $about:literal {
        $default:ident = $default_name:literal, $($other:ident = $other_name:literal),+ $(,)?
    })+) => {
        $(
            #[doc = concat!($unknown, ": ", $about, ".")]
            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
            pub(crate) enum $Answers {
                #[default]
                $default,
                $($other),+
            }
        )+

        /// Every question. U12 and U13 are about the runtime, which the emulator does not run; they have no switch.
        pub const REGISTER: &[Question] = &[$(Question {
            unknown: $unknown,
            about: $about,
            answers: &[$default_name, $($other_name),+],
        }),+];

        /// An answer to one of the questions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        enum Answer {
            $($Answers($Answers)),+
        }

        impl Answer {
            /// Finds an answer by the unknown and its name.
            fn find(unknown: &str, name: &str) -> Option<Self> {
                match (unknown, name) {
                    $(
                        ($unknown, $default_name) => Some(Self::$Answers($Answers::$default)),
                        $(($unknown, $other_name) => Some(Self::$Answers($Answers::$other)),)+
                    )+
                    _ => None,
                }
            }
        }

        /// The answers in force: the default of every question, except where one was set.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Assumptions {
            $(pub(crate) $field: $Answers),+
        }

        impl Assumptions {
            /// Sets one answer, in place of the one before.
            pub fn set(&mut self, assumption: Assumption) {
                match assumption.0 {
                    $(Answer::$Answers(answer) => self.$field = answer),+
                }
            }
        }
    };
}

questions! {
    lambda_reference: LambdaReference, "U0", "what publishing checks of a literal Lambda ARN" {
        Unchecked = "lambda-refs-unchecked",
        Checked = "lambda-refs-checked",
        Associated = "lambda-refs-associated",
    }
    disassociated_statement: DisassociatedStatement, "U1", "Disassociate and the statement connect-<id>" {
        Removed = "statement-removed",
        Kept = "statement-kept",
    }
    missing_statement: MissingStatement, "U1", "Disassociate when that statement is gone already" {
        Ignored = "missing-statement-ignored",
        Refused = "missing-statement-refused",
    }
    existing_sid: ExistingSid, "U2", "Associate when the Sid connect-<id> exists" {
        Kept = "sid-kept",
        Conflict = "sid-conflict",
        Replaced = "sid-replaced",
    }
    denied_permission: DeniedPermission, "U2", "Associate when the caller lacks lambda:AddPermission" {
        WithoutAssociation = "denied-without-association",
        WithAssociation = "denied-with-association",
    }
    missing_function: MissingFunction, "U2", "Associate when the function does not exist" {
        Refused = "missing-function-refused",
        Accepted = "missing-function-accepted",
    }
    foreign_function: ForeignFunction, "U3", "Associate with an ARN of another Region or account" {
        Refused = "foreign-refused",
        Accepted = "foreign-accepted",
    }
    qualified_arn: QualifiedArn, "U3", "which policy a qualified ARN's association writes" {
        WritesUnqualified = "qualified-writes-unqualified",
        WritesQualified = "qualified-writes-qualified",
        Refused = "qualified-refused",
    }
    repeated_associate: RepeatedAssociate, "U4", "a repeated Associate" {
        Conflicts = "repeat-conflicts",
        SameTokenOk = "repeat-same-token-ok",
        Ok = "repeat-ok",
    }
    deleted_function: DeletedFunction, "U5", "List after the function was deleted" {
        Listed = "deleted-function-listed",
        Unlisted = "deleted-function-unlisted",
    }
    plain_write: PlainWrite, "U6", "content written to the plain id of a flow that was never published" {
        Publishes = "plain-write-publishes",
        Drafts = "plain-write-drafts",
        Refused = "plain-write-refused",
    }
    pending_draft: PendingDraft, "U6", "a pending draft when content is published" {
        Dropped = "draft-dropped",
        Kept = "draft-kept",
    }
    saved_write: SavedWrite, "U6", "content written to :$SAVED" {
        Drafts = "saved-write-drafts",
        Refused = "saved-write-refused",
    }
    content_digest: ContentDigest, "U7", "what FlowContentSha256 is made of" {
        OfBytes = "sha-of-bytes",
        OfCanonicalJson = "sha-of-canonical-json",
    }
    described_content: DescribedContent, "U7", "Content as Describe returns it" {
        Verbatim = "content-verbatim",
        Reserialised = "content-reserialised",
    }
    referenced_delete: ReferencedDelete, "U8", "DeleteContactFlow on a flow that another refers to" {
        Ok = "referenced-delete-ok",
        Refused = "referenced-delete-refused",
    }
    deleted_name: DeletedName, "U8", "the name of a deleted flow" {
        Reusable = "name-reusable",
        Reserved = "name-reserved",
    }
    wording: Wording, "U9", "the wording of error messages" {
        Usual = "words-usual",
        Other = "words-other",
    }
    burst: Burst, "U10", "the burst of Connect's rate limits" {
        Five = "burst-5",
        One = "burst-1",
    }
    timeout_branch: TimeoutBranch, "U11", "a Timeout error branch on InvokeLambdaFunction" {
        Refused = "timeout-error-refused",
        Accepted = "timeout-error-accepted",
    }
    asynchronous_limit: AsynchronousLimit, "U11", "time limit of an asynchronous invocation" {
        Sixty = "async-limit-60",
        Eight = "async-limit-8",
    }
    implicit_rights: ImplicitRights, "U14", "whose rights the implicit Add/RemovePermission needs" {
        OfCaller = "caller-needs-lambda-rights",
        OfService = "service-has-lambda-rights",
    }
    authorised_arn: AuthorisedArn, "U15", "what Lambda authorises a call with a qualifier on" {
        Qualified = "qualified-arn-authorised",
        Function = "function-arn-authorised",
    }
    removed_principal: RemovedPrincipal, "U16", "lambda:Principal of a RemovePermission, which names none" {
        Unnamed = "remove-without-principal",
        Named = "remove-names-principal",
    }
}

/// One answer, read from `U0=lambda-refs-checked`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumption(Answer);

impl FromStr for Assumption {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let (unknown, name) = text
            .split_once('=')
            .ok_or_else(|| SettingError::new("assumption", text, "write it as U0=lambda-refs-checked"))?;
        Answer::find(unknown, name).map(Self).ok_or_else(|| {
            let questions = REGISTER.iter().filter(|question| question.unknown == unknown);
            let known: Vec<&str> = questions.flat_map(|question| question.answers).copied().collect();
            let hint = if known.is_empty() {
                "the unknowns with a switch are U0 to U11 and U14 to U16".to_owned()
            } else {
                format!("the answers of {unknown} are {}", known.join(", "))
            };
            SettingError::new("assumption", text, hint)
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
        assert_eq!(assumptions.lambda_reference, LambdaReference::Unchecked);
        assumptions.set("U0=lambda-refs-checked".parse().expect("an answer of U0"));
        assert_eq!(assumptions.lambda_reference, LambdaReference::Checked);
        let unset = Assumptions { lambda_reference: LambdaReference::Unchecked, ..assumptions };
        assert_eq!(unset, Assumptions::default(), "other questions keep their default");
    }

    #[test]
    fn two_questions_of_one_unknown_are_set_apart() {
        let assumptions: Assumptions =
            ["U2=sid-conflict", "U2=missing-function-accepted"].iter().map(|a| a.parse().expect(a)).collect();
        assert_eq!(assumptions.existing_sid, ExistingSid::Conflict);
        assert_eq!(assumptions.missing_function, MissingFunction::Accepted);
    }

    #[test]
    fn an_unknown_answer_names_the_known_ones() {
        let error = "U5=maybe".parse::<Assumption>().expect_err("no such answer").to_string();
        assert!(error.contains("deleted-function-listed"), "{error}");
        assert!("U99=x".parse::<Assumption>().is_err());
        assert!("U0".parse::<Assumption>().is_err());
    }

    #[test]
    fn every_answer_of_the_register_is_read_and_differs_from_the_others() {
        for question in REGISTER {
            let mut seen = Vec::new();
            for answer in question.answers {
                let assumption = format!("{}={answer}", question.unknown).parse().expect("an answer");
                let assumptions: Assumptions = [assumption].into_iter().collect();
                assert_eq!(assumptions == Assumptions::default(), *answer == question.answers[0], "{answer}");
                assert!(!seen.contains(&assumptions), "{answer} is another answer's twin");
                seen.push(assumptions);
            }
        }
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
