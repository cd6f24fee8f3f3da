use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::manifest::{
    Associate, Function, Grants, LeftOut, Manifest, Needs, Package, Role, RoleRef, Secret, Source,
};
use crate::plan::{Action, Cause, Plan, Write, plan};
use crate::resource::{AccountId, FunctionRef, Label, Origin, Place, Region, SetName, lambda_trust};
use crate::snapshot::{
    APPLIED_TAG, AliasSeen, FunctionConfiguration, FunctionSeen, FunctionState, Gap, Look, RolePolicies,
    RoleSeen, SET_TAG, Snapshot, UNFINISHED,
};

const ROLE: &str = "arn:aws:iam::111122223333:role/greeter-role";
const POLICY: &str = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";

fn label() -> Label {
    Label::parse("greeter").unwrap()
}

fn secrets(entries: &[(&str, &str)]) -> BTreeMap<String, Secret> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect()
}

fn source() -> Source {
    let (path, zip) = ("code".to_owned(), Arc::new(Vec::new()));
    Source {
        runtime: "nodejs22.x".to_owned(),
        handler: "index.handler".to_owned(),
        code: Package { path, digest: "code-a".to_owned(), zip, size: 0, left_out: LeftOut::default() },
        role: RoleRef::Managed(Role {
            name: "greeter-role".to_owned(),
            managed_policies: vec![POLICY.to_owned()],
            inline: BTreeMap::new(),
        }),
        timeout: Some(7),
        memory: None,
        environment: Some(secrets(&[("TABLE", "customers")])),
        description: None,
        publish: Some("live".to_owned()),
    }
}

fn manifest() -> Manifest {
    let place = Place {
        account: AccountId::parse("111122223333").unwrap(),
        region: Region::parse("eu-west-2").unwrap(),
    };
    let target = FunctionRef { place, name: "greeter-dev".to_owned(), qualifier: Some("live".to_owned()) };
    let function = Function {
        target,
        grants: Grants::Own,
        associate: Associate::Unqualified,
        response: None,
        source: Some(source()),
        adopt: false,
        protect: false,
        origin: Origin { file: "m.yaml".to_owned(), line: 1, column: 1 },
    };
    Manifest {
        suppressions: Vec::new(),
        set: SetName::parse("made").unwrap(),
        target: None,
        digest: String::new(),
        accounts: BTreeMap::new(),
        instances: BTreeMap::new(),
        functions: [(label(), function)].into(),
        modules: BTreeMap::new(),
        flows: BTreeMap::new(),
        needs: Needs::default(),
    }
}

/// The function as it is after an apply.
fn function() -> FunctionSeen {
    let latest = FunctionConfiguration {
        runtime: Some("nodejs22.x".to_owned()),
        handler: Some("index.handler".to_owned()),
        role: ROLE.to_owned(),
        timeout: 7,
        memory: 128,
        description: String::new(),
        environment: Some(secrets(&[("TABLE", "customers")])),
        code: "code-a".to_owned(),
    };
    let arn = "arn:aws:lambda:eu-west-2:111122223333:function:greeter-dev".to_owned();
    let digest = latest.digest(&arn);
    let alias = AliasSeen {
        version: "1".to_owned(),
        description: AliasSeen::note(&digest, "1"),
        weighted: BTreeSet::new(),
        revision: "r".to_owned(),
        behind: None,
    };
    let tags =
        BTreeMap::from([(SET_TAG.to_owned(), "made/greeter".to_owned()), (APPLIED_TAG.to_owned(), digest)]);
    let (state, revision) = (FunctionState::Ready, "r".to_owned());
    FunctionSeen { arn, latest, state, revision, tags: Some(tags), alias: Some(alias) }
}

fn role() -> RoleSeen {
    let managed = [POLICY.to_owned()].into();
    let policies = RolePolicies { trust: lambda_trust(), managed, inline: BTreeMap::new() };
    let applied = policies.digest();
    let tags =
        BTreeMap::from([(SET_TAG.to_owned(), "made/greeter".to_owned()), (APPLIED_TAG.to_owned(), applied)]);
    RoleSeen { arn: ROLE.to_owned(), policies, tags }
}

fn planned(desired: &Manifest, function: Look<FunctionSeen>, role: Look<RoleSeen>) -> Plan {
    let observed = Snapshot {
        sources: [(label(), function)].into(),
        roles: [(label(), role)].into(),
        ..Snapshot::default()
    };
    plan(desired, &observed)
}

fn absent<T>() -> Look<T> {
    Look::Absent { close: Vec::new() }
}

fn seen(function: FunctionSeen) -> Plan {
    planned(&manifest(), Look::Found(function), Look::Found(role()))
}

/// The fields that an action changes.
fn paths(action: &Action) -> Vec<String> {
    match action.write() {
        Write::Function(spec) => spec.fields.iter().map(|field| field.path.to_string()).collect(),
        Write::Role(spec) => spec.fields.iter().map(|field| field.path.to_string()).collect(),
        other => panic!("{other:?}"),
    }
}

fn codes(plan: &Plan) -> Vec<&str> {
    plan.problems.iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn what_is_as_declared_is_in_sync_whoever_made_it() {
    let plan = seen(function());
    assert!(plan.actions.is_empty() && plan.problems.is_empty());
    assert_eq!(plan.in_sync, 2);
    let plan = seen(FunctionSeen { tags: Some(BTreeMap::new()), ..function() });
    assert!(plan.actions.is_empty() && plan.problems.is_empty());
}

#[test]
fn each_declared_field_is_named_and_what_is_omitted_is_not_compared() {
    type Edit = fn(&mut FunctionConfiguration);
    let edits: [(&str, Edit); 6] = [
        ("runtime", |live| live.runtime = Some("nodejs20.x".to_owned())),
        ("handler", |live| live.handler = None),
        ("role", |live| live.role.push('x')),
        ("timeout", |live| live.timeout = 60),
        ("environment.TABLE", |live| live.environment = Some(secrets(&[("TABLE", "x")]))),
        ("code", |live| live.code = "code-b".to_owned()),
    ];
    for (path, edit) in edits {
        let mut live = function();
        edit(&mut live.latest);
        // The version behind the alias is as it was.
        live.alias.as_mut().unwrap().behind = Some(function().latest);
        let plan = seen(live);
        assert_eq!(plan.actions.len(), 1, "{path}");
        assert_eq!(paths(&plan.actions[0]), [path]);
        assert_eq!(plan.actions[0].reason, format!("changed outside of flowbind: {path}"));
    }
    let mut live = function();
    (live.latest.memory, live.latest.description) = (512, "by hand".to_owned());
    live.alias.as_mut().unwrap().behind = Some(function().latest);
    assert!(seen(live).actions.is_empty(), "memory and description are not declared");
}

#[test]
fn the_applied_digest_tells_who_changed_it() {
    let mut desired = manifest();
    desired.functions.get_mut(&label()).unwrap().source.as_mut().unwrap().timeout = Some(8);
    let reason = |live: FunctionSeen| {
        let plan = planned(&desired, Look::Found(live), Look::Found(role()));
        assert_eq!(paths(&plan.actions[0]), ["timeout", "publish.live"], "the alias is on the old version");
        plan.actions[0].reason.clone()
    };
    assert_eq!(reason(function()), "the manifest changed: timeout");
    let mut live = function();
    live.tags.as_mut().unwrap().remove(APPLIED_TAG);
    assert_eq!(reason(live), "differs (who changed it is unknown): timeout");
}

#[test]
fn an_alias_counts_by_what_its_version_is() {
    let with = |edit: fn(&mut AliasSeen)| {
        let mut live = function();
        edit(live.alias.as_mut().unwrap());
        seen(live)
    };
    let plan = with(|alias| {
        (alias.version, alias.behind) = ("2".to_owned(), Some(function().latest));
    });
    assert!(plan.actions.is_empty(), "another version that is the same is as good");
    let plan = with(|alias| {
        let behind = FunctionConfiguration { timeout: 9, ..function().latest };
        (alias.version, alias.behind) = ("2".to_owned(), Some(behind));
    });
    assert_eq!(paths(&plan.actions[0]), ["publish.live"]);
    assert_eq!(plan.actions[0].reason, "alias `live` was changed outside of flowbind, from version 1 to 2");
    let plan = with(|alias| {
        (alias.version, alias.behind) = ("$LATEST".to_owned(), Some(function().latest));
    });
    assert_eq!(paths(&plan.actions[0]), ["publish.live"], "$LATEST is no version");
    let plan = with(|alias| alias.weighted = ["2".to_owned()].into());
    assert!(plan.actions.is_empty() && codes(&plan) == ["alias-weighted"] && plan.is_held());
    let plan = seen(FunctionSeen { alias: None, ..function() });
    assert_eq!(plan.actions[0].reason, "there is no alias `live`");
}

#[test]
fn nothing_that_is_not_owned_is_written_without_adopt() {
    for tags in [
        None,
        Some(BTreeMap::new()),
        Some(BTreeMap::from([(SET_TAG.to_owned(), "made-other/greeter".to_owned())])),
    ] {
        let another = tags.as_ref().is_some_and(|tags| !tags.is_empty());
        let mut live = FunctionSeen { tags, ..function() };
        live.latest.timeout = 9;
        live.alias.as_mut().unwrap().behind = Some(function().latest);
        let plan = seen(live.clone());
        assert!(plan.actions.is_empty(), "{:?}", plan.actions);
        assert_eq!(codes(&plan), ["not-owned"]);
        let mut desired = manifest();
        desired.functions.get_mut(&label()).unwrap().adopt = true;
        let plan = planned(&desired, Look::Found(live), Look::Found(role()));
        assert_eq!(plan.actions.len(), 1);
        assert_eq!(codes(&plan), if another { vec!["adopted-from-another-set"] } else { Vec::new() });
    }
}

#[test]
fn a_role_is_compared_exactly() {
    let mut live = role();
    live.policies.managed.insert("arn:aws:iam::aws:policy/AdministratorAccess".to_owned());
    live.policies.inline.insert("extra".to_owned(), "{}".to_owned());
    live.policies.trust = lambda_trust().replace("lambda.", "ec2.");
    let plan = planned(&manifest(), Look::Found(function()), Look::Found(live));
    assert_eq!(paths(&plan.actions[0]), ["trust policy", "managedPolicies", "inline.extra"]);
}

#[test]
fn what_cannot_be_had_is_told_and_holds_what_needs_it() {
    let plan = planned(&manifest(), absent(), absent());
    let made: Vec<(String, bool)> = plan
        .actions
        .iter()
        .map(|action| (action.id.address.to_string(), action.write().is_creation()))
        .collect();
    assert_eq!(made, [("role/greeter".to_owned(), true), ("function/greeter".to_owned(), true)]);
    assert_eq!(plan.actions[1].after, [plan.actions[0].id.clone()]);

    let plan = planned(&manifest(), absent(), Look::Unknown);
    assert!(plan.actions.is_empty() && codes(&plan) == ["function-held"]);
    let plan = planned(&manifest(), Look::Unknown, Look::Found(role()));
    assert!(plan.actions.is_empty() && plan.gaps == Vec::<Gap>::new());

    let plan = seen(FunctionSeen { state: FunctionState::Failed("no subnet".to_owned()), ..function() });
    assert!(plan.actions.is_empty() && codes(&plan) == ["function-failed"]);
    assert!(plan.problems[0].message.contains("no subnet"));
    let mut live = function();
    live.latest.environment = None;
    live.alias.as_mut().unwrap().behind = Some(live.latest.clone());
    let plan = seen(live);
    assert!(plan.actions.is_empty() && codes(&plan) == ["environment-unreadable"]);
}

#[test]
fn who_moved_is_data_and_is_only_sure_where_it_can_be() {
    let manifest = manifest();
    let cause = |change: &dyn Fn(&mut FunctionSeen), manifest: &Manifest| {
        let mut seen = function();
        change(&mut seen);
        let plan = planned(manifest, Look::Found(seen), Look::Found(role()));
        plan.actions.into_iter().map(|action| action.cause).collect::<Vec<_>>()
    };
    assert_eq!(cause(&|seen| seen.latest.timeout = 9, &manifest), [Cause::Outside]);
    let mut moved = manifest.clone();
    let source = moved.functions.get_mut(&label()).unwrap().source.as_mut().unwrap();
    source.timeout = Some(5);
    assert_eq!(cause(&|_| {}, &moved), [Cause::Manifest]);
    // The memory is not declared: somebody may have changed it beside the time limit, or the manifest moved too.
    let both = |seen: &mut FunctionSeen| (seen.latest.timeout, seen.latest.memory) = (9, 256);
    assert_eq!(cause(&both, &manifest), [Cause::OutsideAtLeast]);
    let source = moved.functions.get_mut(&label()).unwrap().source.as_mut().unwrap();
    (source.memory, source.description) = (Some(128), Some(String::new()));
    assert_eq!(cause(&|seen| seen.latest.timeout = 9, &moved), [Cause::Both]);
    assert_eq!(
        cause(&|seen| drop(seen.tags.as_mut().unwrap().remove(APPLIED_TAG)), &moved),
        [Cause::Unknown]
    );
}

#[test]
fn what_a_run_left_half_made_is_finished_without_asking_and_whole_things_stay_protected() {
    let mut desired = manifest();
    desired.functions.get_mut(&label()).unwrap().protect = true;
    let guards = |plan: Plan| -> Vec<(String, bool)> {
        plan.actions.iter().map(|action| (action.id.address.to_string(), action.guard.is_some())).collect()
    };
    let mut bare = role();
    bare.policies.managed.clear();
    let mut begun = bare.clone();
    begun.tags.insert(APPLIED_TAG.to_owned(), UNFINISHED.to_owned());
    let half = planned(&desired, absent(), Look::Found(begun));
    assert_eq!(guards(half), [("role/greeter".to_owned(), false), ("function/greeter".to_owned(), false)]);
    let whole = planned(&desired, Look::Found(function()), Look::Found(bare.clone()));
    assert_eq!(guards(whole), [("role/greeter".to_owned(), true)]);
    let mut unpublished = FunctionSeen { alias: None, ..function() };
    unpublished.tags.as_mut().unwrap().insert(APPLIED_TAG.to_owned(), UNFINISHED.to_owned());
    let half = planned(&desired, Look::Found(unpublished.clone()), Look::Found(role()));
    assert_eq!(guards(half), [("function/greeter".to_owned(), false)]);
    // As a version left it that did not mark an unfinished creation: no function yet, or no alias.
    assert_ne!(bare.tags.get(APPLIED_TAG), Some(&bare.policies.digest()));
    let half = planned(&desired, absent(), Look::Found(bare.clone()));
    assert_eq!(guards(half)[0], ("role/greeter".to_owned(), false));
    let mut more = bare.clone();
    more.policies.managed.insert("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned());
    let edited = planned(&desired, absent(), Look::Found(more));
    assert_eq!(guards(edited)[0], ("role/greeter".to_owned(), true));
    let unmarked = FunctionSeen { alias: None, ..function() };
    let half = planned(&desired, Look::Found(unmarked), Look::Found(role()));
    assert_eq!(guards(half), [("function/greeter".to_owned(), false)]);
    let mut untagged = function();
    untagged.tags.as_mut().unwrap().remove(APPLIED_TAG);
    untagged.latest.timeout = 9;
    let untold = planned(&desired, Look::Found(untagged), Look::Found(role()));
    let message = &untold.actions[0].guard.as_ref().unwrap().message;
    assert!(message.contains("if a run was interrupted while it created this"), "{message}");
    // Somebody else's is never taken for a half-made one.
    desired.functions.get_mut(&label()).unwrap().adopt = true;
    let theirs = FunctionSeen { tags: Some(BTreeMap::new()), ..unpublished };
    let adopted = planned(&desired, Look::Found(theirs), Look::Found(role()));
    assert_eq!(guards(adopted), [("function/greeter".to_owned(), true)]);
    bare.tags.clear();
    let adopted = planned(&desired, absent(), Look::Found(bare));
    assert_eq!(guards(adopted)[0], ("role/greeter".to_owned(), true));
}
