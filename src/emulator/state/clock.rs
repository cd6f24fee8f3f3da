//! Times as the services write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
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

/// The civil date of a day count, by Howard Hinnant's `civil_from_days`.
fn date_time(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
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
    }
}
