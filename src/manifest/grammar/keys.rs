//! The keys that are looked up before a document is read: where variables come from, and where secrets are.

use super::objects::{
    DeclaredFunction, DeclaredManifest, DeclaredSource, DeclaredSpec, DeclaredTarget, DeclaredVariable,
};

pub(in crate::manifest) const API_VERSION: &str = DeclaredManifest::api_version().name();
pub(in crate::manifest) const KIND: &str = DeclaredManifest::kind().name();
pub(in crate::manifest) const SPEC: &str = DeclaredManifest::spec().name();
pub(in crate::manifest) const VARIABLES: &str = DeclaredSpec::variables().name();
pub(in crate::manifest) const TARGETS: &str = DeclaredSpec::targets().name();
pub(in crate::manifest) const FUNCTIONS: &str = DeclaredSpec::functions().name();
pub(in crate::manifest) const DEFAULT: &str = DeclaredVariable::default().name();
pub(in crate::manifest) const VARS: &str = DeclaredTarget::vars().name();
pub(in crate::manifest) const SOURCE: &str = DeclaredFunction::source().name();
pub(in crate::manifest) const ENVIRONMENT: &str = DeclaredSource::environment().name();
