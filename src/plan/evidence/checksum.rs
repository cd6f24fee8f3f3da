//! The digest of an action: over everything that it would write, in full, and over what it would overwrite.
//!
//! Each structure is taken apart by name, so that a field added to a spec cannot be left out unnoticed. Reasons, wording
//! of problems, calls and times are left out. Values of environments are covered by the manifest's digest, which is
//! slow to guess from; here stand their names alone.

use serde_json::{Value, json};

use crate::flow::FlowText;
use crate::flow::compare;
use crate::manifest::{CreateInstance, Grants, Identity, Package, RoleRef, Source};
use crate::plan::model::{
    Action, ActionId, AsideSpec, AssociationSpec, AttributesSpec, Disassociation, FieldChange,
    FlowMetadataSpec, FlowRemoval, FlowSpec, FunctionRemoval, FunctionSpec, GrantSpec, InstanceSpec,
    KeptFlow, KeptGrant, LateText, Removal, RoleRemoval, RoleSpec, StatementRemoval, TagTarget, TagsSpec,
    Write,
};
use crate::resource::{FunctionRef, Place, SidKind, sha256};
use crate::snapshot::RolePolicies;

/// The version of the canonical form; a change of it makes every saved plan and every known checksum stale.
pub(in crate::plan) const VERSION: &str = "flowbind.checksum/v1";

impl Action {
    /// Hashes everything that the action would write, what it would overwrite, its order and its guard: 64 hex digits.
    pub fn digest(&self) -> String {
        let (name, write, after, guard) = self.checked();
        let after: Vec<Value> = after.iter().map(id).collect();
        let guard = guard.map(|guard| match guard.with.as_slice() {
            [] => json!([guard.code, guard.allow]),
            with => json!([guard.code, guard.allow, with]),
        });
        sha256(json!([VERSION, id(name), write.verb(), spec(write), after, guard]).to_string())
    }
}

fn id(id: &ActionId) -> Value {
    json!([id.address, id.step])
}

fn spec(spec: &Write) -> Value {
    match spec {
        Write::Role(spec) => role(spec),
        Write::Function(spec) => function(spec),
        Write::Association(AssociationSpec { instance, function }) => {
            json!(["association", instance.to_string(), arn(function)])
        }
        Write::Grant(spec) => grant(spec),
        Write::Stub(spec) | Write::Flow(spec) => flow(spec),
        Write::Aside(AsideSpec { metadata: spec, at_last: _ })
        | Write::Metadata(spec)
        | Write::Archive(spec) => {
            let FlowMetadataSpec { key, instance, instance_name, id, name, description, state, base } = spec;
            let about = base.as_ref().map(|base| json!([base.name, base.description, base.summary.archived]));
            json!(["metadata", key, instance.to_string(), instance_name, id, name, description, state, about])
        }
        Write::Tags(TagsSpec { target, tags, before: _ }) => {
            let target = match target {
                TagTarget::Content { instance, arn } => json!(["content", instance.to_string(), arn]),
                TagTarget::Instance(instance) => json!(["instance", instance.to_string()]),
                TagTarget::Function(function) => json!(["function", arn(function)]),
                TagTarget::Role { place, name } => json!(["role", self::place(place), name]),
            };
            json!(["tags", target, tags])
        }
        Write::Attributes(AttributesSpec { instance, attributes }) => {
            json!(["attributes", instance.to_string(), attributes])
        }
        Write::Instance(InstanceSpec { place, alias, create, tags, begun }) => {
            let CreateInstance { identity, inbound, outbound } = create;
            let identity = match identity {
                Identity::ConnectManaged => json!(["connect-managed"]),
                Identity::Saml => json!(["saml"]),
                Identity::ExistingDirectory { directory } => json!(["existing-directory", directory]),
            };
            json!(["instance", self::place(place), alias, identity, inbound, outbound, tags, begun])
        }
        Write::Removal(removal) => json!(["removal", self::removal(removal)]),
    }
}

fn place(place: &Place) -> Value {
    let Place { account, region } = place;
    json!([account, region])
}

fn arn(function: &FunctionRef) -> String {
    function.arn().to_string()
}

fn fields(changes: &[FieldChange]) -> Value {
    let field =
        |FieldChange { path, from, to, hidden }: &FieldChange| json!([path.to_string(), from, to, hidden]);
    changes.iter().map(field).collect()
}

fn role(spec: &RoleSpec) -> Value {
    let RoleSpec { place, name, marks, noted: _, wanted, before, fields } = spec;
    let RolePolicies { trust, managed, inline } = wanted;
    let before = before.as_ref().map(RolePolicies::digest);
    let wanted = json!([trust, managed, inline]);
    json!(["role", self::place(place), name, marks, wanted, before, self::fields(fields)])
}

fn function(spec: &FunctionSpec) -> Value {
    let FunctionSpec { function, marks, noted: _, source, role, before, fields } = spec;
    let Source {
        runtime,
        handler,
        code: Package { path: _, digest, zip: _, size: _, left_out: _ },
        role: named,
        timeout,
        memory,
        environment,
        description,
        publish,
    } = source;
    let managed = matches!(named, RoleRef::Managed(_));
    let names: Option<Vec<&String>> = environment.as_ref().map(|variables| variables.keys().collect());
    let source = json!([runtime, handler, digest, managed, timeout, memory, names, description, publish]);
    let before = before.as_ref().map(|seen| &seen.arn);
    json!(["function", arn(function), marks, source, role, before, self::fields(fields)])
}

fn grant(spec: &GrantSpec) -> Value {
    let GrantSpec { grant, set, kind, taken, replaces: _, only_if_missing } = spec;
    let kind = match kind {
        SidKind::WithAssociation => json!(["a"]),
        SidKind::GrantOnly => json!(["g"]),
    };
    let mut parts =
        json!(["grant", arn(&grant.function), grant.instance.to_string(), set.as_str(), kind, taken]);
    if let (Some(parts), true) = (parts.as_array_mut(), *only_if_missing) {
        parts.push(json!("only-if-missing"));
    }
    parts
}

fn flow(spec: &FlowSpec) -> Value {
    let FlowSpec {
        key,
        instance,
        instance_name,
        id,
        arn,
        name,
        kind,
        status,
        description,
        tags,
        marked,
        content,
        before,
        draft,
        // What of it matters is above; name and state are a step of their own.
        base: _,
        diff: _,
    } = spec;
    let about = json!([
        key,
        instance.to_string(),
        instance_name,
        id,
        arn,
        name,
        kind,
        status,
        description,
        tags,
        marked
    ]);
    let late = !matches!(content, LateText::Known(_));
    let content = sha256(content.preview().as_str());
    let flow = json!(["flow", about, late, content, before.as_ref().map(meaning)]);
    with_draft(flow, draft.as_ref())
}

/// Adds the draft that is destroyed too; without one nothing is added.
fn with_draft(mut flow: Value, draft: Option<&FlowText>) -> Value {
    if let (Some(parts), Some(draft)) = (flow.as_array_mut(), draft) {
        parts.push(json!(meaning(draft)));
    }
    flow
}

/// The digest of what is overwritten: by its meaning, so that a move in the designer is none.
fn meaning(text: &FlowText) -> String {
    text.document().map_or_else(|_| sha256(text.as_str()), |document| compare::digest(document))
}

fn kept(flow: &KeptFlow) -> Value {
    let KeptFlow {
        address,
        key,
        instance,
        instance_name,
        id,
        arn,
        name,
        kind,
        archived,
        published,
        description,
        tags,
        content,
        draft,
    } = flow;
    let about = json!([address, key, instance.to_string(), instance_name, id, arn, name, kind]);
    with_draft(
        json!([about, archived, published, description, tags, sha256(content.as_str())]),
        draft.as_ref(),
    )
}

fn removal(removal: &Removal) -> Value {
    match removal {
        Removal::Flow(removal) => {
            let FlowRemoval { flow, base: _, callers: _, along: _ } = &**removal;
            json!(["flow", kept(flow)])
        }
        Removal::Association(Disassociation {
            instance,
            functions,
            callers: _,
            set: _,
            aliases: _,
            keep,
        }) => {
            let functions: Vec<String> = functions.iter().map(arn).collect();
            let accepts = |accepts: &Grants| match accepts {
                Grants::Own | Grants::Account => json!(false),
                Grants::Exact => json!("exact"),
                Grants::Any => json!(true),
            };
            let kept =
                |KeptGrant { grant, accepts: kind }: &KeptGrant| json!([self::grant(grant), accepts(kind)]);
            let keep: Vec<Value> = keep.iter().map(kept).collect();
            json!(["association", instance.to_string(), functions, keep])
        }
        Removal::Statements(StatementRemoval { instance, statements, ends, callers: _ }) => {
            let statements = statements.iter().map(|one| match &one.instead {
                None => json!([arn(&one.function), one.sid]),
                Some(instead) => json!([arn(&one.function), one.sid, instead.hash()]),
            });
            let statements: Vec<Value> = statements.collect();
            let ends: Vec<String> = ends.iter().map(arn).collect();
            json!(["statements", instance.to_string(), statements, ends])
        }
        Removal::Function(FunctionRemoval { function, record, .. }) => {
            json!(["function", arn(function), sha256(record)])
        }
        Removal::Role(RoleRemoval { place, name, arn: _, looked: _, owner, policies }) => {
            json!(["role", self::place(place), name, owner, policies.digest()])
        }
    }
}
