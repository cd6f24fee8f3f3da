//! Lists that AWS gives page by page.

use std::collections::BTreeSet;
use std::error::Error;
use std::future::Future;

use aws_sdk_connect::config::http::HttpResponse;
use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};

use super::fault::Fault;
use super::session::Session;
use crate::operations::Operation;
use crate::resource::Place;

/// The most pages of a list: 10,000 pages of the smallest size are more than any quota that AWS raises.
const MOST_PAGES: usize = 10_000;

/// The tokens of one list, so that a service that goes round in circles is noticed.
#[derive(Debug, Default)]
struct Tokens {
    seen: BTreeSet<String>,
}

impl Tokens {
    /// Takes the token behind a page: none at the end of the list.
    fn next(&mut self, token: Option<String>, most: usize) -> Result<Option<String>, String> {
        // Some services end with an empty token.
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if !self.seen.insert(token.clone()) {
            return Err(format!("page {} leads back to a page that was read before", self.seen.len() + 1));
        }
        if self.seen.len() >= most {
            return Err(format!("the list does not end after {most} pages"));
        }
        Ok(Some(token))
    }
}

impl Session {
    /// Reads a list to its end: `ask` sends the request for the page behind a token, none for the first; `keep` takes
    /// out of an answer what is wanted and gives the token of the next page.
    ///
    /// # Errors
    ///
    /// The first page that could not be read, or that `keep` does not understand, and a list without an end. A part of
    /// a list is never given.
    pub(super) async fn pages<T, E, F>(
        &self,
        operation: Operation,
        place: &Place,
        subject: &str,
        ask: impl Fn(Option<String>) -> F,
        mut keep: impl FnMut(T) -> Result<Option<String>, Fault>,
    ) -> Result<(), Fault>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let (mut token, mut tokens) = (None, Tokens::default());
        loop {
            let answer = self.call(operation, place, subject, || ask(token.clone())).await?;
            let next = tokens.next(keep(answer)?, MOST_PAGES);
            token = next.map_err(|why| Fault::unexpected(operation, subject, why))?;
            if token.is_none() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(tokens: &mut Tokens, token: &str) -> Result<Option<String>, String> {
        tokens.next(Some(token.to_owned()), 4)
    }

    #[test]
    fn a_list_ends_without_a_token_or_with_an_empty_one() {
        let mut tokens = Tokens::default();
        assert_eq!(next(&mut tokens, "a"), Ok(Some("a".to_owned())));
        assert_eq!(next(&mut tokens, ""), Ok(None));
        assert_eq!(tokens.next(None, 4), Ok(None));
    }

    #[test]
    fn a_list_that_goes_in_circles_is_an_error() {
        let mut tokens = Tokens::default();
        for token in ["a", "b"] {
            assert!(next(&mut tokens, token).is_ok());
        }
        assert!(next(&mut tokens, "a").unwrap_err().contains("was read before"));
    }

    #[test]
    fn a_list_that_does_not_end_is_an_error() {
        let mut tokens = Tokens::default();
        for token in ["a", "b", "c"] {
            assert!(next(&mut tokens, token).is_ok());
        }
        assert!(next(&mut tokens, "d").unwrap_err().contains("does not end after 4 pages"));
    }
}
