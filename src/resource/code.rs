//! What can be wrong, by its code, and what `drift` makes of it where a plan has it.
//!
//! A new code is a line in one of the two tables. Codes are a contract: scripts and ignore files name them.

use std::cmp::Ordering;
use std::fmt;

use serde::{Serialize, Serializer};

/// What `drift` makes of a problem of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InDrift {
    /// Something that is declared is not there.
    Missing,
    /// Something differs, and who changed it is unknown.
    Changed,
    /// AWS itself changed something.
    ChangedByAws,
    /// Something is there that the manifest does not need any more.
    NotNeeded,
    /// Whether something differs could not be told.
    CouldNotTell,
    /// Something is wrong that is no difference.
    Finding,
    /// It is about the writing alone, or is told otherwise.
    OfWriting,
}

macro_rules! codes {
    (
        of manifests: { $($name:ident = $word:literal,)* }
        of plans: { $($planned:ident = $planned_word:literal => $fate:ident,)* }
    ) => {
        /// The code of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            /// A rule of the linter, by its own code.
            Rule(&'static str),
            $(#[doc = concat!("`", $word, "`")] $name,)*
            $(#[doc = concat!("`", $planned_word, "`")] $planned,)*
        }

        impl Code {
            /// The code as it is written: stable, in kebab case.
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::Rule(word) => word,
                    $(Self::$name => $word,)*
                    $(Self::$planned => $planned_word,)*
                }
            }

            /// What `drift` makes of it. What is wrong with a manifest is in no plan: nothing could be compared.
            pub const fn in_drift(self) -> InDrift {
                match self {
                    Self::Rule(_) => InDrift::Finding,
                    $(Self::$name => InDrift::CouldNotTell,)*
                    $(Self::$planned => InDrift::$fate,)*
                }
            }

            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name,)* $(Self::$planned,)*];
        }
    };
}

codes! {
    of manifests: {
        AccountMismatch = "account-mismatch",
        AmbiguousBlock = "ambiguous-block",
        ArnTooLong = "arn-too-long",
        AttributeConflict = "attribute-conflict",
        BadCode = "bad-code",
        BadContent = "bad-content",
        BadCreate = "bad-create",
        BadExample = "bad-example",
        BadFlow = "bad-flow",
        BadPattern = "bad-pattern",
        BadPolicy = "bad-policy",
        BadRole = "bad-role",
        BadStatus = "bad-status",
        BadTimeLimit = "bad-time-limit",
        BadTimeout = "bad-timeout",
        BadToken = "bad-token",
        BadValue = "bad-value",
        BadVariable = "bad-variable",
        DuplicateAccount = "duplicate-account",
        DuplicateBinding = "duplicate-binding",
        DuplicateFlow = "duplicate-flow",
        DuplicateFunction = "duplicate-function",
        DuplicateKey = "duplicate-key",
        DuplicateRole = "duplicate-role",
        DuplicateSet = "duplicate-set",
        EmptyFlow = "empty-flow",
        EmptySet = "empty-set",
        EnvironmentTooLarge = "environment-too-large",
        ExclusiveKeys = "exclusive-keys",
        FlowTooLarge = "flow-too-large",
        ForeignAssociation = "foreign-association",
        LegacyFlow = "legacy-flow",
        MissingAccount = "missing-account",
        MissingHandler = "missing-handler",
        MissingKey = "missing-key",
        MissingRegion = "missing-region",
        MissingValue = "missing-value",
        MissingVariable = "missing-variable",
        ModuleCycle = "module-cycle",
        NamesDifferInCase = "names-differ-in-case",
        NoInstance = "no-instance",
        NoManifest = "no-manifest",
        NoTarget = "no-target",
        NotAManifest = "not-a-manifest",
        Outside = "outside",
        PackedSecret = "packed-secret",
        PartitionMismatch = "partition-mismatch",
        Placeholder = "placeholder",
        PlainSecret = "plain-secret",
        QualifierMismatch = "qualifier-mismatch",
        RegionMismatch = "region-mismatch",
        ReservedVariable = "reserved-variable",
        RuntimeGone = "runtime-gone",
        TooDeep = "too-deep",
        TooLarge = "too-large",
        TooMany = "too-many",
        TooManyTargets = "too-many-targets",
        UndeclaredAccount = "undeclared-account",
        UnknownAccount = "unknown-account",
        UnknownBlock = "unknown-block",
        UnknownFlow = "unknown-flow",
        UnknownFunction = "unknown-function",
        UnknownInstance = "unknown-instance",
        UnknownKey = "unknown-key",
        UnknownModule = "unknown-module",
        UnknownRegion = "unknown-region",
        UnknownRuntime = "unknown-runtime",
        UnknownTarget = "unknown-target",
        UnknownValue = "unknown-value",
        UnknownVariable = "unknown-variable",
        Unreadable = "unreadable",
        VariableCycle = "variable-cycle",
        WrongType = "wrong-type",
        Yaml = "yaml",
    }
    of plans: {
        AdoptedFromAnotherSet = "adopted-from-another-set" => Finding,
        AliasWeighted = "alias-weighted" => ChangedByAws,
        AssociationUnmarked = "association-unmarked" => OfWriting,
        BindingNeverInvoked = "binding-never-invoked" => Finding,
        BlockNotFound = "block-not-found" => Missing,
        CallbackHandler = "callback-handler" => Finding,
        CannotTell = "cannot-tell" => CouldNotTell,
        DeclaredTwice = "declared-twice" => CouldNotTell,
        DuplicateInstance = "duplicate-instance" => CouldNotTell,
        EnvironmentUnreadable = "environment-unreadable" => CouldNotTell,
        FlowArchived = "flow-archived" => Changed,
        FlowBeingEdited = "flow-being-edited" => OfWriting,
        FlowContent = "flow-content" => CouldNotTell,
        FlowHeld = "flow-held" => CouldNotTell,
        FlowIsPublished = "flow-is-published" => Changed,
        FlowNeverPublished = "flow-never-published" => Changed,
        FlowNotFound = "flow-not-found" => Missing,
        FlowTypeDiffers = "flow-type-differs" => Changed,
        FlowTypeUnknown = "flow-type-unknown" => CouldNotTell,
        FlowUnreadable = "flow-unreadable" => CouldNotTell,
        FlowsPerInstance = "flows-per-instance" => OfWriting,
        FunctionFailed = "function-failed" => CouldNotTell,
        FunctionHeld = "function-held" => CouldNotTell,
        FunctionIsImage = "function-is-image" => Changed,
        FunctionNotFound = "function-not-found" => Missing,
        FunctionRenamed = "function-renamed" => Finding,
        FunctionUpdateFailed = "function-update-failed" => Finding,
        FunctionsPerInstance = "functions-per-instance" => OfWriting,
        GrantDenied = "grant-denied" => Finding,
        GrantForAccount = "grant-for-account" => Finding,
        GrantTooWide = "grant-too-wide" => Finding,
        GrantWithWildcard = "grant-with-wildcard" => Finding,
        GrantWithoutSourceArn = "grant-without-source-arn" => Finding,
        IgnoreExpired = "ignore-expired" => Finding,
        IgnoreUnused = "ignore-unused" => Finding,
        InstanceCreationFailed = "instance-creation-failed" => CouldNotTell,
        InstanceFirst = "instance-first" => OfWriting,
        InstanceIdentityDiffers = "instance-identity-differs" => Finding,
        InstanceNotActive = "instance-not-active" => CouldNotTell,
        ModuleNotFound = "module-not-found" => Missing,
        ModulesPerInstance = "modules-per-instance" => OfWriting,
        NameTaken = "name-taken" => CouldNotTell,
        NotOwned = "not-owned" => CouldNotTell,
        NothingToAdopt = "nothing-to-adopt" => Finding,
        PlaceholderNotRestored = "placeholder-not-restored" => Finding,
        PlanOrder = "plan-order" => CouldNotTell,
        PolicyPerhapsTooLarge = "policy-perhaps-too-large" => OfWriting,
        PolicyTooLarge = "policy-too-large" => OfWriting,
        QualifiedAssociation = "qualified-association" => OfWriting,
        RollbackContentsOnly = "rollback-contents-only" => Finding,
        StillReferred = "still-referred" => NotNeeded,
        TaggedTwice = "tagged-twice" => CouldNotTell,
        UnknownInstanceAlias = "unknown-instance-alias" => Missing,
        UnknownInstanceId = "unknown-instance-id" => Missing,
        UnusedAssociation = "unused-association" => Finding,
        UnusedFunction = "unused-function" => Finding,
        UsedByAnotherSet = "used-by-another-set" => Finding,
    }
}

impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_kebab_case_and_no_two_are_the_same() {
        let words: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for word in words {
            assert!(
                word.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase())),
                "{word}"
            );
        }
    }
}
