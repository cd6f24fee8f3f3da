//! What `--help` holds beside the options: headings, which an option has in common with its namesakes in all commands,
//! and examples, which a test runs as they are.

pub(in crate::cli) const MANIFESTS: &str = "Manifests";
pub(in crate::cli) const AWS: &str = "AWS";
pub(in crate::cli) const OUTPUT: &str = "Output";
pub(in crate::cli) const APPROVAL: &str = "Approval";
pub(in crate::cli) const REMOVAL: &str = "Removal";
pub(in crate::cli) const CONTACT: &str = "Contact";
pub(in crate::cli) const ANSWERS: &str = "Answers";
pub(in crate::cli) const SELECTION: &str = "Selection";

pub(in crate::cli) const EXIT_CODES: &str = "\
Exit codes: 0 done or in sync, 1 error, 2 differences or findings, 3 incomplete (something could not be read), \
4 refused (guard, wrong account, draft, no approval), 64 wrong command line, 130 interrupted.";

pub(in crate::cli) const INIT: &str = "\
Examples:
  flowbind init bindings
  flowbind plan --sandbox bindings";

pub(in crate::cli) const VALIDATE: &str = "\
Examples:
  flowbind validate manifests/demo
  flowbind validate --for dev manifests/platform
  flowbind validate --output sarif manifests/demo";

pub(in crate::cli) const LINT: &str = "\
Examples:
  flowbind lint manifests/demo
  flowbind lint --least warning --output github manifests
  flowbind lint --explain dangling-transition";

pub(in crate::cli) const PLAN: &str = "\
Examples:
  flowbind plan --sandbox manifests/demo
  flowbind plan --detailed-exitcode manifests/demo
  flowbind plan --prune --out plan.json manifests/demo";

pub(in crate::cli) const EXPLAIN: &str = "\
Examples:
  flowbind explain
  flowbind explain flow.status
  flowbind explain function.source.role";

pub(in crate::cli) const SHOW: &str = "\
Examples:
  flowbind show plan.json
  flowbind show --output markdown plan.json";

pub(in crate::cli) const APPLY: &str = "\
Examples:
  flowbind apply --sandbox --auto-approve manifests/demo
  flowbind apply --only flow/main-ivr --auto-approve manifests/demo
  flowbind apply --plan plan.json manifests/demo";

pub(in crate::cli) const IMPORT: &str = "\
Examples:
  flowbind import --instance fernhill-london-dev --region eu-west-2\n  flowbind validate flowbind.yaml";

pub(in crate::cli) const DRIFT: &str = "\
Examples:
  flowbind drift manifests/demo
  flowbind drift --audit --output markdown manifests/demo

Ignore file: a YAML list `ignore:` of entries with `address` and `reason`, and
perhaps `kind` and `until` (a day such as 2027-03-31). `kind` is the code of a
finding, or a kind of drift:
  changed-outside, changed-in-manifest, changed-both, changed, missing,
  orphaned (in JSON left-over), unmanaged, being-edited, could-not-tell";

pub(in crate::cli) const WATCH: &str = "\
Examples:
  flowbind watch --once --sandbox manifests/demo
  flowbind watch --interval 5m manifests/demo
  flowbind watch --apply --output json manifests/demo

SIGTERM or Ctrl-C ends it after the writes in flight; SIGHUP starts a round now.";

pub(in crate::cli) const ROLLBACK: &str = "\
Examples:
  flowbind rollback 20260102T030405Z manifests/demo";

pub(in crate::cli) const GRAPH: &str = "\
Examples:
  flowbind graph manifests/demo > map.svg
  flowbind graph --format mermaid --flow main-ivr manifests/demo";

pub(in crate::cli) const EVENT: &str = "\
Examples:
  flowbind event 'flow/main-ivr#Look up caller' manifests/demo
  flowbind event 'flow/main-ivr#Check order' --channel chat manifests/demo
  flowbind event flow/care-queue --attribute callerType=vip manifests/demo";

pub(in crate::cli) const INVOKE: &str = "\
Examples:
  flowbind invoke 'flow/main-ivr#Look up caller' --sandbox manifests/demo
  flowbind invoke --all --shapes --sandbox manifests/demo
  flowbind invoke --all --output junit --sandbox manifests/demo > invoke.xml

Exits with 2 if an answer is not what Amazon Connect takes or the manifest promises.";

pub(in crate::cli) const SIMULATE: &str = "\
Examples:
  flowbind simulate flow/main-ivr --input 1 --input none manifests/demo

What no option answers is asked on a terminal. Elsewhere it is an error that
names the option.";

pub(in crate::cli) const EXPLORE: &str = "\
Examples:
  flowbind explore flows
  flowbind explore manifests/demo
  flowbind explore manifests/demo --scenarios my-scenarios

Exits with 2 if something can go wrong.";

pub(in crate::cli) const TEST: &str = "\
Examples:
  flowbind test manifests/demo
  flowbind test --output junit manifests/demo
  flowbind test --for test manifests/platform

Scenarios lie in the folder `scenarios` beside the manifest. Exits with 2 if one
fails.";

pub(in crate::cli) const IAM_POLICY: &str = "\
Examples:
  flowbind iam-policy --for plan manifests/demo
  flowbind iam-policy --for apply --prune manifests/demo";

pub(in crate::cli) const EMULATOR: &str = "\
Examples:
  flowbind emulator --world manifests/demo
  flowbind emulator --rates real --quota lambda-functions-per-instance=60
  flowbind emulator --assume U5=deleted-function-unlisted
  flowbind emulator --fault deny:connect:ListLambdaFunctions

Faults: KIND[:SERVICE[:OPERATION[:SELECTOR]]]
  KIND       throttle, 500, deny, echo, drop-before, drop-after, delay=2s, html,
             empty, braces, hang, after-html, after-empty, after-braces,
             after-500, after-hang, truncated, endless, endless-fresh,
             lose-policy-write, creation-failed, kill, freeze-before,
             freeze-after
  SERVICE    connect, lambda, iam, sts or *
  OPERATION  a name such as GetPolicy, which may end in *
  SELECTOR   nth=N (the N-th call), from=N (it and all after), p=0.3 (a share)";

pub(in crate::cli) const SCHEMA: &str = "\
Examples:
  flowbind schema > manifest.schema.json
  flowbind schema plan";

pub(in crate::cli) const COMPLETIONS: &str = "\
Examples:
  flowbind completions bash > flowbind.bash";

pub(in crate::cli) const MAN: &str = "\
Examples:
  flowbind man man/man1

On a terminal: flowbind man | man -l -";
