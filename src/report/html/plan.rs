//! A plan as a page.

use super::Pictures;
use super::page::{Page, escape, prose};
use crate::report::plan::{Entry, Mark, Note, PlanView, RemarkKind, Section, verdict};
use crate::report::several::of;
use crate::resource::{Problem, set_prefix};

/// Writes plans as a page, with the pictures of the flows that change. `checksum` is that of the plans where they can be
/// applied; `warnings` are about the manifests.
pub fn plan_html(
    plans: &[PlanView],
    warnings: &[Problem],
    checksum: Option<&str>,
    pictures: &Pictures,
) -> String {
    let title = match plans {
        [plan] => format!("Plan of {}", plan.set),
        plans => format!("Plan of {}", of(plans.len(), "set")),
    };
    let mut page = Page::new(&title);
    for plan in plans {
        if plans.len() > 1 {
            page.heading(2, &plan.set, "");
        }
        let set = set_prefix(&plan.set, plans.len() > 1);
        one(&mut page, plan, &set, pictures);
    }
    for warning in warnings {
        page.note(&Note::of(warning), "");
    }
    if let Some(checksum) = checksum {
        page.heading(2, "To apply exactly this", "");
        let command = escape(&format!("flowbind apply --checksum {checksum} PATH..."));
        page.html(&format!("<pre>{command}</pre>\n"));
        page.soft(
            "With the options of this plan; nothing is written if AWS or the manifest has changed since.",
        );
    }
    page.finish()
}

/// Writes one plan; `set` goes in front of addresses.
pub(super) fn one(page: &mut Page, plan: &PlanView, set: &str, pictures: &Pictures) {
    summary(page, plan, set);
    for section in &plan.sections {
        heading(page, section, plan);
        for entry in &section.entries {
            thing(page, entry, set, pictures);
        }
    }
}

fn summary(page: &mut Page, plan: &PlanView, set: &str) {
    let agree = match plan.agree {
        1 => "1 resource agrees".to_owned(),
        many => format!("{many} resources agree"),
    };
    page.sums(&verdict(plan).split(", ").map(str::to_owned).chain([agree]).collect::<Vec<_>>());
    for remark in &plan.remarks {
        match remark.kind {
            RemarkKind::Protected => {
                let text = prose(&remark.text);
                page.remark(
                    "protected",
                    &format!("<b>protected</b> {text}; to do it anyway: <code>--force</code>"),
                );
            }
            RemarkKind::Incomplete => page.remark("error", &prose(&remark.text)),
            RemarkKind::Partial | RemarkKind::Orphaned => page.remark("warning", &prose(&remark.text)),
            RemarkKind::Unchecked => page.soft(&remark.text),
        }
    }
    for note in plan.problems.iter().chain(&plan.unread) {
        page.note(note, set);
    }
}

fn heading(page: &mut Page, section: &Section, plan: &PlanView) {
    let arn = section.instance.as_deref().unwrap_or_default();
    let alias = plan.aliases().get(arn).map(|alias| format!("{alias}, {arn}"));
    let live = alias.as_deref().unwrap_or(arn);
    match section.title.is_empty() {
        true => page.heading(3, live, ""),
        false => page.heading(3, &section.title, live),
    }
}

fn thing(page: &mut Page, entry: &Entry, set: &str, pictures: &Pictures) {
    let Entry { mark, name, beside, target, binding, why, details, parts, guards, .. } = entry;
    let class = match mark {
        Mark::Create => "create",
        Mark::Update => "update",
        Mark::Delete => "delete",
        Mark::Unchanged => "unchanged",
    };
    let target = target.as_ref().map(|target| format!(" <span class=\"soft\">({})</span>", escape(target)));
    let first = why.first().filter(|_| !binding).map(|why| format!(" {}", prose(why)));
    page.html(&format!(
        "<div class=\"thing {class}\">\n<p><span class=\"sign\">{}</span> <span class=\"name\">{}</span>{}{}{}</p>\n",
        mark.sign(),
        prose(name),
        escape(beside),
        target.unwrap_or_default(),
        first.unwrap_or_default()
    ));
    for why in why.iter().skip(usize::from(!binding)) {
        page.html(&format!("<p>{}</p>\n", prose(why)));
    }
    page.details(details, *mark);
    for part in parts {
        thing(page, part, set, pictures);
    }
    for guard in guards {
        let verb = if guard.deletes { "delete" } else { "write" };
        let allow = escape(&format!("--allow {set}{}", guard.allow));
        let why = prose(&guard.message);
        page.remark(
            "protected",
            &format!("<b>protected</b> {why}; to {verb} it anyway: <code>{allow}</code>"),
        );
    }
    if *mark != Mark::Delete {
        page.picture(pictures, &format!("{set}{name}"));
    }
    page.html("</div>\n");
}
