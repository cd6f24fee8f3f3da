//! Any text whatever comes through as it is.

use proptest::prelude::*;
use pulldown_cmark::{Event, Parser, Tag};

use super::oracle::options;
use super::read;
use crate::report::markdown::text::{code, code_html, cut, fence, prose, prose_html};
use crate::report::visible::visible;

/// Texts of any characters, and texts of those that mean something.
fn hostile() -> impl Strategy<Value = String> {
    let signs = "[ a-c0-9`<>&@#*_\\[\\]()!|~$:/.,;='\"\\\\\n\r\t\u{202e}\u{a0}é+=^{}%-]{0,60}";
    prop_oneof![any::<String>(), signs.prop_map(|text: String| text)]
}

/// A text without spaces and backticks, which a sentence may lose.
fn core(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '`').collect()
}

proptest! {
    #[test]
    fn a_sentence_says_the_same_and_does_nothing(text in hostile()) {
        let expected = core(&visible(&cut(&text, 600)));
        prop_assert_eq!(core(&read(&format!("- {}", prose(&text))).text), expected.clone());
        let folded = format!("<details><summary>{}</summary>\n\n</details>", prose_html(&text));
        prop_assert_eq!(core(&read(&folded).text), expected);
    }

    #[test]
    fn a_name_comes_through_whole(name in hostile()) {
        let expected = visible(&cut(&name, 200)).into_owned();
        let read_back = read(&format!("- {}", code(&name)));
        let folded = read(&format!("<details><summary>{}</summary>\n\n</details>", code_html(&name)));
        let expected = if expected.is_empty() { Vec::new() } else { vec![expected] };
        prop_assert_eq!(read_back.code, expected.clone());
        prop_assert_eq!(folded.code.concat(), expected.concat());
    }

    #[test]
    fn lines_come_through_in_one_fence(lines in prop::collection::vec(hostile(), 0..5)) {
        let page = fence("diff", &lines);
        let mut events = Parser::new_ext(&page, options());
        prop_assert!(matches!(events.next(), Some(Event::Start(Tag::CodeBlock(_)))));
        let mut read = String::new();
        let mut last = None;
        for event in events {
            if let Event::Text(text) = &event {
                read.push_str(text);
            }
            last = Some(event);
        }
        prop_assert!(matches!(last, Some(Event::End(_))));
        let shown = lines.iter().map(|line| {
            let line = cut(line, 300);
            line.split('\t').map(visible).collect::<Vec<_>>().join("\t") + "\n"
        });
        prop_assert_eq!(read, shown.collect::<String>());
    }
}
