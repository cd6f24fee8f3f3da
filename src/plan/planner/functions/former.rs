//! Functions whose `name:` was changed: AWS cannot rename one, so that the new name is another function.

use std::collections::BTreeMap;

use super::Site;
use crate::plan::facts::ownership::Owner;
use crate::plan::planner::builder::PlanBuilder;
use crate::resource::{Code, FunctionRef, Place, Problem};
use crate::snapshot::Look;

impl Site<'_> {
    /// Says what becomes of the function that the set has under this logical name and another name on AWS, as far as it
    /// was read.
    pub(super) fn report_former(&self, builder: &mut PlanBuilder) {
        for ((place, name), tags) in self.read() {
            let found = FunctionRef { place: place.clone(), name: name.clone(), qualifier: None };
            if self.desired.functions.values().any(|function| function.target.unqualified() == found) {
                continue;
            }
            let owner = Owner::of(Some(tags), &self.desired.set);
            if owner.name() != Some(self.name.as_str()) {
                continue;
            }
            let (stays, hint) = if owner.is_ours() {
                (
                    "which this set created, is orphaned",
                    "`--prune` removes it once nothing calls it.".to_owned(),
                )
            } else {
                let hint =
                    format!("delete it by hand once nothing calls it, or declare `name: {name}` again.");
                ("which this set adopted, stays as it is", hint)
            };
            let new = &self.function.target.name;
            let message = format!(
                "AWS cannot rename a function: `{new}` is created as another function, and `{name}`, {stays}"
            );
            let problem = Problem::warning(Code::FunctionRenamed, message).on(&self.address);
            builder.problems.push(problem.at(&self.function.origin).hint(hint));
        }
    }

    /// The tags of all functions that were read beside the declared ones.
    fn read(&self) -> BTreeMap<&(Place, String), &BTreeMap<String, String>> {
        let observed = self.observed;
        let listed =
            observed.unmanaged.iter().filter_map(|(key, look)| Some((key, &Look::found(look)?.tags)));
        let all = observed.removal.iter().flat_map(|seen| &seen.functions);
        let all = all.map(|(key, found)| (key, &found.tags));
        observed.former.iter().chain(listed).chain(all).collect()
    }
}
