//! Writes tags alone, of what agrees otherwise.

use super::apply::{Ended, Runner};
use super::apply_role::steady;
use crate::plan::{Outcome, TagTarget, TagsSpec};

impl Runner<'_> {
    pub(super) async fn retag(&self, spec: &TagsSpec, subject: &str) -> Ended {
        match &spec.target {
            TagTarget::Content { instance, arn } => {
                self.session.tag(instance, arn, &spec.tags, subject).await?;
            }
            TagTarget::Function(function) => {
                for (key, value) in &spec.tags {
                    self.session.tag_function(function, (key, value), subject).await?;
                }
            }
            TagTarget::Role { place, name } => {
                for (key, value) in &spec.tags {
                    steady(|| self.session.tag_role(place, name, (key, value), subject)).await?;
                }
            }
        }
        Ok(Outcome::Applied)
    }
}
