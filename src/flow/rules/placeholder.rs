//! A value that nobody filled in.

use super::super::placeholder::{placeholder, token};
use super::super::resources::{Role, named};
use super::{Confidence, Facts, Findings, FlowView, Rule, RuleMeta, Severity};

pub(super) struct Placeholder;

static META: RuleMeta = RuleMeta {
    code: "placeholder",
    severity: Severity::Warning,
    confidence: Confidence::High,
    what: "Finds placeholders where a block names a resource (`BASIC_QUEUE_ARN`, `<queue>`, `REPLACE_ME`), and tokens that \
           another tool fills in (`${aws_…}`, `${AWS::Region}`, `{{…}}`) in any parameter. In a file that no manifest names, \
           such a token is only advice: the file may be a template of that tool.",
    why: "Amazon Connect refuses the flow, or every contact takes the Error branch; a token in a text is read out to \
          callers as it is.",
    fix: "Use the ARN or id, or one of flowbind's tokens, such as `${queue[\"Support\"].arn}`, \
          `${function.lookup.arn}` or `${value.bot}`; if the file is a template, use what its tool makes of it.",
    bad: r#"{"Version": "2019-10-30", "StartAction": "q", "Actions": [
  {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "BASIC_QUEUE_ARN"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
    good: r#"{"Version": "2019-10-30", "StartAction": "q", "Actions": [
  {"Identifier": "q", "Type": "UpdateContactTargetQueue", "Parameters": {"QueueId": "arn:aws:connect:us-east-1:111122223333:instance/12345678-1234-1234-1234-123456789012/queue/8b4dd2a1-2181-441c-9a01-5f2b7c1e90ad"},
   "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
  {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
]}"#,
};

impl Rule for Placeholder {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &FlowView<'_>, facts: &Facts, out: &mut Findings) {
        for named in named(flow.document) {
            let found = match named.role {
                Role::Data => token(&named.text),
                Role::Of(_) | Role::Reference => placeholder(&named.text),
            };
            let Some(found) = found else { continue };
            let block = flow.document.blocks().get(named.block);
            let name = block.map(|block| block.name.as_str()).unwrap_or_default();
            let text = found.text;
            let message = match found.tool {
                Some(tool) => {
                    format!("`{name}` has `{text}`, a token of {tool}; flowbind sends it unchanged")
                }
                None => format!("`{name}` has the placeholder `{text}` where a resource is named"),
            };
            let finding = out.add(&META, flow, block, &named.pointer, message);
            if found.tool.is_some() && !facts.in_manifest {
                finding.severity = Severity::Advice;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::document::Document;
    use super::super::{check, find};
    use super::*;

    fn found(value: &str, in_manifest: bool) -> Vec<(Severity, String)> {
        let text = META.bad.replace("BASIC_QUEUE_ARN", value);
        let document = Document::parse(&text).unwrap();
        let facts = Facts { in_manifest, ..Facts::default() };
        let found = check(&FlowView::new(&document, None), &facts, &[find(META.code).unwrap()]);
        found.into_iter().map(|finding| (finding.severity, finding.message)).collect()
    }

    #[test]
    fn a_token_names_its_tool_and_is_only_advice_in_a_file_that_no_manifest_names() {
        for (value, tool) in [
            ("${aws_connect_queue.basic.arn}", "Terraform"),
            ("${M:basic}", "Serverless"),
            ("{{queues.basic.arn}}", "Handlebars"),
        ] {
            let alone = found(value, false);
            assert!(alone.len() == 1 && alone[0].0 == Severity::Advice, "{value}: {alone:?}");
            let declared = found(value, true);
            assert!(
                declared[0].0 == Severity::Warning && declared[0].1.contains(tool),
                "{value}: {declared:?}"
            );
        }
        assert_eq!(found("<queue>", false)[0].0, Severity::Warning);
        assert_eq!(found("${queue[\\\"Basic\\\"].arn}", true), []);
    }
}
