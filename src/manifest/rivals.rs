//! What the sets of one run would write, and where two of them would write the same object: the second write would
//! undo the first, or be refused as somebody else's.
//!
//! What several sets may share is no object of either: a function that is only referred to, its place in an instance's
//! list, and the statements, of which each set has its own.

use std::collections::{BTreeMap, BTreeSet};

use super::grammar::scalar::attribute_word;
use super::model::{Instance, InstanceLookup, Manifest, RoleRef};
use crate::resource::{AccountId, Address, Code, Kind, Label, Origin, Place, Problem, SetName};

/// An object that a set would write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The set.
    pub set: SetName,
    /// The object's address in the set.
    pub address: Address,
    /// Where the set declares it.
    pub origin: Origin,
    /// What it is in AWS.
    pub object: Object,
    /// Its name, as it is declared.
    pub name: String,
    /// What the set wants of it, where two sets that want the same may share it.
    pub wants: Option<bool>,
}

/// What two declarations have to agree in to mean one object of AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// An instance that is made under an alias.
    NewInstance(Place, String),
    /// An attribute of an instance, by its name in the API.
    Attribute(InstanceId, String),
    /// A role; in small letters, since case alone makes no other name of it (IAM API, `CreateRole`).
    Role(AccountId, String),
    /// A function with its configuration, versions and alias.
    Function(Place, String),
    /// A flow or module of a name.
    Content(InstanceId, Kind, String),
    /// A live flow or module of an id.
    Live(InstanceId, Kind, String),
}

/// What tells an instance from others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstanceId {
    /// Its alias, before anybody has looked.
    Alias(Place, String),
    /// Its id.
    Id(Place, String),
}

impl Instance {
    /// Tells the instance from others, as far as the manifest can.
    pub fn id(&self) -> InstanceId {
        match &self.lookup {
            InstanceLookup::Alias(alias) => InstanceId::Alias(self.place.clone(), alias.clone()),
            InstanceLookup::Id(id) => InstanceId::Id(self.place.clone(), id.clone()),
        }
    }
}

impl Manifest {
    /// Lists what the set would write; `instance` tells which one a declared instance is.
    pub fn claims(&self, instance: impl Fn(&Label, &Instance) -> InstanceId) -> Vec<Claim> {
        let mut claims = Vec::new();
        let mut add = |address: Address, (name, origin): (&str, &Origin), object: Object, wants| {
            let (set, name, origin) = (self.set.clone(), name.to_owned(), origin.clone());
            claims.push(Claim { set, address, origin, object, name, wants });
        };
        for (name, declared) in &self.instances {
            let address = || Address::new(Kind::Instance, name);
            if let (Some(_), InstanceLookup::Alias(alias)) = (&declared.create, &declared.lookup) {
                let made = Object::NewInstance(declared.place.clone(), alias.clone());
                add(address(), (alias, &declared.origin), made, None);
            }
            for (key, value) in &declared.attributes {
                let attribute = Object::Attribute(instance(name, declared), key.clone());
                add(address(), (key, &declared.origin), attribute, Some(*value));
            }
        }
        for (name, function) in &self.functions {
            let Some(source) = &function.source else { continue };
            let (place, origin) = (&function.target.place, &function.origin);
            if let RoleRef::Managed(role) = &source.role {
                let object = Object::Role(place.account.clone(), role.name.to_ascii_lowercase());
                add(Address::new(Kind::Role, name), (&role.name, origin), object, None);
            }
            let own = &function.target.name;
            let object = Object::Function(place.clone(), own.clone());
            add(Address::new(Kind::Function, name), (own, origin), object, None);
        }
        for (kind, name, flow) in self.contents() {
            for at in &flow.instances {
                let Some(declared) = self.instances.get(at) else { continue };
                let object = Object::Content(instance(at, declared), kind, flow.name.clone());
                let several = flow.instances.len() > 1;
                let address = Address { at: several.then(|| at.clone()), ..Address::new(kind, name) };
                add(address, (&flow.name, &flow.origin), object, None);
            }
        }
        claims
    }
}

/// Two sets that would write one object: the later claim is the one that is reported.
#[derive(Debug, Clone, Copy)]
pub struct Rival<'c> {
    /// The first set's claim.
    pub first: &'c Claim,
    /// The later set's claim.
    pub second: &'c Claim,
}

/// Finds what two sets would write, in the order of the claims; each pair of declarations once for an instance. What one
/// set declares twice is reported where the set is read.
pub fn rivals<'c>(claims: impl IntoIterator<Item = &'c Claim>) -> Vec<Rival<'c>> {
    let mut firsts: BTreeMap<&Object, Vec<&Claim>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for second in claims {
        let known = firsts.entry(&second.object).or_default();
        let clash = |first: &&&Claim| {
            first.set != second.set && (second.wants.is_none() || first.wants != second.wants)
        };
        let Some(first) = known.iter().find(clash).copied() else {
            known.push(second);
            continue;
        };
        let about = match &second.object {
            Object::Attribute(_, name) => Some(name),
            _ => None,
        };
        if seen.insert((&first.set, &first.address, &second.set, &second.address, about)) {
            found.push(Rival { first, second });
        }
    }
    found
}

/// Reports what two manifests would write.
pub(super) fn problems(manifests: &[Manifest]) -> Vec<Problem> {
    let claims: Vec<Claim> =
        manifests.iter().flat_map(|manifest| manifest.claims(|_, instance| instance.id())).collect();
    rivals(&claims).iter().map(Rival::problem).collect()
}

impl Rival<'_> {
    /// Reports it, with both places.
    pub fn problem(&self) -> Problem {
        let Self { first, second } = self;
        let (code, message) = self.message();
        let hint = if first.origin == second.origin {
            let hint = "use a variable that differs between them, or declare it in a set without targets";
            format!("{} declares it for both targets: {hint}", first.origin)
        } else {
            format!("{}; the other declaration is at {}", self.way_out(), first.origin)
        };
        Problem::error(code, message).at(&second.origin).hint(hint)
    }

    fn message(&self) -> (Code, String) {
        let Self { first, second } = self;
        let (set, name) = (&first.set, &second.name);
        let (code, what) = match &second.object {
            Object::NewInstance(place, _) => {
                (Code::DuplicateInstance, format!("the instance `{name}` ({place}) is also created by"))
            }
            Object::Attribute(instance, _) => {
                let word = |claim: &Claim| if claim.wants == Some(true) { "true" } else { "false" };
                let name = attribute_word(name);
                let (here, there, instance) = (word(second), word(first), named(instance));
                (Code::AttributeConflict, format!("`{name}` of {instance} is {here} here, and {there} in"))
            }
            Object::Role(account, _) => {
                (Code::DuplicateRole, format!("the role `{name}` (account {account}) is also made by"))
            }
            Object::Function(place, _) => {
                (Code::DuplicateFunction, format!("the function `{name}` ({place}) is also made by"))
            }
            Object::Content(instance, kind, _) => (
                Code::DuplicateFlow,
                format!("the {kind} `{name}` on {} is also declared by", named(instance)),
            ),
            Object::Live(instance, kind, id) => {
                let (there, instance) = (&first.address, named(instance));
                let what = format!("the live {kind} {id} on {instance} is both `{name}` here and {there} of");
                (Code::DuplicateFlow, what)
            }
        };
        (code, format!("{what} the set `{set}`"))
    }

    fn way_out(&self) -> String {
        match &self.second.object {
            Object::NewInstance(..) => "keep `create` in one of the two sets".to_owned(),
            Object::Attribute(..) => "set it in one of the two sets".to_owned(),
            Object::Role(..) => {
                "give each function a role of its own, or name the role by its ARN in one of the two sets"
                    .to_owned()
            }
            Object::Function(..) => {
                "keep `source` in one of the two sets; the other one may refer to the function".to_owned()
            }
            Object::Content(_, kind, _) | Object::Live(_, kind, _) => {
                format!("keep the {kind} in one of the two sets")
            }
        }
    }
}

fn named(instance: &InstanceId) -> String {
    match instance {
        InstanceId::Alias(place, alias) => format!("the instance `{alias}` ({place})"),
        InstanceId::Id(place, id) => format!("the instance {id} ({place})"),
    }
}
