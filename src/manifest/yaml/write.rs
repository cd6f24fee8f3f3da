//! Texts as YAML scalars: whatever they hold, they are read back as they were.

/// Words that some reader of YAML takes for something else than text.
const RESERVED: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "null", "nan"];

/// Writes a text as a scalar: without quotes only where every reader of YAML takes it for this text.
pub(crate) fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Letters, digits, `-`, `_` and single spaces, beginning with a letter: no reader has another opinion of these.
fn is_plain(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == ' ';
    let reserved = |word: &&str| word.eq_ignore_ascii_case(text);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.ends_with(' ')
        && text.len() <= 100
        && text.chars().all(word)
        && !RESERVED.iter().chain(&["true", "false"]).any(reserved)
}

/// Writes a text between quotes: on one line, and without what moves a terminal's cursor.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                let code = u32::from(c);
                out.push_str(&if code > 0xFFFF {
                    format!("\\U{code:08X}")
                } else {
                    format!("\\u{code:04X}")
                });
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Controls, line separators, marks that turn the direction of text, and what has no width.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_every_reader_takes_for_text_goes_without_quotes() {
        for plain in ["Main IVR", "crm-lookup", "a_b"] {
            assert_eq!(scalar(plain), plain);
        }
        for (text, written) in [
            ("NO", "\"NO\""),
            ("007", "\"007\""),
            ("a: b", "\"a: b\""),
            ("", "\"\""),
            (" a", "\" a\""),
            ("say \"${x}\" \\", "\"say \\\"${x}\\\" \\\\\""),
            ("a\nb\u{202E}\u{1F600}\u{E0041}", "\"a\\nb\\u202E\u{1F600}\\U000E0041\""),
        ] {
            assert_eq!(scalar(text), written);
        }
    }
}
