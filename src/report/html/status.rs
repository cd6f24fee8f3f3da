//! The page of a process that stays: its sets, and of each what it declares, how AWS differs, and the last plan.

use std::collections::BTreeMap;

use super::page::{Page, escape, prose};
use super::{Pictures, drift, plan};
use crate::manifest::{InstanceLookup, Manifest};
use crate::report::graph;
use crate::report::plan::PlanView;
use crate::report::several::of;
use crate::report::watch::{decision_text, drift_sums};
use crate::resource::{Label, SetName};
use crate::watch::{Board, Card, RoundResult, Shown};

/// The page asks for itself again after so many seconds.
const REFRESH: u32 = 30;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct StatusPage<'a> {
    /// What is known of every set.
    pub board: &'a Board,
    /// The manifests in force.
    pub manifests: &'a [Manifest],
    /// The aliases of instances, by ARN.
    pub aliases: &'a BTreeMap<String, String>,
    /// The time, in seconds since 1970.
    pub now: u64,
    /// Whether sets are written.
    pub applies: bool,
}

/// Writes the page of all sets.
pub fn status_html(status: &StatusPage<'_>) -> String {
    let StatusPage { board, manifests, .. } = status;
    let mut page = Page::new("flowbind watch").refreshed(REFRESH);
    let with = |result| board.sets.values().filter(|card| card.result == Some(result)).count();
    let mut sums = vec![of(board.sets.len(), "set")];
    sums.extend(RoundResult::ALL.into_iter().filter_map(|result| match with(result) {
        0 => None,
        count => Some(format!("{count} {}", words(result))),
    }));
    sums.push(if status.applies { "fixes drift" } else { "only watches" }.to_owned());
    page.sums(&sums);
    invalid(&mut page, board);
    for (set, card) in &board.sets {
        let manifest = manifests.iter().find(|manifest| manifest.set == *set);
        of_set(&mut page, (set, card), manifest, status.now);
    }
    page.soft("Each set links to its page. `/metrics` has all of this for monitoring.");
    page.finish()
}

/// Writes the page of one set; none where there is no such set.
pub fn status_of_set_html(status: &StatusPage<'_>, set: &SetName) -> Option<String> {
    let card = status.board.sets.get(set)?;
    let manifest = status.manifests.iter().find(|manifest| manifest.set == *set)?;
    let mut page = Page::new(set.as_str()).refreshed(REFRESH);
    page.html("<p class=\"soft\"><a href=\"/\">All sets</a></p>\n");
    invalid(&mut page, status.board);
    page.sums(&state(card, status.now));
    if let Some(error) = &card.error {
        page.remark("error", &format!("<b>AWS could not be read</b> {}", prose(error)));
    }
    declared(&mut page, manifest);
    let mut pictures = Pictures::new();
    for (address, picture) in graph::of_contents(manifest, |_| true) {
        pictures.insert(address.to_string(), picture);
    }
    if let Some(shown) = &card.last {
        looked(&mut page, shown, status);
    }
    if !pictures.is_empty() {
        page.heading(2, "Flows and modules", "as declared");
        for address in pictures.keys() {
            page.picture(&pictures, address);
        }
    }
    Some(page.finish())
}

/// Says that the manifests on disk are not those in force.
fn invalid(page: &mut Page, board: &Board) {
    if board.invalid > 0 {
        let errors = escape(&of(board.invalid, "error"));
        page.remark(
            "error",
            &format!("<b>The manifests have {errors}.</b> The last valid ones stay in force; the log shows what is wrong."),
        );
    }
}

/// One set on the page of all.
fn of_set(page: &mut Page, (set, card): (&SetName, &Card), manifest: Option<&Manifest>, now: u64) {
    let class = match card.result {
        None | Some(RoundResult::InSync) => "unchanged",
        Some(RoundResult::Differs) => "update",
        Some(RoundResult::Incomplete | RoundResult::Failed | RoundResult::Unread) => "delete",
    };
    let name = escape(set.as_str());
    page.html(&format!(
        "<div class=\"thing {class}\">\n<p><a class=\"name\" href=\"/set/{name}\">{name}</a> {}</p>\n",
        escape(&state(card, now).join(" · "))
    ));
    if let Some(error) = &card.error {
        page.remark("error", &prose(error));
    }
    if let Some(shown) = &card.last {
        let found = if shown.report.is_some() { "found and wrote: " } else { "" };
        page.html(&format!("<p>{found}{}</p>\n", escape(&drift_sums(&shown.drift))));
        page.soft(&decision_text(&shown.decision, &shown.plan));
    }
    if let Some(manifest) = manifest {
        let instances: Vec<&str> = manifest.instances.keys().map(Label::as_str).collect();
        if !instances.is_empty() {
            page.soft(&format!("Instances: {}", instances.join(", ")));
        }
    }
    page.html("</div>\n");
}

/// How a set's last round ended, and when.
fn state(card: &Card, now: u64) -> Vec<String> {
    let mut state = vec![card.result.map_or("no round has ended", words).to_owned()];
    state.extend(card.ended.map(|ended| format!("{} ago", ago(now.saturating_sub(ended)))));
    state.extend((card.failures > 0).then(|| format!("{} in a row", of(card.failures as usize, "failure"))));
    if card.result.is_some_and(|result| !result.is_success()) {
        state.push(match card.success {
            Some(success) => format!("last success {} ago", ago(now.saturating_sub(success))),
            None => "no success yet".to_owned(),
        });
    }
    state.extend(card.next.filter(|next| *next > now).map(|next| format!("next in {}", ago(next - now))));
    state
}

const fn words(result: RoundResult) -> &'static str {
    match result {
        RoundResult::InSync => "in sync",
        RoundResult::Differs => "differs",
        RoundResult::Incomplete => "read in part",
        RoundResult::Failed => "not applied",
        RoundResult::Unread => "not read",
    }
}

/// A time to the unit that matters.
fn ago(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// What the set declares.
fn declared(page: &mut Page, manifest: &Manifest) {
    page.heading(2, "Declared", "");
    let mut rows = Vec::new();
    for (name, instance) in &manifest.instances {
        let lookup = match &instance.lookup {
            InstanceLookup::Alias(alias) => format!("alias {alias}"),
            InstanceLookup::Id(id) => format!("id {id}"),
        };
        let place = &instance.place;
        rows.push((format!("instance/{name}"), format!("{lookup}, {} in {}", place.account, place.region)));
    }
    for (name, function) in &manifest.functions {
        rows.push((format!("function/{name}"), function.target.to_string()));
    }
    for (kind, name, flow) in manifest.contents() {
        let instances: Vec<&str> = flow.instances.iter().map(Label::as_str).collect();
        let bound = of(flow.bindings.len(), "binding");
        rows.push((format!("{kind}/{name}"), format!("{} ({}), {bound}", flow.name, instances.join(", "))));
    }
    let cells = rows.iter().map(|(address, what)| {
        format!("<tr><td><code>{}</code></td><td>{}</td></tr>\n", escape(address), escape(what))
    });
    page.html(&format!("<table>\n{}</table>\n", cells.collect::<String>()));
}

/// What the last look showed.
fn looked(page: &mut Page, shown: &Shown, status: &StatusPage<'_>) {
    let ended = ago(status.now.saturating_sub(shown.at));
    let before = if shown.report.is_some() { " before it wrote" } else { "" };
    page.heading(2, "Drift", &format!("as the last round found it{before}, {ended} ago"));
    drift::one(page, &shown.drift, "", &Pictures::new());
    page.heading(2, "Last plan", &decision_text(&shown.decision, &shown.plan));
    let view = PlanView::of(&shown.plan).named(status.aliases);
    plan::one(page, &view, "", &Pictures::new());
    if let Some(report) = &shown.report {
        page.heading(3, "What became of it", "");
        let rows = report.outcomes.iter().map(|(id, outcome)| {
            let (message, _) = crate::report::outcome_event(&shown.plan.set, false, id, outcome);
            format!("<li>{}</li>\n", prose(&message))
        });
        page.html(&format!("<ul>\n{}</ul>\n", rows.collect::<String>()));
    }
}
