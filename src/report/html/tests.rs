//! Pages read as a browser would: tags are closed, and nothing that a stranger wrote is markup.

use std::collections::BTreeMap;

use super::*;
use crate::plan::Counts;
use crate::report::graph::{Picture, Role, Tile};
use crate::report::plan::{Block, Detail, Entry, Grade, Line, Note, Remark, RemarkKind, Section, Tag};
use crate::resource::{Code, Problem};

const HOSTILE: &str = "x</title></style></pre><script>alert(1)</script><img src=x onerror='a'>\" onload=\"b` &lt; \u{202e}\u{1b}[31m\nnext";

/// The elements that are never closed.
const VOID: [&str; 2] = ["meta", "br"];

/// Reads a page: every tag is one of ours and is closed in order; gives its text.
fn read(page: &str) -> String {
    let (mut open, mut text, mut rest) = (Vec::new(), String::new(), page);
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        let name: String =
            tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name.as_str()), "{page}");
        } else if !tag.starts_with('!') && !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            assert!(name != "script" && name != "img", "{tag}");
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} is open at the end");
    text + rest
}

fn entry(text: &str) -> Entry {
    let lines = [Tag::Goes, Tag::Comes, Tag::Stays, Tag::Gap].map(|tag| Line(tag, text.to_owned())).into();
    let field = |from: Option<&str>, hidden| Detail::Field {
        path: text.to_owned(),
        from: from.map(str::to_owned),
        to: Some(text.to_owned()),
        hidden,
    };
    Entry {
        mark: Mark::Update,
        name: text.to_owned(),
        beside: text.to_owned(),
        in_short: text.to_owned(),
        target: Some(text.to_owned()),
        binding: false,
        why: vec![text.to_owned(), text.to_owned()],
        details: vec![
            Detail::Fact(text.to_owned()),
            Detail::Words(text.to_owned()),
            Detail::Arns(text.to_owned()),
            field(Some(text), false),
            field(None, true),
            Detail::Block(Block { mark: Mark::Update, title: Some(text.to_owned()), lines }),
        ],
        parts: Vec::new(),
        guards: Vec::new(),
    }
}

fn view(text: &str) -> PlanView {
    let Counts { create, update, delete } = Counts { create: 0, update: 1, delete: 0 };
    let note = Note {
        grade: Grade::Error,
        address: Some(text.to_owned()),
        message: text.to_owned(),
        code: Some(text.to_owned()),
        place: Some(text.to_owned()),
        hint: Some(text.to_owned()),
    };
    let remark = |kind| Remark { kind, text: text.to_owned() };
    let parts = vec![Entry { binding: true, ..entry(text) }];
    let entries = vec![Entry { parts, ..entry(text) }];
    PlanView {
        set: "acme".to_owned(),
        aliases: BTreeMap::new(),
        sections: vec![Section { title: text.to_owned(), instance: Some(text.to_owned()), entries }],
        create,
        update,
        delete,
        agree: 1,
        orphans: 0,
        rollback: false,
        remarks: vec![
            remark(RemarkKind::Partial),
            remark(RemarkKind::Protected),
            remark(RemarkKind::Orphaned),
            remark(RemarkKind::Unchecked),
            remark(RemarkKind::Incomplete),
        ],
        problems: vec![note.clone()],
        unread: vec![Note { grade: Grade::Unread, ..note }],
    }
}

fn picture(text: &str) -> Picture {
    let tile = Tile::new(text.to_owned(), text.to_owned(), Role::Speak);
    Picture { title: text.to_owned(), boxes: vec![tile], ..Picture::default() }
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    let pictures: Pictures = BTreeMap::from([(HOSTILE.to_owned(), picture(HOSTILE))]);
    let warning = Problem::error(Code::Rule("c"), HOSTILE).hint(HOSTILE);
    let views = [view(HOSTILE), view(HOSTILE)];
    for page in [
        plan_html(&views[..1], std::slice::from_ref(&warning), Some(HOSTILE), &pictures),
        plan_html(&views, &[], None, &pictures),
        failed_html(&crate::report::document::hostile(HOSTILE)),
    ] {
        let text = read(&page);
        assert!(text.contains("&lt;script&gt;alert(1)") && !page.contains("<script"), "{page}");
        assert!(!page.chars().any(|c| c != '\n' && crate::report::visible::steers(c)), "{page:?}");
    }
}

#[test]
fn a_page_holds_all_that_changes_and_needs_nothing_from_elsewhere() {
    let name = "flow/main";
    let pictures: Pictures = BTreeMap::from([(name.to_owned(), picture("Main IVR"))]);
    let page = plan_html(&[view(name)], &[], Some("abc"), &pictures);
    let text = read(&page);
    for words in ["Plan of acme", "flowbind apply --checksum abc", "(the value is not shown)", "+ flow/main"]
    {
        assert!(text.contains(words), "{words}");
    }
    // The thing and its part have the same name here, and each its picture.
    assert_eq!(page.matches("<svg").count(), 2);
    assert!(page.contains("id=\"fb-title-1\"") && page.contains("id=\"fb-title-2\""));
    assert_eq!(page.matches("<style>").count(), 1);
    let elsewhere = ["src=", "href=", "url(", "@import", "<script", "http://", "https://"];
    let namespaces = page.replace("http://www.w3.org/2000/svg", "");
    assert!(elsewhere.iter().all(|it| !namespaces.contains(it)), "{page}");
}
