//! What a picture shows, without a word on where or in what format.

use crate::flow::finding::Severity;

/// A picture: boxes, the arrows between them, frames around some of them, and notes below.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// What it is a picture of.
    pub title: String,
    /// Its boxes.
    pub boxes: Vec<Tile>,
    /// Its arrows; at most one from a box to another.
    pub arrows: Vec<Arrow>,
    /// The frames that boxes stand in.
    pub groups: Vec<Group>,
    /// Sentences below the picture.
    pub notes: Vec<String>,
    /// Where its arrows lead. Frames are drawn from left to right alone.
    pub direction: Direction,
}

/// Where the arrows of a picture lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From left to right.
    #[default]
    Right,
    /// From top to bottom.
    Down,
}

/// A box of a picture. (`Box` is a name of the standard library.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What tells it from the others.
    pub id: String,
    /// What to call it.
    pub title: String,
    /// What it is.
    pub subtitle: String,
    /// What it does, in short; may be empty.
    pub detail: String,
    /// What it stands for.
    pub role: Role,
    /// What must be known about it.
    pub marks: Vec<Mark>,
    /// The index of the frame that it stands in.
    pub group: Option<usize>,
    /// Whether it is drawn fainter, because no contact comes there.
    pub faint: bool,
}

impl Tile {
    /// Creates a box with a title and nothing else.
    pub fn new(id: String, title: String, role: Role) -> Self {
        Self {
            id,
            title,
            subtitle: String::new(),
            detail: String::new(),
            role,
            marks: Vec::new(),
            group: None,
            faint: false,
        }
    }

    /// Returns the worst severity of the findings about it.
    pub fn severity(&self) -> Option<Severity> {
        let severity = |mark: &Mark| match mark.kind {
            MarkKind::Finding(severity) => Some(severity),
            MarkKind::Sum { .. } => None,
        };
        self.marks.iter().filter_map(severity).min()
    }
}

/// What a box stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Where a contact comes in.
    Start,
    /// A block that invokes a function.
    Invoke,
    /// A block that a contact hears or sees.
    Speak,
    /// A block that chooses a way.
    Choose,
    /// A block that hands the contact to another flow, a module, a queue or a number.
    Transfer,
    /// A block at which a contact's way ends.
    End,
    /// Any other block.
    Set,
    /// An identifier that an arrow names and no block has.
    Missing,
    /// An instance.
    Instance,
    /// A flow.
    Flow,
    /// A module.
    Module,
    /// A function.
    Function,
}

impl Role {
    /// Returns the name that formats use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Invoke => "invoke",
            Self::Speak => "speak",
            Self::Choose => "choose",
            Self::Transfer => "transfer",
            Self::End => "end",
            Self::Set => "set",
            Self::Missing => "missing",
            Self::Instance => "instance",
            Self::Flow => "flow",
            Self::Module => "module",
            Self::Function => "function",
        }
    }
}

/// Something that must be known about a box.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// What sort of thing.
    pub kind: MarkKind,
    /// In few words.
    pub text: String,
    /// In full.
    pub detail: String,
}

/// The sorts of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// The time that a contact has waited without a prompt when this block is through.
    Sum {
        /// Whether that is more than Amazon Connect allows.
        over: bool,
    },
    /// A finding of the analyser.
    Finding(Severity),
}

/// An arrow from a box to a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrow {
    /// The index of the box that it leaves.
    pub from: usize,
    /// The index of the box that it leads to.
    pub to: usize,
    /// What makes a contact take it, in short; may be empty.
    pub label: String,
    /// The same in full.
    pub detail: String,
    /// How it is drawn.
    pub line: Line,
    /// Whether it is part of a way that a finding shows.
    pub strong: bool,
}

/// How an arrow is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// After success.
    Next,
    /// Where a condition holds.
    Condition,
    /// After an error.
    Error,
    /// From a block to a function that it is bound to.
    Binding,
    /// A permission without an association.
    Grant,
    /// From one flow to another or to a module.
    Handover,
}

impl Line {
    /// Returns the name that formats use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Condition => "condition",
            Self::Error => "error",
            Self::Binding => "binding",
            Self::Grant => "grant",
            Self::Handover => "handover",
        }
    }

    /// Returns whether the line is broken.
    pub const fn is_dashed(self) -> bool {
        matches!(self, Self::Error | Self::Grant)
    }
}

/// A frame around boxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What it stands for.
    pub title: String,
}
