//! The ARN shapes of the emulated services, and how a Lambda function may be named in a request.

/// Returns the partition of a Region (`aws`, `aws-cn`, `aws-us-gov`).
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// Returns the ARN of a Connect instance.
pub(crate) fn instance(account: &str, region: &str, id: &str) -> String {
    format!("arn:{}:connect:{region}:{account}:instance/{id}", partition(region))
}

/// Returns the unqualified ARN of a function.
pub(crate) fn function(account: &str, region: &str, name: &str) -> String {
    format!("arn:{}:lambda:{region}:{account}:function:{name}", partition(region))
}

/// Returns the ARN of a role; roles belong to no Region, so the partition comes from the caller's.
pub(crate) fn role(account: &str, region: &str, path: &str, name: &str) -> String {
    format!("arn:{}:iam::{account}:role{path}{name}", partition(region))
}

/// A Lambda function as a request names it: by name, by partial ARN or by ARN, each with or without a qualifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionName {
    /// Account of the ARN; None for a plain name.
    pub(crate) account: Option<String>,
    /// Region of the ARN; None for a plain name or a partial ARN.
    pub(crate) region: Option<String>,
    /// The function's name.
    pub(crate) name: String,
    /// Version or alias behind the name.
    pub(crate) qualifier: Option<String>,
}

impl FunctionName {
    /// Reads any of the three forms; None when the text is none of them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let (account, region, rest) = match parts.as_slice() {
            ["arn", partition, "lambda", region, account, "function", rest @ ..]
                if partition.starts_with("aws") =>
            {
                (Some(*account), Some(*region), rest)
            }
            [account, "function", rest @ ..] if is_account(account) => (Some(*account), None, rest),
            rest => (None, None, rest),
        };
        let (name, qualifier) = match rest {
            [name] => (*name, None),
            [name, qualifier] => (*name, Some(*qualifier)),
            _ => return None,
        };
        let legal = !name.is_empty()
            && name.len() <= 64
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && qualifier.is_none_or(is_qualifier)
            && account.is_none_or(is_account);
        legal.then(|| Self {
            account: account.map(str::to_owned),
            region: region.map(str::to_owned),
            name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
        })
    }
}

/// Returns whether `text` is a 12-digit account id.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Returns whether `text` may stand where a version or an alias is named.
pub(crate) fn is_qualifier(text: &str) -> bool {
    text == "$LATEST"
        || (!text.is_empty()
            && text.len() <= 128
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_found_under_each_form_of_its_name() {
        for text in [
            "crm:live",
            "111122223333:function:crm:live",
            "arn:aws:lambda:eu-west-2:111122223333:function:crm:live",
        ] {
            let parsed = FunctionName::parse(text).expect(text);
            assert_eq!((parsed.name.as_str(), parsed.qualifier.as_deref()), ("crm", Some("live")), "{text}");
        }
    }

    #[test]
    fn what_is_no_function_is_refused() {
        for text in ["", "a:b:c", "arn:aws:s3:::bucket", "white space", "crm:not legal"] {
            assert_eq!(FunctionName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_partition_follows_the_region() {
        assert_eq!(instance("1", "us-gov-west-1", "i"), "arn:aws-us-gov:connect:us-gov-west-1:1:instance/i");
        assert_eq!(function("1", "eu-west-2", "f"), "arn:aws:lambda:eu-west-2:1:function:f");
    }
}
