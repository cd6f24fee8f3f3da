//! `flowbind simulate`: one contact through a flow, offline.

use anyhow::anyhow;

use crate::cli::args::{SimulateArgs, SimulateOutput, retype};
use crate::cli::inputs::sets::Searched;
use crate::cli::inputs::{contact, load, scenario};
use crate::cli::terminal::Terminal;
use crate::cli::terminal::exit::{Exit, Failure};
use crate::cli::terminal::note::Note;
use crate::flow::engine::{Answer, Asked, End, Place, Question};
use crate::manifest::{self, Manifest};
use crate::report::{graph, simulate as words};
use crate::resource::Address;
use crate::runtime::contact::Contact;
use crate::simulate::{self, Ending, NoFlow, Progress, Simulation, Subject, Taken};

pub(in crate::cli) async fn run(args: &SimulateArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let loaded = load::load_or_show(&args.manifest, None, terminal)?;
    let address = Address::parse(&args.address).map_err(|error| {
        let hint = "a flow is addressed like `flow/main-ivr`.".to_owned();
        Failure::new(Exit::Usage, anyhow!("{error}")).hint(hint)
    })?;
    let scenario = scenario::scenario(args, &address, terminal)?;
    let address = Address { at: address.at.clone().or_else(|| scenario.instance.clone()), ..address };
    let subject = find(&loaded.manifests, &address)?;
    let profile = simulate::profile(&scenario.contact, &subject.instance_arn, subject.kind, args.seed);
    let mut met = simulate::contact(&scenario.contact, &profile);
    if let Some(file) = &args.contact.file {
        met = contact::laid_over(&met, file, &scenario.contact)?;
    }
    let mut run = Run {
        args,
        terminal,
        simulation: Simulation::new(subject, scenario, &met, args.seed),
        steps: Vec::new(),
        before: Vec::new(),
    };
    if args.output == SimulateOutput::Text {
        terminal.result(&words::contact_text(&run.simulation, &met, &terminal.layout()))?;
    }
    match run.go().await? {
        Some(ending) => run.finish(&met, &ending),
        None => Ok(Exit::Done),
    }
}

/// Finds the flow in the one set that has it.
fn find<'m>(manifests: &'m [Manifest], address: &Address) -> Result<Subject<'m>, Failure> {
    let searched = Searched::among(
        manifests,
        |manifest| simulate::subject(manifest, address),
        |error| matches!(error, NoFlow::Unknown { .. }),
    );
    let failure = |error: &NoFlow| {
        let hint = match error {
            NoFlow::Unknown { name, known, .. } => {
                manifest::suggest(&format!("flow/{name}"), known.iter().map(String::as_str))
            }
            NoFlow::NotAFlow(_) => Some("a flow is addressed like `flow/main-ivr`.".to_owned()),
            NoFlow::NoContent { .. } | NoFlow::Binding(_) => None,
        };
        Failure::new(Exit::Usage, anyhow!("{error}")).hint(hint)
    };
    searched.one(address, failure).map(|(_, subject)| subject)
}

struct Run<'a> {
    args: &'a SimulateArgs,
    terminal: &'a Terminal,
    simulation: Simulation<'a>,
    steps: Vec<Taken>,
    /// The run before each step, where it can go back.
    before: Vec<Simulation<'a>>,
}

impl Run<'_> {
    /// Goes to the end; none where a person stops before.
    async fn go(&mut self) -> Result<Option<Ending>, Failure> {
        if self.args.step
            && let Some(why) = self.terminal.cannot_ask()
        {
            let hint = "leave --step out; the whole transcript is written.".to_owned();
            return Err(Failure::new(Exit::Usage, anyhow!("--step needs a terminal: {why}")).hint(hint));
        }
        loop {
            let before = self.args.step.then(|| self.simulation.clone());
            match self.simulation.advance() {
                Progress::Went(taken) => {
                    self.show(&taken)?;
                    self.steps.push(*taken);
                    self.before.extend(before);
                    if !self.turn().await? {
                        return Ok(None);
                    }
                }
                Progress::Ended(ending) => return Ok(Some(ending)),
                Progress::Needs(question) => self.ask(&question).await?,
                Progress::Refused(refused) => {
                    let name = self.block(&refused.place);
                    let why = words::refusal_text(&refused.why, &refused.answer);
                    let error = format!("{name}: {why}");
                    let answers = simulate::answers_of(&self.simulation);
                    let hint = (!answers.is_empty()).then(|| format!("it takes {}.", quoted(&answers)));
                    if self.terminal.cannot_ask().is_some() {
                        return Err(Failure::new(Exit::Usage, anyhow!("{error}")).hint(hint));
                    }
                    self.terminal.note(&Note::warning("warning:", error).hint(hint.as_ref()));
                }
            }
        }
    }

    fn show(&self, taken: &Taken) -> Result<(), Failure> {
        if self.args.output == SimulateOutput::Text {
            let subject = &self.simulation.subject;
            self.terminal.result(&words::step_text(subject, taken, &self.terminal.layout()))?;
        }
        Ok(())
    }

    /// Waits for a person to go on, or goes back. Says whether it goes on.
    async fn turn(&mut self) -> Result<bool, Failure> {
        while self.args.step {
            let line = self.terminal.ask("Enter for the next block, `b` to go back, `q` to stop:").await?;
            match line.as_deref() {
                Some("b") => {
                    let Some(before) = self.before.pop() else { continue };
                    self.simulation = before;
                    self.steps.pop();
                    if let Some(last) = self.steps.last().cloned() {
                        self.show(&last)?;
                    }
                }
                Some("q") => return Ok(false),
                None => return Err(Failure::interrupted()),
                Some(_) => return Ok(true),
            }
        }
        Ok(true)
    }

    fn block(&self, place: &Place) -> String {
        let name = self.simulation.subject.program.block(place).map_or("?", |block| block.name.as_str());
        format!("{}#{name}", place.flow)
    }

    /// Asks for what is needed; without a terminal it says which option gives it.
    async fn ask(&mut self, question: &Question) -> Result<(), Failure> {
        let program = &self.simulation.subject.program;
        let asked = words::question_text(question, program);
        let function = matches!(question.asked, Asked::Function(_));
        let answers = simulate::answers_of(&self.simulation);
        if self.terminal.cannot_ask().is_some() {
            let name = program.block(&question.place).map_or("?", |block| block.name.as_str());
            let (option, value) = match (function, answers.first()) {
                (true, _) => ("function", "{\"Name\": \"Ann\"}".to_owned()),
                (false, Some(answer)) => ("answer", answer.clone()),
                (false, None) => ("answer", "done".to_owned()),
            };
            let typed = retype::quoted(&format!("{name}={value}"));
            let more = if function { String::new() } else { format!("; it takes {}", quoted(&answers)) };
            let error = anyhow!("{}: {asked}? No answer is given", self.block(&question.place));
            return Err(
                Failure::new(Exit::Usage, error).hint(format!("give one with `--{option} {typed}`{more}."))
            );
        }
        let such = if function {
            vec!["{\"Name\": \"Ann\"}".to_owned(), "error".to_owned(), "timeout".to_owned()]
        } else {
            answers
        };
        let text = words::asked_text(program, &question.place, &asked, &such);
        let Some(line) = self.terminal.ask(&text).await? else { return Err(Failure::interrupted()) };
        if function {
            match scenario::stub(&line) {
                Ok(stub) => self.simulation.provide_function(&question.place, stub),
                Err(why) => self.terminal.note(&Note::warning("warning:", why)),
            }
        } else {
            self.simulation.provide(&question.place, Answer::new(manifest::scenario_reply(&line)));
        }
        Ok(())
    }

    fn finish(&self, met: &Contact, ending: &Ending) -> Result<Exit, Failure> {
        let Self { terminal, simulation, steps, .. } = self;
        match self.args.output {
            SimulateOutput::Text => {
                terminal.result(&words::ending_text(simulation, ending, &terminal.layout()))?;
            }
            SimulateOutput::Json => {
                terminal.json(&words::SimulateDocument::new(simulation, met, steps, ending))?;
            }
            SimulateOutput::Svg => {
                let picture = words::path_picture(simulation, steps).unwrap_or_default();
                terminal.result(&graph::svg(&picture))?;
            }
        }
        if let Some(unused) = words::unused_text(&simulation.unused()) {
            terminal.note(&Note::warning("warning:", unused));
        }
        let lost = matches!(ending, Ending::TooLong | Ending::End(End::Lost(_)));
        Ok(if lost { Exit::Differences } else { Exit::Done })
    }
}

fn quoted(answers: &[String]) -> String {
    answers.iter().map(|answer| format!("`{answer}`")).collect::<Vec<_>>().join(", ")
}
