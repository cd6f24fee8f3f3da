//! What each kind of block does, one file a family.

use super::actions::{Family, family};
use super::turn::{Decided, Turn};

mod agents;
mod attributes;
mod choice;
mod function;
mod input;
mod modules;
mod queues;
mod speech;
mod transfer;
mod unknown;

/// Lets a block do what it does.
pub(super) fn decide(turn: &mut Turn<'_>) -> Decided {
    match family(&turn.code.document, turn.block) {
        Family::Message => speech::message(turn),
        Family::Messages => speech::messages(turn),
        Family::Input => input::input(turn),
        Family::Function => function::function(turn),
        Family::Compare => choice::compare(turn),
        Family::Distribute => choice::distribute(turn),
        Family::Loop => choice::rounds(turn),
        Family::Hours => queues::hours(turn),
        Family::Metric => queues::metric(turn),
        Family::MetricData => queues::metrics(turn),
        Family::TargetQueue => queues::target(turn),
        Family::ToQueue => queues::transfer(turn),
        Family::ToFlow => transfer::flow(turn),
        Family::ToAgent => transfer::agent(turn),
        Family::ToThirdParty => transfer::third_party(turn),
        Family::Disconnect => transfer::disconnect(turn),
        Family::End => transfer::end(turn),
        Family::Module => modules::enter(turn),
        Family::EndModule => modules::end(turn),
        Family::Attributes => attributes::contact(turn),
        Family::FlowAttributes => attributes::flow(turn),
        Family::Hooks => attributes::hooks(turn),
        Family::Data => attributes::data(turn),
        Family::Voice => attributes::voice(turn),
        Family::Tags => attributes::tags(turn),
        Family::CallbackNumber => attributes::callback_number(turn),
        Family::Setting => attributes::setting(turn),
        Family::Lex => agents::lex(turn),
        Family::View => agents::view(turn),
        Family::Wait => agents::wait(turn),
        Family::Unknown(root) => unknown::unknown(turn, root),
    }
}
