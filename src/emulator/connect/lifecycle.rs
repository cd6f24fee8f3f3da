//! Creating and deleting instances, which AWS rations.

use serde_json::json;

use super::lookup::{instance_id, not_found};
use crate::emulator::call::Call;
use crate::emulator::call::resource::Resource;
use crate::emulator::dispatch::operation::{Handler, Operation, connect};
use crate::emulator::dispatch::view::Edit;
use crate::emulator::settings::quotas::Limited;
use crate::emulator::state::Instance;
use crate::emulator::state::arn;
use crate::emulator::state::clock;
use crate::emulator::state::ids;
use crate::emulator::state::new_instance::new_instance;
use crate::emulator::wire::{Answer, ApiError, Reply};

pub(crate) const OPERATIONS: &[Operation] = &[
    connect("CreateInstance", "PUT", "/instance", Resource::Any, Handler::Write(create)),
    connect("DeleteInstance", "DELETE", "/instance/{InstanceId}", Resource::Instance, Handler::Write(delete)),
];

/// What every new instance has (Connect administrator guide, default queue, hours and prompts).
const QUEUES: &[&str] = &["BasicQueue"];
const HOURS: &[&str] = &["Basic Hours"];
const PROMPTS: &[&str] =
    &["Beep.wav", "CustomerHold.wav", "CustomerQueue.wav", "Music_Pop_ThisAndThatIsLife_Inst.wav"];

fn create(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let instance = requested(edit)?;
    let region = edit.state.region_mut(&call.account, &call.region);
    let known = instance.token.iter().flat_map(|token| region.instances.with("token", token)).next();
    if let Some((id, _)) = known {
        return Ok(created(call, id));
    }
    if instance.alias.as_ref().is_some_and(|alias| region.instances.count("alias", alias) > 0) {
        return Err(call.invalid("The alias is already in use"));
    }
    if edit.settings.quotas.reached(Limited::InstancesPerRegion, region.instances.len()) {
        return Err(quota("The maximum number of instances in this Region was reached"));
    }
    ration(edit)?;
    let id = edit.state.next_id("instance");
    let mut instance = instance;
    for (kind, names, into) in [
        ("queue", QUEUES, &mut instance.queues),
        ("hours", HOURS, &mut instance.hours),
        ("prompt", PROMPTS, &mut instance.prompts),
    ] {
        names.iter().for_each(|name| into.insert(ids::uuid(&[kind, &id, name]), (*name).to_owned()));
    }
    let reply = created(call, &id);
    edit.state.region_mut(&call.account, &call.region).instances.insert(id, instance);
    Ok(reply)
}

fn created(call: &Call, id: &str) -> Reply {
    Reply::ok(json!({ "Id": id, "Arn": arn::instance(&call.account, &call.region, id) }))
}

/// The instance that a CreateInstance asks for.
fn requested(edit: &Edit<'_>) -> Result<Instance, ApiError> {
    let call = edit.call;
    let identity = call.required("IdentityManagementType", 50)?;
    let identity =
        call.one_of("IdentityManagementType", identity, &["SAML", "CONNECT_MANAGED", "EXISTING_DIRECTORY"])?;
    let flag = |name: &str| call.flag(name)?.ok_or_else(|| call.invalid(format!("{name} is required")));
    let (inbound, outbound) = (flag("InboundCallsEnabled")?, flag("OutboundCallsEnabled")?);
    let alias = call.optional("InstanceAlias", 45)?.map(str::to_owned);
    if identity == "EXISTING_DIRECTORY" {
        call.required("DirectoryId", 12)?;
    } else if alias.is_none() {
        return Err(call.invalid("InstanceAlias is required unless the directory exists"));
    }
    if let Some(alias) = &alias {
        check_alias(call, alias)?;
    }
    let tags = call.tags("Tags")?;
    let mut instance = new_instance(alias, edit.now);
    instance.identity = identity.to_owned();
    instance.attributes.insert("INBOUND_CALLS".into(), inbound.to_string());
    instance.attributes.insert("OUTBOUND_CALLS".into(), outbound.to_string());
    instance.tags = tags;
    instance.token = call.optional("ClientToken", 500)?.map(str::to_owned);
    instance.ready_at = edit.now + clock::milliseconds(edit.settings.timings.instance_creation);
    instance.failure = edit.failing.then(|| "The directory of the instance could not be created.".to_owned());
    Ok(instance)
}

/// `^(?!d-)([\da-zA-Z]+)([-]*[\da-zA-Z])*$`
fn check_alias(call: &Call, alias: &str) -> Result<(), ApiError> {
    let legal = !alias.is_empty()
        && !alias.starts_with("d-")
        && !alias.starts_with('-')
        && !alias.ends_with('-')
        && alias.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if legal { Ok(()) } else { Err(call.invalid(format!("InstanceAlias {alias} is not a legal alias"))) }
}

fn quota(message: &str) -> ApiError {
    ApiError::new(402, "ServiceQuotaExceededException", message)
}

/// Creations and deletions are counted together (DeleteInstance, API reference).
fn ration(edit: &mut Edit<'_>) -> Result<(), ApiError> {
    let most = edit.settings.quotas.get(Limited::InstanceChanges);
    let region = edit.state.region_mut(&edit.call.account, &edit.call.region);
    if region.instance_churn >= most {
        return Err(quota(
            "Your account has been flagged for an excessive number of creation and deletion attempts",
        ));
    }
    region.instance_churn += 1;
    Ok(())
}

fn delete(edit: &mut Edit<'_>) -> Answer {
    let call = edit.call;
    let id = instance_id(call)?;
    let wording = edit.assumptions().wording;
    if !edit.state.region_mut(&call.account, &call.region).instances.contains_key(id) {
        return Err(not_found(wording, "instance", id));
    }
    ration(edit)?;
    edit.state.region_mut(&call.account, &call.region).instances.remove(id);
    Ok(Reply::empty())
}
