//! Lists that AWS gives page by page.

use std::error::Error;
use std::future::Future;

use aws_sdk_connect::config::http::HttpResponse;
use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};

use super::fault::Fault;
use super::session::Session;
use crate::operations::Operation;
use crate::resource::Place;

impl Session {
    /// Reads a list to its end: `ask` sends the request for the page behind a token, none for the first; `keep` takes
    /// out of an answer what is wanted and gives the token of the next page.
    ///
    /// # Errors
    ///
    /// The first page that could not be read, or that `keep` does not understand. A part of a list is never given.
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
        let mut token = None;
        loop {
            let answer = self.call(operation, place, subject, || ask(token.clone())).await?;
            // Some services end with an empty token.
            token = keep(answer)?.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(());
            }
        }
    }
}
