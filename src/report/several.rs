//! Many things of one kind in a sentence: counted, and cut where nobody would read on.

/// The most that are named in one line.
const NAMED: usize = 10;

pub(crate) use crate::resource::count as of;

/// Names them all, or the first of them and how many more there are.
pub(crate) fn cut(items: impl IntoIterator<Item = String>) -> String {
    match first(items) {
        (named, 0) => named.join(", "),
        (named, more) => format!("{} and {more} more", named.join(", ")),
    }
}

/// Takes those that are named, and counts the others.
pub(crate) fn first(items: impl IntoIterator<Item = String>) -> (Vec<String>, usize) {
    let mut items: Vec<String> = items.into_iter().collect();
    if items.len() <= NAMED {
        return (items, 0);
    }
    let more = items.split_off(NAMED - 1).len();
    (items, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_and_never_to_hide_a_single_one() {
        let list = |n: usize| cut((1..=n).map(|n| n.to_string()));
        assert_eq!(list(0), "");
        assert_eq!(list(10), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10");
        assert_eq!(list(11), "1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more");
        assert_eq!(list(249), "1, 2, 3, 4, 5, 6, 7, 8, 9 and 240 more");
    }
}
