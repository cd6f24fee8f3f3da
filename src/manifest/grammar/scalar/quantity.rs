//! Quantities: times and sizes.
//!
//! Written here: libraries read many more ways to write a duration than the schema's pattern allows.

use std::time::Duration;

use super::Fault;
use crate::manifest::reading::log::quote;

/// What a function's memory may be, in MB.
const MEMORY: std::ops::RangeInclusive<u32> = 128..=10_240;

/// Reads a duration: whole seconds or minutes.
pub(super) fn duration(text: &str) -> Result<Duration, Fault> {
    let wrong = || Fault::new(format!("{} is not a duration", quote(text)));
    let digits = |n: &str| !n.is_empty() && n.len() <= 6 && n.bytes().all(|b| b.is_ascii_digit());
    if digits(text) {
        return Err(wrong().hint(format!("write the unit: `{text}s`")));
    }
    let split = text.char_indices().next_back().map(|(at, _)| text.split_at(at));
    let (number, factor) = match split {
        Some((number, "s")) => (number, 1),
        Some((number, "m")) => (number, 60),
        _ => return Err(wrong().hint("write whole seconds, such as `8s`")),
    };
    match number.parse::<u64>() {
        Ok(seconds) if digits(number) => Ok(Duration::from_secs(seconds * factor)),
        _ => Err(wrong().hint("write whole seconds, such as `8s`")),
    }
}

/// Reads a function's memory in MB.
pub(super) fn memory(text: &str) -> Result<u32, Fault> {
    let number = text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    match number {
        Some(number) if MEMORY.contains(&number) => Ok(number),
        Some(number) => {
            let message =
                format!("{number} MB of memory are outside of {} to {}", MEMORY.start(), MEMORY.end());
            Err(Fault::new(message))
        }
        None => {
            let number = megabytes(text).unwrap_or(256);
            Err(Fault::new(format!("{} is not a number of MB", quote(text)))
                .hint(format!("write it as `memory: {number}`")))
        }
    }
}

/// Reads a size with its unit, where it is one that a function may have.
fn megabytes(text: &str) -> Option<u32> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let number: u32 = text[..digits].parse().ok()?;
    let factor = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "m" | "mb" | "mib" => 1,
        "g" | "gb" | "gib" => 1_024,
        _ => return None,
    };
    number.checked_mul(factor).filter(|number| MEMORY.contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_a_whole_number_within_the_limits_of_lambda() {
        assert_eq!(memory("128"), Ok(128));
        assert_eq!(memory("10240"), Ok(10_240));
        let says = |text: &str| memory(text).unwrap_err().message;
        assert_eq!(says("127"), "127 MB of memory are outside of 128 to 10240");
        assert_eq!(says("10241"), "10241 MB of memory are outside of 128 to 10240");
        for text in ["", "256MB", "+256", "1.5", "-1", "99999999999"] {
            assert_eq!(says(text), format!("{} is not a number of MB", quote(text)));
        }
    }
}
