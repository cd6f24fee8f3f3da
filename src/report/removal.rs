//! What is taken away, for people.

use crate::plan::Removal;

/// Says what exactly goes, in lines.
pub(super) fn removal_lines(removal: &Removal) -> Vec<String> {
    match removal {
        Removal::Flow(removal) => {
            let flow = &removal.flow;
            vec![format!("`{}` ({}) on {}", flow.name, flow.id, flow.instance)]
        }
        Removal::Association(removal) => {
            removal.functions.iter().map(|f| format!("{} on {}", f.arn(), removal.instance)).collect()
        }
        Removal::Statements(removal) => {
            let lines = removal.statements.iter();
            lines
                .map(|(f, sid)| {
                    format!("{sid} in the policy of {} lets {} call it", f.arn(), removal.instance)
                })
                .collect()
        }
        Removal::Role(removal) => {
            vec![format!("role `{}` in account {}", removal.name, removal.place.account)]
        }
        Removal::Function(removal) => {
            vec![format!("{}, with its versions, aliases and policies", removal.function.arn())]
        }
    }
}
