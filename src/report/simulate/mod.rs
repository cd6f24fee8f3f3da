//! What happens to a contact: as a transcript, as JSON, and drawn on the flow's picture.

mod json;
mod picture;
mod text;
mod words;

pub use json::SimulateDocument;
pub use picture::path_picture;
pub use text::{asked_text, contact_text, ending_text, step_text};
pub(super) use words::{ended as ended_text, seconds};
pub use words::{question_text, refusal_text, unused_text};
