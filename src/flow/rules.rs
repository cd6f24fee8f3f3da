//! The analyser's rules, one a file that is named after its code. To add one: write the file with its contract, then one line in [`ALL`].
//!
//! A rule's contract is its [`RuleMeta`]: what it does, why that is bad, a flow that it finds fault with and one
//! that it does not. A test holds every rule to both.

pub use super::analysis::FlowView;
use super::document::Block;
#[cfg(test)]
use super::document::Document;
use super::facts::Facts;
use super::finding::{Confidence, Finding, PathStep, Severity, fingerprint, nearest};

mod action_not_in_flow_type;
mod answer_reads;
mod attribute_never_set;
mod content_too_long;
mod dangling_transition;
mod duplicate_identifier;
mod duplicate_key;
mod dynamic_attribute_name;
mod external_after_failure;
mod external_async;
mod external_before_invocation;
mod external_nested_read;
mod external_replaced;
mod external_unknown_key;
mod flow_attribute_never_set;
mod foreign_reference;
mod function_concurrency_zero;
mod function_in_another_region;
mod function_missing;
mod function_not_active;
mod function_not_associated;
mod function_not_granted;
mod function_timeout;
mod function_unchecked;
mod illegal_identifier;
mod invoked;
mod lambda_arn_invalid;
mod lambda_arn_too_long;
mod lambda_chain_too_long;
mod lambda_dynamic_arn;
mod lambda_error_branch;
mod lambda_error_like_success;
mod lambda_other_qualifier;
mod lambda_time_limit;
mod lambda_unbounded_retry;
mod lambda_unqualified_arn;
mod missing_error_branch;
mod missing_member;
mod missing_next_action;
mod no_action;
mod no_way_out;
mod placeholder;
mod response_characters;
mod response_keys;
mod response_size;
mod shape;
mod too_many_actions;
mod transition_on_terminal;
mod undeclared_function;
mod unknown_action_type;
mod unknown_reference;
mod unknown_start;
mod unreachable_block;

/// All rules, ordered by code.
pub static ALL: &[&dyn Rule] = &[
    &action_not_in_flow_type::ActionNotInFlowType,
    &attribute_never_set::AttributeNeverSet,
    &content_too_long::RULE,
    &dangling_transition::DanglingTransition,
    &duplicate_identifier::RULE,
    &duplicate_key::RULE,
    &dynamic_attribute_name::DynamicAttributeName,
    &external_after_failure::ExternalAfterFailure,
    &external_async::ExternalAsync,
    &external_before_invocation::ExternalBeforeInvocation,
    &external_nested_read::ExternalNestedRead,
    &external_replaced::ExternalReplaced,
    &external_unknown_key::ExternalUnknownKey,
    &flow_attribute_never_set::FlowAttributeNeverSet,
    &foreign_reference::ForeignReference,
    &function_concurrency_zero::FunctionConcurrencyZero,
    &function_in_another_region::FunctionInAnotherRegion,
    &function_missing::FunctionMissing,
    &function_not_active::FunctionNotActive,
    &function_not_associated::FunctionNotAssociated,
    &function_not_granted::FunctionNotGranted,
    &function_timeout::FunctionTimeout,
    &function_unchecked::FunctionUnchecked,
    &illegal_identifier::RULE,
    &lambda_arn_invalid::LambdaArnInvalid,
    &lambda_arn_too_long::LambdaArnTooLong,
    &lambda_chain_too_long::LambdaChainTooLong,
    &lambda_dynamic_arn::LambdaDynamicArn,
    &lambda_error_branch::LambdaErrorBranch,
    &lambda_error_like_success::LambdaErrorLikeSuccess,
    &lambda_other_qualifier::LambdaOtherQualifier,
    &lambda_time_limit::LambdaTimeLimit,
    &lambda_unbounded_retry::LambdaUnboundedRetry,
    &lambda_unqualified_arn::LambdaUnqualifiedArn,
    &missing_error_branch::MissingErrorBranch,
    &missing_member::RULE,
    &missing_next_action::MissingNextAction,
    &no_action::RULE,
    &no_way_out::NoWayOut,
    &placeholder::Placeholder,
    &response_characters::ResponseCharacters,
    &response_size::ResponseSize,
    &too_many_actions::RULE,
    &transition_on_terminal::TransitionOnTerminal,
    &undeclared_function::UndeclaredFunction,
    &unknown_action_type::UnknownActionType,
    &unknown_reference::UnknownReference,
    &unknown_start::UnknownStart,
    &unreachable_block::UnreachableBlock,
];

/// What a rule promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleMeta {
    /// The kebab-case code that people select and ignore by; never given to another rule.
    pub code: &'static str,
    /// How bad its findings are.
    pub severity: Severity,
    /// How sure they are.
    pub confidence: Confidence,
    /// What the rule does, in sentences.
    pub what: &'static str,
    /// Why what it finds is bad, with the AWS page that it rests on.
    pub why: &'static str,
    /// What to do instead, in sentences.
    pub fix: &'static str,
    /// A flow with exactly one finding; empty where it would be too long to show.
    pub bad: &'static str,
    /// The same flow without one.
    pub good: &'static str,
}

/// A rule: pure, total, and independent of every other.
pub trait Rule: Sync {
    /// Returns what the rule promises.
    fn meta(&self) -> &'static RuleMeta;

    /// Returns the facts that the bad and the good flow of its [`RuleMeta`] are judged with.
    fn example_facts(&self) -> Facts {
        Facts::default()
    }

    /// Adds what it finds in a flow.
    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings);
}

/// The most steps of a way that are kept: as many as a flow may have actions.
const LONGEST_PATH: usize = super::limits::MAX_ACTIONS;

/// The findings of one flow.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    /// Adds a finding at a JSON pointer of the flow, about a block if there is one, and hands it out so that a rule
    /// may say more (its path, or a confidence of its own).
    pub fn add(
        &mut self,
        meta: &RuleMeta,
        flow: &FlowView<'_>,
        block: Option<&Block>,
        pointer: &str,
        message: String,
    ) -> &mut Finding {
        let position = nearest(flow.document, pointer);
        self.found.push(Finding {
            code: meta.code,
            severity: meta.severity,
            confidence: meta.confidence,
            file: flow.file.map(str::to_owned),
            line: position.line,
            column: position.column,
            pointer: pointer.to_owned(),
            block: block.map(|block| block.name.clone()),
            message,
            path: Vec::new(),
            fingerprint: fingerprint(meta.code, flow.file, block, pointer),
        });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    /// Adds a finding about a block with the shortest way to it.
    pub fn add_with_path(
        &mut self,
        meta: &RuleMeta,
        flow: &FlowView<'_>,
        block: &Block,
        pointer: &str,
        message: String,
    ) {
        let path = flow.graph.path_to(block.index);
        let finding = self.add(meta, flow, Some(block), pointer, message);
        finding.path = path.into_iter().map(|edge| PathStep::of(flow.document, edge)).collect();
    }

    /// Returns the findings in the order of the file.
    pub fn sorted(mut self) -> Vec<Finding> {
        for finding in &mut self.found {
            // Of a way that is longer than any flow that AWS takes, the end is what matters.
            let excess = finding.path.len().saturating_sub(LONGEST_PATH);
            finding.path.drain(..excess);
        }
        self.found.sort_by(|a, b| {
            (a.line, a.column, a.code, &a.pointer, &a.message)
                .cmp(&(b.line, b.column, b.code, &b.pointer, &b.message))
        });
        self.found
    }
}

/// Applies rules to a flow.
pub fn check(flow: &FlowView<'_>, facts: &Facts, rules: &[&dyn Rule]) -> Vec<Finding> {
    let mut out = Findings::default();
    for rule in rules {
        rule.check(flow, facts, &mut out);
    }
    out.sorted()
}

/// Finds a rule by its code.
pub fn find(code: &str) -> Option<&'static dyn Rule> {
    ALL.iter().find(|rule| rule.meta().code == code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str, facts: &Facts) -> Vec<&'static str> {
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let found = check(&FlowView::new(&document, Some("flow.json")), facts, ALL);
        found.into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn every_rule_finds_its_bad_flow_alone_and_lets_the_good_one_pass() {
        for rule in ALL {
            let (meta, facts) = (rule.meta(), rule.example_facts());
            assert_eq!(codes(meta.good, &facts), [""; 0], "{}: good", meta.code);
            if !meta.bad.is_empty() {
                assert_eq!(codes(meta.bad, &facts), [meta.code], "{}: bad", meta.code);
            }
        }
    }

    #[test]
    fn rules_are_ordered_by_code_and_found_by_it() {
        assert!(ALL.is_sorted_by_key(|rule| rule.meta().code));
        for rule in ALL {
            let RuleMeta { code, what, why, fix, .. } = rule.meta();
            assert_eq!(find(code).map(|rule| rule.meta().code), Some(*code));
            assert!([what, why, fix].iter().all(|text| text.ends_with('.')), "{code}");
        }
    }

    #[test]
    fn each_rule_is_in_the_file_that_is_named_after_its_code() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/flow/rules");
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().replace('_', "-");
            let text = std::fs::read_to_string(&path).unwrap();
            for code in
                text.lines().filter_map(|line| line.trim().strip_prefix("code: \"")?.strip_suffix("\","))
            {
                assert_eq!(code, stem, "{}", path.display());
                found.push(code.to_owned());
            }
        }
        found.sort();
        let codes: Vec<&str> = ALL.iter().map(|rule| rule.meta().code).collect();
        assert_eq!(found, codes);
    }
}
