//! The query protocol's form: `Tags.member.1.Key=a` becomes `{"Tags": [{"Key": "a"}]}`, so that handlers see the
//! same tree as behind REST-JSON.

use serde_json::{Map, Value};

/// Reads a form body. Members without an index are text; `X.member.N` are lists in the order of N.
pub(crate) fn parse(form: &str) -> Value {
    let mut root = Map::new();
    let mut pairs: Vec<(Vec<String>, String)> = form_urlencoded::parse(form.as_bytes())
        .map(|(name, value)| (name.split('.').map(str::to_owned).collect(), value.into_owned()))
        .collect();
    // Lists are appended to, so their members must come in the order of their numbers.
    pairs
        .sort_by_key(|(path, _)| path.iter().filter_map(|part| part.parse::<u32>().ok()).collect::<Vec<_>>());
    for (path, value) in pairs {
        insert(&mut root, &path, value);
    }
    Value::Object(root)
}

fn insert(into: &mut Map<String, Value>, path: &[String], value: String) {
    match path {
        [] => {}
        [name] => {
            into.insert(name.clone(), Value::String(value));
        }
        [name, member, number, rest @ ..] if member == "member" => {
            let list = into.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
            if let (Value::Array(items), Ok(number)) = (list, number.parse::<usize>()) {
                insert_item(items, number, rest, value);
            }
        }
        [name, rest @ ..] => {
            let child = into.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(map) = child {
                insert(map, rest, value);
            }
        }
    }
}

fn insert_item(items: &mut Vec<Value>, number: usize, rest: &[String], value: String) {
    if rest.is_empty() {
        items.push(Value::String(value));
        return;
    }
    if items.len() < number {
        items.push(Value::Object(Map::new()));
    }
    if let Some(Value::Object(map)) = items.last_mut() {
        insert(map, rest, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_become_lists_in_their_order() {
        let tree = parse(
            "Action=TagRole&Tags.member.2.Key=b&Tags.member.2.Value=2&Tags.member.1.Key=a&Tags.member.1.Value=1%3D",
        );
        assert_eq!(
            tree,
            json!({"Action": "TagRole", "Tags": [{"Key": "a", "Value": "1="}, {"Key": "b", "Value": "2"}]})
        );
    }

    #[test]
    fn a_list_of_texts_is_read() {
        assert_eq!(parse("TagKeys.member.1=a&TagKeys.member.2=b"), json!({"TagKeys": ["a", "b"]}));
    }

    #[test]
    fn spaces_escapes_and_empty_pairs_are_read_as_in_any_form() {
        assert_eq!(parse("&A=a+b%20c%2B&&B&C=100%"), json!({"A": "a b c+", "B": "", "C": "100%"}));
    }

    #[test]
    fn a_scalar_and_a_tree_of_one_name_do_not_panic() {
        assert_eq!(parse("A=1&A.B=2&A.member.1=3")["A"], json!("1"));
    }
}
