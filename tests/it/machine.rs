//! What of the machine's AWS configuration flowbind heeds by itself: `AWS_CA_BUNDLE`, and that a profile exists.
//!
//! `tests/tls` holds an authority's certificate and a certificate of it for `localhost`, valid until the year 2126. Nobody
//! but this test trusts them; the authority's key was thrown away.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::world::{World, code, flowbind_at, stderr, stdout};

pub(crate) const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/ca.pem");

/// Puts TLS in front of an embedded AWS, or another server, and gives its endpoint.
pub(crate) async fn encrypted(emulator: SocketAddr) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let certificate = CertificateDer::from_pem_file(folder.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate ends the handshake.
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let Ok(mut server) = TcpStream::connect(emulator).await else { return };
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    format!("https://localhost:{port}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ca_bundle_is_trusted_and_a_wrong_one_is_blamed() {
    let world = World::demo().await;
    let address = world.emulator.url().trim_start_matches("http://").parse().unwrap();
    let url = encrypted(address).await;
    let folder = world.folder.path().to_owned();
    let plan = |bundle: Option<&str>, config: Option<&str>| -> Output {
        let mut command = flowbind_at(&folder, &url);
        command.args(["plan", "demo", "--timeout", "20s"]).env("AWS_REGION", "eu-west-2");
        bundle.map(|bundle| command.env("AWS_CA_BUNDLE", bundle));
        config.map(|config| command.env("AWS_CONFIG_FILE", config));
        command.output().unwrap()
    };
    let trusted = plan(Some(AUTHORITY), None);
    assert_eq!(code(&trusted), 0, "{}", stderr(&trusted));
    assert!(stdout(&trusted).contains("to create"), "{}", stdout(&trusted));

    std::fs::write(folder.join("config"), format!("[default]\nca_bundle = {AUTHORITY}\n")).unwrap();
    let of_profile = plan(None, Some("config"));
    assert_eq!(code(&of_profile), 0, "{}", stderr(&of_profile));

    // Nobody else trusts that authority.
    let unknown = plan(None, None);
    assert_eq!(code(&unknown), 1, "{}", stdout(&unknown));
    assert!(stderr(&unknown).contains("certificate"), "{}", stderr(&unknown));
    // Only the bundle counts, whatever the system trusts: as in the AWS CLI.
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/other.pem");
    let other = flowbind_at(&folder, &url)
        .args(["plan", "demo", "--timeout", "20s"])
        .envs([("AWS_REGION", "eu-west-2"), ("SSL_CERT_FILE", AUTHORITY), ("AWS_CA_BUNDLE", other)])
        .output()
        .unwrap();
    assert_eq!(code(&other), 1, "{}", stdout(&other));

    std::fs::write(folder.join("empty.pem"), "").unwrap();
    std::fs::write(folder.join("odd.pem"), "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
        .unwrap();
    for (bundle, expected) in [
        (
            "nowhere.pem",
            "error: the CA bundle nowhere.pem (from AWS_CA_BUNDLE) cannot be read: there is no such file",
        ),
        ("empty.pem", "error: the CA bundle empty.pem (from AWS_CA_BUNDLE) contains no certificate"),
        (
            "odd.pem",
            "error: the CA bundle odd.pem (from AWS_CA_BUNDLE) contains certificate 1, which is invalid",
        ),
        ("/dev/zero", "error: the CA bundle /dev/zero (from AWS_CA_BUNDLE) cannot be read: "),
    ] {
        let wrong = plan(Some(bundle), None);
        assert_eq!(code(&wrong), 1);
        assert!(stderr(&wrong).contains(expected), "{}", stderr(&wrong));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_not_there_is_an_error_whatever_else_gives_credentials() {
    let world = World::demo().await;
    let folder = world.folder.path().to_owned();
    std::fs::write(
        folder.join("config"),
        "[default]\nregion = eu-west-2\n[profile production]\nregion = eu-west-2\n",
    )
    .unwrap();
    let plan = |profile: &str| {
        let mut command = flowbind_at(&folder, &world.emulator.url());
        command.args(["plan", "demo", "--profile", profile]).env("AWS_CONFIG_FILE", "config");
        command.output().unwrap()
    };
    assert_eq!(code(&plan("production")), 0);
    let wrong = plan("prodution");
    assert_eq!(code(&wrong), 1);
    let expected = "error: the AWS configuration has no profile `prodution`; did you mean `production`?";
    assert!(stderr(&wrong).contains(expected), "{}", stderr(&wrong));
}
