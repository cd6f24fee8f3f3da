//! A page that fits into a comment: what matters most stands first, and a cut falls between items only.

/// The most bytes of a page. GitHub takes 65,536 characters; what a workflow adds, such as a marker, needs room too.
pub(super) const LIMIT: usize = 62_000;

/// The room for saying what is left out of a section.
const NOTE: usize = 300;

/// One thing that is told.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// A line of a list.
    pub(super) brief: String,
    /// The same with its details folded, without a line break at its end; none where there are no details.
    pub(super) full: Option<String>,
}

/// Things of one kind under a heading.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) heading: String,
    /// A sentence on all of them; none where the heading says it all.
    pub(super) meaning: &'static str,
    pub(super) items: Vec<Item>,
}

/// A page in the making. Head, foot and headings are small whatever is told.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) head: String,
    /// In the order of their weight.
    pub(super) sections: Vec<Section>,
    pub(super) foot: String,
    /// The command that shows everything.
    pub(super) whole: &'static str,
}

/// How much of an item is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Full,
    Brief,
    Nothing,
}

impl Item {
    /// Creates an item without details.
    pub(super) fn line(text: impl AsRef<str>) -> Self {
        Self { brief: format!("- {}", text.as_ref()), full: None }
    }

    /// Creates an item whose details are folded under the same words, in Markdown and in HTML.
    pub(super) fn folded(text: &str, html: &str, body: &str) -> Self {
        let full = format!("<details><summary>{html}</summary>\n\n{}\n\n</details>", body.trim_end());
        Self { brief: format!("- {text}"), full: Some(full) }
    }

    fn text(&self, shown: Shown) -> &str {
        match (shown, &self.full) {
            (Shown::Nothing, _) => "",
            (Shown::Full, Some(full)) => full,
            (Shown::Full | Shown::Brief, _) => &self.brief,
        }
    }

    /// The bytes of an item with the empty lines around it.
    fn size(&self, shown: Shown) -> usize {
        if shown == Shown::Nothing { 0 } else { self.text(shown).len() + 3 }
    }
}

impl Page {
    /// Writes the page: as many items as fit, in order, then of those as many with their details as fit.
    pub(super) fn render(mut self) -> String {
        self.sections.retain(|section| !section.items.is_empty());
        let headings =
            self.sections.iter().map(|section| section.heading.len() + section.meaning.len() + NOTE);
        let fixed = self.head.len() + self.foot.len() + headings.sum::<usize>() + 4;
        let mut room = LIMIT.saturating_sub(fixed);
        let items: Vec<&Item> = self.sections.iter().flat_map(|section| &section.items).collect();
        let mut shown = vec![Shown::Nothing; items.len()];
        for wanted in [Shown::Brief, Shown::Full] {
            for (item, now) in items.iter().zip(&mut shown) {
                let more = item.size(wanted).saturating_sub(item.size(*now));
                if *now == Shown::Nothing && wanted == Shown::Full || more > room {
                    break;
                }
                room -= more;
                *now = wanted;
            }
        }
        let mut shown = shown.into_iter();
        let mut out = self.head.clone();
        for section in &self.sections {
            let shown: Vec<Shown> = shown.by_ref().take(section.items.len()).collect();
            self.section(section, &shown, &mut out);
        }
        if !self.foot.is_empty() {
            out.push('\n');
            out.push_str(&self.foot);
        }
        out
    }

    fn section(&self, section: &Section, shown: &[Shown], out: &mut String) {
        out.push_str(&format!("\n#### {} ({})\n", section.heading, section.items.len()));
        if !section.meaning.is_empty() {
            out.push_str(&format!("\n{}.\n", capital(section.meaning)));
        }
        let mut in_list = false;
        for (item, shown) in section.items.iter().zip(shown).filter(|(_, shown)| **shown != Shown::Nothing) {
            let list = *shown == Shown::Brief || item.full.is_none();
            if !(list && in_list) {
                out.push('\n');
            }
            in_list = list;
            out.push_str(item.text(*shown));
            out.push('\n');
        }
        let left_out = shown.iter().filter(|shown| **shown == Shown::Nothing).count();
        let folded = section.items.iter().zip(shown);
        let without = folded.filter(|(item, shown)| item.full.is_some() && **shown == Shown::Brief).count();
        let whole = self.whole;
        if left_out > 0 {
            let all = if left_out == shown.len() { "" } else { " more" };
            let are = if left_out == 1 { "is" } else { "are" };
            out.push_str(&format!("\n**{left_out}{all} {are} left out** for length; `{whole}` shows all.\n"));
        } else if without > 0 {
            out.push_str(&format!(
                "\nThe details of {without} are left out for length; `{whole}` shows all.\n"
            ));
        }
    }
}

/// Writes a sentence's first letter large.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(items: usize, size: usize) -> String {
        let item = |n: usize| Item::folded(&format!("item {n}"), &format!("item {n}"), &"x".repeat(size));
        let sections = vec![
            Section { heading: "First".to_owned(), meaning: "", items: vec![Item::line("it matters")] },
            Section { heading: "None".to_owned(), meaning: "", items: Vec::new() },
            Section {
                heading: "Last".to_owned(),
                meaning: "the last",
                items: (0..items).map(item).collect(),
            },
        ];
        let page = Page { head: "### Head\n".to_owned(), sections, foot: "foot\n".to_owned(), whole: "x" };
        page.render()
    }

    #[test]
    fn a_small_page_is_whole() {
        insta::assert_snapshot!(page(2, 3), @r"
        ### Head

        #### First (1)

        - it matters

        #### Last (2)

        The last.

        <details><summary>item 0</summary>

        xxx

        </details>

        <details><summary>item 1</summary>

        xxx

        </details>

        foot
        ");
    }

    #[test]
    fn of_too_much_the_details_go_first_and_then_the_last_items() {
        let some = page(300, 1_000);
        assert!(some.len() <= LIMIT && some.contains("- item 299\n"), "{some}");
        assert!(some.contains("The details of 2") && !some.contains("left out**"), "{some}");
        let many = page(10_000, 1_000);
        assert!(many.len() <= LIMIT && many.len() > LIMIT - 20_000, "{}", many.len());
        assert!(many.contains("- it matters\n") && many.ends_with("\nfoot\n"));
        assert!(many.contains(" more are left out** for length; `x` shows all.\n"));
        let huge = page(3, LIMIT);
        assert_eq!(huge.matches("<details>").count(), 0);
        assert!(huge.contains("The details of 3 are left out"), "{huge}");
    }
}
