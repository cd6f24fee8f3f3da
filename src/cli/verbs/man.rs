//! `flowbind man`: manual pages, made from the command line's own definition, so that they cannot lag behind it.
//!
//! The pages hold no date and nothing of the machine: the same version writes the same bytes.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, anyhow};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::cli::args::{Cli, ManArgs};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::disk;

/// What is read from the environment, and what for.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_PROFILE", "The profile of the AWS configuration; --profile wins."),
    (
        "AWS_REGION",
        "The Region in which roles are assumed. Managed resources take theirs from the manifest or --region.",
    ),
    (
        "AWS_CA_BUNDLE",
        "The certificates to trust instead of the system's, in PEM; wins over ca_bundle of the profile.",
    ),
    ("AWS_ENDPOINT_URL", "The endpoint of all services; --endpoint-url wins."),
    (
        "FLOWBIND_PACED",
        "Whether calls to an endpoint on this machine keep to AWS's rates (default: to the rates that an embedded \
         AWS there reports).",
    ),
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, \
         AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE",
        "Credentials, as every AWS SDK finds them. --sandbox reads none of them.",
    ),
    (
        "COLUMNS",
        "The width at which lines wrap on a terminal, instead of its own. Output to a pipe is never wrapped.",
    ),
    ("NO_COLOR, CLICOLOR, CLICOLOR_FORCE", "Whether to use colours when --color is auto."),
];

/// The files beside the ones that are named on the command line, below the working directory.
const FILES: &[(&str, &str)] = &[
    (".flowbind/backup/RUN/", "What a run overwrote or deleted, for flowbind rollback."),
    (".flowbind/sandbox.json", "The state of the embedded AWS of --sandbox, where no other file is named."),
];

pub(in crate::cli) fn run(args: &ManArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let pages = pages();
    match &args.dir {
        None => {
            let (_, text) =
                pages.first().ok_or_else(|| Failure::new(Exit::Error, anyhow!("there is no page")))?;
            terminal.result(text)?;
            if terminal.shows_results() {
                terminal.say("To read it as a page: flowbind man | man -l -");
            }
        }
        Some(dir) => {
            write(&pages, dir).map_err(|error| Failure::new(Exit::Error, error))?;
            terminal.say(&format!("Wrote {} pages to {}.", pages.len(), dir.display()));
        }
    }
    Ok(Exit::Done)
}

fn write(pages: &[(String, String)], dir: &Path) -> anyhow::Result<()> {
    let unwritten = |path: &Path| format!("{} could not be written", path.display());
    fs::create_dir_all(dir).with_context(|| unwritten(dir))?;
    for (name, text) in pages {
        let path = dir.join(name);
        disk::replace(&path, text.as_bytes(), disk::Access::Usual).with_context(|| unwritten(&path))?;
    }
    Ok(())
}

/// Makes all pages, each with the name of its file; flowbind's own comes first.
fn pages() -> Vec<(String, String)> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = vec![page(&root, true)];
    pages.extend(
        root.get_subcommands().filter(|command| !command.is_hide_set()).map(|command| page(command, false)),
    );
    pages
}

fn page(command: &Command, is_root: bool) -> (String, String) {
    let man =
        Man::new(command.clone()).source(concat!("flowbind ", env!("CARGO_PKG_VERSION"))).manual("flowbind");
    let mut text = Vec::new();
    // Into memory, where no write can fail.
    let _ = render(&man, command, is_root, &mut text);
    (man.get_filename(), String::from_utf8_lossy(&text).into_owned())
}

fn render(man: &Man, command: &Command, is_root: bool, out: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    if is_root {
        man.render_subcommands_section(out)?;
    }
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for exit in Exit::ALL {
        roff.control("TP", []).text([bold(exit.code().to_string())]).text([roman(exit.meaning())]);
    }
    // The commands that talk to AWS are those that take the endpoint.
    if is_root || command.get_arguments().any(|argument| argument.get_id() == "endpoint_url") {
        terms(&mut roff, "ENVIRONMENT", ENVIRONMENT);
        terms(&mut roff, "FILES", FILES);
    }
    roff.control("SH", ["SEE ALSO"]);
    if is_root {
        roff.text([
            roman("Each command has a page of its own: "),
            italic("flowbind-plan"),
            roman("(1) and so on."),
        ]);
    } else {
        roff.text([bold("flowbind"), roman("(1)")]);
    }
    roff.to_writer(out)
}

fn terms(roff: &mut Roff, heading: &str, terms: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (term, meaning) in terms {
        roff.control("TP", []).text([bold(*term)]).text([roman(*meaning)]);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn by_name() -> BTreeMap<String, String> {
        pages().into_iter().collect()
    }

    #[test]
    fn every_command_has_a_page_and_there_is_no_other_page() {
        let mut expected: Vec<String> = Cli::command()
            .get_subcommands()
            .map(|command| format!("flowbind-{}.1", command.get_name()))
            .collect();
        expected.push("flowbind.1".to_owned());
        expected.sort();
        assert!(expected.len() > 10);
        assert_eq!(by_name().into_keys().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_page_tells_every_option_of_its_command() {
        let pages = by_name();
        for command in Cli::command().get_subcommands() {
            let page = &pages[&format!("flowbind-{}.1", command.get_name())];
            let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
            for long in shown.filter_map(|argument| argument.get_long()) {
                let shown = format!("\\-\\-{}", long.replace('-', "\\-"));
                assert!(page.contains(&shown), "{shown} in\n{page}");
            }
        }
    }

    #[test]
    fn every_exit_code_and_the_environment_are_told() {
        let page = &by_name()["flowbind-plan.1"];
        for part in
            [".SH \"EXIT STATUS\"", "\\fB64\\fR", "AWS_PROFILE", ".SH \"SEE ALSO\"", "flowbind\\-plan \\- "]
        {
            assert!(page.contains(part), "{part} in\n{page}");
        }
        assert!(!by_name()["flowbind-lint.1"].contains("AWS_PROFILE"));
    }
}
