//! Code that means harm does none: it is stopped, it inherits nothing, and nothing of it is left.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{EphemeralStorage, FunctionCode, LogType, Runtime};
use serde_json::{Value, json};

use super::{Lambda, REGION, has, zip};
use crate::world::{ACCOUNT, config_at};

/// A function in Python that leaves a process behind: it forks twice, leaves the session, ignores SIGTERM, closes its
/// output and clears its environment. It answers with the id of that process when that runs.
const HIDING: &str = r#"
import os, sys, time
def hide(mark):
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(write, b"%d" % os.getpid())
            os.closerange(0, 100)
            code = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
            os.execve(sys.executable, ["python3", "-c", code, mark], {})
        os._exit(0)
    os.close(write)
    pid = int(os.read(read, 20))
    while mark not in open("/proc/%d/cmdline" % pid).read():
        time.sleep(0.01)
    return pid
def answers(event, context):
    return hide(event["mark"])
def never(event, context):
    hide(event["mark"])
    while True:
        pass
def ends(event, context):
    hide(event["mark"])
    os._exit(4)
def floods(event, context):
    print("x" * 5000000)
    print("the end of " + event["mark"])
def forks(event, context):
    made = 0
    try:
        for _ in range(3000):
            if os.fork() == 0:
                os.execve("/bin/sleep", [event["mark"], "600"], {})
            made += 1
    except OSError as error:
        return [made, type(error).__name__]
    return [made, None]
def large(event, context):
    try:
        with open(os.environ["TMPDIR"] + "/f", "wb") as f:
            for _ in range(40):
                f.write(b"x" * 1048576)
    except OSError as error:
        return error.errno
    return "written"
def many(event, context):
    for n in range(40):
        with open(os.environ["TMPDIR"] + "/f%d" % n, "wb") as f:
            f.write(b"x" * 1048576)
            os.fsync(f.fileno())
    time.sleep(5)
    return "written"
def looks(event, context):
    seen, files = [], []
    for pid in os.listdir("/proc"):
        if pid.isdigit():
            try:
                seen.append(open("/proc/%s/environ" % pid, errors="replace").read())
            except OSError:
                pass
    for number in os.listdir("/proc/self/fd"):
        try:
            files.append([int(number), os.readlink("/proc/self/fd/" + number)])
        except OSError:
            pass
    return {"own": dict(os.environ), "others": seen, "files": files, "uid": os.getuid(),
            "home": os.listdir(os.environ["HOME"])}
"#;

/// The processes whose arguments or environment have a mark.
fn marked(mark: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let found = processes.filter_map(|entry| {
        let read = |name| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let text = [read("cmdline"), read("environ")].concat();
        let number = entry.file_name().to_str()?.parse::<u32>().ok()?;
        String::from_utf8_lossy(&text).contains(mark).then(|| number.to_string())
    });
    found.collect()
}

fn mark(name: &str) -> String {
    format!("mark-{name}-{}", std::process::id())
}

async fn hiding(timeout: i32) -> Lambda {
    let lambda = Lambda::new().await;
    for name in ["answers", "never", "ends", "floods", "forks", "looks"] {
        let handler = format!("app.{name}");
        lambda.create_with(name, "python3.11", &handler, &[("app.py", HIDING)], timeout, &[]).await;
    }
    lambda
}

#[tokio::test]
async fn what_hides_is_ended_with_its_function() {
    if !has("python3") || !Path::new("/proc/self/stat").exists() {
        return;
    }
    let lambda = hiding(5).await;
    let event = |mark: &str| json!({ "mark": mark }).to_string();
    // It goes on while its function is warm, and ends with it.
    let warm = mark("warm");
    let pid = lambda.answer("answers", &event(&warm)).await;
    assert_eq!(marked(&warm), [pid.to_string()]);
    let late = mark("late");
    assert_eq!(lambda.error("never", &event(&late)).await["errorType"], "Sandbox.Timedout");
    assert_eq!(marked(&late), Vec::<String>::new());
    let dead = mark("dead");
    let error = lambda.error("ends", &event(&dead)).await;
    assert!(error["errorMessage"].as_str().unwrap().ends_with("exit status 4"), "{error}");
    assert_eq!(marked(&dead), Vec::<String>::new());
    assert_eq!(marked(&warm).len(), 1);
    lambda.emulator.stop().await.unwrap();
    assert_eq!(marked(&warm), Vec::<String>::new());
}

#[tokio::test]
async fn a_change_of_a_function_ends_what_it_hid() {
    if !has("python3") || !Path::new("/proc/self/stat").exists() {
        return;
    }
    let lambda = hiding(20).await;
    let mark = mark("changed");
    lambda.answer("answers", &json!({ "mark": mark }).to_string()).await;
    lambda.client.update_function_configuration().function_name("answers").timeout(9).send().await.unwrap();
    gone(&mark).await;
}

/// Waits until no process has a mark.
async fn gone(mark: &str) {
    for _ in 0..600 {
        if marked(mark).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?} still run", marked(mark));
}

#[tokio::test]
async fn a_flood_and_a_fork_bomb_are_cut_off() {
    if !has("python3") || !Path::new("/proc/self/stat").exists() {
        return;
    }
    let lambda = hiding(60).await;
    let mark = mark("cut");
    let event = json!({ "mark": mark }).to_string();
    let output = lambda.call("floods", &event).await;
    assert_eq!(super::json(&output), json!(null));
    let log = super::log(&output);
    assert!(log.len() <= 4096 && log.contains(&format!("the end of {mark}")), "{log}");
    let forked = lambda.answer("forks", &event).await;
    assert!(forked[0].as_u64().unwrap() < 3000 && forked[1] == "BlockingIOError", "{forked}");
    lambda.emulator.stop().await.unwrap();
    assert_eq!(marked(&mark), Vec::<String>::new());
}

#[tokio::test]
async fn a_disk_is_not_filled() {
    if !has("python3") {
        return;
    }
    let lambda = Lambda::new().await;
    for name in ["large", "many"] {
        let code = FunctionCode::builder().zip_file(Blob::new(zip(&[("app.py", HIDING)]))).build();
        let create = lambda.client.create_function().function_name(name).code(code).timeout(30);
        let storage = EphemeralStorage::builder().size(16).build().unwrap();
        let create = create.runtime(Runtime::from("python3.11")).handler(format!("app.{name}"));
        let role = format!("arn:aws:iam::{ACCOUNT}:role/functions");
        create.role(role).ephemeral_storage(storage).send().await.unwrap();
    }
    // EFBIG: one file is too large.
    assert_eq!(lambda.answer("large", "{}").await, 27);
    let output = lambda.call("many", "{}").await;
    let error = super::json(&output);
    assert_eq!(error["errorType"], "Runtime.ExitError", "{error}");
    assert!(
        super::log(&output).contains("wrote more than the 16 MB of its storage"),
        "{}",
        super::log(&output)
    );
}

/// A server of its own, as a user starts it.
pub(super) struct Server {
    child: Child,
    pub(super) client: Client,
    pub(super) folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A secret of whoever starts the emulator.
const SECRET: &str = "secret-of-the-emulator-4711";

/// Starts the binary with a secret in its environment and descriptors that it was not asked to keep; as an ordinary
/// user, where this one is root and may choose.
pub(super) async fn server(ordinary: bool) -> Option<Server> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("open"), "inherited").unwrap();
    let mut command = Command::new("/bin/sh");
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .args(["-c", "exec 7<open; exec \"$0\" emulator --run-functions --listen 127.0.0.1:0"])
        .arg(env!("CARGO_BIN_EXE_flowbind"))
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", if ordinary { "/usr/local/bin:/usr/bin:/bin".to_owned() } else { path })
        .env("TMPDIR", folder.path())
        .env("SECRET", SECRET)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    if ordinary {
        std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut child = command.spawn().ok()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let Some(url) = line.trim().strip_prefix("listening on ") else {
        let _ = child.wait();
        return None;
    };
    let config = config_at(url, ACCOUNT, REGION);
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let iam = aws_sdk_iam::Client::new(&config);
    iam.create_role().role_name("functions").assume_role_policy_document(trust).send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    Some(Server { child, client: Client::new(&config), folder })
}

const NOBODY: u32 = 65_534;

pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

impl Server {
    pub(super) async fn create(&self, name: &str, runtime: &str, handler: &str, file: (&str, &str)) {
        let code = FunctionCode::builder().zip_file(Blob::new(zip(&[file]))).build();
        let create = self.client.create_function().function_name(name).code(code).timeout(20);
        let create = create.runtime(Runtime::from(runtime)).handler(handler);
        create.role(format!("arn:aws:iam::{ACCOUNT}:role/functions")).send().await.unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
    }

    pub(super) async fn call(&self, name: &str, event: &Value) -> InvokeOutput {
        let invoke = self.client.invoke().function_name(name).log_type(LogType::Tail);
        invoke.payload(Blob::new(event.to_string())).send().await.unwrap()
    }

    pub(super) async fn answer(&self, name: &str, event: &Value) -> Value {
        let output = self.call(name, event).await;
        assert_eq!(output.function_error(), None, "{}", super::text(&output));
        super::json(&output)
    }
}

/// Each kind of user that can be had here.
pub(super) fn users() -> Vec<bool> {
    if is_root() { vec![false, true] } else { vec![false] }
}

#[tokio::test]
async fn nothing_of_the_emulator_is_inherited_or_readable() {
    if !has("python3") || !Path::new("/proc/self/stat").exists() {
        return;
    }
    for ordinary in users() {
        let Some(server) = server(ordinary).await else { continue };
        server.create("looks", "python3.11", "app.looks", ("app.py", HIDING)).await;
        let seen = server.answer("looks", &json!({})).await;
        assert!(!seen.to_string().contains(SECRET), "as ordinary user: {ordinary}");
        assert_ne!(seen["uid"], 0, "not as root");
        let own = seen["own"].as_object().unwrap();
        assert_eq!(own["AWS_ACCESS_KEY_ID"], "FLOWBIND111122223333FAKE");
        assert!(own["AWS_ENDPOINT_URL"].as_str().unwrap().starts_with("http://127.0.0.1:"));
        let unknown = [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_PROFILE",
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "SECRET",
        ];
        assert!(unknown.iter().all(|name| !own.contains_key(*name)), "{own:?}");
        // The way to its own folders, where /tmp is one of them.
        let way = server.folder.path().strip_prefix("/tmp").ok().and_then(|way| way.iter().next()?.to_str());
        let other = |entry: &&Value| entry.as_str() != way;
        assert_eq!(seen["home"].as_array().unwrap().iter().find(other), None, "{seen}");
        let files: Vec<&Value> = seen["files"].as_array().unwrap().iter().collect();
        let inherited =
            |file: &&&Value| file[0].as_u64().unwrap() > 2 && !file[1].as_str().unwrap().contains("/proc/");
        assert_eq!(files.iter().find(inherited), None, "{files:?}");
    }
}

#[tokio::test]
async fn every_runtime_is_without_inherited_descriptors() {
    let Some(server) = server(false).await else { return };
    let node = r#"exports.handler = async () => require("fs").readdirSync("/proc/self/fd").map((n) => {
        try { return require("fs").readlinkSync("/proc/self/fd/" + n); } catch { return ""; } });"#;
    let custom = r#"#!/usr/bin/env python3
import http.client, os, json
files = [os.readlink("/proc/self/fd/" + n) for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n)]
while True:
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = connection.getresponse()
    answer.read()
    at = "/2018-06-01/runtime/invocation/%s/response" % answer.getheader("Lambda-Runtime-Aws-Request-Id")
    connection.request("POST", at, json.dumps(files))
    connection.getresponse().read()
"#;
    for (name, runtime, handler, file) in [
        ("node", "nodejs20.x", "index.handler", ("index.js", node)),
        ("custom", "provided.al2023", "any", ("bootstrap", custom)),
    ] {
        server.create(name, runtime, handler, file).await;
        let files = server.answer(name, &json!({})).await;
        let open = server.folder.path().join("open").to_string_lossy().into_owned();
        assert!(!files.to_string().contains(&open), "{name}: {files}");
        assert!(files.as_array().unwrap().len() >= 3, "{files}");
    }
}

#[tokio::test]
async fn nothing_runs_on_when_the_emulator_is_killed() {
    if !has("python3") || !Path::new("/proc/self/stat").exists() {
        return;
    }
    for ordinary in users() {
        let Some(mut server) = server(ordinary).await else { continue };
        server.create("answers", "python3.11", "app.answers", ("app.py", HIDING)).await;
        let mark = mark(&format!("killed-{ordinary}"));
        server.answer("answers", &json!({ "mark": mark })).await;
        assert_eq!(marked(&mark).len(), 1);
        server.child.kill().unwrap();
        server.child.wait().unwrap();
        gone(&mark).await;
        let left = || {
            std::fs::read_dir(server.folder.path())
                .unwrap()
                .flatten()
                .filter(|entry| entry.path().is_dir())
                .count()
        };
        for _ in 0..600 {
            if left() == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(left(), 0, "its folders are removed");
    }
}
