//! The only place that makes text: one format a file.
//!
//! Functions turn values into strings and print nothing. Text carries ANSI styles, which the command line strips where
//! they are not wanted. The same value gives the same bytes: no clock, no order of a hash map.

mod answer;
mod apply;
mod arns;
mod document;
mod drift;
mod event;
mod explain;
mod explore;
mod fields;
mod github;
pub mod graph;
mod html;
mod iam_policy;
mod invoke;
mod junit;
mod layout;
pub mod lint;
mod markdown;
mod plan;
mod removal;
mod sarif;
#[cfg(test)]
pub(crate) mod schema;
mod several;
pub mod simulate;
pub mod source;
mod style;
mod test;
mod typed;
mod undeclared;
mod visible;
mod watch;
mod wrap;

pub use crate::resource::count;

pub(crate) use answer::{advice_text, breach_text};
pub use apply::{ApplyDocument, apply_text, next_text, outcome_event, outcome_text, unfinished_text};
pub use document::{ErrorDocument, ErrorLine, Failed, Found, ValidateDocument};
pub use drift::{DriftDocument, drift_text, ignored_text};
pub use event::{EventNote, event_notes};
pub use explain::explained_text;
pub use explore::{
    Exploration, ExploreDocument, ExploredFlows, FlowSource, explore_github, explore_sarif, explore_text,
    scenario_name,
};
pub use github::{drift_github, failed_github, plan_github, problems_github, saved_github};
pub use html::{
    Pictures, StatusPage, drift_html, failed_html, pictures_of, pictures_of_drift, plan_html, status_html,
    status_of_set_html,
};
pub use iam_policy::{IamPolicyDocument, iam_policy_summary, iam_policy_text};
pub use invoke::{InvokeDocument, Trials, Untried, failed_junit, invoke_github, invoke_junit, invoke_text};
pub use layout::Layout;
pub use markdown::{drift_markdown, failed_markdown, lint_markdown, plan_markdown};
#[cfg(all(test, feature = "cli"))]
pub(crate) use plan::ActionLine;
pub use plan::{
    PlanDocument, PlanView, action_lines, approvable, calls_text, checksum_text, notes_text, plan_text,
    total_text,
};
pub use sarif::{drift_sarif, failed_sarif, problems_sarif};
pub(crate) use style::{bold, dim, red, yellow};
pub use test::{
    Sweep, SweepDocument, Test, TestDocument, Tests, sweep_text, test_github, test_junit, test_text,
};
pub use typed::Typed;
#[cfg(feature = "cli")]
pub(crate) use visible::line as json_line;
pub(crate) use visible::one_line;
pub use visible::{document as json_text, tame};
pub use watch::{
    Audience, NOTICE_FORMAT, WATCH_FORMAT, WatchLine, Weight, applied_line, change_line, decision_text,
    drift_sums, duration_text, failed_line, looked_line, notice_body, unread_lines, write_line,
};
#[cfg(test)]
#[cfg(all(test, feature = "cli"))]
pub(crate) use wrap::VERBS;
pub use wrap::width;
#[cfg(feature = "cli")]
pub(crate) use wrap::{NARROWEST, wrap_under};
