//! Secrets that are written in the manifest: a warning, which never says the value.

use super::advice::warn;
use super::keys;
use crate::manifest::reading::log::{Log, quote};
use crate::manifest::yaml::Node;
use crate::resource::{Code, Problem};

/// How names of variables end that hold a secret, in upper case and without `_` and `-`.
const SECRET_NAMES: [&str; 9] =
    ["PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "PRIVATEKEY", "ACCESSKEY", "SECRETKEY"];

/// Warns of environment variables whose secret is written in the manifest, before variables are replaced. No value is
/// ever said.
pub(in crate::manifest) fn plain_secrets(document: &Node, log: &mut Log) {
    let functions = document.get(keys::SPEC).and_then(|spec| spec.get(keys::FUNCTIONS));
    for (_, function) in functions.map_or(&[][..], Node::entries) {
        let environment = function.get(keys::SOURCE).and_then(|source| source.get(keys::ENVIRONMENT));
        for (name, value) in environment.map_or(&[][..], Node::entries) {
            if value.text().is_some_and(|value| is_secret(&name.text, value)) {
                let message =
                    format!("{} looks like a secret, and its value is in the manifest", quote(&name.text));
                let hint = "write `${var.NAME}` and give the value with `--var` or `--var-file`, or let the function \
                            read it from Secrets Manager";
                warn(Problem::warning(Code::PlainSecret, message).hint(hint), name.position, log);
            }
        }
    }
}

fn is_secret(name: &str, value: &str) -> bool {
    let known = ["AKIA", "ghp_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "-----BEGIN "];
    if known.iter().any(|start| value.starts_with(start)) && value.len() >= 16 {
        return !value.contains("PUBLIC KEY") && !value.contains("CERTIFICATE");
    }
    // The name or place of a secret is none, and neither is what a variable gives.
    let refers = ["arn:", "/", "{{", "ssm:", "http:", "https:", "s3:"];
    if value.contains("${") || refers.iter().any(|start| value.starts_with(start)) {
        return false;
    }
    let name: String = name.chars().filter(|c| !"_-".contains(*c)).collect::<String>().to_ascii_uppercase();
    SECRET_NAMES.iter().any(|end| name.ends_with(end)) && !matches!(value, "" | "true" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name_or_its_value() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("token", "t-1"),
            ("STRIPE_API_KEY", "x"),
            ("OTHER", "AKIAIOSFODNN7EXAMPLE"),
            ("KEY", "-----BEGIN PRIVATE KEY-----\nMII"),
        ] {
            assert!(is_secret(name, value), "{name}");
        }
        for (name, value) in [
            ("TABLE", "customers"),
            ("DB_PASSWORD", "${var.password}"),
            ("DB_PASSWORD_LENGTH", "12"),
            ("TOKEN_TTL", "60"),
            ("API_TOKEN", "arn:aws:secretsmanager:eu-west-2:111122223333:secret:x"),
            ("DB_PASSWORD", "/prod/db/password"),
            ("USE_TOKEN", "true"),
            ("KEY", "-----BEGIN PUBLIC KEY-----\nMII"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
    }
}
