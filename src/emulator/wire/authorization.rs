//! Service, account and Region of a request, from the credential scope of its SigV4 header.
//!
//! Signatures are **not** verified: any secret key is accepted.

/// What the `Authorization` header says about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The access key id, as sent.
    pub(crate) access_key: String,
    /// The Region the request was signed for.
    pub(crate) region: String,
    /// The signing name of the service.
    pub(crate) service: String,
}

impl Scope {
    /// Reads `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …` (SigV4A has no Region and is
    /// not understood). None when the header is no such text.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let credential = header.strip_prefix("AWS4-HMAC-SHA256")?.split_once("Credential=")?.1;
        let credential = credential.split([',', ' ']).next()?;
        // The key itself may hold no slash, so the five parts are unambiguous.
        let mut parts = credential.split('/');
        let scope = Self {
            access_key: parts.next().filter(|key| !key.is_empty())?.to_owned(),
            region: parts.nth(1).filter(|region| !region.is_empty())?.to_owned(),
            service: parts.next()?.to_owned(),
        };
        (parts.next() == Some("aws4_request")).then_some(scope)
    }

    /// Returns the account that the access key names: its only run of exactly twelve digits.
    pub(crate) fn account_in_key(&self) -> Option<&str> {
        self.access_key.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 12)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "AWS4-HMAC-SHA256 Credential=KEY/20260101/eu-west-2/connect/aws4_request, \
                          SignedHeaders=host, Signature=00";

    #[test]
    fn the_scope_names_service_and_region() {
        let scope = Scope::parse(HEADER).expect("a scope");
        assert_eq!((scope.region.as_str(), scope.service.as_str()), ("eu-west-2", "connect"));
    }

    #[test]
    fn an_account_id_inside_the_key_is_found() {
        for (key, account) in [
            ("111122223333", Some("111122223333")),
            ("ASIA111122223333ABCD", Some("111122223333")),
            ("AKIAIOSFODNN7EXAMPLE", None),
            ("1111222233334", None),
        ] {
            let scope = Scope::parse(&HEADER.replace("KEY", key)).expect("a scope");
            assert_eq!(scope.account_in_key(), account, "{key}");
        }
    }

    #[test]
    fn another_header_is_no_scope() {
        for header in
            ["", "Bearer x", "AWS4-HMAC-SHA256 Credential=a/b", "AWS4-HMAC-SHA256 Credential=/d/r/s/x"]
        {
            assert_eq!(Scope::parse(header), None, "{header}");
        }
    }
}
