//! The integration tests: real SDK clients and the real binary against the embedded AWS, over loopback.
//!
//! One binary, one file a promise. Nothing here reaches beyond loopback or reads the machine's AWS configuration.

mod apply;
mod budget;
mod cli;
mod direction;
mod faults;
mod hand_made;
mod lint;
mod world;
