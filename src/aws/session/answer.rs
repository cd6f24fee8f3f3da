//! Tells a service's answer from anything else that came in its place: a web page of a captive portal, an empty 200 of
//! a proxy, a half answer. Every client has the check, so that no operation is without it.
//!
//! An answer of AWS has a request id and the content type of its protocol, is whole, and holds what
//! [`Answer`] says. Stand-ins for AWS behind an endpoint are held to the same: one that sends no request ids cannot be
//! told from a proxy.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

use crate::operations::{Answer, Operation, Service};

/// Headers in which services send the id of a request.
const REQUEST_IDS: &[&str] = &["x-amzn-requestid", "x-amz-request-id"];

/// Why an answer is not the service's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Foreign(String);

/// The check, for the clients of a service.
#[derive(Debug)]
pub(super) struct CheckAnswers(pub(super) Service);

impl Intercept for CheckAnswers {
    fn name(&self) -> &'static str {
        "CheckAnswers"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let name = config.load::<Metadata>().map(Metadata::name).unwrap_or_default();
        let response = context.response();
        // A body that could not be read to its end is an error already.
        let Some(body) = response.body().bytes() else { return Ok(()) };
        Ok(check(self.0, name, response, body)?)
    }
}

/// The id of the request, as the answer gives it.
pub(super) fn request_id(response: &HttpResponse) -> Option<&str> {
    REQUEST_IDS.iter().find_map(|name| response.headers().get(*name)).filter(|id| !id.is_empty())
}

fn check(service: Service, name: &str, response: &HttpResponse, body: &[u8]) -> Result<(), Foreign> {
    let foreign = |why: String| Err(Foreign(why));
    let is_query = matches!(service, Service::Iam | Service::Sts);
    let text = String::from_utf8_lossy(body);
    let in_body = || is_query && text.contains("<RequestId>");
    let kind = response.headers().get("content-type").unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let wanted = Operation::find(service, name).map_or(Answer::Bare, |operation| operation.facts().answer);
    let fits = match is_query {
        true => kind.ends_with("/xml"),
        false => kind.contains("json") || (kind.is_empty() && body.is_empty()),
    };
    // The service's errors are told apart by their codes; what is no error has to look like one of its answers.
    if response.status().is_success() && !fits {
        let kind = if kind.is_empty() { "none" } else { &kind };
        return foreign(format!("its content type is {kind}"));
    }
    if request_id(response).is_none() && !in_body() {
        return foreign("it has no request id".to_owned());
    }
    if !response.status().is_success() || wanted == Answer::Payload {
        return Ok(());
    }
    let missing = |member: &str| foreign(format!("it has no `{member}`"));
    if is_query {
        if !text.trim_end().ends_with(&format!("</{name}Response>")) {
            return foreign(format!("it is not a complete {name}Response"));
        }
        return match wanted {
            Answer::Has(member)
                if !text.contains(&format!("<{member}>")) && !text.contains(&format!("<{member}/>")) =>
            {
                missing(member)
            }
            _ => Ok(()),
        };
    }
    if body.is_empty() && wanted == Answer::Bare {
        return Ok(());
    }
    match (serde_json::from_slice(body), wanted) {
        (Ok(Value::Object(_)), Answer::Bare) => Ok(()),
        (Ok(Value::Object(members)), Answer::Has(member)) => match members.get(member) {
            None | Some(Value::Null) => missing(member),
            Some(_) => Ok(()),
        },
        _ if body.is_empty() => foreign("it is empty".to_owned()),
        _ => foreign("it is not a JSON object".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn judged(
        operation: Operation,
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &str,
    ) -> Result<(), String> {
        let status = StatusCode::try_from(status).unwrap();
        let mut response = HttpResponse::new(status, SdkBody::from(body));
        for (name, value) in headers {
            response.headers_mut().insert(*name, *value);
        }
        let facts = operation.facts();
        check(facts.service, facts.name, &response, body.as_bytes()).map_err(|foreign| foreign.0)
    }

    const ID: (&str, &str) = ("x-amzn-requestid", "1");
    const JSON: (&str, &str) = ("content-type", "application/json");
    const XML: (&str, &str) = ("content-type", "text/xml; charset=utf-8");
    const HTML: (&str, &str) = ("content-type", "text/html");

    #[test]
    fn an_answer_of_the_service_passes() {
        use Operation::*;
        let list = r#"{"InstanceSummaryList":[]}"#;
        assert_eq!(judged(ListInstances, 200, &[ID, JSON], list), Ok(()));
        assert_eq!(judged(UpdateContactFlowContent, 200, &[ID], ""), Ok(()));
        assert_eq!(judged(UpdateContactFlowContent, 200, &[ID, JSON], "{}"), Ok(()));
        assert_eq!(judged(RemovePermission, 204, &[("x-amz-request-id", "1")], ""), Ok(()));
        let role = "<CreateRoleResponse><CreateRoleResult><Role></Role></CreateRoleResult>\
                    <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></CreateRoleResponse>\n";
        assert_eq!(judged(CreateRole, 200, &[XML], role), Ok(()));
        assert_eq!(judged(GetRole, 404, &[ID, JSON], "{}"), Ok(()), "its code decides");
    }

    #[test]
    fn whatever_comes_in_its_place_does_not() {
        use Operation::*;
        for (operation, status, headers, body, why) in [
            (UpdateContactFlowMetadata, 200, &[HTML][..], "<p>Sign in", "content type is text/html"),
            (UpdateContactFlowMetadata, 200, &[ID, HTML], "{}", "content type is text/html"),
            (UpdateContactFlowMetadata, 200, &[JSON], "{}", "no request id"),
            (UpdateContactFlowMetadata, 200, &[ID, JSON], "[]", "not a JSON object"),
            (DeleteContactFlow, 200, &[], "", "no request id"),
            (ListInstances, 200, &[ID, JSON], "", "it is empty"),
            (ListInstances, 200, &[ID, JSON], "{}", "no `InstanceSummaryList`"),
            (ListInstances, 200, &[ID, JSON], r#"{"InstanceSummaryList":null}"#, "no `InstanceSummaryList`"),
            (GetPolicy, 200, &[ID, JSON], r#"{"Policy":"{"#, "not a JSON object"),
            (GetPolicy, 404, &[JSON], r#"{"Message":"x"}"#, "no request id"),
            (GetRole, 200, &[ID, XML], "", "not a complete GetRoleResponse"),
            (GetRole, 200, &[ID, XML], "<GetRoleResponse><GetRoleResult>", "not a complete GetRoleResponse"),
            (GetRole, 200, &[ID, XML], "<GetRoleResponse></GetRoleResponse>", "no `Role`"),
            (ListRolePolicies, 200, &[ID, JSON], "{}", "content type is application/json"),
        ] {
            let said = judged(operation, status, headers, body).expect_err(body);
            assert!(said.contains(why), "{operation} {body}: {said}");
        }
    }
}
