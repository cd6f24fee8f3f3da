//! What is taken away, for people.

use super::visible::visible;
use crate::plan::Removal;

/// Says what exactly goes, in lines.
pub(super) fn removal_lines(removal: &Removal) -> Vec<String> {
    match removal {
        Removal::Flow(removal) => {
            let flow = &removal.flow;
            vec![format!("`{}` ({}) on {}", visible(&flow.name), flow.id, flow.instance)]
        }
        Removal::Association(removal) => {
            removal.functions.iter().map(|f| format!("{} on {}", f.arn(), removal.instance)).collect()
        }
        Removal::Statements(removal) => {
            let lines = removal.statements.iter().map(|one| {
                let function = one.function.arn();
                format!("{} in the policy of {function} lets {} call it", one.sid, removal.instance)
            });
            let ends = removal.ends.iter().map(|f| {
                format!("disassociates {} first, in case the instance's list does not show it yet", f.arn())
            });
            lines.chain(ends).collect()
        }
        Removal::Role(removal) => {
            vec![format!("role `{}` in account {}", removal.name, removal.place.account)]
        }
        Removal::Function(removal) => {
            vec![format!("{}, with its versions, aliases and policies", removal.function.arn())]
        }
    }
}
