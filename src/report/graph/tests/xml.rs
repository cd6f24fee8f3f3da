//! A checker of well-formed XML, as much of it as pictures use: elements, attributes, entities, text.

/// Returns what is wrong first.
pub(super) fn check(text: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut roots = 0;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        content(&rest[..at], open.is_empty())?;
        let end = rest[at..].find('>').ok_or("a tag that is not closed")? + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            continue;
        }
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let name = tag.split(' ').next().unwrap_or_default();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphabetic()) {
            return Err(format!("<{tag}> has no good name"));
        }
        attributes(&tag[name.len()..])?;
        roots += usize::from(open.is_empty());
        if !empty {
            open.push(name);
        }
    }
    content(rest, true)?;
    match (open.last(), roots) {
        (Some(name), _) => Err(format!("<{name}> is not closed")),
        (None, 1) => Ok(()),
        (None, roots) => Err(format!("{roots} roots")),
    }
}

fn content(text: &str, outside: bool) -> Result<(), String> {
    if outside && !text.trim().is_empty() {
        return Err(format!("`{text}` outside of the root"));
    }
    if text.contains('>') {
        return Err(format!("`>` in `{text}`"));
    }
    let bad = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if let Some(c) = text.chars().find(|c| bad(*c)) {
        return Err(format!("the character {c:?}"));
    }
    for (at, _) in text.match_indices('&') {
        let entity = text[at + 1..].split(';').next().unwrap_or_default();
        if !["amp", "lt", "gt", "quot", "#39"].contains(&entity) {
            return Err(format!("the entity `{entity}`"));
        }
    }
    Ok(())
}

fn attributes(mut rest: &str) -> Result<(), String> {
    let mut seen = Vec::new();
    while !rest.trim().is_empty() {
        let (name, more) = rest.split_once("=\"").ok_or_else(|| format!("`{rest}` in a tag"))?;
        let (value, more) = more.split_once('"').ok_or_else(|| format!("`{rest}` is not closed"))?;
        if !name.starts_with(' ') || seen.contains(&name) || value.contains('<') {
            return Err(format!("the attribute `{name}={value}`"));
        }
        content(value, false)?;
        seen.push(name);
        rest = more;
    }
    Ok(())
}

#[test]
fn what_is_not_well_formed_is_found() {
    assert_eq!(check("<a b=\"1\" c=\"&lt;\"><d/>x &amp; y</a>\n"), Ok(()));
    for wrong in [
        "<a>",
        "<a></b>",
        "<a b=1/>",
        "<a b=\"1\" b=\"2\"/>",
        "<a>&x;</a>",
        "<a/><b/>",
        "<a>\u{1}</a>",
        "x<a/>",
    ] {
        assert!(check(wrong).is_err(), "{wrong}");
    }
}
