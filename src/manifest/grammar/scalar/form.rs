//! Scalars that have a form and nothing more: the rule of each in words, as code, and as a pattern for editors.

/// A form: a rule in words, the same as code, and the same as a pattern.
pub(crate) struct Form {
    /// What it is, with its article.
    pub(crate) what: &'static str,
    /// The rule, as what to do.
    pub(super) rule: &'static str,
    /// An example.
    pub(super) example: &'static str,
    /// The rule as code.
    pub(super) is: fn(&str) -> bool,
    /// A regular expression (ECMA 262) that every accepted text matches.
    pub(super) pattern: &'static str,
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what)
    }
}

/// Each form is there once, and no two are of the same thing.
impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

impl Eq for Form {}

pub(super) fn within(text: &str, longest: usize, allowed: fn(u8) -> bool) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// What IAM takes in names: `[\w+=,.@-]`.
fn is_iam(b: u8) -> bool {
    is_word(b) || b"+=,.@-".contains(&b)
}

/// A Lambda runtime. Only its form is checked: the list grows, and Lambda says itself what it no longer takes.
pub(crate) static RUNTIME: Form = Form {
    what: "a runtime",
    rule: "it is written like `nodejs22.x`",
    example: "nodejs22.x",
    is: |text| {
        within(text, 64, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.')
            && text.starts_with(|c: char| c.is_ascii_lowercase())
    },
    pattern: r"^[a-z][a-z0-9.]{0,63}$",
};

/// A function's handler (`CreateFunction`, `Handler`).
pub(crate) static HANDLER: Form = Form {
    what: "a handler",
    rule: "it is written like `index.handler`, at most 128 characters and no space",
    example: "index.handler",
    is: |text| (1..=128).contains(&text.len()) && !text.contains(char::is_whitespace),
    pattern: r"^\S{1,128}$",
};

/// An alias of a function (`CreateAlias`, `Name`).
pub(crate) static ALIAS: Form = Form {
    what: "an alias",
    rule: "use letters, digits, `-` and `_`, at most 128, and not digits alone",
    example: "live",
    is: |text| within(text, 128, |b| is_word(b) || b == b'-') && !text.bytes().all(|b| b.is_ascii_digit()),
    pattern: r"^(?![0-9]+$)[A-Za-z0-9_-]{1,128}$",
};

/// The name of an environment variable (`EnvironmentVariables`, keys).
pub(crate) static ENVIRONMENT_NAME: Form = Form {
    what: "the name of an environment variable",
    rule: "use letters, digits and `_`, at least two, starting with a letter",
    example: "TABLE",
    is: |text| {
        text.len() >= 2 && within(text, 256, is_word) && text.starts_with(|c: char| c.is_ascii_alphabetic())
    },
    pattern: r"^[A-Za-z][A-Za-z0-9_]{1,255}$",
};

/// A role's name (`CreateRole`, `RoleName`).
pub(crate) static ROLE_NAME: Form = Form {
    what: "the name of a role",
    rule: "use letters, digits and `+=,.@_-`, at most 64",
    example: "my-role",
    is: |text| within(text, 64, is_iam),
    pattern: r"^[A-Za-z0-9_+=,.@-]{1,64}$",
};

/// The name of an inline policy (`PutRolePolicy`, `PolicyName`).
pub(crate) static POLICY_NAME: Form = Form {
    what: "the name of a policy",
    rule: "use letters, digits and `+=,.@_-`, at most 128",
    example: "my-policy",
    is: |text| within(text, 128, is_iam),
    pattern: r"^[A-Za-z0-9_+=,.@-]{1,128}$",
};

/// The ARN of a role.
pub(crate) static ROLE_ARN: Form = Form {
    what: "the ARN of a role",
    rule: "it is written like `arn:aws:iam::111122223333:role/NAME`",
    example: "arn:aws:iam::111122223333:role/my-role",
    is: |text| {
        arn(text, "role").is_some_and(|(account, path)| account != "aws" && within(path, 576, is_in_path))
    },
    pattern: r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
};

/// A managed policy: its ARN, or the name of one that AWS keeps.
pub(crate) static MANAGED_POLICY: Form = Form {
    what: "a managed policy",
    rule: "give its ARN, or the name of an AWS managed policy, such as `AWSLambdaBasicExecutionRole`",
    example: "AWSLambdaBasicExecutionRole",
    is: |text| match arn(text, "policy") {
        Some((_, path)) => within(path, 640, is_in_path),
        None => within(text, 140, |b| is_iam(b) || b == b'/') && !text.starts_with('/'),
    },
    pattern: r"^(arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/)?[A-Za-z0-9_+=,.@-][A-Za-z0-9_+=,.@/-]*$",
};

/// An external id (`AssumeRole`, `ExternalId`).
pub(crate) static EXTERNAL_ID: Form = Form {
    what: "an external id",
    rule: "use letters, digits and `+=,.@:/_-`, 2 to 1000 of them",
    example: "my-id",
    is: |text| text.len() >= 2 && within(text, 1_000, |b| is_iam(b) || b":/".contains(&b)),
    pattern: r"^[A-Za-z0-9_+=,.@:/-]{2,1000}$",
};

/// A directory of AWS Directory Service (`CreateInstance`, `DirectoryId`).
pub(crate) static DIRECTORY_ID: Form = Form {
    what: "a directory's id",
    rule: "it is `d-` and ten digits or letters from a to f",
    example: "d-9067f3a1b2",
    is: |text| {
        let id = text.strip_prefix("d-");
        id.is_some_and(|id| {
            id.len() == 10 && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
    },
    pattern: r"^d-[0-9a-f]{10}$",
};

fn is_in_path(b: u8) -> bool {
    is_iam(b) || b == b'/'
}

/// Takes the account and the path out of the ARN of something that IAM keeps.
pub(crate) fn arn<'t>(text: &'t str, kind: &str) -> Option<(&'t str, &'t str)> {
    let rest = text.strip_prefix("arn:aws")?;
    let (_, rest) = rest.split_once(":iam::")?;
    let (account, rest) = rest.split_once(':')?;
    let path = rest.strip_prefix(kind)?.strip_prefix('/')?;
    let is_account = account == "aws" || account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    is_account.then_some((account, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_takes_what_it_should_and_nothing_else() {
        let long = "a".repeat(1_001);
        let cases: [(&Form, &[&str], &[&str]); 9] = [
            (&RUNTIME, &["nodejs22.x", "provided.al2023", "java21"], &["", "Node", "22.x", "a b"]),
            (&HANDLER, &["index.handler", "com.acme.H::go", "a/b.c"], &["", "a b", &long]),
            (&ALIAS, &["live", "2024-a", "a_b"], &["", "12", "a.b", "$LATEST"]),
            (&ENVIRONMENT_NAME, &["TABLE", "a_1"], &["", "A", "_X", "1A", "A-B"]),
            (&ROLE_NAME, &["greeter-role", "a@b.c"], &["", "a/b", "ü"]),
            (
                &ROLE_ARN,
                &["arn:aws:iam::111122223333:role/a/b", "arn:aws-cn:iam::111122223333:role/x"],
                &["x", "arn:aws:iam::1:role/x", "arn:aws:iam::111122223333:role/", "arn:aws:iam::aws:role/x"],
            ),
            (
                &MANAGED_POLICY,
                &[
                    "AWSLambdaRole",
                    "service-role/X",
                    "arn:aws:iam::aws:policy/x/Y",
                    "arn:aws:iam::111122223333:policy/Z",
                ],
                &["", "/X", "arn:aws:s3:::b", "a b"],
            ),
            (&EXTERNAL_ID, &["ab", "a:b/c"], &["a", "a b", &long]),
            (&DIRECTORY_ID, &["d-9067f3a1b2"], &["9067f3a1b2", "d-9067f3a1b", "d-9067F3a1b2"]),
        ];
        for (form, good, bad) in cases {
            for text in good {
                assert!((form.is)(text), "{form:?} refused {text}");
            }
            for text in bad {
                assert!(!(form.is)(text), "{form:?} took {text}");
            }
        }
    }
}
