//! Whether what a write rests on is still as it was: the pure half of the look right before each write.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::{FlowText, compare};
use crate::manifest::State;
use crate::plan::facts::ownership::{ADOPTED_TAG, OWNER_TAG};
use crate::snapshot::{FlowSeen, FunctionSeen, RolePolicies};

/// What of a flow or module a write rests on, beside whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rests {
    /// The contents by their meaning, the name, and whether it is archived.
    OnMeaning,
    /// The same, but the text itself: what is written is made of it.
    OnText,
    /// Name, description, and whether it is archived.
    OnAbout,
    /// All of it.
    OnAll,
}

/// How what is live stands to what was known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is as it was known last.
    Known,
    /// A part of it is as it was before this run wrote it: AWS does not show that write yet.
    Stale,
    /// Somebody else changed it; says what.
    Changed(String),
}

/// Compares a flow or module with what this run knows of it: how it was when the plan was made, then after each write
/// of this run.
pub fn standing(known: &[FlowSeen], now: &FlowSeen, rests: Rests) -> Standing {
    let Some((last, before)) = known.split_last() else { return Standing::Known };
    let (mut stale, mut changed) = (false, Vec::new());
    for aspect in Aspect::of(rests) {
        if aspect.same(last, now, rests) {
            continue;
        }
        if before.iter().any(|old| aspect.same(old, now, rests)) {
            stale = true;
        } else {
            changed.push(aspect.words(last, now));
        }
    }
    match (changed.is_empty(), stale) {
        (false, _) => Standing::Changed(changed.join(", ")),
        (true, true) => Standing::Stale,
        (true, false) => Standing::Known,
    }
}

#[derive(Debug, Clone, Copy)]
enum Aspect {
    Owner,
    Name,
    Description,
    State,
    Published,
    Draft,
}

impl Aspect {
    fn of(rests: Rests) -> &'static [Self] {
        match rests {
            Rests::OnMeaning | Rests::OnText => {
                &[Self::Owner, Self::Name, Self::State, Self::Published, Self::Draft]
            }
            Rests::OnAbout => &[Self::Owner, Self::Name, Self::Description, Self::State],
            Rests::OnAll => {
                &[Self::Owner, Self::Name, Self::Description, Self::State, Self::Published, Self::Draft]
            }
        }
    }

    fn same(self, known: &FlowSeen, now: &FlowSeen, rests: Rests) -> bool {
        match self {
            Self::Owner => known.tags.get(OWNER_TAG) == now.tags.get(OWNER_TAG),
            Self::Name => known.name == now.name,
            Self::Description => known.description == now.description,
            Self::State => known.summary.archived == now.summary.archived,
            Self::Published => match (&known.published, &now.published) {
                (Some(known), Some(now)) => same_text(&known.text, &now.text, rests == Rests::OnText),
                (None, None) => true,
                _ => false,
            },
            Self::Draft => !new_draft(known, now),
        }
    }

    fn words(self, known: &FlowSeen, now: &FlowSeen) -> String {
        match self {
            Self::Owner => match now.tags.get(OWNER_TAG) {
                Some(owner) => format!("it belongs to {owner} now"),
                None => format!("its tag `{OWNER_TAG}` was removed"),
            },
            Self::Name => format!("it was renamed to `{}`", now.name),
            Self::Description => "its description was changed".to_owned(),
            Self::State if now.summary.archived => "it was archived".to_owned(),
            Self::State => "it was activated".to_owned(),
            Self::Published => match (&known.published, &now.published) {
                (Some(known), Some(now)) => blocks(&known.text, &now.text),
                (None, _) => "it was published".to_owned(),
                (_, None) => "it is not published any more".to_owned(),
            },
            Self::Draft => "a newer draft was saved".to_owned(),
        }
    }
}

/// Whether two contents are the same, by their meaning or as JSON.
fn same_text(one: &FlowText, other: &FlowText, exactly: bool) -> bool {
    if one == other {
        return true;
    }
    if exactly {
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        return value(one).is_some_and(|one| value(other) == Some(one));
    }
    one.means(other)
}

/// Whether there is a draft that was not known, and that a write would destroy. Where the service gives no time the
/// draft counts.
fn new_draft(known: &FlowSeen, now: &FlowSeen) -> bool {
    let Some(draft) = &now.draft else { return false };
    let is = |other: &Option<crate::snapshot::FlowContent>| {
        other.as_ref().is_some_and(|other| same_text(&other.text, &draft.text, false))
    };
    if is(&now.published) || is(&known.draft) || is(&known.published) {
        return false;
    }
    match (draft.modified_ms, now.published.as_ref().and_then(|published| published.modified_ms)) {
        (Some(draft), Some(published)) => draft > published,
        _ => true,
    }
}

/// Names the blocks that differ.
fn blocks(before: &FlowText, now: &FlowText) -> String {
    let (Ok(before), Ok(now)) = (before.document(), now.document()) else {
        return "its content was changed".to_owned();
    };
    let diff = compare::diff(before, now);
    let names: Vec<String> = diff.blocks.iter().map(|block| format!("`{}`", block.name())).collect();
    match names.as_slice() {
        [] => "its content was changed".to_owned(),
        [one] => format!("the content of block {one} was changed"),
        [one, two, three, rest @ ..] if !rest.is_empty() => {
            format!("the content of blocks {one}, {two}, {three} and {} more was changed", rest.len())
        }
        some => format!("the content of blocks {} was changed", some.join(", ")),
    }
}

/// Whether name, description and state are what a write would make them; what is `None` stays.
pub fn about_is(now: &FlowSeen, name: Option<&str>, description: Option<&str>, state: Option<State>) -> bool {
    name.is_none_or(|name| now.name == name)
        && description.is_none_or(|description| now.description == description)
        && state.is_none_or(|state| (state == State::Archived) == now.summary.archived)
}

/// Says what of a role somebody else changed: what is neither as it was nor as it is to be.
pub fn role_changed(before: &RolePolicies, now: &RolePolicies, wanted: &RolePolicies) -> Option<String> {
    let mut changed = Vec::new();
    if now.trust != before.trust && now.trust != wanted.trust {
        changed.push("its trust policy was changed".to_owned());
    }
    let arns: BTreeSet<&String> = before.managed.iter().chain(&now.managed).collect();
    for arn in arns {
        let is = |policies: &RolePolicies| policies.managed.contains(arn);
        if is(now) != is(before) && is(now) != is(wanted) {
            let what = if is(now) { "attached" } else { "detached" };
            let name = arn.rsplit('/').next().unwrap_or(arn);
            changed.push(format!("managed policy {name} was {what}"));
        }
    }
    let names: BTreeSet<&String> = before.inline.keys().chain(now.inline.keys()).collect();
    for name in names {
        let of = |policies: &RolePolicies| policies.inline.get(name).cloned();
        if of(now) != of(before) && of(now) != of(wanted) {
            let what = match (of(before), of(now)) {
                (None, _) => "added",
                (_, None) => "deleted",
                _ => "changed",
            };
            changed.push(format!("inline policy `{name}` was {what}"));
        }
    }
    (!changed.is_empty()).then(|| changed.join(", "))
}

/// Says what became of the tags that tell whose something is; tags of others do not matter.
pub fn owner_changed(before: &BTreeMap<String, String>, now: &BTreeMap<String, String>) -> Option<String> {
    let key = [OWNER_TAG, ADOPTED_TAG].into_iter().find(|key| before.get(*key) != now.get(*key))?;
    Some(match now.get(key) {
        Some(value) => format!("its tag `{key}` was set to `{value}`"),
        None => format!("its tag `{key}` was removed"),
    })
}

/// Says what of a function somebody else changed.
pub fn function_changed(before: &FunctionSeen, now: &FunctionSeen) -> Option<String> {
    let (old, new) = (&before.latest, &now.latest);
    let owner = |seen: &FunctionSeen| seen.tags.as_ref().and_then(|tags| tags.get(OWNER_TAG).cloned());
    let known = before.tags.is_some() && now.tags.is_some();
    let parts = [
        ("its code", old.code != new.code),
        ("its role", old.role != new.role),
        ("its handler", old.handler != new.handler),
        ("its runtime", old.runtime != new.runtime),
        ("its timeout", old.timeout != new.timeout),
        ("its memory", old.memory != new.memory),
        ("its description", old.description != new.description),
        ("its environment", old.environment != new.environment),
        ("its owner", known && owner(before) != owner(now)),
    ];
    let words: Vec<&str> = parts.into_iter().filter(|(_, differs)| *differs).map(|(word, _)| word).collect();
    match words.as_slice() {
        [] => None,
        [one] => Some(format!("{one} was changed")),
        many => Some(format!("{} were changed", many.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::stub::{FlowType as Stub, stub};
    use crate::resource::FlowType;
    use crate::snapshot::{FlowContent, FlowSummary};

    fn content(word: &str, modified_ms: Option<i64>) -> Option<FlowContent> {
        let text = stub(Stub::ContactFlow)
            .replace("\"Parameters\":{}", &format!("\"Parameters\":{{\"X\":\"{word}\"}}"));
        assert!(text.contains(word), "{text}");
        Some(FlowContent { text: text.into(), modified_ms })
    }

    fn seen(published: &str) -> FlowSeen {
        FlowSeen {
            summary: FlowSummary {
                id: "id".to_owned(),
                arn: "arn".to_owned(),
                kind: Some(FlowType::ContactFlow),
                kind_text: FlowType::ContactFlow.wire(),
                published: true,
                archived: false,
            },
            name: "Main".to_owned(),
            description: String::new(),
            tags: [(OWNER_TAG.to_owned(), "acme/main".to_owned())].into(),
            published: content(published, Some(1)),
            draft: content(published, Some(1)),
        }
    }

    /// Each way in which somebody else can change a flow, with the words for it.
    fn changes() -> Vec<(FlowSeen, &'static str, bool)> {
        let base = || seen("one");
        let archived = FlowSummary { archived: true, ..base().summary };
        let other = [(OWNER_TAG.to_owned(), "other/main".to_owned())].into();
        vec![
            (FlowSeen { published: content("two", Some(2)), ..base() }, "the content of block", false),
            (FlowSeen { published: None, ..base() }, "it is not published any more", false),
            (FlowSeen { draft: content("two", Some(2)), ..base() }, "a newer draft was saved", false),
            (FlowSeen { draft: content("two", None), ..base() }, "a newer draft was saved", false),
            (FlowSeen { name: "Front".to_owned(), ..base() }, "it was renamed to `Front`", true),
            (FlowSeen { summary: archived, ..base() }, "it was archived", true),
            (FlowSeen { tags: other, ..base() }, "it belongs to other/main now", true),
            (FlowSeen { tags: [].into(), ..base() }, "its tag `flowbind/set` was removed", true),
        ]
    }

    #[test]
    fn every_change_of_somebody_else_is_named_and_what_was_seen_is_known() {
        for (now, words, about) in changes() {
            let check = |rests| standing(&[seen("one")], &now, rests);
            for rests in [Rests::OnMeaning, Rests::OnText, Rests::OnAll] {
                assert!(matches!(check(rests), Standing::Changed(what) if what.contains(words)), "{words}");
                assert_eq!(standing(std::slice::from_ref(&now), &now, rests), Standing::Known, "{words}");
            }
            assert_eq!(matches!(check(Rests::OnAbout), Standing::Changed(_)), about, "{words}");
        }
    }

    #[test]
    fn what_destroys_nothing_of_theirs_is_no_change() {
        let base = seen("one");
        let older = FlowSeen { draft: content("older", Some(0)), ..base.clone() };
        let discarded = FlowSeen { draft: None, ..base.clone() };
        let tagged =
            [(OWNER_TAG.to_owned(), "acme/main".to_owned()), ("team".to_owned(), "night".to_owned())];
        let tagged = FlowSeen { tags: tagged.into(), ..base.clone() };
        let described = FlowSeen { description: "theirs".to_owned(), ..base.clone() };
        let mut laid_out = base.clone();
        if let Some(content) = &mut laid_out.published {
            content.text =
                content.text.replacen("\"Metadata\":{}", "\"Metadata\":{\"snapToGrid\":true}", 1).into();
        }
        for now in [&older, &discarded, &tagged, &described, &laid_out] {
            assert_eq!(
                standing(std::slice::from_ref(&base), now, Rests::OnMeaning),
                Standing::Known,
                "{now:?}"
            );
        }
        let moved = standing(std::slice::from_ref(&base), &laid_out, Rests::OnText);
        assert!(matches!(moved, Standing::Changed(_)), "blocks are bound in the very text: {moved:?}");
        let about = standing(&[base], &described, Rests::OnAbout);
        assert_eq!(about, Standing::Changed("its description was changed".to_owned()));
    }

    #[test]
    fn a_write_of_this_run_that_does_not_show_yet_is_no_change_and_one_of_somebody_else_after_it_is() {
        let (before, after) = (seen("one"), FlowSeen { name: "Front".to_owned(), ..seen("two") });
        let known = [before.clone(), after.clone()];
        let half = FlowSeen { name: after.name.clone(), ..before.clone() };
        assert_eq!(standing(&known, &after, Rests::OnAll), Standing::Known);
        assert_eq!(standing(&known, &before, Rests::OnAll), Standing::Stale);
        assert_eq!(standing(&known, &half, Rests::OnAll), Standing::Stale);
        let theirs = FlowSeen { published: content("three", Some(3)), ..before };
        assert!(matches!(standing(&known, &theirs, Rests::OnAll), Standing::Changed(_)));
    }

    #[test]
    fn a_role_that_another_run_of_the_set_has_written_in_part_is_not_changed_by_somebody_else() {
        let policies = |trust: &str, managed: &[&str], inline: &[(&str, &str)]| RolePolicies {
            trust: trust.to_owned(),
            managed: managed.iter().map(|arn| (*arn).to_owned()).collect(),
            inline: inline.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        };
        let before = policies("t", &["p/a"], &[("x", "1"), ("y", "1")]);
        let wanted = policies("u", &["p/b"], &[("x", "2"), ("z", "1")]);
        let half = policies("u", &["p/a", "p/b"], &[("x", "2"), ("y", "1")]);
        for now in [&before, &wanted, &half] {
            assert_eq!(role_changed(&before, now, &wanted), None);
        }
        for (now, words) in [
            (policies("v", &["p/a"], &[("x", "1"), ("y", "1")]), "its trust policy was changed"),
            (policies("t", &["p/a", "p/c"], &[("x", "1"), ("y", "1")]), "managed policy c was attached"),
            (policies("t", &["p/a"], &[("x", "3"), ("y", "1")]), "inline policy `x` was changed"),
            (policies("t", &["p/a"], &[("y", "1")]), "inline policy `x` was deleted"),
            (policies("t", &["p/a"], &[("x", "1"), ("y", "1"), ("w", "1")]), "inline policy `w` was added"),
        ] {
            assert_eq!(role_changed(&before, &now, &wanted).as_deref(), Some(words));
        }
        let kept = policies("t", &["p/a"], &[]);
        let detached = role_changed(&kept, &policies("t", &[], &[]), &kept);
        assert_eq!(detached.as_deref(), Some("managed policy a was detached"));
    }
}
