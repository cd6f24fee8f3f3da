//! The scenario that a file and options describe.

use std::path::Path;

use anyhow::anyhow;
use serde_json::Value;

use super::load;
use crate::cli::args::{ContactArgs, SimulateArgs};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::flow::engine::Answer;
use crate::manifest::{
    self, Disk, Problems, Scenario, ScenarioContact, Stub, StubFailure, StubOutcome, Told,
};
use crate::resource::Address;
use crate::runtime::contact::{Channel, Initiation};

/// Reads the scenario: of options, over a file where one is given.
pub(in crate::cli) fn scenario(
    args: &SimulateArgs,
    address: &Address,
    terminal: &Terminal,
) -> Result<Scenario, Failure> {
    let mut scenario = match &args.scenario {
        Some(path) => of_file(path, args, terminal)?,
        None => Scenario::new(address.name.clone()),
    };
    if scenario.flow != address.name {
        let error =
            anyhow!("the scenario `{}` is of flow/{}, not of {address}", scenario.name, scenario.flow);
        return Err(Failure::new(Exit::Usage, error).hint(format!("simulate flow/{}.", scenario.flow)));
    }
    over(&mut scenario.contact, &args.contact);
    for (block, text) in &args.functions {
        let stub =
            stub(text).map_err(|why| Failure::new(Exit::Usage, anyhow!("--function {block}: {why}")))?;
        scenario.functions.entry(block.clone()).or_default().push(Told::new(stub));
    }
    for (block, text) in &args.answers {
        let value = Answer::new(manifest::scenario_reply(text));
        scenario.answers.entry(block.clone()).or_default().push(Told::new(value));
    }
    let inputs = args.inputs.iter().map(|text| Told::new(Answer::new(manifest::scenario_reply(text))));
    scenario.inputs.extend(inputs);
    scenario.events.extend(args.events.iter().cloned());
    args.assumptions.iter().for_each(|assumption| scenario.assumptions.set(*assumption));
    Ok(scenario)
}

fn of_file(path: &Path, args: &SimulateArgs, terminal: &Terminal) -> Result<Scenario, Failure> {
    let name = path.display();
    let (scenarios, _) =
        manifest::load_scenarios(path, &Disk).map_err(|Problems { problems, sources }| {
            load::show(&problems, &sources, terminal);
            Failure::new(Exit::Error, anyhow!("no scenario was loaded"))
                .hint("fix the errors above, then run again.".to_owned())
        })?;
    let names: Vec<String> = scenarios.iter().map(|scenario| scenario.name.clone()).collect();
    let wanted = |scenario: &Scenario| args.name.as_ref().is_none_or(|name| *name == scenario.name);
    let mut found: Vec<Scenario> = scenarios.into_iter().filter(wanted).collect();
    match (found.len(), found.pop()) {
        (1, Some(only)) => Ok(only),
        (0, _) => {
            let wanted = args.name.as_deref().unwrap_or_default();
            let error = anyhow!("{name} has no scenario `{wanted}`");
            Err(Failure::new(Exit::Usage, error)
                .hint(manifest::suggest(wanted, names.iter().map(String::as_str))))
        }
        (several, _) => {
            let error = anyhow!("{name} has {several} scenarios: {}", names.join(", "));
            Err(Failure::new(Exit::Usage, error).hint("choose one with `--name NAME`.".to_owned()))
        }
    }
}

/// Lays what options say over a contact.
fn over(contact: &mut ScenarioContact, args: &ContactArgs) {
    // clap has checked the words.
    contact.channel = args.channel.as_deref().and_then(Channel::of_word).or(contact.channel);
    contact.initiation = args.initiation.as_deref().and_then(Initiation::of_word).or(contact.initiation);
    for (said, of_scenario) in [
        (&args.customer, &mut contact.customer),
        (&args.system, &mut contact.system),
        (&args.queue, &mut contact.queue),
    ] {
        if let Some(said) = said {
            *of_scenario = Some(said.clone());
        }
    }
    contact.attributes.extend(args.attributes.iter().cloned());
}

/// Reads what a function comes to: a failure by its word, else JSON.
pub(in crate::cli) fn stub(text: &str) -> Result<Stub, String> {
    if let Some(failure) = StubFailure::of_word(text) {
        return Ok(Stub::new(StubOutcome::Failure(failure)));
    }
    match serde_json::from_str::<Value>(text) {
        Ok(value) => Ok(Stub::new(StubOutcome::Answer(value))),
        Err(error) => {
            Err(format!("`{text}` is not JSON ({error}) and none of {}", StubFailure::WORDS.join(", ")))
        }
    }
}
