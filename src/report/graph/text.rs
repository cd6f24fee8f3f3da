//! Text in pictures: how wide it is at most, how it is cleaned, wrapped and cut.
//!
//! Nobody knows which font a viewer has, so widths are the larger of two common ones: Liberation Sans, which has the
//! widths of Arial and Helvetica, and DejaVu Sans, the wide fallback of many systems.

/// The face of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// Weight 400.
    Regular,
    /// Weight 600 and more.
    Bold,
}

/// Widths of U+0020 to U+007E in thousandths of the font size.
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637, 637,
    637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 557, 1016, 685, 687, 723, 771, 667, 611, 778, 752, 295,
    500, 667, 558, 863, 749, 788, 667, 788, 723, 667, 611, 732, 685, 989, 686, 667, 686, 391, 337, 391, 838,
    557, 500, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521,
    393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
];

/// As [`REGULAR`], for the bold faces.
const BOLD: [u16; 95] = [
    349, 457, 521, 838, 696, 1002, 873, 307, 458, 458, 523, 838, 380, 416, 380, 366, 696, 696, 696, 696, 696,
    696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611, 1000, 774, 763, 734, 831, 684, 684, 821, 837, 373,
    557, 775, 638, 996, 837, 851, 733, 851, 771, 721, 683, 813, 774, 1104, 771, 725, 726, 458, 366, 458, 838,
    557, 500, 675, 716, 593, 716, 679, 436, 716, 712, 343, 343, 666, 343, 1042, 712, 688, 716, 716, 494, 596,
    479, 712, 652, 924, 646, 652, 583, 712, 366, 712, 838,
];

/// What is put where a text is cut.
const ELLIPSIS: char = '…';

fn character(c: char, face: Face) -> f64 {
    let index = (c as usize).checked_sub(0x20);
    let table = match face {
        Face::Regular => &REGULAR,
        Face::Bold => &BOLD,
    };
    match index.and_then(|index| table.get(index)) {
        Some(width) => f64::from(*width) / 1000.0,
        None => beyond(c, face),
    }
}

/// Widths of what is beyond the tables: the widest of each range for those that [`is_measured`] names, else what is
/// usual.
fn beyond(c: char, face: Face) -> f64 {
    match (c, face) {
        _ if is_combining(c) => 0.0,
        ('æ', _) => 1.1,
        ('à'..='ÿ', Face::Regular) => 0.85,
        ('à'..='ÿ', Face::Bold) => 0.9,
        ('’' | '‘' | '‚', _) => 0.4,
        ('“' | '”' | '„', _) => 0.6,
        ('\u{370}'..='\u{10FF}', _) => 0.75,
        ('\u{A0}'..='\u{2FF}' | '\u{2010}'..='\u{2027}', _) => 1.1,
        _ => 1.0,
    }
}

/// Returns whether all characters are of a table. Other lines must be drawn with a fixed length: no table tells how
/// wide a ligature of some script is.
pub(super) fn is_measured(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' '..='~' | '\u{A0}'..='\u{17F}' | '\u{2010}'..='\u{2027}'))
}

/// Returns the width that a line has at most, in pixels.
pub(super) fn width(text: &str, size: f64, face: Face) -> f64 {
    text.chars().map(|c| character(c, face)).sum::<f64>() * size
}

/// Makes one line of a text that may hold anything: white space becomes single spaces; control characters and those
/// that turn the direction of what follows are left out, and so are more than two combining marks in a row.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
            continue;
        }
        if is_hidden(c) {
            continue;
        }
        marks = if is_combining(c) { marks + 1 } else { 0 };
        if marks <= 2 {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
        || matches!(c, '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}')
        || matches!(c, '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Cuts a text to what formats show that break no lines themselves.
pub(super) fn brief(text: &str) -> String {
    const MOST: usize = 48;
    let text = clean(text);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}{ELLIPSIS}", text[..end].trim_end()),
        None => text,
    }
}

/// Cuts a cleaned line so that it is at most `limit` pixels wide.
pub(super) fn cut(text: &str, size: f64, face: Face, limit: f64) -> String {
    if width(text, size, face) <= limit {
        return text.to_owned();
    }
    let room = limit - character(ELLIPSIS, face) * size;
    let end = fitting(text, size, face, room);
    format!("{}{ELLIPSIS}", text[..end].trim_end())
}

/// Returns the length in bytes of the longest beginning that is at most `limit` pixels wide.
fn fitting(text: &str, size: f64, face: Face, limit: f64) -> usize {
    let mut used = 0.0;
    for (at, c) in text.char_indices() {
        used += character(c, face) * size;
        if used > limit {
            return at;
        }
    }
    text.len()
}

/// Breaks a cleaned text into at most `lines` lines of at most `limit` pixels, best after a space, else where a name
/// has a joint (`-`, `_`, a new capital), else anywhere. What does not fit ends in an ellipsis.
pub(super) fn wrap(text: &str, size: f64, face: Face, limit: f64, lines: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if out.len() + 1 == lines {
            out.push(cut(rest, size, face, limit));
            break;
        }
        let end = fitting(rest, size, face, limit);
        let end = if end == rest.len() { end } else { joint(rest, end) };
        // A limit narrower than one character still moves on.
        let end = if end == 0 { rest.chars().next().map_or(rest.len(), char::len_utf8) } else { end };
        out.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    out
}

/// Finds the best place to break at or before `end`.
fn joint(text: &str, end: usize) -> usize {
    if text[end..].starts_with(' ') {
        return end;
    }
    let head = &text[..end];
    let least = head.len() / 3;
    if let Some(space) = head.rfind(' ').filter(|at| *at >= least) {
        return space + 1;
    }
    let mut best = 0;
    let mut before = None;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at <= end) {
        let lower = before.is_some_and(|b: char| b.is_lowercase() || b.is_ascii_digit());
        if (c.is_uppercase() && lower) || before.is_some_and(|b| matches!(b, '-' | '_' | '.' | '/' | ':')) {
            best = at;
        }
        before = Some(c);
    }
    if best >= least { best } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cleaned_to_one_harmless_line() {
        assert_eq!(clean(" a\n\tb\u{202E}c\u{0}\u{FFFF} "), "a bc");
        assert_eq!(clean(&format!("o{}x", "\u{301}".repeat(50))), "o\u{301}\u{301}x");
    }

    #[test]
    fn lines_are_never_wider_than_their_limit() {
        let texts = [
            "UpdateContactRecordingAndAnalyticsBehavior",
            "a b",
            "",
            "世界世界世界世界世界",
            &"W".repeat(99),
            "-",
        ];
        for text in texts {
            for limit in [30.0, 80.0, 160.0] {
                for line in wrap(text, 13.0, Face::Bold, limit, 2) {
                    assert!(width(&line, 13.0, Face::Bold) <= limit, "{line}");
                }
            }
        }
        assert!(wrap("abc", 13.0, Face::Bold, 1.0, 2).len() == 2);
    }

    #[test]
    fn a_text_breaks_at_its_joints() {
        let lines = |text, limit| wrap(text, 10.0, Face::Regular, limit, 3);
        assert_eq!(lines("Look up caller", 60.0), ["Look up", "caller"]);
        assert_eq!(lines("UpdateContactData", 90.0), ["UpdateContact", "Data"]);
        assert_eq!(lines("one two three four five six seven", 50.0), ["one two", "three four", "five six…"]);
    }
}
