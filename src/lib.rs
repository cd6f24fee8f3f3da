//! Declarative bindings between Amazon Connect contact flows and AWS Lambda functions.
//!
//! # Five nouns and one direction
//!
//! ```text
//!  manifests/*.yaml ──load──▶ Manifest ─┐
//!                                       ├─ plan ─▶ Plan ─ apply ─▶ ApplyReport
//!  live AWS ───────observe──▶ Snapshot ─┘    │
//!                                            └─▶ report (text, JSON)
//!  flow JSON ──────parse────▶ Document ─ patch, compare, lint
//! ```
//!
//! [`Manifest`](manifest::Manifest) is what is wanted, [`Snapshot`](snapshot::Snapshot) what was seen, with the gaps
//! where nothing could be, [`Plan`](plan::Plan) what would be done, as data. [`plan::plan`] is synchronous, pure and
//! total, and the executor has no choice left to make.
//!
//! # Who may use whom
//!
//! | module | is | may use |
//! |---|---|---|
//! | [`flow`] | flow language: documents, tokens, patches, comparison | nothing of the crate |
//! | [`emulator`] | the embedded AWS | nothing of the crate |
//! | [`resource`] | shared vocabulary | nothing of the crate |
//! | [`operations`] | the one table of AWS operations | nothing of the crate |
//! | [`disk`] | files read and written whole | nothing of the crate |
//! | [`manifest`] | YAML to closed, checked data | `flow`, `resource` |
//! | [`snapshot`] | what was seen | `manifest`, `operations`, `resource` |
//! | [`audit`] | facts for the analyser's rules, what is wrong beside any one flow | `flow`, `manifest`, `resource`, `snapshot` |
//! | [`lint`] | which rules judge which flows, and what is let pass | `flow`, `manifest`, `resource` |
//! | [`plan`] | reads, differences, order | `audit`, `flow`, `manifest`, `operations`, `resource`, `snapshot` |
//! | [`import`] | a live instance as a manifest and flow files | `flow`, `manifest`, `plan`, `resource`, `snapshot` |
//! | [`drift`] | how live AWS left the declared state, and who moved | `audit`, `flow`, `manifest`, `operations`, `plan`, `resource`, `snapshot` |
//! | [`permissions`] | what a command may do at the most, as IAM policies | `manifest`, `operations`, `plan`, `resource` |
//! | [`report`] | the only place that makes text | `audit`, `drift`, `flow`, `lint`, `manifest`, `operations`, `permissions`, `plan`, `resource`, `snapshot` |
//! | [`aws`] | SDK clients, pacing, faults, observe, apply | `flow`, `manifest`, `operations`, `plan`, `resource`, `snapshot` |
//! | [`backup`] | keeps what is overwritten or deleted | `aws`, `disk`, `plan`, `resource` |
//! | [`reconcile`] | a round: observe, plan, apply | `aws`, `drift`, `manifest`, `plan`, `resource` |
//! | [`saved`] | plans on paper: written, read again | `disk`, `manifest`, `plan`, `report`, `resource` |
//! | [`sandbox`] | a manifest as the embedded AWS's seed | `emulator`, `manifest`, `plan`, `resource` |
//! | [`cli`] | the only place that reads the environment or writes to a terminal | everything |
//!
//! A test holds the table against the imports. Without the features `aws` and `emulator` the pure core
//! compiles and tests in seconds, and an import of the SDK there does not compile.

pub mod audit;
#[cfg(feature = "aws")]
pub mod aws;
#[cfg(feature = "aws")]
pub mod backup;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "aws")]
pub mod disk;
pub mod drift;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod flow;
pub mod import;
pub mod lint;
pub mod manifest;
pub mod operations;
pub mod permissions;
pub mod plan;
#[cfg(feature = "aws")]
pub mod reconcile;
pub mod report;
pub mod resource;
#[cfg(feature = "cli")]
pub mod sandbox;
#[cfg(feature = "cli")]
pub mod saved;
pub mod snapshot;
