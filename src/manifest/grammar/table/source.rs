//! The objects that say how a function is made: its source, its role and the role's policies.

use super::{DURATION, TEXT};
use crate::manifest::grammar::scalar::{Scalar, form};
use crate::manifest::grammar::shape::{Object, Shape, optional, required};

pub(super) static SOURCE: Object = Object {
    name: "source",
    what: "`source`",
    doc: "How flowbind creates and updates a function; what is left out is not managed.",
    fields: &[
        required("runtime", Shape::Scalar(Scalar::Form(&form::RUNTIME)), "such as `nodejs22.x`"),
        required("handler", Shape::Scalar(Scalar::Form(&form::HANDLER)), "such as `index.handler`"),
        required("code", Shape::Scalar(Scalar::Path), "the folder or `.zip` with the code"),
        optional(
            "exclude",
            Shape::List(&TEXT),
            "what of the folder is not packed, as in `.gitignore`; `!` brings back what is left out by default",
        ),
        required(
            "role",
            Shape::OneOf(Scalar::Form(&form::ROLE_ARN), &ROLE),
            "the execution role: the ARN of one, or a map with the name of one to make",
        ),
        optional("timeout", DURATION, "how long an invocation may take: 1s to 15m"),
        optional("memory", Shape::Scalar(Scalar::Memory), "the memory in MB: 128 to 10240"),
        optional(
            "environment",
            Shape::Map(Scalar::Form(&form::ENVIRONMENT_NAME), &TEXT),
            "the whole map of environment variables; their values are never shown",
        ),
        optional("description", Shape::Scalar(Scalar::Description(256)), "its description"),
        optional(
            "publish",
            Shape::Scalar(Scalar::Form(&form::ALIAS)),
            "publishes versions, and points this alias at them; flows call it unless `qualifier` says otherwise",
        ),
    ],
    one_of: &[],
};

static ROLE: Object = Object {
    name: "role",
    what: "a role",
    doc: "A role that flowbind makes, and that Lambda may assume.",
    fields: &[
        required("name", Shape::Scalar(Scalar::Form(&form::ROLE_NAME)), "its name"),
        optional(
            "managedPolicies",
            Shape::List(&Shape::Scalar(Scalar::Form(&form::MANAGED_POLICY))),
            "all managed policies attached to it: ARNs, or names of those that AWS keeps",
        ),
        optional(
            "inlinePolicies",
            Shape::Map(Scalar::Form(&form::POLICY_NAME), &Shape::Object(&POLICY)),
            "all its inline policies, by name",
        ),
    ],
    one_of: &[],
};

static POLICY: Object = Object {
    name: "policy",
    what: "a policy",
    doc: "An IAM policy document. A policy variable is written `$${aws:username}`.",
    fields: &[
        required(
            "Version",
            Shape::Scalar(Scalar::Word(&["2012-10-17", "2008-10-17"])),
            "write `Version: \"2012-10-17\"`",
        ),
        optional("Id", TEXT, "an id"),
        required("Statement", Shape::Any, "a statement, or a list of them"),
    ],
    one_of: &[],
};
