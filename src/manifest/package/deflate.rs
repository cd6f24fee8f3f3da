//! A compressor whose output is fixed forever: Deflate (RFC 1951), each block with Huffman codes of its own.
//!
//! It is written here, and not taken from a crate, because its bytes are compared with what Lambda has: a library may
//! find a better match in its next version, and every function would be published again. Nothing in this file may
//! change what comes out; the tests hold it by its digest. It compresses about as well as a library does, and takes
//! as long: 20 MB a second, which is one reason why only folders that would not fit otherwise are compressed.

mod huffman;

use huffman::{Bits, Code};

/// How far back a match may be, in bytes.
const WINDOW: usize = 1 << 15;
/// The shortest and the longest match, in bytes.
const SHORTEST: usize = 3;
const LONGEST: usize = 258;
/// A match of this length is taken without looking for a longer one.
const LONG_ENOUGH: usize = 64;
/// The most places that are compared for one match.
const TRIES: usize = 48;
/// The literals and matches of a block.
const BLOCK: usize = 1 << 15;
/// The symbol that ends a block.
const END: usize = 256;
/// No place.
const NOWHERE: u32 = u32::MAX;

/// The shortest length of each length symbol from 257 on, and its number of extra bits (RFC 1951, 3.2.5).
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// The order in which the lengths of the code of lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A byte as it is, or what to copy.
#[derive(Debug, Clone, Copy)]
enum Token {
    Literal(u8),
    Match { length: u16, distance: u16 },
}

/// Compresses bytes; less than 4 GiB.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits::default();
    let mut tokens = Vec::with_capacity(BLOCK);
    let mut seen = Seen::new(bytes);
    let mut at = 0;
    while at < bytes.len() {
        let found = seen.longest(at);
        seen.add(at);
        // A longer match one byte on is better than this one.
        let later = found.filter(|(length, _)| *length < LONG_ENOUGH).and_then(|_| seen.longest(at + 1));
        match (found, later) {
            (Some((length, distance)), later) if later.is_none_or(|(later, _)| later <= length) => {
                (at + 1..at + length).for_each(|at| seen.add(at));
                at += length;
                tokens.push(Token::copy(length, distance));
            }
            _ => {
                tokens.push(Token::Literal(bytes[at]));
                at += 1;
            }
        }
        if tokens.len() == BLOCK {
            block(&tokens, at == bytes.len(), &mut out);
            tokens.clear();
        }
    }
    if !tokens.is_empty() || bytes.is_empty() {
        block(&tokens, true, &mut out);
    }
    out.finish()
}

impl Token {
    fn copy(length: usize, distance: usize) -> Self {
        let [length, distance] = [length, distance].map(|n| u16::try_from(n).unwrap_or(u16::MAX));
        Self::Match { length, distance }
    }
}

/// Where three bytes occurred before: for each hash the last place, and for each place the one before.
struct Seen<'b> {
    bytes: &'b [u8],
    last: Vec<u32>,
    before: Vec<u32>,
}

impl<'b> Seen<'b> {
    fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, last: vec![NOWHERE; WINDOW], before: vec![NOWHERE; WINDOW] }
    }

    fn hash(&self, at: usize) -> Option<usize> {
        let [a, b, c] = *self.bytes.get(at..at + SHORTEST)? else { return None };
        let hash = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1) >> 17;
        usize::try_from(hash).ok()
    }

    fn add(&mut self, at: usize) {
        if let (Some(hash), Ok(place)) = (self.hash(at), u32::try_from(at)) {
            self.before[at % WINDOW] = std::mem::replace(&mut self.last[hash], place);
        }
    }

    /// Returns the length and distance of the longest match of those that were tried, the nearest of equal ones.
    fn longest(&self, at: usize) -> Option<(usize, usize)> {
        let mut place = self.last[self.hash(at)?];
        let limit = LONGEST.min(self.bytes.len() - at);
        let mut best = None;
        let mut length = SHORTEST - 1;
        for _ in 0..TRIES {
            let from = usize::try_from(place).ok().filter(|_| place != NOWHERE)?;
            if from >= at || at - from > WINDOW {
                break;
            }
            // Only one that agrees where the best one ended can be longer.
            if self.bytes[from + length] == self.bytes[at + length] {
                let pairs = self.bytes[from..].iter().zip(&self.bytes[at..at + limit]);
                let same = pairs.take_while(|(a, b)| a == b).count();
                if same > length {
                    (best, length) = (Some((same, at - from)), same);
                    if same >= LONG_ENOUGH.min(limit) {
                        break;
                    }
                }
            }
            place = self.before[from % WINDOW];
            if place == NOWHERE || place as usize >= from {
                break;
            }
        }
        best
    }
}

/// Returns the symbol of a length, and its extra bits and their number.
fn length_symbol(length: u16) -> (usize, u32, u8) {
    let index = LENGTHS.partition_point(|(base, _)| *base <= length) - 1;
    let (base, extra) = LENGTHS[index];
    (END + 1 + index, u32::from(length - base), extra)
}

/// Returns the symbol of a distance, and its extra bits and their number: two symbols for each power of two.
fn distance_symbol(distance: u16) -> (usize, u32, u8) {
    let from = u32::from(distance) - 1;
    if from < 4 {
        return (from as usize, 0, 0);
    }
    let power = 31 - from.leading_zeros();
    let half = (from >> (power - 1)) & 1;
    let extra = power - 1;
    ((2 * power + half) as usize, from & ((1 << extra) - 1), extra as u8)
}

fn block(tokens: &[Token], last: bool, out: &mut Bits) {
    let (mut literals, mut distances) = ([0_u32; 286], [0_u32; 30]);
    literals[END] = 1;
    for token in tokens {
        match *token {
            Token::Literal(byte) => literals[usize::from(byte)] += 1,
            Token::Match { length, distance } => {
                literals[length_symbol(length).0] += 1;
                distances[distance_symbol(distance).0] += 1;
            }
        }
    }
    let (literals, distances) = (Code::new(&literals, 15), Code::new(&distances, 15));
    out.put(u32::from(last), 1);
    out.put(0b10, 2);
    header(&literals, &distances, out);
    for token in tokens {
        match *token {
            Token::Literal(byte) => literals.put(usize::from(byte), out),
            Token::Match { length, distance } => {
                let (symbol, extra, bits) = length_symbol(length);
                literals.put(symbol, out);
                out.put(extra, bits);
                let (symbol, extra, bits) = distance_symbol(distance);
                distances.put(symbol, out);
                out.put(extra, bits);
            }
        }
    }
    literals.put(END, out);
}

/// Writes the lengths of both codes, themselves in a code (RFC 1951, 3.2.7).
fn header(literals: &Code, distances: &Code, out: &mut Bits) {
    let used = |lengths: &[u8], least: usize| {
        lengths.iter().rposition(|length| *length > 0).map_or(least, |last| (last + 1).max(least))
    };
    let (literals, distances) = (literals.lengths(), distances.lengths());
    let (some, others) = (used(literals, 257), used(distances, 1));
    let runs = runs(&[&literals[..some], &distances[..others]].concat());
    let mut counts = [0_u32; 19];
    for (symbol, ..) in &runs {
        counts[*symbol] += 1;
    }
    let code = Code::new(&counts, 7);
    let order = ORDER.map(|symbol| code.lengths()[symbol]);
    let written = used(&order, 4);
    out.put(some as u32 - 257, 5);
    out.put(others as u32 - 1, 5);
    out.put(written as u32 - 4, 4);
    order[..written].iter().for_each(|length| out.put(u32::from(*length), 3));
    for (symbol, extra, bits) in runs {
        code.put(symbol, out);
        out.put(extra, bits);
    }
}

/// Writes lengths as symbols with extra bits: 16 repeats the last one, 17 and 18 are runs of zeros.
fn runs(lengths: &[u8]) -> Vec<(usize, u32, u8)> {
    let mut runs = Vec::new();
    for run in lengths.chunk_by(|a, b| a == b) {
        let (value, mut left) = (usize::from(run[0]), run.len() as u32);
        if value > 0 {
            runs.push((value, 0, 0));
            left -= 1;
        }
        while left > 0 {
            let (taken, run) = match (value, left) {
                (_, 1..3) => (1, (value, 0, 0)),
                (0, 3..11) => (left, (17, left - 3, 3)),
                (0, _) => (left.min(138), (18, left.min(138) - 11, 7)),
                _ => (left.min(6), (16, left.min(6) - 3, 2)),
            };
            runs.push(run);
            left -= taken;
        }
    }
    runs
}

#[cfg(test)]
mod tests;
