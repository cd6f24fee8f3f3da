//! ARNs of instances and functions, as the Service Authorization Reference gives their shapes.

use std::fmt;

use super::name::{AccountId, NameError, Place, Region};

/// The longest function ARN that `AssociateLambdaFunction` takes, in characters (its `FunctionArn` member).
pub const MAX_FUNCTION_ARN: usize = 140;

/// Says why a text is not the ARN that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// The text has another form.
    #[error("`{text}` is not {what}, which is written like `{example}`")]
    Form {
        /// What was given.
        text: String,
        /// What was expected.
        what: &'static str,
        /// A good one.
        example: &'static str,
    },
    /// One of its parts is wrong.
    #[error("in the ARN `{text}`: {source}")]
    Part {
        /// What was given.
        text: String,
        /// What is wrong with the part.
        source: NameError,
    },
}

/// Returns the partition that a Region belongs to.
pub fn partition(region: &Region) -> &'static str {
    match region.as_str() {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionArn {
    /// Where the function lives.
    pub place: Place,
    /// The function's name.
    pub name: String,
    /// An alias or a version.
    pub qualifier: Option<String>,
}

impl FunctionArn {
    /// Reads a function ARN.
    ///
    /// # Errors
    ///
    /// When the text is not one, or its account or Region is malformed.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let form = || ArnError::Form {
            text: text.to_owned(),
            what: "a Lambda function ARN",
            example: "arn:aws:lambda:eu-west-2:111122223333:function:name",
        };
        let (place, rest) = split(text, "lambda").ok_or_else(form)?;
        let place = place.map_err(|source| ArnError::Part { text: text.to_owned(), source })?;
        let rest = rest.strip_prefix("function:").ok_or_else(form)?;
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest, None),
        };
        let plain =
            |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_$".contains(&b));
        if !plain(name) || !qualifier.is_none_or(plain) {
            return Err(form());
        }
        Ok(Self { place, name: name.to_owned(), qualifier: qualifier.map(str::to_owned) })
    }
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { account, region } = &self.place;
        write!(f, "arn:{}:lambda:{region}:{account}:function:{}", partition(region), self.name)?;
        self.qualifier.as_ref().map_or(Ok(()), |qualifier| write!(f, ":{qualifier}"))
    }
}

/// `arn:aws:connect:REGION:ACCOUNT:instance/ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceArn {
    /// Where the instance lives.
    pub place: Place,
    /// The instance's id. Calls take this, never the whole ARN.
    pub id: String,
}

impl InstanceArn {
    /// Reads an instance ARN.
    ///
    /// # Errors
    ///
    /// When the text is not one, or its account or Region is malformed.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let form = || ArnError::Form {
            text: text.to_owned(),
            what: "an Amazon Connect instance ARN",
            example: "arn:aws:connect:eu-west-2:111122223333:instance/ID",
        };
        let (place, rest) = split(text, "connect").ok_or_else(form)?;
        let place = place.map_err(|source| ArnError::Part { text: text.to_owned(), source })?;
        let id = rest.strip_prefix("instance/").ok_or_else(form)?;
        if id.is_empty() || id.len() > 100 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(form());
        }
        Ok(Self { place, id: id.to_owned() })
    }

    /// Reads the pattern that stands for every instance of an account in a Region: `…:instance/*`, and nothing else.
    pub fn parse_every(text: &str) -> Option<Place> {
        let (place, rest) = split(text, "connect")?;
        place.ok().filter(|_| rest == "instance/*")
    }

    /// The Sid of the statement that Amazon Connect writes itself into the policy of a function that it associates with
    /// the instance. Seen in live policies; AWS does not document it.
    pub fn service_sid(&self) -> String {
        format!("connect-{}", self.id)
    }
}

impl fmt::Display for InstanceArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { account, region } = &self.place;
        write!(f, "arn:{}:connect:{region}:{account}:instance/{}", partition(region), self.id)
    }
}

/// Splits off `arn:PARTITION:SERVICE:REGION:ACCOUNT:`.
fn split<'a>(text: &'a str, service: &str) -> Option<(Result<Place, NameError>, &'a str)> {
    let mut parts = text.splitn(6, ':');
    let (arn, part, found) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, rest) = (parts.next()?, parts.next()?, parts.next()?);
    if arn != "arn" || !part.starts_with("aws") || found != service {
        return None;
    }
    let place = Region::parse(region)
        .and_then(|region| AccountId::parse(account).map(|account| Place { account, region }));
    Some((place, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_written_as_they_were_read() {
        for text in [
            "arn:aws:lambda:eu-west-2:111122223333:function:crm",
            "arn:aws:lambda:eu-west-2:111122223333:function:crm:live",
            "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:crm:7",
        ] {
            assert_eq!(FunctionArn::parse(text).unwrap().to_string(), text);
        }
        let text = "arn:aws-cn:connect:cn-north-1:111122223333:instance/0f1e";
        assert_eq!(InstanceArn::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn what_is_no_function_arn_is_refused_with_its_form() {
        for text in
            ["crm", "arn:aws:s3:::b", "arn:aws:lambda:eu-west-2:111122223333:layer:x", "arn:aws:lambda"]
        {
            let error = FunctionArn::parse(text).unwrap_err().to_string();
            assert!(error.contains("written like `arn:aws:lambda:"), "{error}");
        }
        let error = FunctionArn::parse("arn:aws:lambda:eu-west-2:1111:function:x").unwrap_err().to_string();
        assert!(error.contains("exactly 12 digits"), "{error}");
    }
}
