//! Where in a text something stands: from byte offsets to the lines and columns that editors show.

/// A place in a text as an editor shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters, not bytes.
    pub column: usize,
}

/// How many bytes lie between two counted places; a look-up counts at most this many bytes.
const STRIDE: usize = 256;

/// Finds positions in one text, each in logarithmic time however long its lines are (an exported flow is often a
/// single line).
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<usize>,
    /// The number of characters that begin before byte `i * STRIDE`.
    counted: Vec<usize>,
}

impl Lines {
    /// Counts the lines and characters of `text` once.
    pub fn new(text: &str) -> Self {
        let (mut starts, mut counted, mut characters) = (vec![0], Vec::new(), 0);
        for (offset, byte) in text.bytes().enumerate() {
            if offset % STRIDE == 0 {
                counted.push(characters);
            }
            if byte == b'\n' {
                starts.push(offset + 1);
            }
            characters += usize::from(begins_character(byte));
        }
        if text.len().is_multiple_of(STRIDE) {
            counted.push(characters);
        }
        Self { starts, counted }
    }

    /// Returns the position of byte `offset` of `text`, which must be the text that was counted. An offset behind the
    /// end is taken for the end.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        Position { line, column: self.characters(text, offset) - self.characters(text, start) + 1 }
    }

    fn characters(&self, text: &str, offset: usize) -> usize {
        let before = self.counted.get(offset / STRIDE).copied().unwrap_or(0);
        let rest = text.as_bytes().get(offset / STRIDE * STRIDE..offset).unwrap_or_default();
        before + rest.iter().filter(|byte| begins_character(**byte)).count()
    }
}

const fn begins_character(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "aé\n  ü\"x";
        let lines = Lines::new(text);
        assert_eq!(lines.position(text, 0), Position { line: 1, column: 1 });
        assert_eq!(lines.position(text, 3), Position { line: 1, column: 3 });
        assert_eq!(lines.position(text, text.find('x').unwrap()), Position { line: 2, column: 5 });
    }

    #[test]
    fn a_long_line_is_counted_right_at_every_character() {
        let text = "é1€".repeat(700) + "\n" + &"é1€".repeat(300);
        let lines = Lines::new(&text);
        let (mut line, mut column) = (1, 1);
        for (offset, character) in text.char_indices() {
            assert_eq!(lines.position(&text, offset), Position { line, column });
            (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        assert_eq!(lines.position(&text, text.len() + 9), Position { line, column });
    }
}
