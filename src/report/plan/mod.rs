//! A plan for people. It is grouped (`groups`), put into words (`view`, made by `entries` and `details`), and written as
//! text here and as Markdown and HTML beside this folder.

mod details;
mod entries;
mod groups;
mod json;
mod sums;
mod text;
mod view;

pub(in crate::report) use details::{beyond_message, flow_details};
pub(in crate::report) use entries::step_words;
#[cfg(all(test, feature = "cli"))]
pub(crate) use json::ActionLine;
pub(in crate::report) use json::{
    BlockLine, FieldLine, PlannedDetail, block_line, outside_lines, planned_detail,
};
pub use json::{PlanDocument, action_lines};
pub(in crate::report) use sums::verdict;
pub use sums::{approvable, calls_text, checksum_text, total_text};
pub(in crate::report) use text::details_text;
pub use text::{notes_text, plan_text};
pub use view::PlanView;
#[cfg(test)]
pub(in crate::report) use view::Remark;
pub(in crate::report) use view::{Block, Detail, Entry, Grade, Line, Mark, Note, RemarkKind, Section, Tag};
