//! The console's older export (`modules`, `start`), read into the same blocks for analysis.
//!
//! AWS never documented it; what is here was learnt from exports. It is never written.

use crate::flow::document::Block;
use crate::flow::document::block::{Branch, Reading, Target, Transitions, items, object, text};
use crate::flow::json::{JsonError, Node};

/// Reads the blocks of a legacy export.
pub(in crate::flow) fn read(reading: &Reading<'_>) -> Result<(Option<Target>, Vec<Block>), JsonError> {
    let start = reading.target(reading.root, "", "start")?;
    let modules = items(reading.root.get("modules"), "/modules")?;
    let blocks = modules.iter().enumerate().map(|(index, module)| read_module(reading, index, module));
    Ok((start, blocks.collect::<Result<_, _>>()?))
}

fn read_module(reading: &Reading<'_>, index: usize, module: &Node) -> Result<Block, JsonError> {
    let pointer = format!("/modules/{index}");
    object(module, &pointer, "a module")?;
    let identifier = text(module, &pointer, "id")?.unwrap_or_default();
    let written_kind = text(module, &pointer, "type")?.unwrap_or_default();
    let target = module.get("target").and_then(Node::as_str).unwrap_or_default();
    let mut transitions = Transitions::default();
    for (index, node) in items(module.get("branches"), &format!("{pointer}/branches"))?.iter().enumerate() {
        branch(reading, node, format!("{pointer}/branches/{index}"), &mut transitions)?;
    }
    Ok(Block {
        index,
        name: if identifier.is_empty() { pointer.clone() } else { identifier.clone() },
        identifier,
        kind: kind_of_today(&written_kind, target).to_owned(),
        written_kind,
        transitions,
        position: reading.position(module),
        pointer,
    })
}

fn branch(
    reading: &Reading<'_>,
    node: &Node,
    pointer: String,
    transitions: &mut Transitions,
) -> Result<(), JsonError> {
    object(node, &pointer, "a branch")?;
    let condition = text(node, &pointer, "condition")?.unwrap_or_default();
    let target = reading.target(node, &pointer, "transition")?;
    let equals = |operand: &str| (format!("Equals {operand}"), "Equals".to_owned(), vec![operand.to_owned()]);
    let error = |kind: &str| (kind.to_owned(), String::new(), Vec::new());
    let ((label, operator, operands), to) = match condition.as_str() {
        "Success" if transitions.next.is_none() => {
            transitions.next = target;
            return Ok(());
        }
        "Evaluate" => {
            let operator = operator_of_today(&text(node, &pointer, "conditionType")?.unwrap_or_default());
            let operand = text(node, &pointer, "conditionValue")?.unwrap_or_default();
            ((format!("{operator} {operand}"), operator, vec![operand]), &mut transitions.conditions)
        }
        "Looping" => (equals("ContinueLooping"), &mut transitions.conditions),
        "Complete" => (equals("DoneLooping"), &mut transitions.conditions),
        "True" | "False" | "Success" => (equals(&condition), &mut transitions.conditions),
        "Error" => (error("NoMatchingError"), &mut transitions.errors),
        "NoMatch" => (error("NoMatchingCondition"), &mut transitions.errors),
        "Timeout" => (error("InputTimeLimitExceeded"), &mut transitions.errors),
        "AtCapacity" => (error("QueueAtCapacity"), &mut transitions.errors),
        other => (error(other), &mut transitions.errors),
    };
    to.push(Branch { label, operator, operands, target, pointer });
    Ok(())
}

/// Gives today's name of an operator, which mostly is the same.
fn operator_of_today(operator: &str) -> String {
    match operator {
        "Contains" => "TextContains",
        "StartsWith" => "TextStartsWith",
        "GreaterThan" => "NumberGreaterThan",
        "GreaterThanOrEqualTo" => "NumberGreaterOrEqualTo",
        "LessThan" => "NumberLessThan",
        "LessThanOrEqualTo" => "NumberLessOrEqualTo",
        other => other,
    }
    .to_owned()
}

/// Gives today's name of a module's type; a type that is not known here keeps its own.
fn kind_of_today<'a>(kind: &'a str, target: &str) -> &'a str {
    match (kind, target) {
        ("CheckAttribute", _) => "Compare",
        ("CheckStaffing", _) => "CheckMetricData",
        ("Disconnect", _) => "DisconnectParticipant",
        ("GetUserInput", "Lex") => "ConnectParticipantWithLexBot",
        ("GetUserInput" | "StoreUserInput", _) => "GetParticipantInput",
        ("InvokeExternalResource", "Lambda") => "InvokeLambdaFunction",
        ("LoopPrompts", _) => "MessageParticipantIteratively",
        ("PlayPrompt", _) => "MessageParticipant",
        ("Resume", _) => "EndFlowExecution",
        ("SetAttributes", _) => "UpdateContactAttributes",
        ("SetContactFlow" | "SetEventHook", _) => "UpdateContactEventHooks",
        ("SetLoggingBehavior", _) => "UpdateFlowLoggingBehavior",
        ("SetQueue", _) => "UpdateContactTargetQueue",
        ("SetRecordingBehavior", _) => "UpdateContactRecordingBehavior",
        ("SetVoice", _) => "UpdateContactTextToSpeechVoice",
        ("StartMediaStreaming" | "StopMediaStreaming", _) => "UpdateContactMediaStreamingBehavior",
        ("Transfer", "Flow") => "TransferToFlow",
        ("Transfer", "PhoneNumber") => "TransferParticipantToThirdParty",
        ("Transfer", "Queue") => "TransferContactToQueue",
        ("UpdateRoutingPriority", _) => "UpdateContactRoutingBehavior",
        (kind, _) => kind,
    }
}

#[cfg(test)]
mod tests {
    use crate::flow::{Document, Format};

    #[test]
    fn a_legacy_export_is_read_into_the_same_blocks() {
        let text = r#"{"start": "a", "modules": [
          {"id": "a", "type": "InvokeExternalResource", "target": "Lambda", "branches": [
            {"condition": "Success", "transition": "b"}, {"condition": "Error", "transition": "c"}]},
          {"id": "b", "type": "CheckAttribute", "branches": [
            {"condition": "Evaluate", "conditionType": "GreaterThan", "conditionValue": 3, "transition": "a"},
            {"condition": "NoMatch", "transition": "c"}]},
          {"id": "c", "type": "Disconnect", "branches": []}]}"#;
        let document = Document::parse(text).unwrap();
        assert_eq!((document.format(), document.start()), (Format::Legacy, Some("a")));
        let kinds: Vec<_> = document.blocks().iter().map(|block| block.kind.as_str()).collect();
        assert_eq!(kinds, ["InvokeLambdaFunction", "Compare", "DisconnectParticipant"]);
        let lambda = &document.blocks()[0].transitions;
        assert_eq!(lambda.next.as_ref().unwrap().identifier, "b");
        assert!(lambda.error("NoMatchingError").is_some());
        assert_eq!(document.blocks()[1].transitions.conditions[0].label, "NumberGreaterThan 3");
        assert_eq!(document.blocks()[1].written_kind, "CheckAttribute");
    }
}
