//! What a function may touch of the machine's files and processes, where the system can hold it to that.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::containment::{server, users};
use super::has;

const CODE: &str = r#"
import os, ssl, tempfile
def attempt(act):
    try:
        act()
        return "done"
    except OSError as error:
        return type(error).__name__
def write(path):
    with open(path, "w") as file:
        file.write("x")
def touches(event, context):
    own = {"task": os.environ["LAMBDA_TASK_ROOT"], "around": os.path.dirname(os.environ["LAMBDA_TASK_ROOT"]), "runtime": os.environ["LAMBDA_RUNTIME_DIR"], "home": os.environ["HOME"],
           "temporary": tempfile.gettempdir()}
    wrote = {path: attempt(lambda: write(own.get(path, path) + "/" + event["mark"])) for path in event["write"]}
    read = {path: attempt(lambda: open(path).read()) for path in event["read"]}
    os.mkdir("/tmp/folder")
    os.rename("/tmp/" + event["mark"], "/tmp/folder/moved")
    parent = os.getppid()
    emulator = int(open("/proc/%d/stat" % parent).read().rsplit(")", 1)[1].split()[1])
    signals = [attempt(lambda: os.kill(pid, 0)) for pid in (parent, emulator, -1)]
    return {"wrote": wrote, "read": read, "signals": signals, "shown": os.listdir("/tmp"),
            "certificates": len(ssl.create_default_context().get_ca_certs()) > 0}
"#;

/// What Landlock can do here; 0 where there is none.
fn landlock() -> i64 {
    let code = "import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))";
    let output = Command::new("python3").args(["-c", code]).output();
    output
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok()?.trim().parse().ok())
        .unwrap_or_default()
}

/// Whether an ordinary user can have namespaces here.
fn namespaces() -> bool {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-current-user", "--mount", "mount", "--bind", "/usr", "/tmp"]);
    command.output().is_ok_and(|output| output.status.success())
}

#[tokio::test]
async fn a_function_writes_to_its_own_folder_alone_and_reads_no_home() {
    if !has("python3") || landlock() < 1 {
        return;
    }
    for ordinary in users() {
        let Some(server) = server(ordinary).await else { continue };
        let secret = server.folder.path().join("open").to_string_lossy().into_owned();
        server.create("touches", "python3.11", "app.touches", ("app.py", CODE)).await;
        let mark = format!("mark-confined-{}-{ordinary}", std::process::id());
        let event = json!({
            "mark": mark,
            "write": ["task", "runtime", "around", "/var/tmp", "/dev/shm", "home", "temporary", "/tmp"],
            "read": [secret, "/proc/1/environ", "/etc/passwd"],
        });
        let seen = server.answer("touches", &event).await;
        let refused = |what: &Value| what != "done";
        for path in ["task", "runtime", "around", "/var/tmp", "/dev/shm"] {
            assert!(refused(&seen["wrote"][path]), "{path}, ordinary {ordinary}: {seen}");
        }
        for path in ["home", "temporary", "/tmp"] {
            assert_eq!(seen["wrote"][path], "done", "{path}, ordinary {ordinary}: {seen}");
        }
        assert!(refused(&seen["read"][&secret]) && refused(&seen["read"]["/proc/1/environ"]), "{seen}");
        assert_eq!(seen["read"]["/etc/passwd"], "done");
        assert_eq!(seen["certificates"], Path::new("/etc/ssl/certs").exists());
        if landlock() >= 6 {
            let signals: Vec<bool> =
                seen["signals"].as_array().unwrap().iter().take(2).map(refused).collect();
            assert_eq!(signals, [true, true], "neither its supervisor nor the emulator: {seen}");
        }
        if namespaces() {
            assert!(!Path::new("/tmp").join(&mark).exists() && !Path::new("/tmp/folder").exists());
            assert!(seen["shown"].as_array().unwrap().len() <= 2, "nothing of others: {seen}");
        }
    }
}
