//! The one function through which every call goes: paced, counted, tried again where that is safe.
//!
//! Once the run is to end, an action that has sent no write sends none: its calls are not made, those that wait for
//! their turn among them. When the run's time is over, no answer to a read is waited for, unless it shows what became of a
//! write.

use std::error::Error;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_connect::config::http::HttpResponse;
use aws_sdk_connect::error::{ProvideErrorMetadata, SdkError};
use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::Session;
use super::ending::Ending;
use super::fault::Fault;
use super::quota::Counted;
use super::trace::Attempt;
use super::wait::Pauses;
use crate::operations::{FaultKind, Operation, Repeat};
use crate::plan::ARRIVAL;
use crate::resource::Place;

/// Tries of a call that is throttled although it was paced: others use the account's rate too.
const THROTTLED_TRIES: u32 = 10;
/// Tries of a call that may be repeated, when nobody answers, the service fails, or what answers is not the service.
const TRANSIENT_TRIES: u32 = 4;
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

impl Session {
    /// Makes a call: paced, counted, tried again where that is safe, its fault read.
    ///
    /// # Errors
    ///
    /// The last try's fault. After a write that may not be repeated, look before you try again: see
    /// [`Fault::maybe_done`].
    pub(in crate::aws) async fn call<T, E, F>(
        &self,
        operation: Operation,
        place: &Place,
        subject: &str,
        send: impl Fn() -> F + Sync,
    ) -> Result<T, Fault>
    where
        T: Send,
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        self.attempted((operation, place, subject), None, send).await
    }

    /// Makes a call that creates what a quota counts, on an instance or else in the account and Region. Once a call has
    /// reached that quota no other is made.
    ///
    /// # Errors
    ///
    /// As [`Session::call`]; [`FaultKind::QuotaBefore`] where another call has reached the quota.
    pub(in crate::aws) async fn create<T, E, F>(
        &self,
        operation: Operation,
        (place, instance): (&Place, &str),
        subject: &str,
        send: impl Fn() -> F + Sync,
    ) -> Result<T, Fault>
    where
        T: Send,
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let counted = (operation, place.clone(), instance.to_owned());
        let made = self.attempted((operation, place, subject), Some(&counted), send).await;
        made.map_err(|fault| self.reached.note(&counted, fault))
    }

    /// Makes a call. What depends on its types is no more than one attempt, since it is compiled for each operation.
    async fn attempted<T, E, F>(
        &self,
        (operation, place, subject): (Operation, &Place, &str),
        counted: Option<&Counted>,
        send: impl Fn() -> F + Sync,
    ) -> Result<T, Fault>
    where
        T: Send,
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    {
        let answer = Mutex::new(None);
        let once = |number| -> BoxFuture<'_, Result<(), Fault>> {
            let attempt = Attempt { operation, place, subject, number };
            let read = move |error: &_| Fault::read(operation, subject, error).masked(self.mask());
            let (sent, answer) = (send(), &answer);
            Box::pin(async move {
                let note = |status| self.pacer.note(operation, status);
                let made = attempt.make(note, sent, read).await?;
                *answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
                Ok(())
            })
        };
        // On the heap: a call lies beneath many layers of futures.
        Box::pin(self.attempts((operation, place, subject), counted, &once)).await?;
        let answer = answer.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(answer.expect("an attempt that succeeds leaves its answer"))
    }

    /// Makes a call as often as is needed; a read that is in vain is not waited for.
    async fn attempts<'a>(
        &self,
        (operation, place, subject): (Operation, &Place, &str),
        counted: Option<&Counted>,
        once: &(dyn Fn(u32) -> BoxFuture<'a, Result<(), Fault>> + Sync),
    ) -> Result<(), Fault> {
        tokio::select! {
            biased;
            made = self.tries((operation, place, subject), counted, once) => made,
            fault = self.given_up(operation, subject) => Err(fault),
        }
    }

    async fn tries<'a>(
        &self,
        (operation, place, subject): (Operation, &Place, &str),
        counted: Option<&Counted>,
        once: &(dyn Fn(u32) -> BoxFuture<'a, Result<(), Fault>> + Sync),
    ) -> Result<(), Fault> {
        if let Some(fault) = self.lost(&place.account) {
            return Err(Fault { subject: subject.to_owned(), ..fault });
        }
        if let Some(fault) = self.resting.refusal(operation, place, subject) {
            return Err(fault);
        }
        let (mut tries, mut pauses) = (0, Pauses::up_to(self.options.first_pause, LONGEST_PAUSE));
        let mut spent = Duration::ZERO;
        loop {
            if let Some(fault) = self.budget.refusal(operation, place, subject, Instant::now()) {
                return Err(fault);
            }
            tries += 1;
            self.admit((operation, place, subject), counted).await?;
            let slot = self.in_flight.enter(place, operation.facts().service).await;
            self.may_call(operation, subject)?;
            if let Some(fault) = counted.and_then(|counted| self.reached.refusal(counted, subject)) {
                return Err(fault);
            }
            self.pacer.count(operation);
            let began = Instant::now();
            self.budget.sending(operation, subject);
            let answer = once(tries).await;
            self.pacer.answered(place, operation, Instant::now());
            self.budget.note(operation, place, subject, answer.as_ref().err(), Instant::now());
            let fault = match answer {
                Ok(()) => return Ok(()),
                Err(fault) => fault,
            };
            spent += began.elapsed() + pauses.next();
            let again = match fault.kind {
                FaultKind::Throttled => {
                    self.pacer.throttled(place, operation);
                    operation.facts().repeat != Repeat::Never && tries < THROTTLED_TRIES
                }
                _ if fault.transient() => operation.facts().repeat == Repeat::Safe && tries < TRANSIENT_TRIES,
                _ => false,
            };
            if !again || (tries > 1 && spent >= self.options.visible_within / 2) {
                return Err(fault);
            }
            drop(slot);
            pauses.pass().await;
        }
    }

    /// Waits for a call's turn; gives a fault where a quota is reached that it needs.
    async fn admit(
        &self,
        (operation, place, subject): (Operation, &Place, &str),
        counted: Option<&Counted>,
    ) -> Result<(), Fault> {
        let Some(counted) = counted else { return self.turn(operation, place, subject).await };
        if let Some(fault) = self.reached.refusal(counted, subject) {
            return Err(fault);
        }
        tokio::select! {
            biased;
            fault = self.reached.refused(counted, subject) => Err(fault),
            turn = self.turn(operation, place, subject) => turn,
        }
    }

    /// Waits until the call may be made. When the run is to end, all who wait give up their turns:
    /// whoever has something to finish queues again, before those who have not.
    async fn turn(&self, operation: Operation, place: &Place, subject: &str) -> Result<(), Fault> {
        self.may_call(operation, subject)?;
        let wait = self.pacer.take(place, operation, Instant::now());
        if !wait.is_zero() {
            let began = Instant::now();
            let turn = self.wait_for_turn((operation, place, subject), began + wait).await;
            self.pacer.note_wait(began.elapsed());
            turn?;
            self.may_call(operation, subject)?;
        }
        Ok(())
    }

    /// Waits until a call is due.
    async fn wait_for_turn(
        &self,
        (operation, place, subject): (Operation, &Place, &str),
        due: Instant,
    ) -> Result<(), Fault> {
        tokio::select! {
            biased;
            () = self.token(operation, place, due) => {}
            () = self.until_ends(), if self.ends().is_none() => {
                self.pacer.reopen(Instant::now());
                self.may_call(operation, subject)?;
                tokio::time::sleep(self.pacer.take(place, operation, Instant::now())).await;
            }
        }
        Ok(())
    }

    /// Waits for a token of the future, and for as long as the first request was slow to arrive at the service.
    async fn token(&self, operation: Operation, place: &Place, due: Instant) {
        tokio::time::sleep_until(due).await;
        loop {
            let now = Instant::now();
            let until = due + self.pacer.late(place, operation, now);
            if until <= now {
                return;
            }
            tokio::time::sleep_until(until.min(now + ARRIVAL)).await;
        }
    }

    /// Waits until a read is in vain, because the run is to end: one before an action's first write as soon as it is, any
    /// other when nothing is read any more. For ever for a write, which may be carried out although nobody waits for it.
    async fn given_up(&self, operation: Operation, subject: &str) -> Fault {
        if operation.writes() {
            return std::future::pending().await;
        }
        let before_a_write = async {
            self.until_ends().await;
            match self.ending_before_write(operation, subject) {
                Some(ending) => ending,
                None => std::future::pending().await,
            }
        };
        let ending = tokio::select! {
            biased;
            ending = before_a_write => ending,
            limit = self.budget.until_reads_end() => Ending::OutOfTime(limit),
        };
        ending.cuts_off(operation, subject)
    }

    /// Refuses the calls of an action that has sent no write, once the run is to end.
    fn may_call(&self, operation: Operation, subject: &str) -> Result<(), Fault> {
        match self.ending_before_write(operation, subject) {
            Some(ending) => Err(ending.fault(operation, subject)),
            None => Ok(()),
        }
    }

    /// Why a call is in vain whose action has sent no write.
    fn ending_before_write(&self, operation: Operation, subject: &str) -> Option<Ending> {
        self.ends().filter(|_| self.budget.waits_to_write(operation, subject))
    }
}
