//! Instances with everything that is hard to write down, imported and read back.

use std::path::PathBuf;

use super::*;
use crate::manifest::{self, Inputs, NamedKind, State, Status};
use crate::plan::{OWNER_TAG, stub_of};
use crate::resource::{FlowType, InstanceArn, Label};
use crate::snapshot::{FlowContent, FlowIds, FlowSeen, FlowSummary, InstanceSeen, InstanceStatus};

mod hostile;
mod laws;
mod people;
mod tokens;

const INSTANCE: &str = "arn:aws:connect:eu-west-2:111122223333:instance/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
const LAMBDA: &str = "arn:aws:lambda:eu-west-2:111122223333:function";

fn id(number: usize) -> String {
    format!("aaaaaaaa-0000-4000-8000-{number:012}")
}

fn instance(alias: &str) -> LiveInstance {
    let seen = InstanceSeen {
        arn: InstanceArn::parse(INSTANCE).unwrap(),
        alias: Some(alias.to_owned()),
        status: InstanceStatus::Active,
        status_reason: None,
        identity: None,
        tags: None,
    };
    LiveInstance {
        instance: seen,
        attributes: Some([("CONTACTFLOW_LOGS".to_owned(), true)].into()),
        contents: Vec::new(),
        associations: BTreeSet::new(),
        named: BTreeMap::new(),
    }
}

/// A flow that says and does something.
fn content(blocks: &[(&str, &str)]) -> String {
    let (mut actions, mut next) = (String::new(), "end");
    for (name, rest) in blocks.iter().rev() {
        actions = format!(
            r#"{{"Identifier":"{name}",{rest},"Transitions":{{"NextAction":"{next}","Errors":[{{"ErrorType":"NoMatchingError","NextAction":"end"}}]}}}},{actions}"#
        );
        next = name;
    }
    format!(
        r#"{{"Version":"2019-10-30","StartAction":"{next}","Metadata":{{}},"Actions":[{actions}{{"Identifier":"end","Type":"DisconnectParticipant","Parameters":{{}},"Transitions":{{}}}}]}}"#
    )
}

fn call(arn: &str) -> String {
    format!(
        r#""Type":"InvokeLambdaFunction","Parameters":{{"LambdaFunctionARN":"{arn}","InvocationTimeLimitSeconds":"3"}}"#
    )
}

fn say(text: &str) -> String {
    format!(r#""Type":"MessageParticipant","Parameters":{{"Text":{}}}"#, serde_json::Value::from(text))
}

fn add(live: &mut LiveInstance, kind: Kind, name: &str, text: &str) -> String {
    let number = live.contents.len();
    let word = if kind == Kind::Module { "flow-module" } else { "contact-flow" };
    let arn = format!("{INSTANCE}/{word}/{}", id(number));
    let flow_type = if kind == Kind::Module { FlowType::Module } else { FlowType::ContactFlow };
    let summary = FlowSummary {
        id: id(number),
        arn: arn.clone(),
        kind: Some(flow_type),
        kind_text: flow_type.wire(),
        published: true,
        archived: false,
    };
    let content = FlowContent { text: text.into(), modified_ms: None };
    let seen = FlowSeen {
        summary,
        name: name.to_owned(),
        description: String::new(),
        tags: BTreeMap::new(),
        published: Some(content.clone()),
        draft: Some(content),
    };
    live.contents.push((kind, seen));
    arn
}

/// The policy that an association writes.
fn allowed(arn: &str) -> Look<ResourcePolicy> {
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "connect-x", "Effect": "Allow", "Principal": { "Service": "connect.amazonaws.com" },
        "Action": "lambda:InvokeFunction", "Resource": arn,
        "Condition": { "StringEquals": { "AWS:SourceAccount": "111122223333" }, "ArnLike": { "AWS:SourceArn": INSTANCE } },
    }]});
    Look::Found(ResourcePolicy::parse(&policy.to_string(), None).unwrap())
}

/// Associates functions and lets the instance call them.
fn grant(live: &mut LiveInstance, arns: &[&str]) -> Policies {
    let mut policies = Policies::new();
    live.associations.extend(arns.iter().map(|arn| (*arn).to_owned()));
    for function in functions_to_read(live) {
        let arn = function.arn().to_string();
        let known =
            arns.iter().any(|known| *known == arn || *known == function.unqualified().arn().to_string());
        let look = if known { allowed(&arn) } else { Look::Absent { close: Vec::new() } };
        policies.insert(function, look);
    }
    policies
}

/// Imports, reads the files as any command does, and finds no difference.
fn round(live: &LiveInstance, policies: &Policies) -> (Imported, Manifest) {
    let imported = import(live, policies, None);
    let files: BTreeMap<PathBuf, Vec<u8>> =
        imported.files.iter().map(|(path, text)| (PathBuf::from(path), text.clone().into_bytes())).collect();
    let loaded = manifest::load(&[PathBuf::from(MANIFEST)], &Inputs::default(), &files);
    let loaded =
        loaded.unwrap_or_else(|problems| panic!("{:#?}\n{}", problems.problems, imported.files[MANIFEST]));
    let manifest = loaded.manifests.into_iter().next().unwrap();
    assert_eq!(differences(live, policies, &manifest), Vec::<String>::new(), "{}", imported.files[MANIFEST]);
    (imported, manifest)
}

fn label(text: &str) -> Label {
    Label::parse(text).unwrap()
}
