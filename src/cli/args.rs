//! What the command line takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ColorChoice, Parser, Subcommand, ValueEnum, ValueHint};

mod drift;
mod emulator;
mod event;
mod explore;
mod graph;
mod help;
mod iam_policy;
mod import;
mod invoke;
mod man;
mod output;
pub(in crate::cli) mod retype;
mod rollback;
mod saving;
mod schema;
mod show;
mod simulate;
mod test;
mod watch;

use help::{APPROVAL, AWS, EXIT_CODES, MANIFESTS, OUTPUT, REMOVAL};

pub(super) use drift::{DriftArgs, DriftOutput};
pub(super) use emulator::EmulatorArgs;
pub(super) use event::{ContactArgs, EventArgs, EventFields, SentArgs};
pub(super) use explore::{ExploreArgs, ExploreOutput};
pub(super) use graph::{GraphArgs, GraphDirection, GraphFormat};
pub(super) use iam_policy::{IamPolicyArgs, PolicyFor};
pub(super) use import::ImportArgs;
pub(super) use invoke::{InvokeArgs, InvokeOutput};
pub(super) use man::ManArgs;
pub(super) use output::{Format, PlanOutput, ShowOutput, ValidateOutput};
pub(super) use rollback::RollbackArgs;
pub(super) use saving::{ApprovalArgs, SavingArgs, SelectionArgs};
pub(super) use schema::{SchemaArgs, SchemaDocument};
pub(super) use show::ShowArgs;
pub(super) use simulate::{SimulateArgs, SimulateOutput};
pub(super) use test::{TestArgs, TestOutput};
pub(super) use watch::{NotifyArgs, NotifyFormat, WatchArgs};

use crate::manifest::Inputs;

/// Where the sandbox's state stays unless a file is given.
pub(super) const SANDBOX: &str = ".flowbind/sandbox.json";

/// Declarative bindings between Amazon Connect contact flows and AWS Lambda functions.
#[derive(Debug, Parser)]
#[command(name = "flowbind", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) globals: Globals,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Default, Args)]
pub(super) struct Globals {
    /// When to use colours.
    #[arg(long, global = true, help_heading = OUTPUT, default_value = "auto", value_name = "WHEN")]
    pub(super) color: ColorChoice,
    /// Print only results and errors.
    #[arg(long, short, global = true, help_heading = OUTPUT)]
    pub(super) quiet: bool,
    /// Show ARNs whole, and log more to stderr; `-vv` logs every call.
    #[arg(long, short, global = true, help_heading = OUTPUT, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Format of everything on stderr.
    #[arg(long, global = true, help_heading = OUTPUT, default_value = "text", value_name = "FORMAT")]
    pub(super) log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a commented starter manifest, a flow and a function.
    #[command(after_help = help::INIT)]
    Init(InitArgs),
    /// Check manifests and the flow files that they name, offline.
    #[command(after_help = help::VALIDATE)]
    Validate(ValidateArgs),
    /// Check flows and modules: files, folders, or manifests with their flows.
    #[command(after_help = help::LINT, mut_arg("paths", linted))]
    Lint(LintArgs),
    /// Show what would change in AWS, and why. Writes nothing.
    #[command(after_help = help::PLAN, mut_arg("timeout", read_only))]
    Plan(PlanArgs),
    /// Print a saved plan. Reads neither manifests nor AWS.
    #[command(after_help = help::SHOW)]
    Show(ShowArgs),
    /// Make AWS agree with the manifests.
    #[command(after_help = help::APPLY)]
    Apply(ApplyArgs),
    /// Write a manifest and flow files of an instance that exists.
    #[command(after_help = help::IMPORT, mut_arg("timeout", read_only))]
    Import(ImportArgs),
    /// Show how live AWS differs from the manifest, and which side changed. Writes nothing.
    #[command(after_help = help::DRIFT, mut_arg("timeout", read_only))]
    Drift(DriftArgs),
    /// Look for drift in rounds until it is asked to end, and fix it with --apply. Deletes nothing.
    #[command(after_help = help::WATCH, mut_arg("timeout", of_round))]
    Watch(WatchArgs),
    /// Restore flow contents that a run overwrote or deleted.
    #[command(after_help = help::ROLLBACK)]
    Rollback(RollbackArgs),
    /// Draw the map of a manifest, or the blocks of one flow with what is wrong in it.
    #[command(after_help = help::GRAPH)]
    Graph(GraphArgs),
    /// Print what Amazon Connect sends to the function of a block, offline.
    #[command(after_help = help::EVENT, mut_arg("paths", optional_paths))]
    Event(EventArgs),
    /// Call functions the way Amazon Connect does, and judge what they answer.
    #[command(after_help = help::INVOKE, mut_arg("paths", no_paths), mut_arg("timeout", calling))]
    Invoke(InvokeArgs),
    /// Send one contact through a flow, offline: what it hears, which branches it takes, and why.
    #[command(after_help = help::SIMULATE, mut_arg("paths", optional_paths))]
    Simulate(SimulateArgs),
    /// Look at every way through flows, offline: what can go wrong, and what no contact reaches.
    #[command(after_help = help::EXPLORE, mut_arg("paths", paths_of_flows))]
    Explore(ExploreArgs),
    /// Play scenarios, and check what they expect.
    #[command(after_help = help::TEST)]
    Test(TestArgs),
    /// Print the least-privilege IAM policy that a command needs, offline.
    #[command(after_help = help::IAM_POLICY, mut_arg("targets", iam_policy::targets))]
    IamPolicy(IamPolicyArgs),
    /// Run the embedded AWS as a server.
    #[command(after_help = help::EMULATOR)]
    Emulator(EmulatorArgs),
    /// Explain a key of the manifest: what it takes and what it is for.
    #[command(after_help = help::EXPLAIN)]
    Explain(ExplainArgs),
    /// Print the JSON Schema of manifests, or of a document that flowbind writes.
    #[command(after_help = help::SCHEMA)]
    Schema(SchemaArgs),
    /// Print a completion script.
    #[command(after_help = help::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page, or write one page a command to a folder.
    #[command(after_help = help::MAN)]
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder to write to; created if it does not exist.
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub(super) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The key, such as `flow.status` or `function.source`; without it the whole manifest.
    #[arg(value_name = "KIND.FIELD", default_value = "")]
    pub(super) path: String,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Args)]
pub(super) struct ManifestArgs {
    /// Manifests, or folders with manifests (*.yaml, *.yml).
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,
    /// Set a variable.
    #[arg(long = "var", help_heading = MANIFESTS, value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) vars: Vec<(String, String)>,
    /// Set variables from a YAML file; --var wins.
    #[arg(long = "var-file", help_heading = MANIFESTS, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) var_files: Vec<PathBuf>,
    /// Limit to these targets (default: all). Repeatable.
    #[arg(long = "for", help_heading = MANIFESTS, value_name = "TARGET")]
    pub(super) targets: Vec<String>,
    /// Region for resources that declare none.
    #[arg(long, help_heading = MANIFESTS, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// Read files outside of the project that manifests name with `..`, absolute paths or links.
    #[arg(long, help_heading = MANIFESTS)]
    pub(super) allow_outside: bool,
}

impl ManifestArgs {
    /// What the manifests are given beside their paths.
    pub(super) fn inputs(&self) -> Inputs {
        let Self { paths: _, vars, var_files, targets, region, allow_outside } = self.clone();
        Inputs { vars, var_files, targets, region, allow_outside }
    }
}

/// What `--timeout` means where nothing is written.
fn read_only(timeout: clap::Arg) -> clap::Arg {
    timeout.help("Stop reading after this time, such as 90s, 30m or 2h")
}

/// What `--timeout` means where rounds are made.
fn of_round(timeout: clap::Arg) -> clap::Arg {
    timeout.help(
        "Start no new write in a round after this time, such as 90s or 30m. Writes in flight are finished",
    )
}

/// Paths that may be left out, where that is not the same as to type `.`.
fn no_paths(paths: clap::Arg) -> clap::Arg {
    paths.required(false).help("Manifests, or folders with manifests (*.yaml, *.yml) [default: .]")
}

/// What is linted: there need be none where a rule is explained.
fn linted(paths: clap::Arg) -> clap::Arg {
    let help = "Flow files, manifests, or folders with either; in a folder, every *.json that is a flow";
    paths.required(false).required_unless_present("explain").help(help)
}

/// Paths of which scenarios are played.
fn tested(paths: clap::Arg) -> clap::Arg {
    paths
        .required(false)
        .default_value(".")
        .help("Manifests, folders with manifests and their scenarios in `scenarios`, or files of scenarios")
}

/// What `--timeout` means where functions are called.
fn calling(timeout: clap::Arg) -> clap::Arg {
    timeout.help("Call no more functions after this time, such as 90s, 30m or 2h")
}

/// Where manifests are looked for unless a path is given.
fn optional_paths(paths: clap::Arg) -> clap::Arg {
    paths.required(false).default_value(".")
}

/// The same, and flow files beside them.
fn paths_of_flows(paths: clap::Arg) -> clap::Arg {
    optional_paths(paths)
        .help("Flow files, manifests, or folders with either; in a folder, every *.json that is a flow")
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("it is written like `stage=prod`".to_owned()),
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = AWS)]
pub(super) struct AwsArgs {
    /// The profile of the AWS configuration to use.
    #[arg(long, value_name = "NAME", conflicts_with = "sandbox")]
    pub(super) profile: Option<String>,
    /// The endpoint of all services, such as an embedded AWS.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, conflicts_with = "sandbox")]
    pub(super) endpoint_url: Option<String>,
    /// Use the embedded AWS in this process; its state stays in FILE. Needs no account and no credentials.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = SANDBOX)]
    pub(super) sandbox: Option<PathBuf>,
    /// Whether calls are paced at AWS's rates; false is heeded only at an endpoint on this machine. Without it an embedded
    /// AWS there reports its rates.
    #[arg(long, env = "FLOWBIND_PACED", hide = true, action = clap::ArgAction::Set)]
    pub(super) paced: Option<bool>,
    /// Start no new write after this time, such as 90s, 30m or 2h. Writes in flight are finished.
    #[arg(long, value_name = "DURATION", value_parser = saving::time)]
    pub(super) timeout: Option<Duration>,
}

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub(super) manifest: ManifestArgs,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(super) output: ValidateOutput,
}

#[derive(Debug, Args)]
pub(super) struct LintArgs {
    #[command(flatten)]
    pub(super) manifest: ManifestArgs,
    /// Run only these rules, or `all`. Separate with commas, or repeat.
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(super) select: Vec<String>,
    /// Skip these rules, whatever is selected.
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,
    /// Lowest severity to report.
    #[arg(long, value_name = "SEVERITY", default_value = "info")]
    pub(super) least: LeastSeverity,
    /// Explain a rule and exit; without a code, list all rules.
    #[arg(long, value_name = "CODE", num_args = 0..=1, conflicts_with_all = ["paths", "select", "ignore"])]
    pub(super) explain: Option<Option<String>>,
    /// How to write the findings.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(super) output: LintOutput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LeastSeverity {
    Error,
    Warning,
    Advice,
    Info,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LintOutput {
    Text,
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A page for a comment on a pull request.
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    Text,
    Json,
}

#[derive(Debug, Args)]
#[command(next_help_heading = REMOVAL)]
pub(super) struct RemovalArgs {
    /// Delete resources that this set created and no longer declares.
    #[arg(long)]
    pub(super) prune: bool,
    /// Delete even more than 30 % of a kind.
    #[arg(long, requires = "prune")]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) manifest: ManifestArgs,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(super) output: PlanOutput,
    /// Write one line for each thing that changes, without reasons and differences.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) compact: bool,
    /// Exit with 2 if something would change.
    #[arg(long, help_heading = OUTPUT)]
    pub(super) detailed_exitcode: bool,
    /// Read every flow, module and function, and check unmanaged ones too.
    #[arg(long, help_heading = help::SELECTION)]
    pub(super) audit: bool,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
    #[command(flatten)]
    pub(super) removal: RemovalArgs,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    #[command(flatten)]
    pub(super) saving: SavingArgs,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    pub(super) manifest: ManifestArgs,
    /// How to write the result.
    #[arg(long, help_heading = OUTPUT, value_name = "FORMAT", default_value = "text")]
    pub(super) output: Output,
    /// Apply without asking.
    #[arg(long, help_heading = APPROVAL)]
    pub(super) auto_approve: bool,
    /// Write this protected resource, such as flow/main-ivr. Repeatable.
    #[arg(long, help_heading = APPROVAL, value_name = "ADDRESS")]
    pub(super) allow: Vec<String>,
    #[command(flatten)]
    pub(super) aws: AwsArgs,
    #[command(flatten)]
    pub(super) removal: RemovalArgs,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
    #[command(flatten)]
    pub(super) approval: ApprovalArgs,
}
