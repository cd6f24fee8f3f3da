//! Answers: JSON for REST-JSON services, XML for the query protocol, each with the headers that clients read.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

use super::{ApiError, Service};

/// A successful answer before it is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// Output members; null for an answer without a body.
    pub(crate) body: Value,
}

impl Reply {
    /// 200 with output members.
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// 200 with no member.
    pub(crate) fn empty() -> Self {
        Self::ok(Value::Object(Map::new()))
    }

    /// Another success status; null for no body.
    pub(crate) fn status(status: u16, body: Value) -> Self {
        Self { status, body }
    }
}

/// What a handler gives back.
pub(crate) type Answer = Result<Reply, ApiError>;

/// Writes an answer in the protocol of `service`.
pub(crate) fn respond(
    service: Service,
    operation: &str,
    answer: &Answer,
    request_id: &str,
) -> Response<Body> {
    let (status, body) = match (answer, service.is_query()) {
        (Ok(reply), false) => (reply.status, json_body(&reply.body)),
        (Ok(reply), true) => (reply.status, xml_result(service, operation, &reply.body, request_id)),
        (Err(error), false) => (error.status, json_body(&error_body(service, error))),
        (Err(error), true) => (error.status, xml_error(service, error, request_id)),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let content_type = if service.is_query() { "text/xml" } else { "application/json" };
    headers.insert("content-type", HeaderValue::from_static(content_type));
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", value);
    }
    if let Err(error) = answer {
        headers.insert("x-amzn-errortype", HeaderValue::from_static(error.code));
    }
    response
}

fn json_body(body: &Value) -> String {
    if body.is_null() { String::new() } else { body.to_string() }
}

/// The members of an error. Lambda's model spells the message `Message` in some shapes and `message` in others.
fn error_body(service: Service, error: &ApiError) -> Value {
    let mut members = Map::new();
    if service == Service::Lambda && error.code != "AccessDeniedException" {
        members.insert("Type".into(), if error.status < 500 { "User" } else { "Service" }.into());
    }
    if !error.message.is_empty() {
        let capital = service == Service::Connect
            || matches!(
                error.code,
                "ResourceNotFoundException" | "ServiceException" | "AccessDeniedException"
            );
        members.insert(if capital { "Message" } else { "message" }.into(), error.message.clone().into());
    }
    members.extend(error.members.clone());
    Value::Object(members)
}

fn namespace(service: Service) -> &'static str {
    match service {
        Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        _ => "https://iam.amazonaws.com/doc/2010-05-08/",
    }
}

fn xml_result(service: Service, operation: &str, body: &Value, request_id: &str) -> String {
    let mut text = format!("<{operation}Response xmlns=\"{}\">", namespace(service));
    if body.as_object().is_some_and(|members| !members.is_empty()) {
        element(&mut text, &format!("{operation}Result"), body);
    }
    text.push_str("<ResponseMetadata>");
    element(&mut text, "RequestId", &Value::from(request_id));
    text.push_str("</ResponseMetadata>");
    text.push_str(&format!("</{operation}Response>"));
    text
}

fn xml_error(service: Service, error: &ApiError, request_id: &str) -> String {
    let mut text = format!("<ErrorResponse xmlns=\"{}\"><Error>", namespace(service));
    element(&mut text, "Type", &Value::from(if error.status < 500 { "Sender" } else { "Receiver" }));
    element(&mut text, "Code", &Value::from(error.code));
    element(&mut text, "Message", &Value::from(error.message.as_str()));
    text.push_str("</Error>");
    element(&mut text, "RequestId", &Value::from(request_id));
    text.push_str("</ErrorResponse>");
    text
}

/// Writes one element; a list's items are `<member>`s, and a null is left out.
fn element(text: &mut String, name: &str, value: &Value) {
    if value.is_null() {
        return;
    }
    text.push_str(&format!("<{name}>"));
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| element(text, name, value)),
        Value::Array(items) => items.iter().for_each(|item| element(text, "member", item)),
        Value::String(content) => escape(text, content),
        other => text.push_str(&other.to_string()),
    }
    text.push_str(&format!("</{name}>"));
}

fn escape(text: &mut String, content: &str) {
    for c in content.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            // XML 1.0 has no way to write other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t' | '\r') => {}
            '\r' => text.push_str("&#13;"),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_list_is_written_as_members() {
        let xml = xml_result(Service::Iam, "ListRolePolicies", &json!({"PolicyNames": ["a", "<b>"]}), "id");
        assert!(
            xml.contains("<PolicyNames><member>a</member><member>&lt;b&gt;</member></PolicyNames>"),
            "{xml}"
        );
        assert!(xml.starts_with("<ListRolePoliciesResponse xmlns="), "{xml}");
    }

    #[test]
    fn a_flow_error_has_problems_and_no_message() {
        let error =
            ApiError::new(400, "InvalidContactFlowException", "").with("problems", json!([{"message": "m"}]));
        assert_eq!(error_body(Service::Connect, &error), json!({"problems": [{"message": "m"}]}));
    }

    #[test]
    fn lambda_spells_the_message_as_its_model_does() {
        let conflict = ApiError::new(409, "ResourceConflictException", "m");
        assert_eq!(error_body(Service::Lambda, &conflict), json!({"Type": "User", "message": "m"}));
        let missing = ApiError::new(404, "ResourceNotFoundException", "m");
        assert_eq!(error_body(Service::Lambda, &missing), json!({"Type": "User", "Message": "m"}));
    }
}
