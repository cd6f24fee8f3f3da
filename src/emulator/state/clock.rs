//! Times as the services write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// Returns the milliseconds since the epoch; a clock before it counts as the epoch.
pub(crate) fn now() -> u64 {
    milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// Returns a duration in milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Writes a time as Lambda does: `2026-01-31T12:00:00.000+0000`.
pub(crate) fn iso(milliseconds: u64) -> String {
    format!("{}.{:03}+0000", date_time(milliseconds / 1000), milliseconds % 1000)
}

/// Writes a time as IAM and STS do: `2026-01-31T12:00:00Z`.
pub(crate) fn iso_seconds(milliseconds: u64) -> String {
    format!("{}Z", date_time(milliseconds / 1000))
}

/// Writes seconds since the epoch as date and time in UTC; no year is later than 9999.
fn date_time(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.unwrap_or(Timestamp::MAX).strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Returns the base64 of a SHA-256, as CodeSha256 is written.
pub(crate) fn code_digest(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times_are_written_right() {
        assert_eq!(iso_seconds(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_400_123), "2000-02-29T00:00:00.123+0000");
        assert_eq!(iso_seconds(1_767_225_599_000), "2025-12-31T23:59:59Z");
        assert_eq!(iso_seconds(u64::MAX), "9999-12-30T22:00:00Z", "the last time that there is");
    }
}
