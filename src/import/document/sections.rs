//! The sections of an imported manifest.

use super::super::contents::{MAX_DESCRIPTION, Taken};
use super::super::functions::Good;
use super::super::yaml::{scalar, shown};
use super::{Lines, Text};
use crate::resource::{FlowType, Kind};

/// The logical name of the account and of the instance.
const MAIN: &str = "main";

/// Declares a variable.
pub(super) fn variable(name: &str, default: &str, description: &str, lines: &mut Lines) {
    self::default(name, default, lines);
    lines.add(3, format!("description: {}", scalar(description)));
}

/// Declares a variable that is described where it is used.
pub(super) fn default(name: &str, default: &str, lines: &mut Lines) {
    lines.add(2, format!("{}:", scalar(name)));
    lines.add(3, format!("default: {}", scalar(default)));
}

pub(super) fn places(_: &Text<'_>, lines: &mut Lines) {
    lines.gap();
    lines.add(1, "# Checked first: with credentials for another account nothing happens.");
    lines.add(1, "accounts:");
    lines.add(2, format!("{MAIN}:"));
    lines.add(3, "id: ${var.account}");
    lines.gap();
    lines.add(1, "# What instances and functions have unless they say otherwise.");
    lines.add(1, "defaults:");
    lines.add(2, format!("account: {MAIN}"));
    lines.add(2, "region: ${var.region}");
}

pub(super) fn instance(text: &Text<'_>, lines: &mut Lines) {
    lines.gap();
    lines.add(1, "instances:");
    lines.add(2, format!("{MAIN}:"));
    lines.add(3, if text.by_alias().is_some() { "alias: ${var.alias}" } else { "id: ${var.instance}" });
    let idle: Vec<&Good> = text.functions.good.iter().filter(|good| good.callers.is_empty()).collect();
    if !idle.is_empty() {
        lines.add(3, "# In the instance's list and allowed, though no flow here names them: attributes may.");
        lines.add(3, "functions:");
        idle.iter().for_each(|good| lines.add(4, format!("- {}", scalar(good.label.as_str()))));
    }
    match &text.live.attributes {
        Some(attributes) if !attributes.is_empty() => {
            lines.add(
                3,
                "# Its settings today. Declared ones are managed: take the `#` from those that matter.",
            );
            lines.add(3, "# attributes:");
            for (name, on) in attributes {
                lines.add(3, format!("#   {}: {on}", name.to_ascii_lowercase().replace('_', "-")));
            }
        }
        Some(_) => {}
        None => lines.add(3, "# Its settings could not be read (connect:ListInstanceAttributes)."),
    }
    if text.values.entries.is_empty() {
        return;
    }
    lines.add(3, "# What flow files take as ${value.NAME}: another instance has its own.");
    lines.add(3, "values:");
    for entry in &text.values.entries {
        let users: Vec<&str> = entry.users.iter().map(String::as_str).collect();
        lines.comment(4, &format!("{}; in {}", entry.why, users.join(", ")));
        let name = entry.name.as_str();
        lines.add(4, format!("{}: ${{var.{name}}}", scalar(name)));
    }
}

pub(super) fn functions(text: &Text<'_>, lines: &mut Lines) {
    if text.functions.good.is_empty() {
        return;
    }
    lines.gap();
    lines.comment(
        1,
        "Functions that exist. `grants: exact` and `any` accept the statements that let the instance call them \
         today: `exact` where one is for exactly this instance. With `grants: own` apply adds flowbind's own.",
    );
    lines.add(1, "functions:");
    let own = &text.live.instance.arn.place;
    for good in &text.functions.good {
        if !good.callers.is_empty() {
            let callers: Vec<&str> = good.callers.iter().map(String::as_str).collect();
            lines.comment(2, &format!("called by {}", callers.join(", ")));
        }
        lines.add(2, format!("{}:", scalar(good.label.as_str())));
        lines.add(3, format!("name: {}", scalar(&good.target.name)));
        if let Some(qualifier) = &good.target.qualifier {
            lines.add(3, format!("qualifier: {}", scalar(qualifier)));
        }
        if good.target.place.region != own.region {
            lines.add(3, format!("region: {}", scalar(good.target.place.region.as_str())));
        }
        if good.exact {
            lines.add(3, "associate: exact   # the instance's list has the ARN with its qualifier");
        }
        lines.add(3, if good.granted_exactly { "grants: exact" } else { "grants: any" });
    }
}

pub(super) fn contents(text: &Text<'_>, kind: Kind, lines: &mut Lines) {
    let taken: Vec<&Taken<'_>> = text.contents.taken.iter().filter(|taken| taken.kind == kind).collect();
    if taken.is_empty() {
        return;
    }
    lines.gap();
    let first = text.contents.taken.iter().all(|taken| taken.kind == kind) || kind == Kind::Module;
    if first {
        lines.comment(
            1,
            "`adopt: true` lets this set write to flows and modules that it did not make, once their files are \
             edited; it never deletes them.",
        );
    }
    lines.add(1, format!("{kind}s:"));
    let mut group: Option<FlowType> = None;
    for taken in taken {
        if group.is_some_and(|group| group != taken.flow_type) {
            lines.gap();
        }
        group = Some(taken.flow_type);
        one(taken, lines);
    }
}

fn one(taken: &Taken<'_>, lines: &mut Lines) {
    if taken.editing {
        lines.add(
            2,
            "# Being edited: its draft differs from what is published, which is what the file holds.",
        );
    }
    lines.add(2, format!("{}:", scalar(taken.label.as_str())));
    lines.add(3, format!("instance: {MAIN}"));
    lines.add(3, format!("name: {}", scalar(&taken.seen.name)));
    if taken.kind != Kind::Module {
        lines.add(3, format!("type: {}", taken.flow_type.word()));
    }
    let description = &taken.seen.description;
    match description.chars().count() {
        0 => {}
        1..=MAX_DESCRIPTION => lines.add(3, format!("description: {}", scalar(description))),
        long => lines.comment(
            3,
            &format!("Its description has {long} characters, more than a manifest takes: it is left alone. It begins {}",
                shown(&description.chars().take(40).collect::<String>())),
        ),
    }
    if taken.saved {
        lines.add(3, "status: saved      # never published: callers cannot meet it");
    }
    if taken.seen.summary.archived {
        lines.add(3, "state: archived    # its content is not compared while it is archived");
    }
    lines.add(3, format!("content: {}", taken.path()));
    lines.add(3, "adopt: true");
}
