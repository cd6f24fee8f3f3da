//! The integration tests: real SDK clients and the real binary against the embedded AWS, over loopback.
//!
//! One binary, one file a promise. Nothing here reaches beyond loopback or reads the machine's AWS configuration.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod addresses;
mod apply;
mod apply_calls;
mod budget;
mod canary;
mod canary_echo;
mod cli;
mod columns;
mod contents;
mod corpus;
// Kills processes by signal.
#[cfg(unix)]
mod crash;
mod direction;
mod drift;
mod embedded_rates;
// Sends signals.
#[cfg(unix)]
mod ends;
mod ends_paced;
mod event;
mod explore;
mod false_answers;
mod faults;
mod forecasts;
mod front_door;
mod functions;
mod functions_hands;
mod functions_many;
#[cfg(unix)]
mod functions_run;
mod functions_slow;
mod grants;
mod grants_kinds;
mod graph;
mod guards;
mod hand_made;
mod help;
mod identity;
mod import;
mod imports;
// Kills processes by signal.
#[cfg(unix)]
mod instances;
mod invoke;
mod laws;
mod lint;
mod log_lines;
mod machine;
mod many_writes;
mod marks;
#[cfg(unix)]
mod next_commands;
mod outputs;
mod ownership;
mod packages;
mod parses;
mod permissions;
mod permissions_apply;
mod permissions_prune;
mod project;
mod quotas;
mod races;
mod races_bindings;
mod races_functions;
mod races_removal;
mod readme;
mod reconciler;
mod references;
mod regions_left;
mod removal;
mod removal_answers;
mod removal_functions;
mod removal_ownership;
mod roles_orphaned;
mod rollback;
mod saved_edits;
mod saved_plans;
mod scenarios;
mod schemas;
mod sets_beside;
mod sets_conflict;
mod simulate;
mod states;
mod story;
mod streams;
mod structure;
mod two_appliers;
mod typed;
mod undeclared;
mod watch;
mod words;
mod world;

// Asks at a terminal.
#[cfg(unix)]
mod approval;
#[cfg(unix)]
mod second_round;
#[cfg(unix)]
mod simulate_asks;
// Runs the scripts of the pipeline files.
#[cfg(unix)]
mod pipelines;
#[cfg(unix)]
mod pipelines_guards;
#[cfg(unix)]
mod releases;
#[cfg(unix)]
mod releases_facts;
