//! Command lines to type next, made of what was typed. Values of variables are never repeated.

use std::ffi::OsString;
use std::path::Path;

use crate::cli::args::{AwsArgs, ManifestArgs};
use crate::plan::{Guard, Plan};
use crate::report::Typed;
use crate::resource::set_prefix;
use crate::saved::SavedInputs;

/// Writes a command on the same manifests and the same AWS; `--var` is repeated without its value.
pub(in crate::cli) fn command(verb: &str, manifest: &ManifestArgs, aws: &AwsArgs) -> String {
    format!("flowbind {verb} {}", typed(manifest, aws, String::new()).inputs)
}

/// Returns what the commands in messages are completed with.
pub(in crate::cli) fn typed(manifest: &ManifestArgs, aws: &AwsArgs, wish: String) -> Typed {
    let mut words = reach(aws);
    words.extend(manifest.targets.iter().map(|target| option("--for", target)));
    words.extend(manifest.region.iter().map(|region| option("--region", region)));
    inputs(&mut words, manifest);
    if manifest.paths.is_empty() {
        words.push("PATH...".to_owned());
    }
    Typed { inputs: words.join(" "), wish }
}

/// Writes what a plan was to hold, each option behind a space.
pub(in crate::cli) fn wish(prune: bool, force: bool, only: &[String]) -> String {
    let mut words = String::new();
    for (given, word) in [(prune, " --prune"), (force, " --force")] {
        words.push_str(if given { word } else { "" });
    }
    words + &each("--only", only)
}

/// Writes the options that a saved plan was made with: of variables the names alone.
pub(in crate::cli) fn made_with(inputs: &SavedInputs) -> Vec<String> {
    let mut words: Vec<String> = inputs.targets.iter().map(|target| format!("--for {target}")).collect();
    words.extend(inputs.region.iter().map(|region| format!("--region {region}")));
    words.extend(inputs.variable_files.iter().map(|file| format!("--var-file {}", quoted(file))));
    words.extend(inputs.variables.iter().map(|name| format!("--var {name}=...")));
    words
}

/// Writes an option as often as it was given, each behind a space.
pub(in crate::cli) fn each(name: &str, values: &[String]) -> String {
    values.iter().map(|value| format!(" {}", option(name, value))).collect()
}

/// Writes the options that let a guarded action of a plan through; with the set in front where there are several.
pub(in crate::cli) fn allow<'g>(
    plan: &Plan,
    several: bool,
    guard: &'g Guard,
) -> impl Iterator<Item = String> + 'g {
    let set = set_prefix(&plan.set, several);
    guard.needs().map(move |address| option("--allow", &format!("{set}{address}")))
}

/// Writes a command on one path and the same AWS.
pub(in crate::cli) fn on(verb: &str, aws: &AwsArgs, path: &Path) -> String {
    let mut words = vec![format!("flowbind {verb}")];
    words.extend(reach(aws));
    words.push(quoted(&path.display().to_string()));
    words.join(" ")
}

/// Writes the command that plans back what a run has overwritten or deleted.
pub(in crate::cli) fn rollback(run: &str, manifest: &ManifestArgs, aws: &AwsArgs) -> String {
    let mut words = vec![format!("flowbind rollback {}", quoted(run))];
    words.extend(reach(aws));
    inputs(&mut words, manifest);
    words.join(" ")
}

/// Writes the command line as it was typed, but for the values of variables.
pub(in crate::cli) fn again(arguments: &[OsString]) -> String {
    let mut words = vec!["flowbind".to_owned()];
    let mut value_of_variable = false;
    for argument in arguments.iter().skip(1) {
        let word = argument.to_string_lossy();
        let masked = match word.strip_prefix("--var=").map(|value| ("--var=", value)) {
            None if value_of_variable => Some(("", &*word)),
            masked => masked,
        };
        value_of_variable = masked.is_none() && word == "--var";
        words.push(match masked {
            Some((option, value)) => {
                let name = value.split_once('=').map_or(value, |(name, _)| name);
                format!("{option}{}=...", quoted(name))
            }
            None => quoted(&word),
        });
    }
    words.join(" ")
}

fn option(name: &str, value: &str) -> String {
    format!("{name} {}", quoted(value))
}

fn reach(aws: &AwsArgs) -> Vec<String> {
    let mut words = Vec::new();
    match &aws.sandbox {
        Some(file) if file == Path::new(crate::cli::args::SANDBOX) => words.push("--sandbox".to_owned()),
        Some(file) => words.push(format!("--sandbox={}", quoted(&file.display().to_string()))),
        None => {}
    }
    words.extend(aws.profile.iter().map(|profile| option("--profile", profile)));
    words.extend(aws.endpoint_url.iter().map(|url| option("--endpoint-url", url)));
    words
}

fn inputs(words: &mut Vec<String>, manifest: &ManifestArgs) {
    let files = manifest.var_files.iter();
    words.extend(manifest.allow_outside.then(|| "--allow-outside".to_owned()));
    words.extend(files.map(|file| option("--var-file", &file.display().to_string())));
    words.extend(manifest.vars.iter().map(|(name, _)| format!("--var {}=...", quoted(name))));
    words.extend(manifest.paths.iter().map(|path| quoted(&path.display().to_string())));
}

/// Quotes a word for a shell, where it needs that. Not by the crate `shlex`, which quotes `=`, `,` and `%` as well: in
/// `--for=prod` that would be noise.
pub(in crate::cli) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_repeats_everything_but_the_values_of_variables() {
        let manifest = ManifestArgs {
            paths: vec!["my manifests".into(), "b.yaml".into()],
            vars: vec![("stage".to_owned(), "canary".to_owned())],
            var_files: vec!["v.yaml".into()],
            targets: vec!["prod".to_owned()],
            region: None,
            allow_outside: true,
        };
        let sandbox = Some(crate::cli::args::SANDBOX.into());
        let aws = AwsArgs { profile: None, endpoint_url: None, sandbox, paced: None, timeout: None };
        assert_eq!(
            command("apply --plan p.json", &manifest, &aws),
            "flowbind apply --plan p.json --sandbox --for prod --allow-outside --var-file v.yaml --var stage=... 'my manifests' b.yaml"
        );
    }

    #[test]
    fn the_command_line_is_repeated_as_it_was_typed_without_values_of_variables() {
        let typed =
            ["/x/flowbind", "apply", "--var", "pin=1234", "--var=key=a=b", "--for", "prod", "my demo"];
        let typed: Vec<OsString> = typed.into_iter().map(Into::into).collect();
        assert_eq!(again(&typed), "flowbind apply --var pin=... --var=key=... --for prod 'my demo'");
    }

    #[test]
    fn words_are_quoted_where_a_shell_would_take_them_apart() {
        assert_eq!(quoted("a/b.yaml"), "a/b.yaml");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
