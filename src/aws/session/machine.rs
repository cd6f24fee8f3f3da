//! What of the machine's AWS configuration the SDK does not heed by itself: the CA bundle, and whether the profile exists.
//!
//! Both work as in the AWS CLI ("Configuration and credential file settings", `ca_bundle`): the bundle is trusted instead
//! of the system's certificates, `AWS_CA_BUNDLE` counts before the profile's `ca_bundle`, and an empty one is none.

use std::path::{Path, PathBuf};

use aws_config::profile::{self, ProfileFileLoadError};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::manifest::{Disk, FileError, Files, suggest};

/// The most bytes of a CA bundle: that of Mozilla has a quarter of a megabyte.
const MAX_BUNDLE: u64 = 4 << 20;

/// What is wrong with the machine's configuration.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// The configuration cannot be read.
    #[error("the AWS configuration cannot be read")]
    Files(#[source] ProfileFileLoadError),
    /// It has no such profile.
    #[error("the AWS configuration has no profile `{name}`{}", .hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    NoProfile {
        /// The profile.
        name: String,
        /// Which was probably meant.
        hint: Option<String>,
    },
    /// The CA bundle cannot be read.
    #[error("the CA bundle {} (from {from}) cannot be read: {error}", .path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What names it.
        from: &'static str,
        /// Why.
        error: FileError,
    },
    /// The CA bundle holds no certificates.
    #[error("the CA bundle {} (from {from}) {what}", .path.display())]
    NoCertificates {
        /// The file.
        path: PathBuf,
        /// What names it.
        from: &'static str,
        /// What is wrong with it.
        what: String,
    },
}

/// The certificates that connections trust, where it is not those of the system.
#[derive(Debug, Clone)]
pub struct Trust(pub(super) SharedHttpClient);

/// Reads the machine's configuration: whether it has the profile, and whom it trusts; `bundle` is `AWS_CA_BUNDLE`.
///
/// # Errors
///
/// When a profile that was asked for is not there, or the CA bundle is not a file of certificates in PEM.
pub async fn trust(profile: Option<&str>, bundle: Option<PathBuf>) -> Result<Option<Trust>, MachineError> {
    let (fs, env) = (Fs::real(), Env::real());
    let asked = profile.map(|name| name.to_owned().into());
    let found = profile::load(&fs, &env, &Default::default(), asked).await.map_err(MachineError::Files)?;
    if let Some(name) = profile
        && found.get_profile(name).is_none()
    {
        let hint = suggest(name, found.profiles());
        return Err(MachineError::NoProfile { name: name.to_owned(), hint });
    }
    let given = bundle.map(|path| (path, "AWS_CA_BUNDLE"));
    let of_profile = || Some((PathBuf::from(found.get("ca_bundle")?), "`ca_bundle` of the profile"));
    let bundle = given.or_else(of_profile).filter(|(path, _)| !path.as_os_str().is_empty());
    bundle.map(|(path, from)| bundled(&path, from)).transpose()
}

/// Trusts the certificates of a file alone.
fn bundled(path: &Path, from: &'static str) -> Result<Trust, MachineError> {
    let bytes = Disk.read(path, MAX_BUNDLE).map_err(|error| MachineError::Bundle {
        path: path.to_owned(),
        from,
        error,
    })?;
    let wrong = |what: String| MachineError::NoCertificates { path: path.to_owned(), from, what };
    let certificates: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(&bytes)
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(format!("is not PEM: {error}")))?;
    if certificates.is_empty() {
        return Err(wrong("contains no certificate".to_owned()));
    }
    // The client panics at what it cannot take.
    let mut roots = RootCertStore::empty();
    for (number, certificate) in certificates.into_iter().enumerate() {
        let number = number + 1;
        roots
            .add(certificate)
            .map_err(|error| wrong(format!("contains certificate {number}, which is invalid: {error}")))?;
    }
    let trusted = TrustStore::empty().with_pem_certificate(bytes);
    let context = TlsContext::builder().with_trust_store(trusted).build();
    let context = context.map_err(|error| wrong(format!("cannot be used: {error}")))?;
    // The SDK's own client but for the certificates: proxies of the environment count, connections are kept.
    let client = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = ConnectorBuilder::default()
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone());
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    });
    Ok(Trust(client))
}
