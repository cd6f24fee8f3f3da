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

    /// Tells whether there is nothing vertical about it.
    fn is_straight(&self) -> bool {
        let (low, high) = self.span();
        high - low < 0.5
    }
}

/// Gives each net its track, from the left, and the number of tracks. Straight nets have none.
pub(super) fn assign(nets: &[Net]) -> (Vec<Option<usize>>, usize) {
    let bent: Vec<usize> = (0..nets.len()).filter(|net| !nets[*net].is_straight()).collect();
    let count = bent.len();
    // before[a][b]: how much worse it is to have b left of a than a left of b.
    let mut better = vec![vec![0_i64; count]; count];
    let mut apart = vec![vec![false; count]; count];
    for a in 0..count {
        for b in a + 1..count {
            let (one, other) = (&nets[bent[a]], &nets[bent[b]]);
            let ab = cost(one, other) as i64;
            let ba = cost(other, one) as i64;
            better[a][b] = ba - ab;
            better[b][a] = ab - ba;
            apart[a][b] = overlaps(one, other) || ab != ba;
            apart[b][a] = apart[a][b];
        }
    }
    let order = sequence(&better);
    let mut tracks = vec![None; nets.len()];
    let mut slots = vec![0; count];
    let mut used = 0;
    for (place, a) in order.iter().enumerate() {
        let left = order[..place].iter().filter(|b| apart[*a][**b]).map(|b| slots[*b] + 1).max();
        slots[*a] = left.unwrap_or(0);
        used = used.max(slots[*a] + 1);
        tracks[bent[*a]] = Some(slots[*a]);
    }
    (tracks, used)
}

fn overlaps(one: &Net, other: &Net) -> bool {
    let ((a, b), (c, d)) = (one.span(), other.span());
    a - 7.0 < d && c - 7.0 < b
}

/// Counts the crossings of two nets with `one` left of `other`.
fn cost(one: &Net, other: &Net) -> usize {
    let inside = |net: &Net, y: f64| {
        let (low, high) = net.span();
        usize::from(low < y && y < high)
    };
    let crossings =
        one.right.map_or(0, |y| inside(other, y)) + other.left.iter().map(|y| inside(one, *y)).sum::<usize>();
    let touching =
        one.right.map_or(0, |right| other.left.iter().filter(|y| (*y - right).abs() < TOUCH).count());
    crossings + OVERLAP * touching
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
