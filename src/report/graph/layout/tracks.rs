//! The vertical pieces between two columns: which stands left of which, so that few lines cross and none lie on each
//! other.

/// Nearer than this two horizontal lines look like one.
const TOUCH: f64 = 4.0;
/// What two lines on each other count, in crossings.
const OVERLAP: usize = 40;

/// Lines that meet on one vertical piece.
#[derive(Debug, Clone, Default)]
pub(super) struct Net {
    /// Where lines come from the left.
    pub(super) left: Vec<f64>,
    /// Where the line goes on to the right.
    pub(super) right: Option<f64>,
    /// How far down it goes, for arrows that lead back below.
    pub(super) low: Option<f64>,
}

impl Net {
    fn span(&self) -> (f64, f64) {
        let ends = self.left.iter().chain(&self.right).chain(&self.low);
        ends.fold((f64::MAX, f64::MIN), |(low, high), y| (low.min(*y), high.max(*y)))
    }

    /// Returns whether there is nothing vertical about it.
    fn is_straight(&self) -> bool {
        let (low, high) = self.span();
        high - low < 0.5
    }
}

/// Between more nets than this crossings are not counted: there they cannot be followed anyhow.
const MANY: usize = 120;

/// A net that needs a track, and from where to where it goes.
struct Bent<'a> {
    index: usize,
    net: &'a Net,
    low: f64,
    high: f64,
}

impl Bent<'_> {
    fn overlaps(&self, other: &Self) -> bool {
        self.low - 7.0 < other.high && other.low - 7.0 < self.high
    }

    fn crosses(&self, y: f64) -> usize {
        usize::from(self.low < y && y < self.high)
    }

    /// Counts the crossings of two nets with this one left of the other.
    fn cost(&self, other: &Self) -> usize {
        let right = self.net.right;
        let crossings = right.map_or(0, |y| other.crosses(y))
            + other.net.left.iter().map(|y| self.crosses(*y)).sum::<usize>();
        let touches = |right: f64| other.net.left.iter().filter(|y| (*y - right).abs() < TOUCH).count();
        crossings + OVERLAP * right.map_or(0, touches)
    }
}

/// Gives each net its track, from the left, and the number of tracks. Straight nets have none.
pub(super) fn assign(nets: &[Net]) -> (Vec<Option<usize>>, usize) {
    let bent = nets.iter().enumerate().filter(|(_, net)| !net.is_straight()).map(|(index, net)| {
        let (low, high) = net.span();
        Bent { index, net, low, high }
    });
    let bent: Vec<Bent<'_>> = bent.collect();
    let count = bent.len();
    // better[a][b]: how many crossings it saves to have a left of b.
    let mut better = vec![vec![0_i64; if count > MANY { 0 } else { count }]; count];
    for a in (0..count).filter(|_| count <= MANY) {
        for b in a + 1..count {
            let saved = bent[b].cost(&bent[a]) as i64 - bent[a].cost(&bent[b]) as i64;
            (better[a][b], better[b][a]) = (saved, -saved);
        }
    }
    let order = if count > MANY { (0..count).collect() } else { sequence(&better) };
    let apart =
        |a: usize, b: usize| bent[a].overlaps(&bent[b]) || better[a].get(b).is_some_and(|saved| *saved != 0);
    let mut tracks = vec![None; nets.len()];
    let mut slots = vec![0; count];
    let mut used = 0;
    for (place, a) in order.iter().enumerate() {
        let left = order[..place].iter().filter(|b| apart(*a, **b)).map(|b| slots[*b] + 1).max();
        slots[*a] = left.unwrap_or(0);
        used = used.max(slots[*a] + 1);
        tracks[bent[*a].index] = Some(slots[*a]);
    }
    (tracks, used)
}

/// Orders so that what is better left stands left, as far as there are no cycles: always the one next that gains most
/// by standing left of the rest.
fn sequence(better: &[Vec<i64>]) -> Vec<usize> {
    let count = better.len();
    let mut gain: Vec<i64> = better.iter().map(|row| row.iter().sum()).collect();
    let mut blocked: Vec<usize> =
        better.iter().map(|row| row.iter().filter(|gain| **gain < 0).count()).collect();
    let mut left: Vec<usize> = (0..count).collect();
    let mut order = Vec::with_capacity(count);
    while !left.is_empty() {
        let next = left
            .iter()
            .enumerate()
            .min_by_key(|(_, net)| (blocked[**net] > 0, std::cmp::Reverse(gain[**net]), **net))
            .map_or(0, |(place, _)| place);
        let net = left.remove(next);
        for other in &left {
            gain[*other] -= better[*other][net];
            blocked[*other] -= usize::from(better[*other][net] < 0);
        }
        order.push(net);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_would_lie_on_each_other_are_kept_apart() {
        let net = |left: f64, right: f64| Net { left: vec![left], right: Some(right), low: None };
        // The second arrives where the first leaves: the first must turn off before.
        let (tracks, used) = assign(&[net(10.0, 90.0), net(50.0, 10.0), net(20.0, 20.0)]);
        assert_eq!((tracks, used), (vec![Some(0), Some(1), None], 2));
    }

    #[test]
    fn nets_that_do_not_meet_share_a_track() {
        let net = |left: f64, right: f64| Net { left: vec![left], right: Some(right), low: None };
        let (tracks, used) = assign(&[net(0.0, 20.0), net(100.0, 120.0)]);
        assert_eq!((tracks, used), (vec![Some(0), Some(0)], 1));
    }
}
