//! What chains are found in flows that are written in a short form: `block kind next error`, one a line.

use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::flow::document::Document;
use crate::flow::facts::{CalleeFacts, FunctionFacts};

/// Writes a flow. Kinds: `8` and `8a` (invocation, asynchronous), `?` (without a limit), `P` (prompt), `W` (wait),
/// `S` (sets an attribute), `C` (compare), `E` (end), `R` (end of a module), `xN` (loop: next is its body, error its
/// end), `M:ref` (module), `T:ref` (transfer). `-` leads nowhere.
pub(super) fn flow(lines: &str) -> Document {
    let mut actions = Vec::new();
    let mut start = None;
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let [name, kind, next, error] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        start.get_or_insert(name);
        let function = format!("arn:aws:lambda:us-east-1:111122223333:function:{name}");
        let invoke = |limit: Option<&str>, kind: &str| {
            let mut parameters = serde_json::json!({"LambdaFunctionARN": function, "InvocationType": kind});
            if let Some(limit) = limit {
                parameters["InvocationTimeLimitSeconds"] = limit.into();
            }
            ("InvokeLambdaFunction", parameters)
        };
        let (action, parameters) = match kind {
            "P" => ("MessageParticipant", serde_json::json!({"Text": "x"})),
            "W" => ("Wait", serde_json::json!({})),
            "S" => ("UpdateContactAttributes", serde_json::json!({})),
            "C" => ("Compare", serde_json::json!({})),
            "E" => ("DisconnectParticipant", serde_json::json!({})),
            "R" => ("EndFlowModuleExecution", serde_json::json!({})),
            "?" => invoke(None, "SYNCHRONOUS"),
            kind if kind.starts_with('x') => ("Loop", serde_json::json!({"LoopCount": kind[1..]})),
            kind if kind.starts_with("M:") => {
                ("InvokeFlowModule", serde_json::json!({"FlowModuleId": kind[2..]}))
            }
            kind if kind.starts_with("T:") => {
                ("TransferToFlow", serde_json::json!({"ContactFlowId": kind[2..]}))
            }
            kind => match kind.strip_suffix('a') {
                Some(limit) => invoke(Some(limit), "ASYNCHRONOUS"),
                None => invoke(Some(kind), "SYNCHRONOUS"),
            },
        };
        let condition = |target: &str, operand: &str| serde_json::json!({"NextAction": target, "Condition": {"Operator": "Equals", "Operands": [operand]}});
        let transitions = match action {
            "Loop" => serde_json::json!({"NextAction": error,
                "Conditions": [condition(next, "ContinueLooping"), condition(error, "DoneLooping")]}),
            "Compare" => serde_json::json!({"NextAction": error, "Conditions": [condition(next, "1")],
                "Errors": [{"NextAction": error, "ErrorType": "NoMatchingCondition"}]}),
            _ => {
                let mut transitions = serde_json::json!({});
                if next != "-" {
                    transitions["NextAction"] = next.into();
                }
                if error != "-" {
                    transitions["Errors"] =
                        serde_json::json!([{"NextAction": error, "ErrorType": "NoMatchingError"}]);
                }
                transitions
            }
        };
        actions.push(serde_json::json!({"Identifier": name, "Type": action, "Parameters": parameters, "Transitions": transitions}));
    }
    let flow = serde_json::json!({"Version": "2019-10-30", "StartAction": start, "Actions": actions});
    Document::parse(&flow.to_string()).unwrap()
}

fn facts(callees: &[(&str, &str)]) -> Facts {
    let callee = |(name, lines): &(&str, &str)| {
        let callee = CalleeFacts { document: Some(Arc::new(flow(lines))), ..CalleeFacts::default() };
        ((*name).to_owned(), callee)
    };
    Facts { callees: callees.iter().map(callee).collect(), ..Facts::default() }
}

fn found(lines: &str, facts: &Facts) -> Vec<Chain> {
    chains(&FlowView::new(&flow(lines), None), facts).chains
}

/// Shows chains shortly: the steps with their sums, an exclamation mark before each place for a prompt.
fn shown(chains: &[Chain]) -> Vec<String> {
    let show = |chain: &Chain| {
        let mut text = match chain.seconds {
            Some(seconds) => format!("{seconds}:"),
            None => "endless:".to_owned(),
        };
        for (at, step) in chain.path.iter().enumerate() {
            let mark = if chain.prompts.contains(&at) { "!" } else { "" };
            let rounds = step.rounds.map(|rounds| format!("x{rounds}")).unwrap_or_default();
            let callee = step.callee.as_ref().map(|callee| format!("{callee}/")).unwrap_or_default();
            write!(text, " {mark}{callee}{}{rounds}={}", step.block, step.seconds.unwrap()).unwrap();
        }
        if chain.doubts.is_empty() { text } else { format!("{text} ?{}", chain.doubts.len()) }
    };
    chains.iter().map(show).collect()
}

fn alone(lines: &str) -> Vec<String> {
    shown(&found(lines, &Facts::default()))
}

#[test]
fn a_row_of_invocations_adds_up_until_a_prompt() {
    assert_eq!(alone("a 8 b b\nb 8 c c\nc 8 e e\ne E - -"), ["24: a=8 b=16 !c=24"]);
    assert_eq!(alone("a 8 b b\nb 8 c c\nc 4 e e\ne E - -"), [""; 0], "20 s are allowed");
    assert_eq!(alone("a 8 b b\nb 8 p p\np P c c\nc 8 e e\ne E - -"), [""; 0]);
    assert_eq!(
        alone("a 8 b b\nb 8a c c\nc 8 d d\nd 8 e e\ne E - -"),
        ["24: a=8 b=8 c=16 !d=24"],
        "nobody waits for b"
    );
}

#[test]
fn the_worst_branch_counts_errors_included() {
    let lines = "p P a a\na 8 e b\nb 8 e c\nc S d d\nd 8 f f\nf 3 e e\ne E - -";
    assert_eq!(alone(lines), ["27: p=0 a=8 b=16 c=16 !d=24 f=27"]);
    let chain = &found(lines, &Facts::default())[0];
    let by: Vec<_> = chain.path.iter().map(|step| step.by.to_string()).collect();
    assert_eq!(by, ["next", "NoMatchingError", "NoMatchingError", "next", "next", ""]);
    assert_eq!((chain.over, chain.block), (4, 4));
    // A prompt on only one of two branches leaves the other.
    assert_eq!(alone("a 8 p b\np P b b\nb 8 c c\nc 8 e e\ne E - -"), ["24: a=8 b=16 !c=24"]);
}

#[test]
fn a_long_chain_needs_several_prompts() {
    let lines = "a 8 b b\nb 8 c c\nc 8 d d\nd 8 f f\nf 8 e e\ne E - -";
    assert_eq!(alone(lines), ["40: a=8 b=16 !c=24 d=32 !f=40"]);
}

#[test]
fn chains_that_only_share_an_end_are_told_apart() {
    let lines = "p C a x\na 7 b b\nb 7 c c\nc 7 e e\nx 8 y y\ny 8 z z\nz 8 e e\ne E - -";
    assert_eq!(alone(lines), ["21: p=0 a=7 b=14 !c=21", "24: p=0 x=8 y=16 !z=24"]);
    let joined = lines.replace("c 7 e e", "c 7 z z");
    assert_eq!(alone(&joined), ["29: p=0 a=7 b=14 !c=21 z=29"]);
}

#[test]
fn rounds_of_a_loop_are_counted() {
    assert_eq!(alone("l x3 a e\na 7 l l\ne E - -"), ["21: l=0 !a=7 lx3=21"]);
    assert_eq!(alone("l x2 a e\na 7 l l\ne E - -"), [""; 0]);
    assert_eq!(
        alone("l x0 a e\na 8 b b\nb 8 c c\nc 8 l l\ne E - -"),
        [""; 0],
        "the body is never gone through"
    );
    // Two full rounds, and the last one is left in its midst.
    assert_eq!(alone("l x3 a e\na 7 l b\nb 8 e e\ne E - -"), ["29: l=0 a=7 lx2=14 !a=21 b=29"]);
    assert_eq!(alone("l x5 p e\np P a a\na 8 b b\nb 8 l l\ne E - -"), [""; 0], "each round plays a prompt");
}

#[test]
fn nested_loops_multiply_and_start_anew() {
    let lines = "o x2 i e\ni x3 a o\na 4 i i\ne E - -";
    assert_eq!(alone(lines), ["24: o=0 i=0 !a=4 ix3=12 ox2=24"]);
    assert_eq!(
        alone("o x2 i e\ni x3 a s\na 3 i i\ns 2 o o\ne E - -"),
        ["22: o=0 i=0 !a=3 ix3=9 s=11 ox2=22"]
    );
    // The loop within starts anew each time, so that nothing counts the way around it.
    assert_eq!(alone("i x3 a s\na 3 i i\ns S i i\n"), ["endless: i=0 !a=3 i=3 a=6 ?1"]);
}

#[test]
fn a_loop_that_is_entered_in_its_midst_is_counted() {
    assert_eq!(alone("s C a l\nl x2 b e\nb 6 a a\na 5 l l\ne E - -"), ["27: s=0 a=5 l=5 !b=11 a=16 lx2=27"]);
}

#[test]
fn a_cycle_without_a_count_is_endless() {
    assert_eq!(alone("a 3 e a\ne E - -"), ["endless: !a=3 a=6"]);
    let chain = &found("p P a a\na 3 e s\ns S a a\ne E - -", &Facts::default())[0];
    assert_eq!((chain.seconds, chain.over, chain.path[chain.over].block.as_str()), (None, 1, "a"));
    assert_eq!(shown(std::slice::from_ref(chain)), ["endless: p=0 !a=3 s=3 a=6"]);
    assert_eq!(alone("a 3 c c\nc C e a\ne E - -"), ["endless: !a=3 c=3 a=6 ?1"], "a condition may end it");
    assert_eq!(
        alone("a 8 b b\nb 7 c c\nc 8 d d\nd C e a\ne E - -"),
        ["endless: !a=8 b=15 c=23 d=23 a=31"],
        "23 s at once"
    );
    assert_eq!(alone("a 3 e p\np P a a\ne E - -"), [""; 0], "each round plays a prompt");
    assert_eq!(alone("s S t t\nt C s a\na 8 e e\ne E - -"), [""; 0], "the cycle loses no time");
}

#[test]
fn what_is_not_known_makes_a_finding_less_sure() {
    assert_eq!(alone("a 8 b b\nb 8 w w\nw W c c\nc 8 e e\ne E - -"), ["24: a=8 b=16 w=16 !c=24 ?1"]);
    assert_eq!(alone("a 8 b b\nb 8 c c\nc ? e e\ne E - -"), ["24: a=8 b=16 !c=24 ?1"]);
    assert_eq!(
        alone("a 8 b b\nb 8 c c\nc 4 d d\nd ? e e\ne E - -"),
        ["21: a=8 b=16 c=20 !d=21"],
        "1 s at least"
    );
    assert_eq!(alone("l x$.Attributes.n a e\na 3 l l\ne E - -"), ["300: l=0 !a=3 lx100=300 ?1"]);
    assert_eq!(alone("a 8 b b\nb 8 m m\nm M:x c c\nc 8 e e\ne E - -"), ["24: a=8 b=16 m=16 !c=24 ?1"]);
    // Of what is certain anyhow nothing is told again.
    assert_eq!(alone("a 8 b b\nb 8 c c\nc 8 w w\nw W d d\nd 8 e e\ne E - -"), ["24: a=8 b=16 !c=24"]);
}

#[test]
fn modules_are_entered_and_left() {
    let module = facts(&[("m", "a 8 b b\nb 8 r r\nr R - -")]);
    assert_eq!(
        shown(&found("x 8 m e\nm M:m y e\ny 3 e e\ne E - -", &module)),
        ["27: x=8 m=8 m/a=16 !m/b=24 m/r=24 y=27"]
    );
    assert_eq!(
        found("x 8 m e\nm M:m y e\ny 3 e e\ne E - -", &module)[0].block,
        1,
        "told where it is invoked"
    );
    // Two invocations of one module: each comes back to its own place.
    let twice = shown(&found("k M:m l e\nl M:m e e\ne E - -", &module));
    assert_eq!(twice, ["32: k=0 m/a=8 m/b=16 m/r=16 l=16 !m/a=24 m/b=32"]);
    let prompt = facts(&[("m", "a 8 p p\np P b b\nb 8 r r\nr R - -")]);
    assert_eq!(shown(&found("x 8 m e\nm M:m y e\ny 3 e e\ne E - -", &prompt)), [""; 0]);
    let own = facts(&[("m", "a 8 b b\nb 8 c c\nc 8 r r\nr R - -")]);
    assert_eq!(shown(&found("m M:m e e\ne E - -", &own)), [""; 0], "the module is told of it itself");
}

#[test]
fn modules_within_modules_end_somewhere() {
    let own = facts(&[("m", "a M:m b b\nb 3 r r\nr R - -")]);
    assert_eq!(found("m M:m e e\ne E - -", &own).len(), 0);
    let wide = facts(&[
        ("m", "a M:n b b\nb M:n r r\nr R - -"),
        ("n", "a M:o b b\nb M:o r r\nr R - -"),
        ("o", "a 1 r r\nr R - -"),
    ]);
    assert_eq!(shown(&found("m M:m k e\nk 8 l e\nl 8 e e\ne E - -", &wide)).len(), 0);
    assert_eq!(found("m M:m k e\nk 8 l e\nl 8 n e\nn 1 e e\ne E - -", &wide)[0].seconds, Some(21));
}

#[test]
fn a_transfer_goes_on_in_the_other_flow() {
    let other = facts(&[("f", "b 8 c c\nc 8 e e\ne E - -")]);
    let chains = found("a 8 t e\nt T:f e e\ne E - -", &other);
    assert_eq!(shown(&chains), ["24: a=8 t=8 f/b=16 !f/c=24"]);
    assert_eq!(chains[0].block, 1, "told at the transfer");
    let back = facts(&[("f", "b 3 t t\nt T:g e e\ne E - -"), ("g", "a 3 t t\nt T:f e e\ne E - -")]);
    assert_eq!(
        shown(&found("a 3 t e\nt T:f e e\ne E - -", &back)),
        ["endless: a=3 t=3 !f/b=6 f/t=6 g/a=9 g/t=9 f/b=12"]
    );
}

#[test]
fn the_functions_own_time_outs_are_added_up_too() {
    let mut facts = Facts::default();
    let known = FunctionFacts { timeout_seconds: Some(3), ..FunctionFacts::default() };
    facts.functions.insert("arn:aws:lambda:us-east-1:111122223333:function:b".to_owned(), known);
    let lines = "a 8 b b\nb 8 c c\nc 8 e e\ne E - -";
    assert_eq!(found(lines, &facts)[0].own_seconds, Some(19));
    assert_eq!(found(lines, &Facts::default())[0].own_seconds, None);
    let looped = found("l x3 b e\nb 8 l l\ne E - -", &facts);
    assert_eq!((looped[0].seconds, looped[0].own_seconds), (Some(24), Some(9)));
}
