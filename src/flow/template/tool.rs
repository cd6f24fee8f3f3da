//! Which tool a token belongs to that is none of flowbind's, by how it is written.

const CLOUDFORMATION: &str = "AWS CloudFormation (`Fn::Sub`)";
const SHELL: &str = "`envsubst` or Terraform's `templatefile`";
const TEMPLATES: &str = "a template engine such as Jinja, Handlebars or Mustache";

/// What Terraform's references begin with, beside the types of resources.
const TERRAFORM: [&str; 10] =
    ["data.", "local.", "module.", "each.", "path.", "terraform.", "random_", "self.", "count.", "var."];

/// Tells by what stands in `${…}` whose it is.
pub(crate) fn tool_of(inner: &str) -> Option<&'static str> {
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if inner.starts_with("Token[") {
        return Some("AWS CDK");
    }
    if inner.contains("::") || inner.starts_with("Ref:") {
        return Some(CLOUDFORMATION);
    }
    if inner.split_once(':').is_some_and(|(source, _)| word(source)) {
        return Some("the Serverless Framework (`${source:name}`)");
    }
    let resource = |text: &str| text.starts_with("aws_") || text.starts_with("awscc_");
    if TERRAFORM.iter().any(|head| inner.starts_with(head)) || resource(inner) {
        return Some("Terraform");
    }
    let name = inner.split('.').next().unwrap_or_default();
    if !inner.split('.').all(word) {
        return None;
    }
    let camel =
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name.contains(|c: char| c.is_ascii_lowercase());
    Some(if camel { CLOUDFORMATION } else { SHELL })
}

pub(in crate::flow) fn braces_tool(whole: &str) -> &'static str {
    let inner = whole.trim_start_matches('{').trim_start();
    if inner.starts_with("resolve:") {
        "AWS CloudFormation (dynamic references)"
    } else if inner.starts_with('.') {
        "Go's templates, as in Helm"
    } else {
        TEMPLATES
    }
}
