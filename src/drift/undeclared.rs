//! What a look for a plan showed beside the declared resources, without a call of its own.

use super::DriftKind;
use super::unmanaged::Finder;
use crate::manifest::Manifest;
use crate::plan::Undeclared;
use crate::resource::{FunctionArn, FunctionRef, Kind};
use crate::snapshot::{Look, Snapshot};

/// Reports what the set created and the manifest no longer declares, and counts what may be such.
pub fn undeclared(desired: &Manifest, observed: &Snapshot) -> Undeclared {
    let finder = Finder::new(desired, observed, &[]);
    let orphans = finder.all().into_iter().filter(|difference| difference.kind == DriftKind::LeftOver);
    let mut undeclared = Undeclared { orphans: orphans.map(|it| it.address).collect(), ..Default::default() };
    for (name, seen) in finder.instances() {
        for kind in [Kind::Flow, Kind::Module] {
            let key = (kind, (*name).clone());
            if matches!(observed.owners.get(&key), Some(Look::Found(_))) {
                continue;
            }
            let list = observed.lists.get(&key).and_then(Look::found).into_iter().flatten();
            let beside = list.filter(|(live, line)| finder.is_beside(kind, name, seen, live, line)).count();
            *undeclared.unchecked.entry(kind).or_default() += beside;
        }
        let list = observed.associations.get(*name).and_then(Look::found).into_iter().flatten();
        let unknown = list.filter_map(|text| FunctionArn::parse(text).ok()).filter(|arn| {
            let function = FunctionRef { place: arn.place.clone(), name: arn.name.clone(), qualifier: None };
            !finder.is_known(&function)
        });
        *undeclared.unchecked.entry(Kind::Function).or_default() += unknown.count();
    }
    undeclared.unchecked.retain(|_, count| *count > 0);
    undeclared
}
