//! What a process that stays is asked for from outside: to end, or to make a round now.

use tokio::sync::watch;

use crate::cli::terminal::exit::Exit;

/// Requests to a process that stays. Clones take and hear the same.
#[derive(Debug, Clone)]
pub(super) struct Asks {
    end: watch::Sender<bool>,
    /// How often a round was asked for, and how many of those requests were heard.
    rounds: watch::Sender<Rounds>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Rounds {
    asked: u64,
    heard: u64,
}

impl Asks {
    pub(super) fn new() -> Self {
        Self { end: watch::Sender::new(false), rounds: watch::Sender::new(Rounds::default()) }
    }

    /// Asks it to end.
    pub(super) fn end(&self) {
        self.end.send_replace(true);
    }

    /// Whether it was asked to end.
    pub(super) fn is_ending(&self) -> bool {
        *self.end.borrow()
    }

    /// Waits until it is asked to end.
    pub(super) async fn ended(&self) {
        // The sender lives as long as this value, so that the wait cannot fail.
        let _ = self.end.subscribe().wait_for(|end| *end).await;
    }

    /// Asks for a round of every set.
    pub(super) fn round(&self) {
        self.rounds.send_modify(|rounds| rounds.asked += 1);
    }

    /// Waits until a round was asked for that nobody has heard of yet. Several requests are one round.
    pub(super) async fn asked(&self) {
        let waiting = |rounds: &Rounds| rounds.asked > rounds.heard;
        let _ = self.rounds.subscribe().wait_for(waiting).await;
        self.rounds.send_modify(|rounds| rounds.heard = rounds.asked);
    }

    /// Listens to signals from now on: Ctrl-C and SIGTERM end it, a second one at once, SIGHUP asks for a round.
    #[cfg(unix)]
    pub(super) fn listen(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let asks = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hangup.recv() => {
                        asks.round();
                        continue;
                    }
                }
                if asks.is_ending() {
                    std::process::exit(Exit::Interrupted.code().into());
                }
                asks.end();
            }
        });
        Ok(())
    }

    /// Listens to Ctrl-C from now on: it ends it, a second one at once.
    #[cfg(not(unix))]
    pub(super) fn listen(&self) -> std::io::Result<()> {
        let asks = self.clone();
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                if asks.is_ending() {
                    std::process::exit(Exit::Interrupted.code().into());
                }
                asks.end();
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_is_heard_once_however_often_it_was_made_and_whenever() {
        let asks = Asks::new();
        asks.round();
        asks.clone().round();
        asks.asked().await;
        tokio::select! {
            biased;
            () = asks.asked() => panic!("it was heard"),
            () = std::future::ready(()) => {}
        }
        assert!(!asks.is_ending());
        asks.clone().end();
        asks.ended().await;
        assert!(asks.is_ending());
    }
}
