//! The runtime of Python is held against the official client, where the folder `FLOWBIND_AWSLAMBDARIC` has it
//! (`pip install --target FOLDER awslambdaric`): the same handlers, the same payloads, the same answers.

use serde_json::{Value, json};

use super::{Lambda, has, settings, text};

const HANDLERS: &str = r#"
import collections, datetime, decimal, json, logging, os, sys
class Own(Exception):
    pass
class Worded(Exception):
    def __str__(self): return "worded"
def none(e, c): pass
def echo(e, c): return e
def text(e, c): return "t\u00e9xt \u2028"
def number(e, c): return 1
def floating(e, c): return 1.5
def true(e, c): return True
def listed(e, c): return [1, [2, None], {}]
def tupled(e, c): return (1, 2)
def keys(e, c): return {1: "a", None: "b", True: "c"}
def ordered(e, c): return collections.OrderedDict([("b", 1), ("a", 2)])
def decimals(e, c): return {"a": decimal.Decimal("1.5"), "b": decimal.Decimal("3")}
def nan(e, c): return float("nan")
def a_set(e, c): return {1}
def a_date(e, c): return datetime.date(2020, 1, 2)
def some_bytes(e, c): return b"x"
def cycle(e, c):
    a = []; a.append(a); return a
def surrogate(e, c): return "\ud800"
def raised(e, c): raise ValueError("no such caller")
def own(e, c): raise Own("mine", 2)
def worded(e, c): raise Worded()
def empty(e, c): raise RuntimeError()
def nested(e, c):
    def inner(): raise KeyError("k")
    inner()
def chained(e, c):
    try:
        raise KeyError("k")
    except KeyError as error:
        raise ValueError("v") from error
def unicode_error(e, c): raise ValueError("\u00fc\u2028")
def recursion(e, c):
    def again(): return again()
    return again()
def memory(e, c): return c.memory_limit_in_mb
def version(e, c): return [c.function_name.split("-")[1], c.function_version]
def identity(e, c): return [c.client_context, c.identity.cognito_identity_id]
def trace(e, c): return "_X_AMZN_TRACE_ID" in os.environ
def key_error(e, c): return e["missing"]
"#;

const OTHERS: [(&str, &str); 7] = [
    ("import-lost", "lost.handler"),
    ("import-broken", "broken.handler"),
    ("import-failing", "failing.handler"),
    ("import-absent", "absent.handler"),
    ("name-malformed", "app"),
    ("name-builtin", "sys.exit"),
    ("name-missing", "app.not_there"),
];

/// An answer without what differs from call to call.
fn plain(payload: &str) -> Value {
    // NaN is no JSON, and both print it.
    let mut value: Value = serde_json::from_str(payload).unwrap_or_else(|_| json!(payload));
    if let Some(members) = value.as_object_mut() {
        if members.get("requestId").and_then(Value::as_str).is_some_and(|id| !id.is_empty()) {
            members.insert("requestId".into(), json!("id"));
        }
        // Paths are those of each function's folder.
        if let Some(lines) = members.get_mut("stackTrace").and_then(Value::as_array_mut) {
            for line in lines.iter_mut() {
                let shown = line.as_str().unwrap_or_default().to_owned();
                let from = shown.find("/task/").map_or(0, |at| at + "/task".len());
                // How deep the runtime itself is shows in how often a frame is repeated.
                let repeated = shown.contains("[Previous line repeated");
                *line = json!(if repeated { "repeated" } else { &shown[from..] });
            }
        }
        if let Some(message) = members.get("errorMessage").and_then(Value::as_str) {
            let message = message.split(" (").next().unwrap_or_default().to_owned();
            members.insert("errorMessage".into(), json!(message));
        }
    }
    value
}

#[tokio::test]
async fn python_answers_as_the_official_client_does() {
    let Some(folder) = std::env::var_os("FLOWBIND_AWSLAMBDARIC") else {
        #[expect(clippy::print_stdout, reason = "a test says why it did not run")]
        {
            println!("not run: FLOWBIND_AWSLAMBDARIC names no folder with the official client");
        }
        return;
    };
    if !has("python3") {
        return;
    }
    // Functions may read what lies in the PATH of the emulator.
    let mut settings = settings();
    let search_path = &mut settings.functions.as_mut().unwrap().search_path;
    search_path.push(":");
    search_path.push(&folder);
    let lambda = Lambda::with(settings).await;
    let named = HANDLERS.lines().filter_map(|line| line.strip_prefix("def ")?.split('(').next());
    let named = named.map(|name| (name.to_owned(), format!("app.{name}")));
    let others = OTHERS.iter().map(|(name, handler)| ((*name).to_owned(), (*handler).to_owned()));
    let (mut count, mut differences) = (0, Vec::new());
    for (name, handler) in named.chain(others) {
        let bootstrap = format!(
            "#!/bin/sh\nexport PYTHONPATH={} AWS_EXECUTION_ENV=AWS_Lambda_python3.11\nexec python3 -u -m awslambdaric {handler}\n",
            folder.to_string_lossy()
        );
        let code = [
            ("app.py", HANDLERS),
            ("lost.py", "import not_there\n"),
            ("broken.py", "def handler(:\n"),
            ("failing.py", "raise ValueError('at import')\n"),
            ("bootstrap", bootstrap.as_str()),
        ];
        let (ours, theirs) = (format!("ours-{name}"), format!("theirs-{name}"));
        lambda.create(&ours, "python3.11", &handler, &code).await;
        lambda.create(&theirs, "provided.al2023", &handler, &code).await;
        let mut answers = Vec::new();
        for function in [&ours, &theirs] {
            let output = lambda.call(function, r#"{"a":[1,"ü",null],"b":1e3}"#).await;
            answers.push((output.function_error().map(str::to_owned), plain(&text(&output))));
        }
        count += 1;
        if answers[0] != answers[1] {
            differences.push(format!("{name}\n  ours   {:?}\n  theirs {:?}", answers[0], answers[1]));
        }
    }
    assert!(count >= 30, "{count} handlers");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
