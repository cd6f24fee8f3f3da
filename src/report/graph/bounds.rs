//! How much of a picture is laid out. A flow that AWS takes has at most 250 blocks; a file may hold anything.

use std::borrow::Cow;

use super::model::Picture;

/// The most boxes that are laid out.
const BOXES: usize = 600;
/// The most arrows that are laid out.
const ARROWS: usize = 3_000;

/// Leaves out what would take too long, and says so below the picture.
pub(super) fn bounded(picture: &Picture) -> Cow<'_, Picture> {
    if picture.boxes.len() <= BOXES && picture.arrows.len() <= ARROWS {
        return Cow::Borrowed(picture);
    }
    let mut part = picture.clone();
    part.boxes.truncate(BOXES);
    part.arrows.retain(|arrow| arrow.from < BOXES && arrow.to < BOXES);
    part.arrows.truncate(ARROWS);
    let boxes = picture.boxes.len() - part.boxes.len();
    let arrows = picture.arrows.len() - part.arrows.len();
    part.notes
        .insert(0, format!("Too much for one picture: {boxes} boxes and {arrows} arrows are left out."));
    Cow::Owned(part)
}
