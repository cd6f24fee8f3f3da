//! What Amazon Connect does with a binding when a contact reaches its block: what the function is sent, and what is
//! made of its answer.
//!
//! Pure: no clock, no randomness, no I/O. What the account would know is made up from a seed, so that the same seed
//! gives the same contact. Rests on the administrator guide ("Invoke AWS Lambda functions", "Contact attributes") and
//! on captured events; what neither says is marked where it is decided.

pub mod answer;
pub mod binding;
pub mod contact;
pub mod event;
mod namespaces;
pub mod parameters;
pub mod trial;
pub mod tries;
