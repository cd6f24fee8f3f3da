//! The policy documents: statements with readable names, within the size that IAM allows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::TooLarge;
use super::condition::Condition;
use super::grouping::Group;

/// The most characters of a customer managed policy; white space does not count ("IAM and AWS STS quotas").
pub const MAX_CHARACTERS: usize = 6144;
/// What a document has around its statements, and a statement's name, at the most.
const ENVELOPE: usize = 120;

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Document {
    version: &'static str,
    statement: Vec<Statement>,
}

/// A statement that allows something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// Its name, made of letters and digits.
    pub sid: String,
    effect: &'static str,
    /// The actions.
    pub action: OneOrMore,
    /// The resources.
    pub resource: OneOrMore,
    /// Operator, key and values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<BTreeMap<String, BTreeMap<String, OneOrMore>>>,
}

/// A single value stands for itself, as in policies written by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum OneOrMore {
    /// One value.
    One(String),
    /// Another number of values, in order.
    More(Vec<String>),
}

impl OneOrMore {
    /// The values.
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::More(values) => values,
        }
    }
}

impl From<BTreeSet<String>> for OneOrMore {
    fn from(values: BTreeSet<String>) -> Self {
        let mut values: Vec<String> = values.into_iter().collect();
        if values.len() == 1 { Self::One(values.remove(0)) } else { Self::More(values) }
    }
}

impl Document {
    /// The statements.
    pub fn statements(&self) -> &[Statement] {
        &self.statement
    }

    /// Its size as IAM counts it.
    pub fn characters(&self) -> usize {
        size(self)
    }
}

fn size(value: &impl Serialize) -> usize {
    let text = serde_json::to_string(value).unwrap_or_default();
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Writes groups into as few documents as the size allows, in their order.
pub(super) fn documents(groups: &[Group]) -> Result<Vec<Document>, TooLarge> {
    let mut fitting = Vec::new();
    for group in groups {
        split(group.clone(), &mut fitting)?;
    }
    let mut names = BTreeMap::new();
    let mut documents = vec![Document { version: "2012-10-17", statement: Vec::new() }];
    let mut filled = ENVELOPE;
    for group in fitting {
        let statement = statement(group, &mut names);
        let more = size(&statement) + 1;
        if filled + more > MAX_CHARACTERS {
            documents.push(Document { version: "2012-10-17", statement: Vec::new() });
            filled = ENVELOPE;
        }
        filled += more;
        documents.last_mut().into_iter().for_each(|last| last.statement.push(statement.clone()));
    }
    Ok(documents)
}

/// Halves a group until each half fits into a document of its own: first its resources, then its actions.
fn split(group: Group, out: &mut Vec<Group>) -> Result<(), TooLarge> {
    if size(&statement(group.clone(), &mut BTreeMap::new())) + 2 * ENVELOPE <= MAX_CHARACTERS {
        out.push(group);
        return Ok(());
    }
    let halves = if let Some(resources) = halved(&group.resources) {
        resources.map(|resources| Group { resources, ..group.clone() })
    } else if let Some(actions) = halved(&group.actions) {
        actions.map(|actions| Group { actions, ..group.clone() })
    } else {
        let resource = group.resources.first().cloned().unwrap_or_default();
        let action = group.actions.first().map(ToString::to_string).unwrap_or_default();
        return Err(TooLarge { action, resource });
    };
    for half in halves {
        split(half, out)?;
    }
    Ok(())
}

fn halved<T: Ord + Clone>(set: &BTreeSet<T>) -> Option<[BTreeSet<T>; 2]> {
    let middle = set.iter().nth(set.len() / 2).filter(|_| set.len() > 1)?;
    let mut first = set.clone();
    let second = first.split_off(middle);
    Some([first, second])
}

fn statement(group: Group, names: &mut BTreeMap<String, u32>) -> Statement {
    let name = name(&group);
    let number = names.entry(name.clone()).or_default();
    *number += 1;
    let sid = if *number == 1 { name } else { format!("{name}{number}") };
    let Group { writes: _, resources, condition, actions } = group;
    Statement {
        sid,
        effect: "Allow",
        action: actions.iter().map(ToString::to_string).collect::<BTreeSet<_>>().into(),
        resource: resources.into(),
        condition: condition.map(|Condition { operator, key, values }| {
            BTreeMap::from([(operator.to_owned(), BTreeMap::from([(key, values.into())]))])
        }),
    }
}

/// What a statement is about, such as `ReadFlows`.
fn name(group: &Group) -> String {
    let verbs: BTreeSet<&str> = group.actions.iter().map(|action| action.does().word()).collect();
    let verb = match verbs.iter().collect::<Vec<_>>().as_slice() {
        _ if !group.writes => "Read",
        [one] => one,
        _ => "Write",
    };
    let nouns: BTreeSet<&str> = group.resources.iter().map(|resource| noun(resource)).collect();
    match nouns.iter().collect::<Vec<_>>().as_slice() {
        [one] => format!("{verb}{one}"),
        _ => format!("{verb}Resources"),
    }
}

fn noun(resource: &str) -> &'static str {
    let parts = [
        ("/contact-flow/", "Flows"),
        ("/flow-module/", "Modules"),
        ("/queue/", "Queues"),
        (":instance/", "Instances"),
        (":function:", "Functions"),
        (":role/aws-service-role/", "ServiceRoles"),
        (":role/", "Roles"),
        (":directory/", "Directories"),
        (":log-group:", "LogGroups"),
    ];
    parts.iter().find(|(part, _)| resource.contains(part)).map_or("Anywhere", |(_, noun)| noun)
}
