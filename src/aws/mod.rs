//! The effectful half: SDK clients, pacing, faults, observing and applying.
//!
//! The only place that knows the SDK's types. It decides nothing: what to read comes from `plan::reads`, what to write
//! from a `Plan`. The SDK's own retries are off, so that every attempt, page and retry passes the pacer.

mod answer;
mod apply;
mod apply_binding;
mod apply_flow;
mod apply_function;
mod apply_instance;
mod apply_removal;
mod apply_role;
mod apply_role_removal;
mod apply_tags;
mod budget;
mod call;
mod clients;
mod connect;
mod connect_flows;
mod connect_named;
mod connect_removal;
mod connect_search;
mod embedded_rates;
mod ending;
mod fault;
mod flights;
mod iam;
mod lambda;
mod lambda_functions;
mod lambda_removal;
mod machine;
mod observe;
mod observe_called;
mod observe_flows;
mod observe_functions;
mod observe_instance;
mod observe_removal;
mod observe_roles;
mod observe_rollback;
mod observe_strangers;
mod once;
mod pace;
mod pages;
mod publish;
mod quota;
mod reread;
mod role_race;
mod schedule;
mod session;
mod stop;
mod trace;
mod visibility;

pub use apply::{Keep, Progress};
pub use fault::{Fault, FaultKind};
pub use flights::MOST_AT_ONCE;
pub use machine::{MachineError, Trust, trust};
pub use observe::{ObserveError, observe};
pub use observe_instance::{LiveError, Wanted, observe_instance, observe_policies};
pub use observe_removal::observe_removal;
pub use observe_rollback::observe_kept;
pub use observe_strangers::observe_strangers;
pub use schedule::{GRACE, apply};
pub use session::{ATTEMPT, Access, AssumedRole, FIRST_PAUSE, Options, Session};
pub use stop::{InFlight, StopHandle};
