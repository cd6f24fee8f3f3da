//! Lambda's own errors of a function, as the payload of an answer that is otherwise a success.

use serde_json::{Value, json};

use super::processes::Ended;

/// The largest answer, in bytes, as Lambda names it in its error.
pub(super) const MAX_ANSWER: usize = 6_291_556;

/// How an invocation failed although the function said nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It took longer than it may, in seconds.
    TimedOut(u64),
    /// Its process ended.
    Exited(Ended),
    /// Its answer has too many bytes.
    TooLarge(usize),
}

impl Failure {
    /// The error type, as the log has it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::TimedOut(_) => "Sandbox.Timedout",
            Self::Exited(_) => "Runtime.ExitError",
            Self::TooLarge(_) => "Function.ResponseSizeTooLarge",
        }
    }

    /// What the log says of it, before the report.
    pub(super) fn line(&self, id: &str) -> String {
        match self {
            Self::TimedOut(_) => format!("{id} {}", self.what()),
            _ => format!("RequestId: {id} Error: {}", self.what()),
        }
    }

    fn what(&self) -> String {
        match self {
            Self::TimedOut(seconds) => format!("Task timed out after {seconds}.00 seconds"),
            Self::Exited(Ended::Code(0)) => "Runtime exited without providing a reason".to_owned(),
            Self::Exited(Ended::Code(code)) => format!("Runtime exited with error: exit status {code}"),
            Self::Exited(Ended::Signal(signal)) => {
                format!("Runtime exited with error: signal: {}", signal_name(*signal))
            }
            Self::TooLarge(size) => {
                format!(
                    "Response payload size ({size} bytes) exceeded maximum allowed payload size ({MAX_ANSWER} bytes)."
                )
            }
        }
    }

    /// The payload of the answer.
    pub(super) fn payload(&self, id: &str) -> Value {
        let message = match self {
            Self::TooLarge(_) => self.what(),
            _ => format!("RequestId: {id} Error: {}", self.what()),
        };
        json!({ "errorType": self.kind(), "errorMessage": message })
    }
}

/// Go's names of signals, which Lambda prints.
fn signal_name(signal: i32) -> String {
    match signal {
        4 => "illegal instruction".to_owned(),
        6 => "aborted".to_owned(),
        7 => "bus error".to_owned(),
        8 => "floating point exception".to_owned(),
        9 => "killed".to_owned(),
        11 => "segmentation fault".to_owned(),
        15 => "terminated".to_owned(),
        25 => "file size limit exceeded".to_owned(),
        other => format!("signal {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_read_as_lambda_writes_them() {
        let said = |failure: Failure| failure.payload("id")["errorMessage"].as_str().unwrap().to_owned();
        assert_eq!(said(Failure::TimedOut(1)), "RequestId: id Error: Task timed out after 1.00 seconds");
        let exited = |ended| said(Failure::Exited(ended));
        assert_eq!(exited(Ended::Code(0)), "RequestId: id Error: Runtime exited without providing a reason");
        assert_eq!(exited(Ended::Code(7)), "RequestId: id Error: Runtime exited with error: exit status 7");
        assert_eq!(
            exited(Ended::Signal(9)),
            "RequestId: id Error: Runtime exited with error: signal: killed"
        );
        assert!(said(Failure::TooLarge(7_000_000)).contains("(6291556 bytes)"));
    }
}
