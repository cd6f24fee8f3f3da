//! Files that look like secrets: by what they hold where that can be told, by their names where it cannot.
//!
//! It is a hint and no scanner: a certificate or a template with `${TOKEN}` is nothing to warn of, and source code that
//! only mentions a key is not looked into.

/// How much of a file is looked into, in bytes; what holds credentials is small.
const LOOKED_INTO: usize = 64 << 10;

/// Says what a file seems to hold that nobody should find in a package.
pub(super) fn suspect(path: &str, bytes: &[u8]) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED_INTO)]);
    let holds = |part: &str| text.contains(part);
    let is = |names: &[&str]| names.contains(&name.as_str());
    if text.trim_start().starts_with("-----BEGIN ") && holds("PRIVATE KEY") {
        return Some("a private key");
    }
    match extension {
        "p12" | "pfx" | "jks" | "keystore" | "ppk" | "kdbx" => return Some("a key store"),
        "key" if !bytes.is_empty() && !holds("PUBLIC KEY") && !holds("CERTIFICATE") => return Some("a key"),
        "json" if holds("\"service_account\"") && holds("\"private_key\"") => {
            return Some("a service account's key");
        }
        _ => {}
    }
    if is(&["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"]) {
        return Some("an SSH key");
    }
    if is(&["credentials", "config"]) && text.to_ascii_lowercase().contains("aws_secret_access_key") {
        return Some("AWS credentials");
    }
    let registry = is(&[".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", "pip.conf"]);
    if registry && text.lines().any(has_token) {
        return Some("a registry's token");
    }
    if is(&[".netrc", "_netrc"]) && holds("password") || is(&[".git-credentials"]) && !bytes.is_empty() {
        return Some("a password");
    }
    None
}

/// Whether a line of a tool's settings gives a token or password, and no variable for one.
fn has_token(line: &str) -> bool {
    let Some((key, value)) = line.split_once(['=', ':']).and_then(|first| {
        // The key of `.npmrc` starts with an address: `//registry.npmjs.org/:_authToken=…`.
        if first.0.trim_start().starts_with("//") || first.0.is_empty() {
            line.split_once('=')
        } else {
            Some(first)
        }
    }) else {
        return false;
    };
    let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches(['"', '\'']));
    let secret = ["_authtoken", "_auth", "_password", "npmauthtoken", "npmauthident", "password"];
    secret.iter().any(|secret| key.ends_with(secret)) && !value.is_empty() && !value.starts_with("$")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_named() {
        for (path, text, expected) in [
            ("certs/dev.pem", "-----BEGIN RSA PRIVATE KEY-----\nMII", "a private key"),
            ("signing", "-----BEGIN PRIVATE KEY-----\n", "a private key"),
            ("server.key", "0123456789abcdef", "a key"),
            ("a/b.P12", "x", "a key store"),
            (".ssh/id_ed25519", "x", "an SSH key"),
            (".aws/credentials", "[default]\naws_secret_access_key = x", "AWS credentials"),
            (".npmrc", "registry=https://r.example/\n//r.example/:_authToken=npm_x", "a registry's token"),
            (".npmrc", "//r.example:8443/:_authToken=npm_x", "a registry's token"),
            (".npmrc", "_auth=eDp5", "a registry's token"),
            (".yarnrc.yml", "npmAuthToken: \"x\"", "a registry's token"),
            (".pypirc", "[pypi]\npassword = pypi-x", "a registry's token"),
            (".netrc", "machine x login y password z", "a password"),
            (
                "service-account-prod.json",
                "{\"type\": \"service_account\", \"private_key\": \"-----BEGIN\"}",
                "a service account's key",
            ),
        ] {
            assert_eq!(suspect(path, text.as_bytes()), Some(expected), "{path}");
        }
    }

    #[test]
    fn what_only_looks_a_little_like_one_is_not() {
        for (path, text) in [
            ("certifi/cacert.pem", "-----BEGIN CERTIFICATE-----\nMII"),
            ("public.key", "-----BEGIN PUBLIC KEY-----\nMII"),
            ("jwt.js", "const begin = '-----BEGIN PRIVATE KEY-----'"),
            (".npmrc", "//r.example/:_authToken=${NPM_TOKEN}\nengine-strict=true"),
            (".npmrc", "registry=https://r.example/"),
            ("botocore/credentials.py", "aws_secret_access_key"),
            ("config", "[default]\nregion = eu-west-2"),
            ("package.json", "{\"name\": \"password\"}"),
            ("keys.json", "{\"private_key\": 1}"),
            ("empty.key", ""),
        ] {
            assert_eq!(suspect(path, text.as_bytes()), None, "{path}");
        }
    }
}
