//! The blocks (actions) of a flow and where they lead.

use super::super::json::{JsonError, Node, Value};
use super::{Format, Places, Position, VERSION};

/// A block of a flow: an action of the flow language, or a module of a legacy export.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The place in `Actions` (or `modules`), from 0: what the API's messages name.
    pub index: usize,
    /// The identifier that transitions name; empty where the block has none.
    pub identifier: String,
    /// What to call it: the designer's friendly name, else the identifier, else its pointer.
    pub name: String,
    /// The action's type, such as `InvokeLambdaFunction`. Legacy types are given by their name of today.
    pub kind: String,
    /// The type as it is written.
    pub written_kind: String,
    /// Where the contact goes from here.
    pub transitions: Transitions,
    /// The JSON pointer of the block in the flow's text.
    pub pointer: String,
    /// Where it stands in the file.
    pub position: Position,
}

/// Where a contact may go from a block.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Transitions {
    /// The block after success.
    pub next: Option<Target>,
    /// The branches of a condition, in the order in which they are tried.
    pub conditions: Vec<Branch>,
    /// The branches of an error.
    pub errors: Vec<Branch>,
}

impl Transitions {
    /// Returns all targets: next, conditions, errors, in the order of the text.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        let branches = self.conditions.iter().chain(&self.errors);
        self.next.iter().chain(branches.filter_map(|branch| branch.target.as_ref()))
    }

    /// Finds the branch of an error type.
    pub fn error(&self, kind: &str) -> Option<&Branch> {
        self.errors.iter().find(|branch| branch.label == kind)
    }
}

/// The name of a block somewhere in a flow; the block need not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The identifier that is named.
    pub identifier: String,
    /// The JSON pointer of the name.
    pub pointer: String,
    /// Where the name stands in the file.
    pub position: Position,
}

/// One branch of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The error type, or the condition in short (`Equals 1`).
    pub label: String,
    /// The operator of a condition; empty for an error.
    pub operator: String,
    /// The operands of a condition.
    pub operands: Vec<String>,
    /// Where the branch leads; nowhere where `NextAction` is missing.
    pub target: Option<Target>,
    /// The JSON pointer of the branch.
    pub pointer: String,
}

/// What blocks are read from.
pub(in super::super) struct Reading<'a> {
    pub(in super::super) root: &'a Node,
    pub(super) text: &'a str,
    pub(super) places: &'a Places,
}

/// An error at a node.
pub(in super::super) fn wrong(node: &Node, pointer: &str, message: String) -> JsonError {
    JsonError { offset: node.span.start, pointer: pointer.to_owned(), message }
}

/// Tells the format by what the root holds.
pub(super) fn format(root: &Node) -> Result<Format, JsonError> {
    if !matches!(root.value, Value::Object(_)) {
        return Err(wrong(root, "", format!("a flow is a JSON object, this is {}", root.kind())));
    }
    if root.get("Actions").is_none() {
        if root.get("modules").is_some() {
            return Ok(Format::Legacy);
        }
        let message = "not a flow: there is neither `Actions` (flow language) nor `modules` (older export)";
        return Err(wrong(root, "", message.to_owned()));
    }
    match root.get("Version").map(|version| (version, version.scalar())) {
        Some((version, Some(found))) if found != VERSION && !is_template(&found) => {
            let message = format!("unknown version `{found}` of the flow language; {VERSION} is read");
            Err(wrong(version, "/Version", message))
        }
        Some((version, None)) => Err(wrong(
            version,
            "/Version",
            format!("the version must be a string, this is {}", version.kind()),
        )),
        _ => Ok(Format::Language),
    }
}

/// Returns whether a value holds a placeholder that some deployment tool fills in: `${…}`, `{{…}}`, `%%…%%`, `<<…>>`.
pub fn is_template(text: &str) -> bool {
    [("${", "}"), ("{{", "}}"), ("%%", "%%"), ("<<", ">>")]
        .iter()
        .any(|(open, close)| text.split_once(open).is_some_and(|(_, rest)| rest.contains(close)))
}

impl Reading<'_> {
    /// Finds the position of a node.
    pub(in super::super) fn position(&self, node: &Node) -> Position {
        self.places.position(self.text, node.span.start)
    }

    pub(super) fn language(&self) -> Result<(Option<Target>, Vec<Block>), JsonError> {
        let start = self.target(self.root, "", "StartAction")?;
        let Some(actions) = self.root.get("Actions") else { return Ok((start, Vec::new())) };
        let names = self.root.get("Metadata").and_then(|metadata| metadata.get("ActionMetadata"));
        let names: std::collections::BTreeMap<&str, &Node> = names
            .map(|names| names.members().iter().map(|member| (member.key.as_str(), &member.value)).collect())
            .unwrap_or_default();
        let blocks = items(Some(actions), "/Actions")?
            .iter()
            .enumerate()
            .map(|(index, action)| {
                let mut block = self.action(index, action)?;
                let metadata = names.get(block.identifier.as_str());
                let friendly = metadata.and_then(|metadata| friendly_name(metadata));
                if let Some(name) = friendly {
                    block.name = name.to_owned();
                }
                Ok(block)
            })
            .collect::<Result<_, JsonError>>()?;
        Ok((start, blocks))
    }

    fn action(&self, index: usize, action: &Node) -> Result<Block, JsonError> {
        let pointer = format!("/Actions/{index}");
        object(action, &pointer, "an action")?;
        let identifier = text(action, &pointer, "Identifier")?.unwrap_or_default();
        let kind = text(action, &pointer, "Type")?.unwrap_or_default();
        if let Some(parameters) = action.get("Parameters") {
            object(parameters, &format!("{pointer}/Parameters"), "`Parameters`")?;
        }
        let transitions = match action.get("Transitions") {
            Some(transitions) => self.transitions(transitions, format!("{pointer}/Transitions"))?,
            None => Transitions::default(),
        };
        let name = if identifier.is_empty() { pointer.clone() } else { identifier.clone() };
        let position = self.position(action);
        Ok(Block {
            index,
            identifier,
            name,
            written_kind: kind.clone(),
            kind,
            transitions,
            pointer,
            position,
        })
    }

    fn transitions(&self, node: &Node, pointer: String) -> Result<Transitions, JsonError> {
        object(node, &pointer, "`Transitions`")?;
        let next = self.target(node, &pointer, "NextAction")?;
        let branches = |key: &str, read: fn(&Self, &Node, String) -> Result<Branch, JsonError>| {
            let pointer = format!("{pointer}/{key}");
            let branches = items(node.get(key), &pointer)?;
            branches
                .iter()
                .enumerate()
                .map(|(index, node)| read(self, node, format!("{pointer}/{index}")))
                .collect::<Result<Vec<_>, JsonError>>()
        };
        let conditions = branches("Conditions", Self::condition)?;
        let errors = branches("Errors", Self::error)?;
        Ok(Transitions { next, conditions, errors })
    }

    fn condition(&self, node: &Node, pointer: String) -> Result<Branch, JsonError> {
        object(node, &pointer, "a condition")?;
        let target = self.target(node, &pointer, "NextAction")?;
        let Some(condition) = node.get("Condition") else {
            return Ok(Branch {
                label: String::new(),
                operator: String::new(),
                operands: Vec::new(),
                target,
                pointer,
            });
        };
        let inner = format!("{pointer}/Condition");
        object(condition, &inner, "`Condition`")?;
        let operator = text(condition, &inner, "Operator")?.unwrap_or_default();
        let operands = format!("{inner}/Operands");
        let operands = items(condition.get("Operands"), &operands)?
            .iter()
            .map(|operand| operand.scalar().map_or_else(|| operand.to_json().to_string(), Into::into))
            .collect::<Vec<String>>();
        let label = format!("{operator} {}", operands.join(", ")).trim().to_owned();
        Ok(Branch { label, operator, operands, target, pointer })
    }

    fn error(&self, node: &Node, pointer: String) -> Result<Branch, JsonError> {
        object(node, &pointer, "an error branch")?;
        let label = text(node, &pointer, "ErrorType")?.unwrap_or_default();
        let target = self.target(node, &pointer, "NextAction")?;
        Ok(Branch { label, operator: String::new(), operands: Vec::new(), target, pointer })
    }

    /// Reads the name of a block at `key` of `node`.
    pub(in super::super) fn target(
        &self,
        node: &Node,
        pointer: &str,
        key: &str,
    ) -> Result<Option<Target>, JsonError> {
        let Some(identifier) = text(node, pointer, key)? else { return Ok(None) };
        let Some(value) = node.get(key) else { return Ok(None) };
        Ok(Some(Target { identifier, pointer: format!("{pointer}/{key}"), position: self.position(value) }))
    }
}

fn friendly_name(metadata: &Node) -> Option<&str> {
    ["friendlyName", "name"]
        .iter()
        .find_map(|key| metadata.get(key)?.as_str())
        .filter(|name| !name.is_empty())
}

/// Reads a scalar as text; an object or array in its place is an error.
pub(in super::super) fn text(node: &Node, pointer: &str, key: &str) -> Result<Option<String>, JsonError> {
    let Some(value) = node.get(key) else { return Ok(None) };
    match value.scalar() {
        Some(text) => Ok(Some(text.into_owned())),
        None => {
            let message = format!("`{key}` must be a string, this is {}", value.kind());
            Err(wrong(value, &format!("{pointer}/{key}"), message))
        }
    }
}

pub(in super::super) fn object(node: &Node, pointer: &str, what: &str) -> Result<(), JsonError> {
    match node.value {
        Value::Object(_) => Ok(()),
        _ => Err(wrong(node, pointer, format!("{what} must be an object, this is {}", node.kind()))),
    }
}

/// Returns the items of an array; none where it is absent.
pub(in super::super) fn items<'a>(node: Option<&'a Node>, pointer: &str) -> Result<&'a [Node], JsonError> {
    match node {
        None => Ok(&[]),
        Some(Node { value: Value::Array(items), .. }) => Ok(items),
        Some(node) => Err(wrong(node, pointer, format!("expected an array, found {}", node.kind()))),
    }
}
