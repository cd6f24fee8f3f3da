//! Lists that AWS gives page by page.

use std::collections::BTreeSet;
use std::error::Error;
use std::future::Future;

use aws_sdk_connect::config::http::HttpResponse;
use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};

use super::Session;
use super::fault::Fault;
use crate::operations::Operation;
use crate::resource::Place;

/// How many times the usual number of things a list may have: AWS raises most quotas.
const RAISED: u32 = 20;
/// How many times fewer things than it could a page may have.
const SHORT: u32 = 4;
/// Pages that any list may have.
const ANY: u32 = 50;

/// How many things a list has where no quota was raised.
///
/// Amazon Connect service quotas, IAM quotas. What has none (functions, their aliases, an instance's settings) is
/// estimated, and an instance's queues are also those of its agents.
fn usual(operation: Operation) -> u32 {
    match operation {
        Operation::ListInstances => 2,
        Operation::ListInstanceAttributes => 14,
        Operation::ListLambdaFunctions => 50,
        Operation::ListContactFlows | Operation::SearchContactFlows => 100,
        Operation::ListContactFlowModules | Operation::SearchContactFlowModules => 200,
        Operation::ListQueues => 550,
        Operation::ListPrompts => 500,
        Operation::ListHoursOfOperations => 100,
        Operation::ListFunctions | Operation::ListRoles => 1000,
        _ => 50,
    }
}

/// The most pages that a list can have: one that goes on is followed for some two minutes at the most.
fn most_pages(operation: Operation) -> usize {
    let page = operation.facts().page.unwrap_or(1);
    let pages = (usual(operation) * RAISED).div_ceil(page) * SHORT;
    usize::try_from(pages.max(ANY)).unwrap_or(usize::MAX)
}

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
    pub(in crate::aws) async fn pages<T, E, F>(
        &self,
        operation: Operation,
        place: &Place,
        subject: &str,
        ask: impl Fn(Option<String>) -> F + Sync,
        mut keep: impl FnMut(T) -> Result<Option<String>, Fault>,
    ) -> Result<(), Fault>
    where
        T: Send,
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let (mut token, mut tokens) = (None, Tokens::default());
        loop {
            let answer = self.call(operation, place, subject, || ask(token.clone())).await?;
            let next = tokens.next(keep(answer)?, most_pages(operation));
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

    #[test]
    fn a_list_may_have_what_the_service_can_have_and_is_followed_for_two_minutes_at_the_most() {
        for operation in Operation::ALL {
            let facts = operation.facts();
            let Some(page) = facts.page else { continue };
            let most = u32::try_from(most_pages(*operation)).unwrap();
            assert!(most * page >= 20 * usual(*operation), "{operation}");
            let seconds = f64::from(most) / facts.rate;
            assert!(seconds <= 120.0, "{operation}: {seconds} s");
        }
        assert_eq!(most_pages(Operation::ListLambdaFunctions), 160);
    }
}
