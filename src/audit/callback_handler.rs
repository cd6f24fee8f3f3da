//! `callback-handler`: functions whose handler the declared runtime refuses, since it takes a callback.

use crate::manifest::{Manifest, Source};
use crate::resource::{Address, Code, Kind, Problem};

/// The first Node.js whose runtime refuses a handler with a callback.
const FIRST: u32 = 24;

/// The parameters from which on the runtime takes the last one for a callback.
const MANY: usize = 3;

/// Names the functions with such a handler, where their code shows it.
pub(super) fn callback_handlers(desired: &Manifest) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, function) in &desired.functions {
        let Some(source) = &function.source else { continue };
        let Some(count) = refused(source) else { continue };
        let Source { runtime, handler, .. } = source;
        let message = format!(
            "the handler `{handler}` of the function `{name}` declares {count} parameters; {runtime} takes it for one with a \
             callback and refuses it"
        );
        let hint = "declare at most two parameters, make the handler `async`, and return the answer.";
        let problem =
            Problem::warning(Code::CallbackHandler, message).on(&Address::new(Kind::Function, name));
        problems.push(problem.at(&function.origin).hint(hint));
    }
    problems
}

fn refused(source: &Source) -> Option<usize> {
    let version: String =
        source.runtime.strip_prefix("nodejs")?.chars().take_while(char::is_ascii_digit).collect();
    if version.parse::<u32>().ok()? < FIRST {
        return None;
    }
    source.handler_parameters().filter(|count| *count >= MANY)
}
