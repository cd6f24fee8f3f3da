//! Declarative bindings between Amazon Connect contact flows and AWS Lambda functions.
//!
//! # The nouns, and one direction
//!
//! ```text
//!  manifests/*.yaml ──load──▶ Manifest ─┐
//!                                       ├─┬─ plan ──▶ Plan ── apply ──▶ ApplyReport
//!  live AWS ───────observe──▶ Snapshot ─┘ └─ drift ─▶ Drift
//!
//!  flow JSON ──────parse────▶ Document ── patch, compare, picture
//!                                      └─ lint ──▶ Finding
//! ```
//!
//! [`Manifest`](manifest::Manifest) is what is wanted. [`Snapshot`](snapshot::Snapshot) is what was seen, with gaps where
//! nothing could be. [`Plan`](plan::Plan) is what would be done, as data: [`plan::plan`] is synchronous, pure and total, and
//! the executor only checks again, right before each write, that what it overwrites is what the plan saw. [`Drift`](drift::Drift)
//! says how the two differ and which side changed, a [`Finding`](flow::finding::Finding) what is wrong in a flow.
//! [`report`] puts all of them into words. [`import`] goes the other way, from a snapshot to a manifest; [`saved`] keeps a plan
//! that somebody reviews, and [`backup`] what a run overwrites, for a rollback. [`runtime`] says what a function is sent by a
//! binding, and [`simulate`] what happens to a contact, and whether that is what a scenario expects.
//!
//! # As a library
//!
//! What needs no AWS is synchronous and takes its files from whoever calls:
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::path::PathBuf;
//!
//! use flowbind::manifest::{self, Inputs};
//! use flowbind::plan;
//! use flowbind::snapshot::Snapshot;
//!
//! let manifest = r#"
//! apiVersion: flowbind.dev/v1alpha1
//! kind: BindingSet
//! metadata: { name: acme }
//! spec:
//!   accounts: { main: { id: "111122223333" } }
//!   defaults: { account: main, region: eu-west-2 }
//!   instances: { support: { alias: acme-support, functions: [lookup] } }
//!   functions: { lookup: { name: caller-lookup, qualifier: live } }
//! "#;
//! let files = BTreeMap::from([(PathBuf::from("acme.yaml"), manifest.as_bytes().to_vec())]);
//! let loaded = manifest::load(&[PathBuf::from("acme.yaml")], &Inputs::default(), &files).unwrap();
//!
//! // Nothing was seen of AWS: that is an error of the plan, and never taken for an empty account.
//! let plan = plan::plan(&loaded.manifests[0], &Snapshot::default());
//! assert!(plan.actions.is_empty());
//! ```
//!
//! The analyser needs a flow's text alone: see [`flow`]. What reads and writes AWS is in [`reconcile`], and the embedded
//! AWS to try it with in [`emulator`].
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
//! | [`snapshot`] | what was seen | `flow`, `manifest`, `operations`, `resource` |
//! | [`audit`] | facts for the analyser's rules, what is wrong beside any one flow | `flow`, `manifest`, `resource`, `snapshot` |
//! | [`lint`] | which rules judge which flows, and what is ignored | `flow`, `manifest`, `resource` |
//! | [`runtime`] | what a function is sent, and what is made of its answer | `flow`, `manifest`, `resource` |
//! | [`plan`] | reads, differences, order | `audit`, `flow`, `manifest`, `operations`, `resource`, `snapshot` |
//! | [`import`] | a live instance as a manifest and flow files | `flow`, `manifest`, `plan`, `resource`, `snapshot` |
//! | [`drift`] | how live AWS left the declared state, and which side changed | `audit`, `flow`, `manifest`, `operations`, `plan`, `resource`, `snapshot` |
//! | [`simulate`] | one contact through the flows of a manifest | `flow`, `manifest`, `resource`, `runtime` |
//! | [`watch`] | a process that stays: what is decided in a round, when the next is due, what changed | `drift`, `manifest`, `operations`, `plan`, `resource`, `snapshot` |
//! | [`permissions`] | what a command may do at the most, as IAM policies | `manifest`, `operations`, `plan`, `resource` |
//! | [`report`] | the only place that makes text | `audit`, `drift`, `flow`, `lint`, `manifest`, `operations`, `permissions`, `plan`, `resource`, `runtime`, `simulate`, `snapshot`, `watch` |
//! | [`aws`] | SDK clients, pacing, faults, observe, apply | `flow`, `manifest`, `operations`, `plan`, `resource`, `snapshot` |
//! | [`backup`] | keeps what is overwritten or deleted | `aws`, `disk`, `flow`, `plan`, `resource` |
//! | [`reconcile`] | a run: look, plan, decide, carry out, look again, once or for as long as a process stays; functions called as Amazon Connect calls them | `aws`, `drift`, `import`, `manifest`, `operations`, `plan`, `resource`, `runtime`, `snapshot`, `watch` |
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
pub mod runtime;
#[cfg(feature = "cli")]
pub mod sandbox;
#[cfg(feature = "cli")]
pub mod saved;
pub mod simulate;
pub mod snapshot;
pub mod watch;
