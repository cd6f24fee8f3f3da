//! The policy for `plan` is enough, writes nothing, and has no action too many: without any one of them the plan says
//! which permission is missing, and for which address.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::FunctionCode;
use flowbind::emulator::{Emulator, Settings, Timings};
use flowbind::manifest::{self, Disk, Inputs, Manifest};
use flowbind::permissions::{Command, Scope, policies};
use flowbind::plan::{Plan, Reach, stub_of};
use flowbind::resource::{Address, FlowType};
use flowbind::snapshot::Gap;
use flowbind::{backup::Backups, drift, reconcile, sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::apply::Silent;
use crate::world::{ACCOUNT, World, code, copy, flowbind_at, is_read, shipped, stderr};

/// Lambda assumes it.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

/// A prepared AWS, kept in a file, from which limited ones start.
pub(crate) struct Stage {
    folder: TempDir,
    pub(crate) manifests: Vec<Manifest>,
    assumptions: &'static [&'static str],
}

impl Stage {
    /// Starts with what the manifests expect, and does to it what `prepare` does, without limits.
    pub(crate) async fn new(manifests: Vec<Manifest>, prepare: impl AsyncFnOnce(&World)) -> Self {
        let stage = Self { folder: tempfile::tempdir().unwrap(), manifests, assumptions: &[] };
        let world = stage.start(stage.folder.path(), None).await;
        prepare(&world).await;
        world.emulator.stop().await.unwrap();
        stage
    }

    /// The same AWS under another manifest.
    pub(crate) fn edited(self, manifests: Vec<Manifest>, assumptions: &'static [&'static str]) -> Self {
        Self { manifests, assumptions, ..self }
    }

    async fn start(&self, folder: &Path, caller_policy: Option<Value>) -> World {
        let moment = Duration::from_millis(1);
        let timings = Timings {
            function_pending: moment,
            function_update: moment,
            role_propagation: moment,
            instance_creation: moment,
        };
        let assumptions = self.assumptions.iter().map(|text| text.parse().unwrap()).collect();
        let state = Some(folder.join("state.json"));
        let settings = Settings { state, caller_policy, timings, assumptions, ..Settings::default() };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let emulator = Emulator::start(address, settings, sandbox::world(&self.manifests)).await.unwrap();
        World { folder: tempfile::tempdir().unwrap(), manifests: self.manifests.clone(), emulator }
    }

    /// A copy in which callers may do only what a policy allows.
    pub(crate) async fn limited(&self, policy: Value) -> World {
        let folder = tempfile::tempdir().unwrap();
        for file in ["state.json", "state.json.journal", "state.json.key"] {
            let from = self.folder.path().join(file);
            if from.exists() {
                std::fs::copy(from, folder.path().join(file)).unwrap();
            }
        }
        let world = self.start(folder.path(), Some(policy)).await;
        World { folder, ..world }
    }
}

/// All policies of the manifests as one: the emulator limits every identity alike, and resources name accounts.
pub(crate) fn policy(manifests: &[Manifest], scope: Scope) -> Value {
    let policies = policies(manifests, scope).unwrap();
    let documents = policies.iter().map(|policy| serde_json::to_value(&policy.document).unwrap());
    let statements: Vec<Value> =
        documents.flat_map(|document| document["Statement"].as_array().unwrap().clone()).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        many => many.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
    }
}

pub(crate) fn actions(policy: &Value) -> BTreeSet<String> {
    policy["Statement"].as_array().unwrap().iter().flat_map(|statement| texts(&statement["Action"])).collect()
}

/// The policy without one action.
pub(crate) fn without(policy: &Value, action: &str) -> Value {
    let mut lesser = policy.clone();
    let statements = lesser["Statement"].as_array_mut().unwrap();
    for statement in statements.iter_mut() {
        let left: Vec<String> = texts(&statement["Action"]).into_iter().filter(|it| it != action).collect();
        statement["Action"] = json!(left);
    }
    statements.retain(|statement| statement["Action"] != json!([]));
    lesser
}

/// Whether a hint says that exactly this action is missing.
pub(crate) fn names(hint: &str, action: &str) -> bool {
    hint.split_once("the caller needs ").is_some_and(|(_, rest)| {
        let word = rest.find([' ', ',', ';']).unwrap_or(rest.len());
        rest[..word] == *action
    })
}

pub(crate) fn shipped_manifests(name: &str, target: Option<&str>) -> Vec<Manifest> {
    let inputs = Inputs { targets: target.into_iter().map(str::to_owned).collect(), ..Inputs::default() };
    match manifest::load(&[shipped(name)], &inputs, &Disk) {
        Ok(loaded) => loaded.manifests,
        Err(problems) => panic!("{:#?}", problems.problems),
    }
}

pub(crate) async fn plan_of(world: &World, scope: Scope) -> Plan {
    let session = world.session().await;
    reconcile::plan(&session, world.manifest(), scope.reach).await.unwrap()
}

/// Applies with every guard lifted: the address, message and hint of what failed.
pub(crate) async fn apply_all(world: &World, plan: &Plan) -> Vec<(String, String, String)> {
    use flowbind::plan::{Failure, Outcome};
    let session = world.session().await;
    let guards = plan.actions.iter().filter_map(|action| action.guard.as_ref());
    let allowed: BTreeSet<Address> = guards.map(|guard| guard.allow.clone()).collect();
    let backups = Backups::new(&world.folder.path().join("own"), "run");
    let report = reconcile::apply(&session, plan, &allowed, &backups, &Silent).await.unwrap();
    let failed = report.outcomes.into_iter().filter_map(|(id, outcome)| match outcome {
        Outcome::Failed(Failure { message, hint, .. }) => {
            Some((id.address.to_string(), message, hint.unwrap_or_default()))
        }
        Outcome::Refused { message, .. } => panic!("{}: {message}", id.address),
        Outcome::Moved { message } | Outcome::NotBegun { message } => panic!("{}: {message}", id.address),
        Outcome::Unknown(Failure { message, hint, .. }) => {
            Some((id.address.to_string(), message, hint.unwrap_or_default()))
        }
        Outcome::Applied | Outcome::AlreadySo | Outcome::Skipped { .. } => None,
    });
    failed.collect()
}

/// A flow and a module of somebody else on every instance: any of them might be one of ours under another name.
pub(crate) async fn add_unmanaged(world: &World) {
    for instance in world.manifest().instances.values() {
        let config = world.config_of(instance.place.account.as_str(), instance.place.region.as_str());
        let connect = aws_sdk_connect::Client::new(&config);
        let list = connect.list_instances().send().await.unwrap();
        let id = list.instance_summary_list()[0].id().unwrap().to_owned();
        let create = connect.create_contact_flow().instance_id(&id).name("Stranger");
        let create = create.content(stub_of(FlowType::ContactFlow));
        create.r#type(aws_sdk_connect::types::ContactFlowType::ContactFlow).send().await.unwrap();
        let create = connect.create_contact_flow_module().instance_id(&id).name("Stranger");
        create.content(stub_of(FlowType::Module)).send().await.unwrap();
    }
}

/// A function with a role that the set made once, and does not name any more.
async fn add_orphaned(world: &World) {
    let (set, region) = (world.manifest().set.clone(), "eu-west-2");
    let (iam, lambda) = (world.iam(region), world.lambda(region));
    let owner = aws_sdk_iam::types::Tag::builder().key("flowbind/set").value(format!("{set}/gone"));
    let create = iam.create_role().role_name("gone").assume_role_policy_document(TRUST);
    create.tags(owner.build().unwrap()).send().await.unwrap();
    let put = iam.put_role_policy().role_name("gone").policy_name("p").policy_document(TRUST);
    put.send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let code = FunctionCode::builder().zip_file(Blob::new(*b"PK\x05\x06")).build();
    let create = lambda.create_function().function_name("gone").code(code);
    let create = create.role(format!("arn:aws:iam::{ACCOUNT}:role/gone")).handler("index.handler");
    let create = create.runtime("nodejs22.x".into()).tags("flowbind/set", format!("{set}/gone"));
    create.send().await.unwrap();
}

/// What `drift` cannot read: it reads all that `plan` does, and more.
async fn gaps(stage: &Stage, policy: Value, scope: Scope) -> Vec<Gap> {
    let world = stage.limited(policy).await;
    let (session, manifest) = (world.session().await, world.manifest());
    let whole = drift::Scope { manifests: &world.manifests, reach: scope.reach };
    reconcile::drift(&session, manifest, whole).await.unwrap().gaps
}

/// What plan reads, where nothing was applied yet and where all was.
async fn stages(manifests: Vec<Manifest>) -> [Stage; 2] {
    let fresh = Stage::new(manifests.clone(), add_unmanaged).await;
    let applied = Stage::new(manifests, async |world: &World| {
        let plan = plan_of(world, Scope { command: Command::Apply, reach: Reach::Declared }).await;
        assert_eq!(apply_all(world, &plan).await, []);
        add_orphaned(world).await;
    });
    [fresh, applied.await]
}

async fn every_action_is_needed(manifests: Vec<Manifest>, scope: Scope) {
    let policy = policy(&manifests, scope);
    let stages = stages(manifests).await;
    for stage in &stages {
        assert_eq!(gaps(stage, policy.clone(), scope).await, [], "the whole policy is enough");
    }
    // Roles are assumed with the machine's credentials: see `a_role_is_assumed_only_where_the_policy_says_so`.
    for action in actions(&policy).into_iter().filter(|action| action != "sts:AssumeRole") {
        assert!(is_read(&action), "{action}");
        let mut told = Vec::new();
        let named = |gap: &&Gap| gap.denied && names(gap.hint.as_deref().unwrap_or_default(), &action);
        for stage in &stages {
            if !told.iter().any(|gap| named(&gap)) {
                told.extend(gaps(stage, without(&policy, &action), scope).await);
            }
        }
        let gap = told.iter().find(named);
        let gap = gap.unwrap_or_else(|| panic!("nobody misses {action}: {told:#?}"));
        assert!(gap.hint.as_ref().unwrap().contains("flowbind iam-policy PATH --for plan"), "{gap:?}");
    }
}

const PLAN: Scope = Scope { command: Command::Plan, reach: Reach::Declared };
const PRUNED: Scope = Scope { command: Command::Plan, reach: Reach::Orphaned };

#[tokio::test]
async fn the_policy_to_plan_the_demo_reads_all_that_is_needed_and_nothing_more() {
    every_action_is_needed(shipped_manifests("demo", None), PLAN).await;
}

#[tokio::test]
async fn the_policy_to_plan_with_what_is_orphaned_is_wider_and_has_no_action_too_many() {
    let manifests = shipped_manifests("demo", None);
    let (pruned, declared) = (policy(&manifests, PRUNED), policy(&manifests, PLAN));
    assert!(actions(&declared).is_subset(&actions(&pruned)));
    assert!(!declared.to_string().contains("function:*"), "{declared:#}");
    every_action_is_needed(manifests, PRUNED).await;
}

/// Plans a shipped manifest with the binary: exit code, and what it says on stderr.
async fn planned(stage: &Stage, policy: Value, name: &str, arguments: &[&str]) -> (i32, String) {
    let world = stage.limited(policy).await;
    copy(&shipped(name), &world.folder.path().join(name));
    let mut command = flowbind_at(world.folder.path(), &world.emulator.url());
    command.args(["plan", name]).args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (code(&output), stderr(&output))
}

#[tokio::test]
async fn the_plan_says_which_permission_is_missing_for_which_address() {
    let manifests = shipped_manifests("demo", None);
    let policy = policy(&manifests, PLAN);
    let stage = Stage::new(manifests, add_unmanaged).await;
    let (exit, said) = planned(&stage, policy.clone(), "demo", &[]).await;
    assert_eq!(exit, 0, "{said}");
    let lesser = without(&policy, "connect:ListLambdaFunctions");
    let (exit, said) = planned(&stage, lesser, "demo", &[]).await;
    assert_eq!(exit, 3, "{said}");
    for words in [
        "instance/london",
        "the caller needs connect:ListLambdaFunctions on arn:aws:connect:eu-west-2:111122223333:instance/",
        "flowbind iam-policy PATH --for plan",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[tokio::test]
async fn a_role_is_assumed_only_where_the_policy_says_so() {
    let manifests = shipped_manifests("platform", Some("dev"));
    let policy = policy(&manifests, PLAN);
    let stage = Stage::new(manifests, add_unmanaged).await;
    let (exit, said) = planned(&stage, policy.clone(), "platform", &["--for", "dev"]).await;
    assert_eq!(exit, 0, "{said}");
    let other = policy.to_string().replace(r#""sts:ExternalId":"calder-dev""#, r#""sts:ExternalId":"other""#);
    let other: Value = serde_json::from_str(&other).unwrap();
    for (lesser, expected) in [(without(&policy, "sts:AssumeRole"), 1), (other, 3)] {
        let (exit, said) = planned(&stage, lesser, "platform", &["--for", "dev"]).await;
        assert_eq!(exit, expected, "{said}");
        assert!(said.contains("the caller needs sts:AssumeRole on arn:aws:iam::"), "{said}");
    }
}

#[tokio::test]
async fn the_policy_to_plan_the_platform_reads_all_that_is_needed_and_nothing_more() {
    every_action_is_needed(shipped_manifests("platform", Some("dev")), PRUNED).await;
}

#[tokio::test]
async fn the_policies_let_the_demo_and_the_platform_be_applied() {
    for manifests in [shipped_manifests("demo", None), shipped_manifests("platform", Some("prod"))] {
        let scope = Scope { command: Command::Apply, reach: Reach::Declared };
        let policy = policy(&manifests, scope);
        let stage = Stage::new(manifests, add_unmanaged).await;
        let world = stage.limited(policy).await;
        let plan = plan_of(&world, scope).await;
        assert_eq!(plan.gaps, []);
        assert_eq!(apply_all(&world, &plan).await, []);
        let again = plan_of(&world, scope).await;
        assert!(again.actions.is_empty() && again.gaps.is_empty(), "{again:#?}");
    }
}
