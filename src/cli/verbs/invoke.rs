//! `flowbind invoke`: functions called the way Amazon Connect calls them, and what they answer judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::aws::{LiveError, Session, find_instance};
use crate::cli::args::{InvokeArgs, InvokeOutput, ManifestArgs, retype};
use crate::cli::inputs::{bindings, contact, load};
use crate::cli::run::connect::{Connection, Sought, run_functions, unfound};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::progress::Reading;
use crate::manifest::{self, Manifest};
use crate::reconcile::{self, NotTried, Tried};
use crate::report::{self, InvokeDocument, Trials, Untried, count};
use crate::resource::{Address, InstanceArn, Label, Place};
use crate::runtime::binding::{self, Bound};
use crate::runtime::contact::Shape;
use crate::runtime::trial::{Case, CaseError, Trial};

pub(in crate::cli) async fn run(args: &InvokeArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    mistaken(args)?;
    let manifest_args = manifest_args(args);
    terminal.learn_typed(retype::typed(&manifest_args, &args.aws, String::new()));
    let loaded = load::load_or_show(&manifest_args, Some(&args.aws), terminal)?;
    let manifests = &loaded.manifests;
    let bound = wanted(args, manifests)?;
    let functions = args.aws.sandbox.as_ref().map(|_| run_functions()).transpose()?;
    let connection = Connection::open_running(&args.aws, manifests, functions, terminal).await?;
    let called = call(args, manifests, bound, &connection.session, terminal).await;
    let calls = connection.session.calls();
    connection.teach(terminal);
    connection.close().await?;
    let trials = Trials { all: called?, problems: Vec::new() };
    match args.output {
        InvokeOutput::Text => {
            let layout = terminal.layout();
            terminal.result(&report::invoke_text(&trials, terminal.is_verbose(), &layout))?;
            terminal.result(&report::calls_text(&calls, &layout))?;
        }
        InvokeOutput::Json => terminal.json(&InvokeDocument::new(&trials, &calls))?,
        InvokeOutput::Junit => terminal.result(&report::invoke_junit(&trials)?)?,
        InvokeOutput::Github => terminal.result(&report::invoke_github(&trials))?,
    }
    Ok(Exit::of_trials(&trials))
}

/// With `--all` there is no address: what stands in its place is a path.
fn manifest_args(args: &InvokeArgs) -> ManifestArgs {
    let mut paths: Vec<PathBuf> = args.address.iter().filter(|_| args.all).map(PathBuf::from).collect();
    paths.extend(args.manifest.paths.iter().cloned());
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    ManifestArgs { paths, ..args.manifest.clone() }
}

/// The bindings to be called, with the set that each is in.
fn wanted<'m>(
    args: &InvokeArgs,
    manifests: &'m [Manifest],
) -> Result<Vec<(&'m Manifest, Bound<'m>)>, Failure> {
    let Some(address) = args.address.as_ref().filter(|_| !args.all) else {
        let mut all = Vec::new();
        for manifest in manifests {
            let found = binding::all(manifest).map_err(|error| Failure::new(Exit::Error, error))?;
            all.extend(found.into_iter().map(|bound| (manifest, bound)));
        }
        if all.is_empty() {
            return Err(Failure::new(Exit::Error, anyhow!("no block of these manifests invokes a function")));
        }
        return Ok(all);
    };
    Ok(vec![bindings::find(manifests, address)?])
}

/// Says so where a path stands in the place of the address, or the other way round.
fn mistaken(args: &InvokeArgs) -> Result<(), Failure> {
    let Some(first) = &args.address else { return Ok(()) };
    let is_address = Address::parse(first).is_ok();
    let exists = Path::new(first).exists();
    let (error, hint) = match args.all {
        false if exists && !is_address => (
            format!("`{first}` is a path, and a block comes first"),
            "name a block, such as `flow/main-ivr#Look up caller`, or call all with `--all`.",
        ),
        true if is_address && !exists => (
            format!("`{first}` is an address, and `--all` takes paths alone"),
            "leave out `--all` to call one block, or the address to call all.",
        ),
        _ => return Ok(()),
    };
    Err(Failure::new(Exit::Usage, anyhow!("{error}")).hint(hint.to_owned()))
}

type Outcomes = Vec<Result<Box<Trial>, Box<Untried>>>;

async fn call(
    args: &InvokeArgs,
    manifests: &[Manifest],
    bound: Vec<(&Manifest, Bound<'_>)>,
    session: &Session,
    terminal: &Terminal,
) -> Result<Outcomes, Failure> {
    let instances = instances(session, manifests, &bound)
        .await
        .map_err(|error| unfound(error, Sought::Called, terminal))?;
    // In the place of each case its outcome comes, so that all keep their order.
    let (mut outcomes, mut cases): (Vec<Option<_>>, _) = (Vec::new(), Vec::new());
    for (manifest, mut bound) in bound {
        if let Some(arn) = instances.get(&(manifest.set.to_string(), bound.instance.clone())) {
            bound.instance_arn = arn.clone();
        }
        match cases_of(args, &bound, terminal)? {
            Ok(some) => {
                outcomes.extend(some.iter().map(|_| None));
                cases.extend(some);
            }
            Err(error) if args.all => outcomes.push(Some(Err(unresolved(&bound, &error)))),
            Err(error) => {
                let hint = hint(&error);
                return Err(Failure::new(Exit::Error, error).hint(hint));
            }
        }
    }
    if args.all && !session.is_on_this_machine() && !args.auto_approve {
        approve(&cases, terminal).await?;
    }
    let what = format!("{}: calling functions", count(cases.len(), "event"));
    let calling = Reading::unforeseen(terminal, what);
    let tried = calling.during(session, reconcile::invoke(session, cases)).await;
    let mut tried = tried.into_iter();
    Ok(outcomes.into_iter().filter_map(|known| known.or_else(|| tried.next().map(outcome))).collect())
}

/// Finds the instances as they are: policies name them by their ids.
async fn instances(
    session: &Session,
    manifests: &[Manifest],
    bound: &[(&Manifest, Bound<'_>)],
) -> Result<BTreeMap<(String, Label), InstanceArn>, LiveError> {
    let mut found = BTreeMap::new();
    for manifest in manifests {
        for (name, declared) in &manifest.instances {
            let is_wanted =
                |(of, bound): &(&Manifest, Bound<'_>)| of.set == manifest.set && bound.instance == name;
            if bound.iter().any(is_wanted) {
                let seen = find_instance(session, declared).await?;
                found.insert((manifest.set.to_string(), name.clone()), seen.arn);
            }
        }
    }
    Ok(found)
}

/// Makes the events of a binding: as asked for, and in other shapes.
fn cases_of(
    args: &InvokeArgs,
    bound: &Bound<'_>,
    terminal: &Terminal,
) -> Result<Result<Vec<Case>, CaseError>, Failure> {
    let sent = &args.sent;
    let (profile, contact) = contact::contact(&sent.contact, bound, sent.seed)?;
    let asked = contact::asked(sent, &contact)?;
    let first = match Case::new(bound, &contact, None, &asked) {
        Ok(first) => first,
        Err(error) => return Ok(Err(error)),
    };
    // What is wrong with many events would hide what came of the calls.
    if !args.all {
        contact::show(report::event_notes(bound, &profile, &first.notes), terminal);
    }
    let mut cases = vec![first];
    if args.shapes {
        for shape in Shape::ALL {
            match Case::new(bound, &shape.of(&contact, &profile), Some(shape), &asked) {
                Ok(case) => cases.push(case),
                Err(error) => return Ok(Err(error)),
            }
        }
    }
    Ok(Ok(cases))
}

fn hint(error: &CaseError) -> Option<String> {
    match error {
        CaseError::Dynamic(_, reference) if reference.starts_with("$.Attributes.") => {
            let name = reference.trim_start_matches("$.Attributes.");
            Some(format!("give it with `--attribute {name}=ARN`."))
        }
        CaseError::Dynamic(_, reference) => Some(format!("give it with `--set '{reference}=ARN'`.")),
        CaseError::Root(_, unknown) => {
            manifest::suggest(&unknown.root, unknown.known.iter().map(String::as_str))
        }
        CaseError::NoFunction(_) | CaseError::NotAnArn(..) => {
            Some("bind the block to a function in the manifest, under `bindings:` of the flow.".to_owned())
        }
    }
}

/// What is said of a block whose function or event is not known, where others are called.
fn unresolved(bound: &Bound<'_>, error: &CaseError) -> Box<Untried> {
    Box::new(Untried {
        address: bound.address.clone(),
        origin: bound.origin.clone(),
        shape: None,
        function: None,
        attempts: Vec::new(),
        may_have_run: false,
        message: error.to_string(),
        hint: hint(error),
    })
}

/// Asks before many functions of a real account run.
async fn approve(cases: &[Case], terminal: &Terminal) -> Result<(), Failure> {
    let functions: BTreeSet<_> = cases.iter().map(|case| &case.function).collect();
    let places: BTreeSet<&Place> = functions.iter().map(|function| &function.place).collect();
    let places: Vec<String> = places.into_iter().map(ToString::to_string).collect();
    let what = format!(
        "Send {} with made-up contacts to {} in {}?",
        count(cases.len(), "event"),
        count(functions.len(), "function"),
        places.join(", ")
    );
    let refused = |why: &str| Failure::new(Exit::Refused, anyhow!("{why}; no function was called"));
    if let Some(why) = terminal.cannot_ask() {
        let hint = "functions may write or send something; give --auto-approve if they may be called.";
        return Err(refused(&format!("cannot ask for approval: {why}")).hint(hint.to_owned()));
    }
    let answer = terminal.ask(&format!("{what} Type `yes`:")).await?;
    match answer.as_deref() {
        Some("yes") => Ok(()),
        Some(_) => Err(refused("not approved")),
        None => Err(Failure::interrupted()),
    }
}

fn outcome(tried: Tried) -> Result<Box<Trial>, Box<Untried>> {
    tried.map(Box::new).map_err(|not_tried| {
        let may_have_run = not_tried.may_have_run();
        let NotTried { case, attempts, fault } = not_tried;
        let hint = fault.hint();
        let request = fault.request_id.map(|id| format!(" (request {id})")).unwrap_or_default();
        Box::new(Untried {
            address: case.address,
            origin: case.origin,
            shape: case.shape,
            function: Some(case.function),
            attempts,
            may_have_run,
            message: format!("{}{request}", fault.message),
            hint,
        })
    })
}
