//! The functions that an instance lists: in the order they were made, and found by their ARN.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::shared::Map;

/// A Lambda function that an instance lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Association {
    /// The ARN exactly as it was sent.
    pub(crate) arn: String,
    /// The ClientToken of the call that made it.
    pub(crate) token: Option<String>,
}

/// All functions that an instance lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Associations {
    /// By the number that each got when it was made.
    made: Map<u64, Association>,
    /// Numbers by ARN.
    numbers: Map<String, u64>,
    /// The number that none has had yet.
    next: u64,
}

impl Associations {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.made.len()
    }

    /// All in the order they were made, without the first ones.
    pub(crate) fn iter_from(&self, passed: usize) -> impl Iterator<Item = &Association> {
        self.made.iter_from(passed).map(|(_, association)| association)
    }

    /// The one of exactly this ARN.
    pub(crate) fn get(&self, arn: &str) -> Option<&Association> {
        self.made.get(self.numbers.get(arn)?)
    }

    /// Adds one behind the others; one of the same ARN is replaced where it is.
    pub(crate) fn push(&mut self, association: Association) {
        let number = self.numbers.get(&association.arn).copied().unwrap_or_else(|| {
            self.next += 1;
            self.next
        });
        self.numbers.insert(association.arn.clone(), number);
        self.made.insert(number, association);
    }

    /// Takes out the one of this ARN; tells whether it was there.
    pub(crate) fn remove(&mut self, arn: &str) -> bool {
        self.numbers.remove(arn).is_some_and(|number| self.made.remove(&number).is_some())
    }

    /// Tells the ARN of each that is not as it was before, with what it is now.
    pub(crate) fn differences(&self, before: &Self, tell: &mut dyn FnMut(&str, Option<&Association>)) {
        let (mut gone, mut made) = (Vec::new(), Vec::new());
        self.made.differences(&before.made, &mut |_, was, is| {
            gone.extend(was.filter(|was| is.is_none_or(|is| is.arn != was.arn)).cloned());
            made.extend(is.cloned());
        });
        // First what is gone: it may have been made again since, behind the others.
        gone.iter().for_each(|was| tell(&was.arn, None));
        made.iter().for_each(|is| tell(&is.arn, Some(is)));
    }
}

impl Serialize for Associations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter_from(0))
    }
}

impl<'de> Deserialize<'de> for Associations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut all = Self::default();
        Vec::deserialize(deserializer)?.into_iter().for_each(|association| all.push(association));
        Ok(all)
    }
}
