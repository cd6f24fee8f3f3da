//! The keys that are looked up before a document is read: where variables come from, and where secrets are.

use super::objects::{FunctionDraft, ManifestDraft, SourceDraft, SpecDraft, TargetDraft, VariableDraft};

pub(in crate::manifest) const API_VERSION: &str = ManifestDraft::api_version().name();
pub(in crate::manifest) const KIND: &str = ManifestDraft::kind().name();
pub(in crate::manifest) const SPEC: &str = ManifestDraft::spec().name();
pub(in crate::manifest) const VARIABLES: &str = SpecDraft::variables().name();
pub(in crate::manifest) const TARGETS: &str = SpecDraft::targets().name();
pub(in crate::manifest) const FUNCTIONS: &str = SpecDraft::functions().name();
pub(in crate::manifest) const DEFAULT: &str = VariableDraft::default().name();
pub(in crate::manifest) const VARS: &str = TargetDraft::vars().name();
pub(in crate::manifest) const SOURCE: &str = FunctionDraft::source().name();
pub(in crate::manifest) const ENVIRONMENT: &str = SourceDraft::environment().name();
