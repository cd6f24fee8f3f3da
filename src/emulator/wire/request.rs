//! A request before an operation was found for it, and the paging members that all lists share.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Method, path, query and body as they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawRequest {
    /// HTTP method in capitals.
    pub(crate) method: String,
    /// The undecoded path.
    pub(crate) path: String,
    /// The decoded query string, in order.
    pub(crate) query: Vec<(String, String)>,
    /// The body as a tree: JSON, or a form read into one.
    pub(crate) body: Value,
    /// Headers whose names begin with `x-amz-`, in small letters.
    pub(crate) headers: Vec<(String, String)>,
    /// The body as it came, where it is handed on.
    pub(crate) payload: Vec<u8>,
}

/// Reads a query string.
pub(crate) fn parse_query(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// One page of a list: where it starts and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    start: usize,
    size: usize,
}

impl Page {
    /// Creates a page from the token of the page before; None for a token that this server did not make.
    pub(crate) fn new(token: Option<&str>, size: usize) -> Option<Self> {
        let start = match token {
            None => 0,
            Some(token) => {
                let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
                text.strip_prefix("from:")?.parse().ok()?
            }
        };
        Some(Self { start, size })
    }

    /// Takes the page out of `items`, with the token of the page behind it. Nothing behind the page is made, and of
    /// what stands before it only what has to be looked at to count it.
    pub(crate) fn cut(self, items: impl IntoIterator<Item = Value>) -> (Vec<Value>, Option<String>) {
        self.of(|start| items.into_iter().skip(start))
    }

    /// Takes the page out of what `from` gives without the first items, with the token of the page behind it.
    pub(crate) fn of<I: Iterator<Item = Value>>(
        self,
        from: impl FnOnce(usize) -> I,
    ) -> (Vec<Value>, Option<String>) {
        let mut ahead = from(self.start);
        let items = ahead.by_ref().take(self.size).collect();
        let end = self.start.saturating_add(self.size);
        let token = ahead.next().map(|_| URL_SAFE_NO_PAD.encode(format!("from:{end}")));
        (items, token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_a_list_once() {
        let items: Vec<Value> = (0..7).map(Value::from).collect();
        let (mut seen, mut token) = (Vec::new(), None);
        loop {
            let page = Page::new(token.as_deref(), 3).expect("own token");
            let (part, next) = page.cut(items.clone());
            seen.extend(part);
            match next {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, items);
    }

    #[test]
    fn a_foreign_token_is_refused() {
        assert_eq!(Page::new(Some("nonsense"), 3), None);
    }

    #[test]
    fn a_full_last_page_has_no_token() {
        let items: Vec<Value> = (0..3).map(Value::from).collect();
        assert_eq!(Page::new(None, 3).expect("first page").cut(items).1, None);
    }
}
