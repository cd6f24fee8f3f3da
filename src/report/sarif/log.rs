//! The part of SARIF's object model that is written, with the names of the standard.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Log<'a> {
    #[serde(rename = "$schema")]
    pub(in crate::report) schema: &'static str,
    pub(in crate::report) version: &'static str,
    pub(in crate::report) runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Run<'a> {
    pub(in crate::report) tool: Tool,
    pub(in crate::report) automation_details: AutomationDetails<'a>,
    pub(in crate::report) column_kind: &'static str,
    pub(in crate::report) invocations: [Invocation; 1],
    pub(in crate::report) results: Vec<SarifResult>,
}

#[derive(Serialize)]
pub(in crate::report) struct Tool {
    pub(in crate::report) driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Driver {
    pub(in crate::report) name: &'static str,
    pub(in crate::report) semantic_version: &'static str,
    pub(in crate::report) rules: Vec<ReportingDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct ReportingDescriptor {
    pub(in crate::report) id: &'static str,
    pub(in crate::report) name: String,
    pub(in crate::report) short_description: Message,
    pub(in crate::report) full_description: Message,
    pub(in crate::report) help: Help,
    pub(in crate::report) default_configuration: Configuration,
    pub(in crate::report) properties: RuleProperties,
}

#[derive(Serialize)]
pub(in crate::report) struct Help {
    pub(in crate::report) text: String,
    pub(in crate::report) markdown: String,
}

#[derive(Serialize)]
pub(in crate::report) struct Configuration {
    pub(in crate::report) level: &'static str,
}

/// What GitHub reads of a rule beside the standard.
#[derive(Serialize)]
pub(in crate::report) struct RuleProperties {
    pub(in crate::report) precision: &'static str,
    #[serde(rename = "problem.severity")]
    pub(in crate::report) problem_severity: &'static str,
}

#[derive(Serialize)]
pub(in crate::report) struct AutomationDetails<'a> {
    pub(in crate::report) id: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Invocation {
    pub(in crate::report) execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
pub(in crate::report) struct Notification {
    pub(in crate::report) level: &'static str,
    pub(in crate::report) message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) locations: Vec<Location>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct SarifResult {
    pub(in crate::report) rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) rule_index: Option<usize>,
    pub(in crate::report) level: &'static str,
    pub(in crate::report) message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) locations: Vec<Location>,
    pub(in crate::report) partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) code_flows: Vec<CodeFlow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) suppressions: Vec<Suppression>,
    pub(in crate::report) properties: ResultProperties,
}

/// What the standard has no place for.
#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::report) enum ResultProperties {
    Finding {
        pointer: String,
        confidence: &'static str,
        severity: &'static str,
    },
    Drift {
        set: String,
        address: String,
        moved: &'static str,
    },
    Live {
        set: String,
        address: String,
    },
    Problem {
        #[serde(skip_serializing_if = "Option::is_none")]
        address: Option<String>,
    },
}

#[derive(Serialize)]
pub(in crate::report) struct Message {
    pub(in crate::report) text: String,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::report) logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct PhysicalLocation {
    pub(in crate::report) artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) region: Option<Region>,
}

#[derive(Serialize)]
pub(in crate::report) struct ArtifactLocation {
    pub(in crate::report) uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct Region {
    pub(in crate::report) start_line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) start_column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::report) end_column: Option<usize>,
}

#[derive(Serialize)]
pub(in crate::report) struct LogicalLocation {
    pub(in crate::report) name: String,
    pub(in crate::report) kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::report) struct CodeFlow {
    pub(in crate::report) thread_flows: [ThreadFlow; 1],
}

#[derive(Serialize)]
pub(in crate::report) struct ThreadFlow {
    pub(in crate::report) locations: Vec<ThreadFlowLocation>,
}

#[derive(Serialize)]
pub(in crate::report) struct ThreadFlowLocation {
    pub(in crate::report) location: Location,
}

#[derive(Serialize)]
pub(in crate::report) struct Suppression {
    pub(in crate::report) kind: &'static str,
    pub(in crate::report) justification: String,
}
