//! The log of an invocation: what the function prints between the lines of the platform, of which the end is kept.

use std::collections::VecDeque;

/// How much of the end of a log an answer carries, in bytes.
const TAIL: usize = 4096;

/// The most of one invocation's output that is looked at; what comes after is dropped.
const MOST: usize = 16 * 1024 * 1024;

/// The end of a log.
#[derive(Debug, Default)]
pub(super) struct Log {
    tail: VecDeque<u8>,
    seen: usize,
}

impl Log {
    /// Begins the log of an invocation. What an idle function printed before belongs to it, as on Lambda.
    pub(super) fn start(&mut self, id: &str, version: &str) {
        self.seen = 0;
        self.line(&format!("START RequestId: {id} Version: {version}"));
    }

    /// Adds what the function printed.
    pub(super) fn printed(&mut self, bytes: &[u8]) {
        let room = MOST.saturating_sub(self.seen);
        self.seen = self.seen.saturating_add(bytes.len());
        self.add(&bytes[..bytes.len().min(room)]);
        if room > 0 && bytes.len() >= room {
            self.line(&format!(
                "[flowbind: the function printed more than {MOST} bytes; the rest is dropped]"
            ));
        }
    }

    /// Adds a line of the platform.
    pub(super) fn line(&mut self, text: &str) {
        if self.tail.back().is_some_and(|last| *last != b'\n') {
            self.add(b"\n");
        }
        self.add(text.as_bytes());
        self.add(b"\n");
    }

    fn add(&mut self, bytes: &[u8]) {
        let bytes = &bytes[bytes.len().saturating_sub(TAIL)..];
        let excess = (self.tail.len() + bytes.len()).saturating_sub(TAIL);
        self.tail.drain(..excess);
        self.tail.extend(bytes);
    }

    /// Returns the end of the log, and forgets it.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.tail).into()
    }
}

/// What the last line of an invocation reports.
#[derive(Debug, Default)]
pub(super) struct Report<'a> {
    pub(super) id: &'a str,
    /// Milliseconds.
    pub(super) duration: f64,
    /// Milliseconds, for the first invocation of an environment.
    pub(super) init: Option<f64>,
    /// Megabytes.
    pub(super) memory: u64,
    /// Megabytes, where the system shows them.
    pub(super) used: Option<u64>,
    /// What ran it, where that is not what is declared.
    pub(super) interpreter: Option<&'a str>,
    /// The type of Lambda's own error.
    pub(super) failure: Option<&'a str>,
}

impl Report<'_> {
    pub(super) fn line(&self) -> String {
        let Self { id, duration, memory, .. } = self;
        let billed = duration.ceil().max(1.0);
        let mut line = format!(
            "REPORT RequestId: {id}\tDuration: {duration:.2} ms\tBilled Duration: {billed:.0} ms\tMemory Size: {memory} MB"
        );
        if let Some(used) = self.used {
            line.push_str(&format!("\tMax Memory Used: {used} MB"));
        }
        if let Some(init) = self.init {
            line.push_str(&format!("\tInit Duration: {init:.2} ms"));
        }
        match self.failure {
            Some("Sandbox.Timedout") => line.push_str("\tStatus: timeout"),
            Some(kind) => line.push_str(&format!("\tStatus: error\tError Type: {kind}")),
            None => {}
        }
        if let Some(interpreter) = self.interpreter {
            line.push_str(&format!("\tflowbind: {interpreter}"));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_a_log_is_kept() {
        let mut log = Log::default();
        log.start("id", "$LATEST");
        log.printed(&vec![b'x'; 10_000]);
        log.line("END RequestId: id");
        let tail = log.finish();
        assert_eq!(tail.len(), TAIL);
        assert!(tail.ends_with(b"x\nEND RequestId: id\n"));
        assert!(log.finish().is_empty());
    }

    #[test]
    fn a_flood_is_cut_and_says_so() {
        let mut log = Log::default();
        log.start("id", "1");
        for _ in 0..20 {
            log.printed(&vec![b'x'; 1024 * 1024]);
        }
        assert!(String::from_utf8(log.finish()).unwrap().ends_with("the rest is dropped]\n"));
    }

    #[test]
    fn a_report_says_what_ran() {
        let report = Report {
            id: "id",
            duration: 1.234,
            memory: 128,
            interpreter: Some("nodejs24.x ran on Node.js v20.1.0"),
            failure: Some("Sandbox.Timedout"),
            ..Report::default()
        };
        assert_eq!(
            report.line(),
            "REPORT RequestId: id\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tStatus: timeout\
             \tflowbind: nodejs24.x ran on Node.js v20.1.0"
        );
    }
}
