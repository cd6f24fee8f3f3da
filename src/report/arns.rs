//! ARNs as people read them: by what tells them apart, an instance by its alias.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How many characters of an id are shown.
const ID: usize = 8;

/// The short forms of the ARNs of a page.
#[derive(Debug, Default)]
pub(super) struct ShortArns(BTreeMap<String, String>);

impl ShortArns {
    /// Takes the ARNs of texts; `aliases` are those of instances, by ARN. ARNs that would look alike keep their
    /// Region, then their account, or stay whole.
    pub(super) fn of<'t>(texts: impl Iterator<Item = &'t str>, aliases: &BTreeMap<String, String>) -> Self {
        let arns: BTreeSet<&str> = texts.flat_map(|text| found(text).map(|at| &text[at])).collect();
        let mut short = BTreeMap::new();
        let mut open: Vec<&str> = arns.into_iter().collect();
        for form in [alone, with_region, with_account] {
            let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for arn in open {
                alike.entry(form(arn, aliases).unwrap_or_else(|| arn.to_owned())).or_default().push(arn);
            }
            open = Vec::new();
            for (form, arns) in alike {
                match arns.as_slice() {
                    [one] => drop(short.insert((*one).to_owned(), form)),
                    _ => open.extend(arns),
                }
            }
        }
        Self(short)
    }

    /// Writes a text with the short forms.
    pub(super) fn write(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for at in found(text) {
            out.push_str(&text[done..at.start]);
            out.push_str(self.0.get(&text[at.clone()]).map_or(&text[at.clone()], String::as_str));
            done = at.end;
        }
        out.push_str(&text[done..]);
        out
    }
}

/// Where the ARNs of a text are.
fn found(text: &str) -> impl Iterator<Item = Range<usize>> {
    let inside = |c: char| c.is_ascii_alphanumeric() || ":/-_.+=@$*?".contains(c);
    text.match_indices("arn:aws").filter_map(move |(start, _)| {
        let before = &text[..start];
        let painted =
            before.rfind("\u{1b}[").is_some_and(|at| before[at..].find('m') == Some(start - at - 1));
        let fresh = painted || !before.ends_with(inside);
        let rest = &text[start..];
        let end = rest.find(|c| !inside(c)).unwrap_or(rest.len());
        let whole = rest[..end].trim_end_matches([':', '.', '/']);
        (fresh && parts(whole).is_some()).then(|| start..start + whole.len())
    })
}

/// Service, Region, account and resource of an ARN.
fn parts(arn: &str) -> Option<[&str; 4]> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let parts = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    (!parts[0].is_empty() && !parts[3].is_empty()).then_some(parts)
}

fn alone(arn: &str, aliases: &BTreeMap<String, String>) -> Option<String> {
    let [service, _, _, resource] = parts(arn)?;
    // What stands for many is no name of one.
    if resource.contains(['*', '?']) {
        return None;
    }
    let Some(inside) = resource.strip_prefix("instance/").filter(|_| service == "connect") else {
        return Some(resource.to_owned());
    };
    let (instance, below) = inside.split_once('/').unwrap_or((inside, ""));
    let of_instance = &arn[..arn.len() - inside.len() + instance.len()];
    Some(match (below, aliases.get(of_instance)) {
        ("", Some(alias)) => format!("instance {alias}"),
        ("", None) => format!("instance {}", id(instance)),
        (below, _) => match below.rsplit_once('/') {
            Some((kind, last)) => format!("{kind} {}", id(last)),
            None => below.to_owned(),
        },
    })
}

fn id(id: &str) -> &str {
    if id.len() == 36 { id.get(..ID).unwrap_or(id) } else { id }
}

fn with_region(arn: &str, aliases: &BTreeMap<String, String>) -> Option<String> {
    let [_, region, _, _] = parts(arn)?;
    Some(format!("{} in {region}", alone(arn, aliases)?))
}

fn with_account(arn: &str, aliases: &BTreeMap<String, String>) -> Option<String> {
    let [_, _, account, _] = parts(arn)?;
    Some(format!("{} of account {account}", with_region(arn, aliases)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTION: &str = "arn:aws:lambda:eu-west-2:111122223333:function:orders-lookup:live";
    const INSTANCE: &str =
        "arn:aws:connect:eu-west-2:111122223333:instance/0f1e2d3c-0000-4000-8000-000000000001";

    fn short(text: &str) -> String {
        let aliases = [(INSTANCE.to_owned(), "acme-prod".to_owned())].into();
        ShortArns::of([text].into_iter(), &aliases).write(text)
    }

    #[test]
    fn an_arn_is_named_by_what_tells_it_apart() {
        assert_eq!(
            short(&format!("lets {INSTANCE} call {FUNCTION}.")),
            "lets instance acme-prod call function:orders-lookup:live."
        );
        let other = INSTANCE.replace("0f1e2d3c", "aaaaaaaa");
        assert_eq!(short(&format!("`{other}`")), "`instance aaaaaaaa`");
        assert_eq!(
            short(&format!("({INSTANCE}/contact-flow/11112222-0000-4000-8000-000000000001)")),
            "(contact-flow 11112222)"
        );
        assert_eq!(short("arn:aws:iam::111122223333:role/greeter"), "role/greeter");
        assert_eq!(short("\u{1b}[2marn:aws:iam::111122223333:role/x\u{1b}[0m"), "\u{1b}[2mrole/x\u{1b}[0m");
        for text in
            ["arn:aws", "arn:aws:lambda:eu-west-2", "xarn:aws:lambda:eu-west-2:1:function:x", "Barn:aws"]
        {
            assert_eq!(short(text), text);
        }
    }

    #[test]
    fn an_arn_that_stands_for_many_stays_whole() {
        let (connect, _) = INSTANCE.split_once("instance/").unwrap();
        for pattern in [
            format!("{connect}instance/*"),
            format!("{INSTANCE}/contact-flow/*"),
            format!("{INSTANCE}/*"),
            format!("{connect}instance/0f1e2d3?-*/contact-flow/x"),
            FUNCTION.replace("orders-lookup", "orders-*"),
            FUNCTION.replace("111122223333:function:orders-lookup:live", "*:function:*"),
        ] {
            assert_eq!(
                short(&format!("lets `{pattern}` call {FUNCTION}")),
                format!("lets `{pattern}` call function:orders-lookup:live")
            );
        }
        let any_region = FUNCTION.replace("eu-west-2", "*");
        assert_eq!(short(&any_region), "function:orders-lookup:live");
    }

    #[test]
    fn two_that_would_look_alike_keep_their_region_then_their_account() {
        let west = FUNCTION.replace("eu-west-2", "us-west-2");
        let there = FUNCTION.replace("111122223333", "444455556666");
        assert_eq!(
            short(&format!("{FUNCTION}, {west}")),
            "function:orders-lookup:live in eu-west-2, function:orders-lookup:live in us-west-2"
        );
        assert_eq!(
            short(&format!("{FUNCTION} {there}")),
            "function:orders-lookup:live in eu-west-2 of account 111122223333 function:orders-lookup:live in eu-west-2 of \
             account 444455556666"
        );
        let china = FUNCTION.replace("arn:aws:", "arn:aws-cn:");
        assert_eq!(
            short(&format!("{FUNCTION} {china}")),
            format!("{FUNCTION} {china}"),
            "nothing else is left"
        );
    }
}
