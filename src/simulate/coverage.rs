//! Which blocks and branches of flows the contacts came to.

use std::collections::BTreeMap;

use super::program::Subject;
use super::run::{Taken, label};
use crate::flow::engine::{Branch, Key, Place, Program, outcomes};
use crate::resource::{Kind, Label};

/// What was taken of each flow file, by its path: the same file on several instances counts once.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// The files.
    pub files: BTreeMap<String, FileCoverage>,
}

/// What was taken of a flow file.
#[derive(Debug, Clone)]
pub struct FileCoverage {
    /// The flow or module, as the first set names it.
    pub key: Key,
    /// The blocks, and whether a contact came to them.
    pub blocks: BTreeMap<usize, Covered>,
    /// The branches by which a contact may leave a block of it, and whether one did.
    pub branches: BTreeMap<(usize, Branch), Covered>,
}

/// A block or branch, and whether a contact came to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// The friendly name of the block.
    pub block: String,
    /// The name of the branch; empty of a block.
    pub branch: String,
    /// The line in the file where the block begins, from 1.
    pub line: usize,
    /// Whether a contact came to it.
    pub is_taken: bool,
}

/// The three kinds of branches, and blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Blocks.
    Blocks,
    /// `NextAction` branches.
    Next,
    /// Branches of conditions.
    Conditions,
    /// Branches of errors.
    Errors,
}

impl Part {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Blocks, Self::Next, Self::Conditions, Self::Errors];

    const fn of(branch: Branch) -> Option<Self> {
        match branch {
            Branch::Next => Some(Self::Next),
            Branch::Condition(_) => Some(Self::Conditions),
            Branch::Error(_) => Some(Self::Errors),
            Branch::Leaves | Branch::Missing => None,
        }
    }
}

/// How many of something were taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// How many were taken.
    pub taken: usize,
    /// How many there are.
    pub all: usize,
}

impl Share {
    /// The share in percent, rounded down; of nothing all was taken.
    pub const fn percent(self) -> usize {
        match (self.taken * 100).checked_div(self.all) {
            Some(percent) => percent,
            None => 100,
        }
    }

    const fn add(&mut self, is_taken: bool) {
        self.all += 1;
        self.taken += is_taken as usize;
    }
}

impl std::ops::Add for Share {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { taken: self.taken + other.taken, all: self.all + other.all }
    }
}

impl FileCoverage {
    /// Returns how many of its parts were taken.
    pub fn share(&self, part: Part) -> Share {
        let mut share = Share::default();
        match part {
            Part::Blocks => self.blocks.values().for_each(|block| share.add(block.is_taken)),
            part => self.missed_or_taken(part).for_each(|branch| share.add(branch.is_taken)),
        }
        share
    }

    fn missed_or_taken(&self, part: Part) -> impl Iterator<Item = &Covered> {
        self.branches.iter().filter(move |((_, branch), _)| Part::of(*branch) == Some(part)).map(|(_, it)| it)
    }

    /// Lists what no contact came to: blocks, and branches of blocks that one came to.
    pub fn missed(&self) -> impl Iterator<Item = &Covered> {
        let blocks = self.blocks.values().filter(|block| !block.is_taken);
        let branches = self.branches.iter().filter(|((at, _), branch)| {
            !branch.is_taken && self.blocks.get(at).is_some_and(|block| block.is_taken)
        });
        blocks.chain(branches.map(|(_, branch)| branch))
    }
}

impl Coverage {
    /// Counts the flows of an instance in.
    pub fn include(&mut self, subject: &Subject<'_>) {
        for (key, code) in &subject.program.flows {
            let Some(path) = file_of(subject, key) else { continue };
            self.files.entry(path.to_owned()).or_insert_with(|| {
                let blocks = code.document.blocks();
                let named = |place: &Place, branch: Option<Branch>| {
                    let block = subject.program.block(place);
                    Covered {
                        block: block.map(|block| block.name.clone()).unwrap_or_default(),
                        branch: branch
                            .and_then(|branch| name(&subject.program, place, branch))
                            .unwrap_or_default(),
                        line: block.map_or(1, |block| block.position.line),
                        is_taken: false,
                    }
                };
                let place = |block: usize| Place { flow: key.clone(), block };
                let branches = blocks.iter().flat_map(|block| {
                    let at = block.index;
                    let branches =
                        outcomes(code, block).into_iter().filter(|branch| Part::of(*branch).is_some());
                    branches.map(move |branch| (at, branch))
                });
                FileCoverage {
                    key: key.clone(),
                    branches: branches
                        .map(|(at, branch)| ((at, branch), named(&place(at), Some(branch))))
                        .collect(),
                    blocks: blocks
                        .iter()
                        .map(|block| (block.index, named(&place(block.index), None)))
                        .collect(),
                }
            });
        }
    }

    /// Counts the steps of a contact.
    pub fn take(&mut self, subject: &Subject<'_>, steps: &[Taken]) {
        for taken in steps {
            self.passed(subject, &taken.went.at, Some(taken.went.branch));
            if let Some((caller, branch)) = &taken.went.back {
                self.passed(subject, caller, Some(*branch));
            }
        }
    }

    fn passed(&mut self, subject: &Subject<'_>, place: &Place, branch: Option<Branch>) {
        let Some(file) = file_of(subject, &place.flow).and_then(|path| self.files.get_mut(path)) else {
            return;
        };
        if let Some(block) = file.blocks.get_mut(&place.block) {
            block.is_taken = true;
        }
        let branch = branch.and_then(|branch| file.branches.get_mut(&(place.block, branch)));
        if let Some(branch) = branch {
            branch.is_taken = true;
        }
    }

    /// Returns how many parts of all flows were taken.
    pub fn share(&self, part: Part) -> Share {
        self.files.values().map(|file| file.share(part)).fold(Share::default(), |sum, share| sum + share)
    }

    /// Returns how many branches of all flows were taken, of all three kinds.
    pub fn branches(&self) -> Share {
        let kinds = [Part::Next, Part::Conditions, Part::Errors];
        kinds.into_iter().map(|part| self.share(part)).fold(Share::default(), |sum, share| sum + share)
    }
}

fn name(program: &Program, place: &Place, branch: Branch) -> Option<String> {
    label(program, place, branch).map(str::to_owned)
}

fn file_of<'s>(subject: &'s Subject<'_>, key: &Key) -> Option<&'s str> {
    let kind = match key.kind {
        crate::flow::engine::KeyKind::Flow => Kind::Flow,
        crate::flow::engine::KeyKind::Module => Kind::Module,
    };
    let name = Label::parse(&key.name).ok()?;
    Some(subject.manifest.content(kind, &name)?.content.as_ref()?.path.as_str())
}
