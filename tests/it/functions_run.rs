//! Functions run in the embedded AWS: their code, in a process of its own, behind Lambda's wire.

mod answers;
mod clients;
mod confined;
mod containment;
mod errors;
mod examples;
mod hostile;
mod judge;
mod lives;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, LogType, Runtime};
use base64::Engine as _;
use flowbind::emulator::{Emulator, RunFunctions, Settings, Timings, World, WorldRole};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::world::{ACCOUNT, config_at};

pub(super) const REGION: &str = "eu-west-2";

/// An embedded AWS that runs functions, with a client.
pub(super) struct Lambda {
    pub(super) emulator: Emulator,
    pub(super) client: Client,
}

/// How functions run in tests: the binary that was built, and this machine's interpreters.
pub(super) fn how() -> RunFunctions {
    let path = std::env::var_os("PATH").unwrap_or_default();
    RunFunctions { supervisor: PathBuf::from(env!("CARGO_BIN_EXE_flowbind")), search_path: path, warm: true }
}

pub(super) fn settings() -> Settings {
    let timings =
        Timings { function_pending: Duration::ZERO, function_update: Duration::ZERO, ..Timings::default() };
    Settings { functions: Some(how()), timings, ..Settings::default() }
}

/// What an emulator for functions begins with.
pub(super) fn seed() -> World {
    let role =
        WorldRole { account: ACCOUNT.to_owned(), name: "functions".to_owned(), ..WorldRole::default() };
    World { roles: vec![role], ..World::default() }
}

/// Whether a program is on this machine; says so where it is not.
pub(super) fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        #[expect(clippy::print_stdout, reason = "a test says why it did not run")]
        {
            println!("not run: there is no `{program}` on this machine");
        }
    }
    found
}

impl Lambda {
    pub(super) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(super) async fn with(settings: Settings) -> Self {
        Self::with_world(settings, seed()).await
    }

    pub(super) async fn with_world(settings: Settings, world: World) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let emulator = Emulator::start(address, settings, world).await.unwrap();
        let client = Client::new(&config_at(&emulator.url(), ACCOUNT, REGION));
        Self { emulator, client }
    }

    /// Creates a function; `files` are its package.
    pub(super) async fn create(&self, name: &str, runtime: &str, handler: &str, files: &[(&str, &str)]) {
        self.create_with(name, runtime, handler, files, 10, &[]).await;
    }

    pub(super) async fn create_with(
        &self,
        name: &str,
        runtime: &str,
        handler: &str,
        files: &[(&str, &str)],
        timeout: i32,
        variables: &[(&str, &str)],
    ) {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.client
            .create_function()
            .function_name(name)
            .runtime(Runtime::from(runtime))
            .handler(handler)
            .role(format!("arn:aws:iam::{ACCOUNT}:role/functions"))
            .timeout(timeout)
            .code(FunctionCode::builder().zip_file(Blob::new(zip(files))).build())
            .environment(Environment::builder().set_variables(Some(variables.collect())).build())
            .send()
            .await
            .unwrap();
    }

    /// Invokes a function and gives everything of its answer.
    pub(super) async fn call(&self, name: &str, event: &str) -> InvokeOutput {
        let invoke = self.client.invoke().function_name(name).log_type(LogType::Tail);
        invoke.payload(Blob::new(event)).send().await.unwrap()
    }

    /// Invokes a function that does not fail.
    pub(super) async fn answer(&self, name: &str, event: &str) -> Value {
        let output = self.call(name, event).await;
        assert_eq!(output.function_error(), None, "{}\n{}", text(&output), log(&output));
        json(&output)
    }

    /// Invokes a function that fails.
    pub(super) async fn error(&self, name: &str, event: &str) -> Value {
        let output = self.call(name, event).await;
        assert_eq!(output.function_error(), Some("Unhandled"), "{}\n{}", text(&output), log(&output));
        assert_eq!(output.status_code(), 200);
        json(&output)
    }
}

/// Sends Lambda a request that no client would, and gives the answer as it came.
pub(super) async fn raw(address: SocketAddr, method: &str, path: &str) -> String {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let scope = format!("AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{REGION}/lambda/aws4_request");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {scope}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

pub(super) fn text(output: &InvokeOutput) -> String {
    String::from_utf8(output.payload().unwrap().as_ref().to_vec()).unwrap()
}

pub(super) fn json(output: &InvokeOutput) -> Value {
    serde_json::from_str(&text(output)).unwrap()
}

pub(super) fn log(output: &InvokeOutput) -> String {
    let log = base64::engine::general_purpose::STANDARD.decode(output.log_result().unwrap()).unwrap();
    String::from_utf8_lossy(&log).into_owned()
}

/// A package of stored files, all of them executable.
pub(super) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let offset = u32::try_from(zip.len()).unwrap().to_le_bytes();
        let size = u32::try_from(text.len()).unwrap().to_le_bytes();
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let checksum = crc32fast::hash(text.as_bytes()).to_le_bytes();
        let shared =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &checksum, &size, &size, &length, &[0, 0]].concat();
        zip.extend([b"PK\x03\x04", &shared[..], name.as_bytes(), text.as_bytes()].concat());
        let mode = (0o100_755_u32 << 16).to_le_bytes();
        let head = [20, 3];
        let outer = [&[0; 6][..], &mode, &offset].concat();
        directory.extend([b"PK\x01\x02", &head[..], &shared, &outer, name.as_bytes()].concat());
    }
    let count = u16::try_from(files.len()).unwrap().to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let at = u32::try_from(zip.len()).unwrap().to_le_bytes();
    zip.extend([&directory, &b"PK\x05\x06"[..], &[0; 4], &count, &count, &size, &at, &[0, 0]].concat());
    zip
}
