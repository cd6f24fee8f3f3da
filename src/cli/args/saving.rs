//! What `plan` and `apply` take to review first and write later.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueHint};

use super::help::SELECTION;

#[derive(Debug, Args)]
#[command(next_help_heading = SELECTION)]
pub(in crate::cli) struct SelectionArgs {
    /// Only this resource and what must come before it, such as flow/main-ivr, grant/support/crm-lookup or, of one set
    /// of several, acme-prod:flow/main-ivr. Repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) only: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Review first, apply later")]
pub(in crate::cli) struct SavingArgs {
    /// Save the plan for `apply --plan FILE`. Only its owner can read the file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) out: Option<PathBuf>,
    /// How long the saved plan is valid: 30m, 4h, 2d.
    #[arg(long, value_name = "TIME", default_value = "24h", requires = "out", value_parser = time)]
    pub(in crate::cli) expires: Duration,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Review first, apply later")]
pub(in crate::cli) struct ApprovalArgs {
    /// Apply this saved plan if a fresh plan agrees with it; otherwise write nothing and show what changed. The saved
    /// plan is the approval: there is no question.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["checksum", "prune", "force", "only"])]
    pub(in crate::cli) plan: Option<PathBuf>,
    /// Write only if the plan has this checksum, all 64 digits as `plan` shows them. The checksum is the approval:
    /// there is no question. Give the same --prune and --only as to `plan`.
    #[arg(long, value_name = "HEX", value_parser = hex)]
    pub(in crate::cli) checksum: Option<String>,
}

/// A year: what was reviewed earlier is forgotten.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

pub(super) fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "it is written like `90s`, `30m`, `4h` or `2d`, and is at most a year".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    let time = number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)?;
    if time.is_zero() || time > LONGEST { Err(wrong()) } else { Ok(time) }
}

/// A part of it would not do: who can choose what is planned could look for another plan that begins alike.
fn hex(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    match text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(text),
        false => Err("it is the 64 hex digits that `flowbind plan` shows as the checksum".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_an_end() {
        for (text, seconds) in [("1s", 1), ("30m", 1_800), ("4h", 14_400), ("2d", 172_800)] {
            assert_eq!(time(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in
            ["", "4", "h", "-1h", "0h", "4w", "400d", "99999999999999999999h", "18446744073709551615d", "4é"]
        {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_checksum_is_whole() {
        let whole = "AB".repeat(32);
        assert_eq!(hex(&whole), Ok("ab".repeat(32)));
        for text in ["", "ab", &whole[..63], &"xy".repeat(32)] {
            assert!(hex(text).is_err(), "{text}");
        }
    }
}
