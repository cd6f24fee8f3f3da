//! Code that takes more than its share, or reaches for what is another's: it is ended or refused, and says so.

use serde_json::json;

use super::containment::{server, users};
use super::has;

const CODE: &str = r#"
import concurrent.futures, http.client, os, time
def call(method, what, body=None, at=None):
    connection = http.client.HTTPConnection(at or os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=5)
    connection.request(method, "/2018-06-01/runtime/" + what, body)
    answer = connection.getresponse()
    return answer.status
def fills(event, context):
    held = []
    while True:
        held.append(bytearray(b"x" * 1048576))
def fills_in_many(event, context):
    for n in range(8):
        if os.fork() == 0:
            held = bytearray(b"x" * (100 * 1048576))
            time.sleep(600)
    time.sleep(600)
def unnamed(event, context):
    os.chdir(os.environ["TMPDIR"])
    held = []
    for n in range(20):
        held.append(open("f", "wb"))
        os.unlink("f")
        held[-1].write(b"x" * (50 * 1048576))
        held[-1].flush()
    time.sleep(600)
def too_deep(event, context):
    os.chdir(os.environ["TMPDIR"])
    for n in range(30):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    time.sleep(600)
def threads(event, context):
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        return sum(pool.map(lambda n: (time.sleep(0.2), 1)[1], range(64)))
def reaches(event, context):
    own, seen = os.environ["AWS_LAMBDA_RUNTIME_API"], []
    for line in open("/proc/net/tcp").read().splitlines()[1:]:
        parts = line.split()
        at = "127.0.0.1:%d" % int(parts[1].split(":")[1], 16)
        if parts[3] == "0A" and parts[1].startswith("0100007F") and at in event:
            seen.append(call("GET", "invocation/next", at=at))
    return seen
def where(event, context):
    return os.environ["AWS_LAMBDA_RUNTIME_API"]
def bytes_of_its_own(event, context):
    return call("POST", "invocation/%s/response" % context.aws_request_id, b"\xff\xfe{")
def twice(event, context):
    at = "invocation/%s/response" % context.aws_request_id
    return [call("POST", at, b"1"), call("POST", at, b"2")]
def of_another(event, context):
    return [call("POST", "invocation/another/response", b"1"), call("POST", "invocation/../x/response", b"1")]
def endless(event, context):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.putrequest("POST", "/2018-06-01/runtime/invocation/%s/response" % context.aws_request_id)
    connection.putheader("Content-Length", str(10 ** 15))
    connection.endheaders()
    while True:
        connection.send(b"x" * 1048576)
"#;

#[tokio::test]
async fn what_takes_more_than_its_share_is_ended_and_its_log_says_why() {
    if !has("python3") || !std::path::Path::new("/proc/self/smaps_rollup").exists() {
        return;
    }
    for ordinary in users() {
        let Some(server) = server(ordinary).await else { continue };
        for (name, why) in [
            ("fills", "more than 192 MB of memory"),
            ("fills_in_many", "more than 192 MB of memory"),
            ("unnamed", "wrote more than the 512 MB"),
            ("too_deep", "or hid what it wrote"),
        ] {
            server.create(name, "python3.11", &format!("app.{name}"), ("app.py", CODE)).await;
            let output = server.call(name, &json!({})).await;
            let error = super::json(&output);
            assert_eq!(error["errorType"], "Runtime.ExitError", "{name}, ordinary {ordinary}: {error}");
            assert!(error["errorMessage"].as_str().unwrap().ends_with("signal: killed"), "{error}");
            let log = super::log(&output);
            assert!(log.contains(why), "{name}: {log}");
        }
        // As many as on Lambda are no bomb.
        server.create("threads", "python3.11", "app.threads", ("app.py", CODE)).await;
        assert_eq!(server.answer("threads", &json!({})).await, 64);
    }
}

#[tokio::test]
async fn the_runtime_api_serves_its_own_environment_and_takes_one_answer() {
    if !has("python3") || !std::path::Path::new("/proc/net/tcp").exists() {
        return;
    }
    for ordinary in users() {
        let Some(server) = server(ordinary).await else { continue };
        for name in ["where", "reaches", "twice", "of_another", "bytes_of_its_own", "endless"] {
            server.create(name, "python3.11", &format!("app.{name}"), ("app.py", CODE)).await;
        }
        let other = server.answer("where", &json!({})).await;
        assert_eq!(server.answer("reaches", &json!([other])).await, json!([403]), "ordinary {ordinary}");
        assert_eq!(server.answer("where", &json!({})).await, other, "it is as warm as before");
        assert_eq!(server.answer("twice", &json!({})).await, 1);
        assert_eq!(server.answer("of_another", &json!({})).await, json!([400, 404]));
        let output = server.call("bytes_of_its_own", &json!({})).await;
        assert_eq!(output.payload().unwrap().as_ref(), b"\xff\xfe{");
        let configure = server.client.update_function_configuration().function_name("endless");
        configure.timeout(2).send().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        let error = super::json(&server.call("endless", &json!({})).await);
        assert_eq!(error["errorType"], "Sandbox.Timedout", "{error}");
    }
}
