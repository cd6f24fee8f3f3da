//! The contact of a scenario.

use serde_json::Value;

use crate::manifest::ScenarioContact;
use crate::resource::{FlowType, InstanceArn};
use crate::runtime::contact::{Channel, Contact, Endpoint, Profile};

/// Returns what a scenario's contact is made up from.
pub fn profile(described: &ScenarioContact, instance: &InstanceArn, flow: FlowType, seed: u64) -> Profile {
    Profile {
        channel: described.channel.unwrap_or(Channel::Voice),
        initiation: described.initiation,
        instance: instance.clone(),
        flow,
        seed,
    }
}

/// Makes a contact up, with what was said of it.
pub fn contact(described: &ScenarioContact, profile: &Profile) -> Contact {
    let mut contact = profile.contact();
    let endpoint = |address: &String| (address != "none").then(|| Endpoint::new(address));
    if let Some(address) = &described.customer {
        contact.customer_endpoint = endpoint(address);
    }
    if let Some(address) = &described.system {
        contact.system_endpoint = endpoint(address);
    }
    if let Some(name) = &described.queue {
        contact.queue = (name != "none").then(|| profile.queue(name));
    }
    contact.attributes.extend(described.attributes.clone());
    contact
}

/// Lays data over other data: members of maps one by one, everything else in place of what was there.
pub(super) fn lay_over(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                lay_over(under.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}
