//! Texts that stand for a value which somebody or something was to fill in: `<queue>`, `BASIC_QUEUE_ARN`, `REPLACE_ME`,
//! and the tokens of other tools.

pub(crate) use super::template::tool_of;
use super::template::{self, braces_tool};

const REPLACE_TOKENS: &str = "a task that replaces tokens, such as Azure Pipelines' `replacetokens`";
/// A placeholder in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placeholder<'t> {
    /// It, as it stands there.
    pub text: &'t str,
    /// The tool that fills it in, where its form says so.
    pub tool: Option<&'static str>,
}

/// Finds a token that another tool fills in: `${…}` that is none of flowbind's, or `{{…}}`.
pub fn token(text: &str) -> Option<Placeholder<'_>> {
    let dollar = dollar(text).map(|(at, inner)| (at, &text[at..at + inner.len() + 3], tool_of(inner)));
    let braces = between(text, "{{", "}}").map(|(at, whole)| (at, whole, Some(braces_tool(whole))));
    let (_, text, tool) = [dollar, braces].into_iter().flatten().min_by_key(|(at, ..)| *at)?;
    Some(Placeholder { text, tool })
}

/// Finds a placeholder where an ARN or id belongs.
pub fn placeholder(text: &str) -> Option<Placeholder<'_>> {
    token(text).or_else(|| marked(text)).or_else(|| word(text).map(|text| Placeholder { text, tool: None }))
}

/// The first `${…}` that is not one of flowbind's tokens: where it begins, and what stands in it.
fn dollar(text: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let open = at + found;
        let inside = &text[open + 2..];
        if text[..open].ends_with('$') {
            at = open + 2;
        } else if let Some(length) = template::own(inside) {
            at = open + 2 + length;
        } else {
            let end = inside.find('}')?;
            return Some((open, &inside[..end]));
        }
    }
    None
}

/// Finds the other marks that tools put around names.
fn marked(text: &str) -> Option<Placeholder<'_>> {
    let marks = [
        ("<%", "%>", "ERB or EJS"),
        ("#{", "}#", REPLACE_TOKENS),
        ("%%", "%%", REPLACE_TOKENS),
        ("@@", "@@", REPLACE_TOKENS),
        ("<<", ">>", REPLACE_TOKENS),
    ];
    let found = marks.iter().find_map(|(open, close, tool)| Some((between(text, open, close)?.1, *tool)));
    let (text, tool) = found.or_else(|| {
        let inner = text.strip_prefix("__")?.strip_suffix("__")?;
        is_capitals(inner).then_some((text, REPLACE_TOKENS))
    })?;
    Some(Placeholder { text, tool: Some(tool) })
}

/// The first part of a text from `open` to `close`, both with it, with something between them.
fn between<'t>(text: &'t str, open: &str, close: &str) -> Option<(usize, &'t str)> {
    let at = text.find(open)?;
    let inside = &text[at + open.len()..];
    let end = inside.find(close).filter(|end| *end > 0)?;
    Some((at, &text[at..at + open.len() + end + close.len()]))
}

/// Finds a word that somebody was to replace by hand: the whole text, or a part of an ARN.
fn word(text: &str) -> Option<&str> {
    let text = text.trim();
    if let Some((at, braced)) = between(text, "{", "}")
        && !text[..at].ends_with('$')
        && is_capitals(&braced[1..braced.len() - 1])
    {
        return Some(braced);
    }
    if let Some((_, angled)) = between(text, "<", ">").filter(|_| !text.contains("</"))
        && angled[1..angled.len() - 1].chars().all(|c| c.is_ascii_alphanumeric() || " _-./:".contains(c))
    {
        return Some(angled);
    }
    if !text.starts_with("arn:") {
        return (is_capitals(text) && text.contains('_') || is_request(text) || is_filler(text))
            .then_some(text);
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, _, _, region, account, rest] = parts.as_slice() else { return None };
    // The service's own resources, such as views, have `aws` for their account.
    let real = |account: &str| {
        matches!(account, "" | "aws") || (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
    };
    if is_capitals(region) {
        return Some(region);
    }
    if !real(account) {
        return Some(account);
    }
    rest.split([':', '/']).find(|part| is_request(part) || is_filler(part))
}

/// Whether a text is written as the names of constants are.
fn is_capitals(text: &str) -> bool {
    let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == '-';
    text.len() > 1 && text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().all(capital)
}

/// Whether it asks to be replaced.
fn is_request(text: &str) -> bool {
    let text = text.to_ascii_lowercase().replace('-', "_");
    let whole = ["replaceme", "changeme", "placeholder", "todo", "fixme", "tbd"];
    let parts = ["replace_me", "replace_with", "change_me", "insert_your", "your_"];
    whole.contains(&text.as_str())
        || parts.iter().any(|part| text.starts_with(part) || text.contains(&format!("_{part}")))
}

/// Whether it is a row of the same letter or digit, with hyphens or without.
fn is_filler(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| *c != '-');
    let Some(first) = letters.next() else { return false };
    let rest = letters.clone().count();
    rest >= 3 && matches!(first, 'x' | 'X' | '0') && letters.all(|c| c == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_name_the_tool_that_they_come_from() {
        for (text, found, tool) in [
            ("${aws_connect_queue.main.arn}", "${aws_connect_queue.main.arn}", "Terraform"),
            ("${data.aws_connect_queue.main.arn}", "${data.aws_connect_queue.main.arn}", "Terraform"),
            ("${module.queues.main_arn}", "${module.queues.main_arn}", "Terraform"),
            ("arn:${AWS::Partition}:connect:x", "${AWS::Partition}", "CloudFormation"),
            ("${Queue.Arn}", "${Queue.Arn}", "CloudFormation"),
            ("${QueueArn}", "${QueueArn}", "CloudFormation"),
            ("${Ref:Queue}", "${Ref:Queue}", "CloudFormation"),
            ("${Fn::GetAtt:Hold.ContactFlowArn}", "${Fn::GetAtt:Hold.ContactFlowArn}", "CloudFormation"),
            ("${Token[TOKEN.12]}", "${Token[TOKEN.12]}", "CDK"),
            ("${self:custom.queue}", "${self:custom.queue}", "Serverless"),
            ("${M:auth}", "${M:auth}", "Serverless"),
            ("${QUEUE_ARN}", "${QUEUE_ARN}", "envsubst"),
            ("${queue_arn}", "${queue_arn}", "templatefile"),
            ("{{queues.main.arn}}", "{{queues.main.arn}}", "Handlebars"),
            ("{{ .Values.queue }}", "{{ .Values.queue }}", "Helm"),
            ("{{resolve:ssm:/queue}}", "{{resolve:ssm:/queue}}", "CloudFormation"),
            ("${function.a.arn} {{x}}", "{{x}}", "Jinja"),
            ("<%= queue %>", "<%= queue %>", "ERB"),
            ("#{queue}#", "#{queue}#", "replacetokens"),
            ("__QUEUE_ARN__", "__QUEUE_ARN__", "replacetokens"),
            ("%%QUEUE%%", "%%QUEUE%%", "replacetokens"),
        ] {
            let read = placeholder(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read.text, found, "{text}");
            assert!(read.tool.is_some_and(|named| named.contains(tool)), "{text}: {read:?}");
        }
        assert_eq!(placeholder("${a b}").map(|found| found.tool), Some(None));
    }

    #[test]
    fn words_that_somebody_was_to_replace_are_found() {
        for (text, found) in [
            ("BASIC_QUEUE_ARN", "BASIC_QUEUE_ARN"),
            ("<queue>", "<queue>"),
            ("<PATIENT_LAMBDA_ARN>", "<PATIENT_LAMBDA_ARN>"),
            ("REPLACE_ME", "REPLACE_ME"),
            ("replace-me", "replace-me"),
            ("TODO", "TODO"),
            ("arn:aws:lambda:us-east-1:YOUR_ACCOUNT_ID:function:f", "YOUR_ACCOUNT_ID"),
            ("arn:aws:lambda:us-east-1:{ACCOUNT_ID}:function:f", "{ACCOUNT_ID}"),
            ("arn:aws:lambda:REGION:111122223333:function:f", "REGION"),
            ("arn:aws:connect:us-east-1:111122223333:instance/YOUR_INSTANCE/queue/1", "YOUR_INSTANCE"),
            ("arn:aws:connect:us-east-1:xxxxxxxxxxxx:instance/1", "xxxxxxxxxxxx"),
            ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"),
        ] {
            assert_eq!(placeholder(text), Some(Placeholder { text: found, tool: None }), "{text}");
        }
    }

    #[test]
    fn values_and_the_tokens_of_flowbind_are_none() {
        for text in [
            "",
            "arn:aws:lambda:us-east-1:111122223333:function:MY_FUNCTION:PROD_V1",
            "arn:aws:connect:us-east-1:aws:view/detail:1",
            "arn:aws:connect:us-east-1:111122223333:instance/0f1e/queue/8b4d",
            "8b4dd2a1-2181-441c-9a01-000000000000",
            "${function.a.arn}",
            "${queue[\"Support\"].arn}",
            "$${QUEUE}",
            "detail",
            "ABCDEF1234",
            "<speak>Hello, you</speak>",
            "$.Attributes.queue",
            "{}",
        ] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
