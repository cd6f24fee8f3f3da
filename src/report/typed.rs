//! Commands in messages, completed with what was typed: a message names the command, the user's own paths and options
//! make it one that works.

use std::borrow::Cow;

/// What was typed behind a command, as it is repeated in the commands that messages name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// How AWS is reached, and the manifests with what is given beside them: every command takes it.
    pub inputs: String,
    /// What else a plan or an apply was to hold, such as `--prune`; empty or begun with a space.
    pub wish: String,
}

/// The commands that take the same manifests.
const TAKE_MANIFESTS: [&str; 3] = ["apply", "drift", "plan"];
/// What stands in a message for the manifests.
const PATHS: &str = "PATH...";

impl Typed {
    /// Completes the commands between backticks that have options but no paths, such as `flowbind plan --prune` or
    /// `flowbind drift PATH...`.
    pub fn complete<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, quoted)) = rest.split_once("`flowbind ") {
            let Some((command, after)) = quoted.split_once('`') else { break };
            out.push_str(before);
            match self.completed(command) {
                Some(completed) => out.push_str(&format!("`flowbind {completed}`")),
                None => out.push_str(&format!("`flowbind {command}`")),
            }
            rest = after;
        }
        if out.is_empty() {
            return Cow::Borrowed(text);
        }
        out.push_str(rest);
        Cow::Owned(out)
    }

    fn completed(&self, command: &str) -> Option<String> {
        let mut words = command.strip_suffix(PATHS).unwrap_or(command).split_whitespace();
        let verb = words.next().filter(|verb| TAKE_MANIFESTS.contains(verb))?;
        let options: Vec<&str> = words.collect();
        if !options.iter().all(|option| option.starts_with("--")) {
            return None;
        }
        let own = options.iter().filter(|option| !self.inputs.split(' ').any(|typed| typed == **option));
        let own: String = own.map(|option| format!(" {option}")).collect();
        // What a message asks for is not limited by what was asked for before.
        let wish = if verb == "drift" || !own.is_empty() { "" } else { &self.wish };
        Some(format!("{verb}{own}{wish} {}", self.inputs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_paths_gets_what_was_typed_and_any_other_stays() {
        let typed =
            Typed { inputs: "--sandbox --for dev my/demo".to_owned(), wish: " --only flow/a".to_owned() };
        for (text, completed) in [
            (
                "Run `flowbind plan` again.",
                "Run `flowbind plan --only flow/a --sandbox --for dev my/demo` again.",
            ),
            (
                "`flowbind plan --prune PATH...` shows, `flowbind drift PATH...` too",
                "`flowbind plan --prune --sandbox --for dev my/demo` shows, `flowbind drift --sandbox --for dev my/demo` too",
            ),
            ("`flowbind plan --sandbox x`, `flow/a`", "`flowbind plan --sandbox x`, `flow/a`"),
            ("`flowbind rollback R`, `flowbind schema`", "`flowbind rollback R`, `flowbind schema`"),
            ("an open `flowbind plan", "an open `flowbind plan"),
            ("`flowbind schema`: an open `flowbind plan", "`flowbind schema`: an open `flowbind plan"),
        ] {
            assert_eq!(typed.complete(text), completed);
            assert_eq!(typed.complete(&typed.complete(text)), completed);
        }
    }
}
