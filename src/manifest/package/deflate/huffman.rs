//! Huffman codes of a limited length, and a writer of bits.

/// Bits, the lowest first.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    open: u64,
    count: u8,
}

impl Bits {
    /// Adds the lowest bits of a value, at most 16.
    pub(super) fn put(&mut self, value: u32, bits: u8) {
        self.open |= u64::from(value) << self.count;
        self.count += bits;
        while self.count >= 8 {
            let [low, ..] = self.open.to_le_bytes();
            self.bytes.push(low);
            self.open >>= 8;
            self.count -= 8;
        }
    }

    /// Returns the bytes, the last one filled up with zeros.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            let [low, ..] = self.open.to_le_bytes();
            self.bytes.push(low);
        }
        self.bytes
    }
}

/// A canonical prefix code (RFC 1951, 3.2.2).
#[derive(Debug)]
pub(super) struct Code {
    lengths: Vec<u8>,
    codes: Vec<u32>,
}

impl Code {
    /// Creates the code for symbols that occur so often; none is longer than `longest` bits.
    pub(super) fn new(counts: &[u32], longest: usize) -> Self {
        let lengths = lengths(counts, longest);
        let mut next = 0;
        let mut codes = vec![0; lengths.len()];
        for length in 1..=longest {
            for (code, _) in codes.iter_mut().zip(&lengths).filter(|(_, own)| usize::from(**own) == length) {
                // The first bit of a code is written first.
                *code = u32::reverse_bits(next) >> (32 - length);
                next += 1;
            }
            next <<= 1;
        }
        Self { lengths, codes }
    }

    /// Returns the length of each symbol's code in bits, zero for what does not occur.
    pub(super) fn lengths(&self) -> &[u8] {
        &self.lengths
    }

    /// Writes a symbol.
    pub(super) fn put(&self, symbol: usize, out: &mut Bits) {
        out.put(self.codes[symbol], self.lengths[symbol]);
    }
}

/// Returns the lengths of a code with at least two symbols: readers differ on what a code with fewer is.
fn lengths(counts: &[u32], longest: usize) -> Vec<u8> {
    let mut leaves: Vec<(u32, usize)> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(symbol, count)| (*count, symbol))
        .collect();
    let spare = (0..counts.len()).filter(|symbol| counts[*symbol] == 0);
    let missing = 2_usize.saturating_sub(leaves.len());
    leaves.extend(spare.take(missing).map(|symbol| (1, symbol)));
    leaves.sort_unstable();
    let mut of_length = depths(&leaves.iter().map(|(count, _)| *count).collect::<Vec<_>>(), longest);
    shorten(&mut of_length);
    let mut lengths = vec![0; counts.len()];
    // The rarest have the longest codes.
    let mut rarest = leaves.iter();
    for (length, many) in of_length.iter().enumerate().rev() {
        for (_, symbol) in rarest.by_ref().take(*many) {
            lengths[*symbol] = length as u8;
        }
    }
    lengths
}

/// Counts the leaves of each depth of Huffman's tree over sorted weights; those below `longest` count as `longest`.
fn depths(weights: &[u32], longest: usize) -> Vec<usize> {
    // Nodes in the order in which they are made: first the leaves, then the inner ones, whose weights rise too.
    let mut nodes: Vec<(u64, usize)> = weights.iter().map(|weight| (u64::from(*weight), 0)).collect();
    let (mut leaf, mut inner) = (0, weights.len());
    for _ in 1..weights.len() {
        let made = nodes.len();
        let mut sum = 0;
        for _ in 0..2 {
            let take_leaf = leaf < weights.len() && (inner >= made || nodes[leaf].0 <= nodes[inner].0);
            let taken = if take_leaf { &mut leaf } else { &mut inner };
            sum += nodes[*taken].0;
            nodes[*taken].1 = made;
            *taken += 1;
        }
        nodes.push((sum, 0));
    }
    let mut depth = vec![0_usize; nodes.len()];
    for node in (0..nodes.len() - 1).rev() {
        depth[node] = depth[nodes[node].1] + 1;
    }
    let mut of_length = vec![0; longest + 1];
    depth[..weights.len()].iter().for_each(|depth| of_length[(*depth).min(longest)] += 1);
    of_length
}

/// Makes room for leaves that were too deep: one of a shorter length becomes two of the next, and takes one in.
fn shorten(of_length: &mut [usize]) {
    let longest = of_length.len() - 1;
    let used = |of_length: &[usize]| -> usize {
        of_length.iter().enumerate().skip(1).map(|(length, many)| many << (longest - length)).sum()
    };
    let mut over = used(of_length).saturating_sub(1 << longest);
    while over > 0 {
        of_length[longest] -= 1;
        if let Some(length) = (1..longest).rev().find(|length| of_length[*length] > 0) {
            of_length[length] -= 1;
            of_length[length + 1] += 2;
        }
        over -= 1;
    }
}
