//! The emulator over real HTTP, asked by a client that shares no code with it.

mod associations;
mod assumptions;
mod faults;
mod flows;
mod functions;
mod instances;
mod malformed;
mod modules;
mod policies;
mod roles;
mod server;

use std::net::{Ipv4Addr, SocketAddr};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Emulator, Settings, World, WorldAccount, WorldExample, WorldFunction, WorldInstance};

/// The account and Region of the tests.
const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-2";

/// An answer as it came over the wire.
#[derive(Debug)]
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    text: String,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn code(&self) -> &str {
        self.header("x-amzn-errortype").unwrap_or_default()
    }

    /// Returns the body of a success.
    fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {} {}", self.status, self.code(), self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Checks that this is an error of the given status and code.
    fn fails(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
    }
}

/// An emulator with a client for it.
struct Bench {
    emulator: Emulator,
    key: String,
    region: String,
}

impl Bench {
    /// Starts an emulator with one instance `acme` and the functions `crm` (alias `live`) and `greeter`.
    async fn start(settings: Settings) -> Self {
        Self::with(settings, world()).await
    }

    async fn with(settings: Settings, world: World) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let emulator = Emulator::start(address, settings, world).await.expect("a free port");
        Self { emulator, key: "test".into(), region: REGION.into() }
    }

    /// Sends a request; None when the connection ends without an answer.
    async fn try_send(&self, service: &str, method: &str, path: &str, body: &str) -> Option<Response> {
        let mut stream = TcpStream::connect(self.emulator.address()).await.expect("listening");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\
             authorization: AWS4-HMAC-SHA256 Credential={}/20260101/{}/{service}/aws4_request, SignedHeaders=host, \
             Signature=00\r\n\r\n",
            body.len(),
            self.key,
            self.region,
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream.write_all(body.as_bytes()).await.expect("sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.ok()?;
        parse(&text)
    }

    async fn send(&self, service: &str, method: &str, path: &str, body: &Value) -> Response {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.try_send(service, method, path, &body).await.expect("an answer")
    }

    async fn connect(&self, method: &str, path: &str, body: Value) -> Response {
        self.send("connect", method, path, &body).await
    }

    async fn lambda(&self, method: &str, path: &str, body: Value) -> Response {
        self.send("lambda", method, &format!("/2015-03-31/functions{path}"), &body).await
    }

    async fn form(&self, service: &str, form: &str) -> Response {
        self.try_send(service, "POST", "/", form).await.expect("an answer")
    }

    /// The id of the instance `acme`.
    async fn instance(&self) -> String {
        let body = self.connect("GET", "/instance", Value::Null).await.ok();
        body["InstanceSummaryList"][0]["Id"].as_str().expect("an id").to_owned()
    }

    async fn associate(&self, instance: &str, arn: &str) -> Response {
        let path = format!("/instance/{instance}/lambda-function");
        self.connect("PUT", &path, json!({ "FunctionArn": arn })).await
    }

    async fn disassociate(&self, instance: &str, arn: &str) -> Response {
        let arn = arn.replace(':', "%3A");
        let path = format!("/instance/{instance}/lambda-function?functionArn={arn}");
        self.connect("DELETE", &path, Value::Null).await
    }

    async fn associations(&self, instance: &str) -> Vec<String> {
        let path = format!("/instance/{instance}/lambda-functions");
        let body = self.connect("GET", &path, Value::Null).await.ok();
        serde_json::from_value(body["LambdaFunctions"].clone()).expect("a list of ARNs")
    }

    /// The statements of a function's policy; empty when it has none.
    async fn statements(&self, function: &str) -> Vec<Value> {
        let response = self.lambda("GET", &format!("/{function}/policy"), Value::Null).await;
        if response.status == 404 {
            return Vec::new();
        }
        let policy = response.ok()["Policy"].as_str().expect("a text").to_owned();
        let policy: Value = serde_json::from_str(&policy).expect("a document");
        policy["Statement"].as_array().expect("a list").clone()
    }
}

fn parse(text: &str) -> Option<Response> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Some(Response { status, headers, text: body.to_owned() })
}

fn arn(function: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}")
}

fn world() -> World {
    let function = |name: &str, aliases: &[&str]| WorldFunction {
        account: ACCOUNT.into(),
        region: REGION.into(),
        name: name.into(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        timeout: 8,
    };
    World {
        accounts: vec![WorldAccount { id: ACCOUNT.into() }],
        instances: vec![WorldInstance {
            account: ACCOUNT.into(),
            region: REGION.into(),
            alias: Some("acme".into()),
            ..WorldInstance::default()
        }],
        functions: vec![function("crm", &["live"]), function("greeter", &[])],
        examples: vec![WorldExample {
            account: ACCOUNT.into(),
            region: REGION.into(),
            function: "crm".into(),
            answer: "{}".into(),
        }],
        ..World::default()
    }
}

/// Settings with the given assumptions.
fn assuming(assumptions: &[&str]) -> Settings {
    let assumptions = assumptions.iter().map(|text| text.parse().expect(text)).collect();
    Settings { assumptions, ..Settings::default() }
}

/// Settings with the given faults.
fn faulty(faults: &[&str]) -> Settings {
    let faults = faults.iter().map(|text| text.parse().expect(text)).collect();
    Settings { faults, ..Settings::default() }
}
