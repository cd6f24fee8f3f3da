//! The shared vocabulary: names, ARNs, addresses and the canonical form of what flowbind manages.
//!
//! Everything here is plain data. It may use nothing else of the crate, and it talks to nobody.

mod address;
mod arn;
mod code;
mod count;
mod digest;
mod flow_type;
mod function;
mod grant;
mod mask;
mod name;
mod owner_tag;
mod policy;
mod policy_document;
mod problem;
pub(crate) mod secret;
mod visible;

pub use address::{Address, AddressError, Kind};
pub(crate) use address::{said_of, set_prefix};
pub use arn::{ArnError, FunctionArn, InstanceArn, MAX_FUNCTION_ARN, partition};
pub use code::{Code, InDrift};
pub use count::count;
pub(crate) use count::spoken;
pub use digest::sha256;
pub use flow_type::FlowType;
pub use function::{FunctionRef, Qualifier};
pub use grant::{Grant, OwnSid, SidKind};
pub use mask::Mask;
pub use name::{AccountId, Label, NameError, Place, Region, SetName};
pub use owner_tag::OwnerTag;
pub use policy::{Judgement, MAX_POLICY_BYTES, Opening, PolicyError, ResourcePolicy, Statement};
#[cfg(feature = "aws")]
pub(crate) use policy_document::trusts_lambda;
pub(crate) use policy_document::{canonical_policy, lambda_trust};
pub use problem::{Origin, Problem, Severity};
pub use secret::Secret;
pub(crate) use secret::hidden_digest;
pub use visible::said;
pub(crate) use visible::{steers, visible};
