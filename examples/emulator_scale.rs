//! Measures what associations cost in the embedded AWS: the CPU time of this process, client included, and that of an
//! association, for ever more of them. The last column keeps the state in a file.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use flowbind::emulator::{Emulator, Settings, World, WorldAccount, WorldFunction, WorldInstance};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

type Failure = Box<dyn std::error::Error>;

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-west-2";
const INSTANCE: &str = "10000000-0000-4000-a000-000000000000";

/// The CPU time of this process; zero where it cannot be read.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split(' ').skip(12).take(2);
    Duration::from_millis(fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Sends requests over one connection: the SDK's own cost would hide that of the emulator.
struct Client(TcpStream);

impl Client {
    async fn send(&mut self, service: &str, request: &str, body: &str) -> Result<String, Failure> {
        let text = format!(
            "{request} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential={ACCOUNT}/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=00\r\n\r\n\
             {body}",
            body.len()
        );
        self.0.write_all(text.as_bytes()).await?;
        let mut answer = Vec::new();
        loop {
            let mut part = [0; 1 << 16];
            let read = self.0.read(&mut part).await?;
            answer.extend_from_slice(part.get(..read).unwrap_or_default());
            let text = String::from_utf8_lossy(&answer);
            let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            let length: usize = length.unwrap_or("0").parse()?;
            let whole = text.split_once("\r\n\r\n").filter(|(_, body)| body.len() >= length);
            if let Some((head, body)) = whole {
                let good = head.starts_with("HTTP/1.1 20");
                return if good { Ok(body.to_owned()) } else { Err(text.into_owned().into()) };
            }
            if read == 0 {
                return Err("the connection was closed".into());
            }
        }
    }
}

fn world(functions: usize) -> World {
    let (account, region) = (ACCOUNT.to_owned(), REGION.to_owned());
    let function = |n| WorldFunction {
        account: account.clone(),
        region: region.clone(),
        name: format!("fn-{n}"),
        ..WorldFunction::default()
    };
    World {
        accounts: vec![WorldAccount { id: account.clone() }],
        functions: (0..functions).map(function).collect(),
        instances: vec![WorldInstance {
            account: account.clone(),
            region: region.clone(),
            id: Some(INSTANCE.to_owned()),
            alias: Some("acme".to_owned()),
            ..WorldInstance::default()
        }],
        ..World::default()
    }
}

/// Associates so many functions with one instance, grants each to it, and reads the whole list.
async fn measure(functions: usize, state: Option<PathBuf>) -> Result<Duration, Failure> {
    let quotas = [format!("lambda-functions-per-instance={functions}").parse()?].into_iter().collect();
    let settings = Settings { quotas, state, ..Settings::default() };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let emulator = Emulator::start(address, settings, world(functions)).await?;
    let mut client = Client(TcpStream::connect(emulator.address()).await?);
    let began = cpu();
    for n in 0..functions {
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:fn-{n}");
        let request = format!("PUT /instance/{INSTANCE}/lambda-function");
        client.send("connect", &request, &format!(r#"{{"FunctionArn":"{arn}"}}"#)).await?;
        let request = format!("POST /2015-03-31/functions/fn-{n}/policy");
        let body = format!(
            r#"{{"StatementId":"own","Action":"lambda:InvokeFunction","Principal":"connect.amazonaws.com","SourceArn":"arn:aws:connect:{REGION}:{ACCOUNT}:instance/{INSTANCE}"}}"#
        );
        client.send("lambda", &request, &body).await?;
    }
    let (mut listed, mut token) = (0, String::new());
    loop {
        let request = format!("GET /instance/{INSTANCE}/lambda-functions?maxResults=25{token}");
        let answer: serde_json::Value = serde_json::from_str(&client.send("connect", &request, "").await?)?;
        listed += answer["LambdaFunctions"].as_array().map_or(0, Vec::len);
        let Some(next) = answer["NextToken"].as_str() else { break };
        token = format!("&nextToken={next}");
    }
    let spent = cpu().saturating_sub(began);
    emulator.stop().await?;
    if listed == functions { Ok(spent) } else { Err(format!("{listed} of {functions} are listed").into()) }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    println!(
        "| associations | CPU, in memory | each | CPU, with a state file | each |\n|---|---|---|---|---|"
    );
    for functions in [500, 1000, 2000, 4000] {
        let folder = std::env::temp_dir().join(format!("flowbind-scale-{}-{functions}", std::process::id()));
        let memory = measure(functions, None).await?;
        let file = measure(functions, Some(folder.join("state.json"))).await;
        std::fs::remove_dir_all(&folder)?;
        let file = file?;
        let each =
            |spent: Duration| spent.as_secs_f64() * 1000.0 / f64::from(u32::try_from(functions).unwrap_or(1));
        println!(
            "| {functions} | {:.2} s | {:.2} ms | {:.2} s | {:.2} ms |",
            memory.as_secs_f64(),
            each(memory),
            file.as_secs_f64(),
            each(file)
        );
    }
    Ok(())
}
