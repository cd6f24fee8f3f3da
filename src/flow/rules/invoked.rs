//! The blocks that invoke a function of which something is known.

use super::super::facts::FunctionFacts;
use super::super::invocation::{ArnValue, Invocation};
use super::{Block, Facts, FlowView};

/// A block with its function.
pub(super) struct Invoked<'a> {
    pub(super) block: &'a Block,
    /// The JSON pointer of the function's ARN.
    pub(super) pointer: String,
    pub(super) invocation: &'a Invocation,
    pub(super) facts: &'a FunctionFacts,
}

impl Invoked<'_> {
    /// Returns the function as it is written.
    pub(super) fn text(&self) -> &str {
        self.invocation.function.as_ref().map_or("", ArnValue::text)
    }

    /// Returns what to call the function in a message.
    pub(super) fn name(&self) -> String {
        format!("`{}`", self.facts.name.as_deref().unwrap_or_else(|| self.text()))
    }
}

/// Returns the blocks that a contact can come to and whose function is known.
pub(super) fn invoked<'a>(flow: &'a FlowView<'_>, facts: &'a Facts) -> Vec<Invoked<'a>> {
    let invocations = flow.data_flow().invocations().iter();
    let found = invocations.filter(|invocation| flow.graph.is_reachable(invocation.index));
    let found = found.filter_map(|invocation| {
        let block = flow.document.blocks().get(invocation.index)?;
        let facts = facts.functions.get(invocation.function.as_ref()?.literal()?)?;
        Some(Invoked { block, pointer: flow.document.function_pointer(block), invocation, facts })
    });
    found.collect()
}

/// A flow that calls a function of its name, for the examples of rules.
macro_rules! calls {
    ($function:literal) => {
        concat!(
            r#"{"Version": "2019-10-30", "StartAction": "lookup", "Actions": [
  {"Identifier": "lookup", "Type": "InvokeLambdaFunction", "Parameters": {
    "LambdaFunctionARN": "arn:aws:lambda:us-east-1:111122223333:function:"#,
            $function,
            r#"", "InvocationTimeLimitSeconds": "3"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#
        )
    };
}

/// The example of a rule in which the facts of the function `f` decide: see [`example`].
pub(super) const CALLS_F: &str = calls!("f");

/// The same of the function `g`, of which nothing is known.
pub(super) const CALLS_G: &str = calls!("g");

/// Creates the facts of a rule's example: an instance in us-east-1, the functions `f` of both Regions with `bad`, and
/// `g` with nothing known.
pub(super) fn example(bad: fn(&mut FunctionFacts)) -> Facts {
    let instance_arn = "arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012";
    let mut facts = Facts { instance_arn: Some(instance_arn.to_owned()), ..Facts::default() };
    for region in ["us-east-1", "us-west-2"] {
        let arn = format!("arn:aws:lambda:{region}:111122223333:function:f");
        bad(facts.functions.entry(arn).or_default());
    }
    facts
        .functions
        .insert("arn:aws:lambda:us-east-1:111122223333:function:g".to_owned(), FunctionFacts::default());
    facts
}
