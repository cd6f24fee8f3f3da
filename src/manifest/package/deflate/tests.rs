//! What comes out is fixed, and what readers that others wrote take.

use proptest::prelude::*;

use crate::resource::sha256;

use super::*;

fn inflated(deflated: &[u8]) -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec(deflated).unwrap()
}

fn text(bytes: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let words =
        ["const ", "function ", "return ", "await ", "(event) ", "=> ", "{\n  ", "}\n", "module.exports"];
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let at = (state >> 24) as usize;
        words.get(at % 12).map_or_else(|| format!("v{} ", state >> 20), |word| (*word).to_owned())
    };
    let mut all: Vec<u8> = std::iter::repeat_with(next).take(bytes / 3).collect::<String>().into_bytes();
    all.truncate(bytes);
    all
}

#[test]
fn the_bytes_are_fixed_for_ever() {
    let samples = [Vec::new(), b"a".to_vec(), vec![b'x'; 100_000], text(200_000), (0..=255).collect()];
    let digests = samples.map(|sample| sha256(deflate(&sample))[..16].to_owned());
    // With other values, the code of every function that is compressed would be published again.
    assert_eq!(
        digests,
        ["3d8f5c04c0d262d8", "305e791b2fe8faf3", "03149efb83888f99", "a1ee0c7f770d5d20", "a03dd42e0398a603"]
    );
}

#[test]
fn a_text_shrinks_about_as_much_as_with_a_library() {
    let text = text(300_000);
    let (ours, theirs) = (deflate(&text), miniz_oxide::deflate::compress_to_vec(&text, 6));
    assert_eq!(inflated(&ours), text);
    assert!(ours.len() * 100 < theirs.len() * 105, "{} and {}", ours.len(), theirs.len());
    assert!(deflate(&vec![0; 1 << 20]).len() < 2_000);
}

#[test]
fn codes_that_would_be_too_long_are_shortened() {
    // Fibonacci's numbers make the deepest tree: 30 symbols would need 29 bits.
    let mut counts = vec![1_u32, 1];
    (2..30).for_each(|n| counts.push(counts[n - 1] + counts[n - 2]));
    for longest in [7, 15] {
        let code = Code::new(&counts, longest);
        let room: usize = code.lengths().iter().map(|length| 1 << (longest - usize::from(*length))).sum();
        assert_eq!(room, 1 << longest);
        assert!(code.lengths().is_sorted_by(|rare, often| rare >= often), "{:?}", code.lengths());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_goes_in_comes_out(parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..40), 1..60_usize), 0..40)) {
        let bytes: Vec<u8> = parts.iter().flat_map(|(part, times)| part.repeat(*times)).collect();
        prop_assert_eq!(inflated(&deflate(&bytes)), bytes);
    }

    #[test]
    fn matches_of_every_distance_and_length_come_out(gap in 0..70_000_usize, length in 1..700_usize) {
        let noise = text(gap + length);
        let bytes = [&noise[..length], &noise[..], &noise[..length]].concat();
        prop_assert_eq!(inflated(&deflate(&bytes)), bytes);
    }
}
