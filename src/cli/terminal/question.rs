//! The question that approves plans: it names what it approves.

use std::collections::BTreeSet;

use crate::plan::{Extent, Plan};
use crate::report::{self, wrap_under};
use crate::resource::Kind;

/// Asks to approve the plans, wrapped at the terminal's width; none if nothing of them would be written.
pub(in crate::cli) fn question(plans: &[(&Plan, Extent)], columns: usize) -> Option<String> {
    let written = |(_, extent): &&(&Plan, Extent)| extent.written + extent.deleted > 0;
    let plans: Vec<&(&Plan, Extent)> = plans.iter().filter(written).collect();
    let text = match plans.as_slice() {
        [] => return None,
        [(plan, extent)] => {
            format!("Apply {} {} ({})? Type `yes`:", changes(extent), plan.set, places(extent))
        }
        many => {
            let mut all = Extent::default();
            let mut lines = Vec::new();
            for (plan, extent) in many {
                all.written += extent.written;
                all.deleted += extent.deleted;
                let what = changes(extent);
                let what = what.trim_end_matches(" to").trim_end_matches(',');
                let line = format!("  {}: {what} ({})", plan.set, places(extent));
                lines.push(wrap_under(&line, Some(columns), 4));
            }
            let first = format!("Apply {} {} sets?", changes(&all), many.len());
            return Some(format!(
                "{}\n{}\nType `yes`:",
                wrap_under(&first, Some(columns), 2),
                lines.join("\n")
            ));
        }
    };
    // The answer is typed behind it.
    Some(wrap_under(&text, Some(columns - 4), 2))
}

/// Asks to approve what is rolled back, all of which the plan writes; `sets` own it.
pub(in crate::cli) fn rollback_question(
    plan: &Plan,
    extent: &Extent,
    sets: &BTreeSet<String>,
    columns: usize,
) -> Option<String> {
    let changes = plan.changes();
    let of = |kind: Kind| changes.keys().filter(|(address, _)| address.kind == kind).count();
    let counted = [(of(Kind::Flow), "flow"), (of(Kind::Module), "module")];
    let what: Vec<String> =
        counted.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| report::count(n, word)).collect();
    if what.is_empty() {
        return None;
    }
    let sets: BTreeSet<&str> = sets.iter().map(String::as_str).collect();
    let owner = if sets.is_empty() { String::new() } else { format!(" of {}", list(&sets)) };
    let text = format!("Roll back {}{owner} ({})? Type `yes`:", what.join(" and "), places(extent));
    Some(report::wrap_under(&text, Some(columns - 4), 2))
}

/// Such as `14 changes, 3 of them deletions, to`.
fn changes(extent: &Extent) -> String {
    match (extent.written, extent.deleted) {
        (written, 0) => format!("{} to", report::count(written, "change")),
        (0, deleted) => format!("{} to", report::count(deleted, "deletion")),
        (written, deleted) => {
            let word = if deleted == 1 { "a deletion" } else { "deletions" };
            format!("{}, {deleted} of them {word}, to", report::count(written + deleted, "change"))
        }
    }
}

/// Such as `account 111122223333, eu-west-2 and us-west-2`.
fn places(extent: &Extent) -> String {
    let accounts: BTreeSet<&str> = extent.places.iter().map(|place| place.account.as_str()).collect();
    let each = accounts.iter().map(|account| {
        let regions: BTreeSet<&str> = extent
            .places
            .iter()
            .filter(|p| p.account.as_str() == *account)
            .map(|p| p.region.as_str())
            .collect();
        format!("account {account}, {}", list(&regions))
    });
    each.collect::<Vec<_>>().join("; ")
}

fn list(words: &BTreeSet<&str>) -> String {
    let words: Vec<&str> = words.iter().copied().collect();
    match words.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        words => words.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{AccountId, Place, Region, SetName};

    fn plan(set: &str) -> Plan {
        Plan::empty(SetName::parse(set).unwrap())
    }

    fn extent(written: usize, deleted: usize, places: &[(&str, &str)]) -> Extent {
        let place = |(account, region): &(&str, &str)| Place {
            account: AccountId::parse(account).unwrap(),
            region: Region::parse(region).unwrap(),
        };
        Extent { written, deleted, places: places.iter().map(place).collect() }
    }

    const TWO: [(&str, &str); 2] = [("111122223333", "eu-west-2"), ("111122223333", "us-west-2")];

    #[test]
    fn it_names_the_set_the_accounts_the_regions_and_the_number_of_changes() {
        let fernhill = plan("fernhill");
        let ask = |extent| question(&[(&fernhill, extent)], 120).unwrap();
        assert_eq!(
            ask(extent(14, 0, &TWO)),
            "Apply 14 changes to fernhill (account 111122223333, eu-west-2 and us-west-2)? Type `yes`:"
        );
        assert!(ask(extent(1, 0, &TWO)).starts_with("Apply 1 change to "));
        assert!(ask(extent(3, 1, &TWO)).starts_with("Apply 4 changes, 1 of them a deletion, to "));
        assert!(ask(extent(0, 2, &TWO)).starts_with("Apply 2 deletions to "));
        let accounts = [TWO[0], ("444455556666", "eu-west-2")];
        let text = ask(extent(2, 0, &accounts));
        assert!(
            text.contains("(account 111122223333, eu-west-2; account 444455556666, eu-west-2)"),
            "{text}"
        );
        assert_eq!(question(&[(&fernhill, Extent::default())], 80), None);
    }

    #[test]
    fn a_rollback_names_what_comes_back_and_whose_it_is() {
        use crate::plan::{Action, Cause, Step, Verb, samples};
        use crate::resource::{Address, InstanceArn, Label};
        let instance = InstanceArn::parse("arn:aws:connect:eu-west-2:111122223333:instance/0f1e").unwrap();
        let action = |kind, name: &str| {
            let write = samples::flow_write(Step::Write, Verb::Update, &instance);
            let address = Address::new(kind, &Label::parse(name).unwrap());
            Action::new(address, write, (Cause::Unknown, String::new()), Vec::new(), None)
        };
        let actions = vec![action(Kind::Flow, "a"), action(Kind::Flow, "b"), action(Kind::Module, "m")];
        let back = Plan { actions, ..plan("rollback") };
        let ask = |sets: &[&str]| {
            let sets = sets.iter().map(|set| (*set).to_owned()).collect();
            rollback_question(&back, &extent(3, 0, &TWO), &sets, 200).unwrap()
        };
        assert_eq!(
            ask(&["acme-prod"]),
            "Roll back 2 flows and 1 module of acme-prod (account 111122223333, eu-west-2 and us-west-2)? Type `yes`:"
        );
        assert!(ask(&[]).starts_with("Roll back 2 flows and 1 module (account "));
        assert_eq!(rollback_question(&plan("rollback"), &Extent::default(), &BTreeSet::new(), 80), None);
    }

    #[test]
    fn several_sets_have_a_line_each_and_nothing_is_wider_than_the_terminal() {
        let (one, two, idle) = (plan("fernhill-prod-london"), plan("fernhill-prod-oregon"), plan("idle"));
        let many = TWO.map(|(account, region)| (account, region));
        let plans = [(&one, extent(10, 2, &many)), (&idle, Extent::default()), (&two, extent(4, 0, &many))];
        let text = question(&plans, 60).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        assert!(text.starts_with("Apply 16 changes, 2 of them deletions, to 2 sets?\n"), "{text}");
        assert!(
            text.contains("\n  fernhill-prod-oregon: 4 changes (account 111122223333,\n    eu-west-2"),
            "{text}"
        );
        assert!(text.ends_with("\nType `yes`:") && !text.contains("idle"), "{text}");
    }
}
