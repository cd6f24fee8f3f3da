//! The table of every object of the manifest: its keys, what they take, and what they are for.
//!
//! A key that a later version learns changes its status here, and both the check and the schema follow.

use super::scalar::{API_VERSION, KIND, Scalar};
use super::shape::{Field, Object, Shape, optional, planned, required};

const TEXT: Shape = Shape::Scalar(Scalar::Text);
const BOOL: Shape = Shape::Scalar(Scalar::Bool);
const LABEL: Shape = Shape::Scalar(Scalar::Label);
const DURATION: Shape = Shape::Scalar(Scalar::Duration);
const REGION: Shape = Shape::Scalar(Scalar::Region);
const RESPONSE_TYPE: Shape = Shape::Scalar(Scalar::Word(&["string-map", "json"]));

const ACCOUNT: Field =
    optional("account", LABEL, "the account that it is in, by its name under `accounts`; else the default");
const IN_REGION: Field = optional("region", REGION, "the Region that it is in; else the default");
const ADOPT: Field = planned("adopt", BOOL, "whether one that the set does not own may be changed");
const PROTECT: Field = planned("protect", BOOL, "whether removing it or changing it needs `--allow`");

/// The whole document.
pub(super) static MANIFEST: Object = Object {
    name: "manifest",
    what: "a manifest",
    doc: "A binding set: which Lambda functions which contact flows on which Amazon Connect instances may call.",
    fields: &[
        required(
            "apiVersion",
            Shape::Scalar(Scalar::Word(&[API_VERSION])),
            "write `apiVersion: flowbind.dev/v1alpha1`",
        ),
        required("kind", Shape::Scalar(Scalar::Word(&[KIND])), "write `kind: BindingSet`"),
        required("metadata", Shape::Object(&METADATA), "who the set is"),
        required("spec", Shape::Object(&SPEC), "what the set wants"),
    ],
    one_of: &[],
};

static METADATA: Object = Object {
    name: "metadata",
    what: "`metadata`",
    doc: "Who the set is.",
    fields: &[required("name", Shape::Scalar(Scalar::SetName), "the set owns what it makes under this name")],
    one_of: &[],
};

static SPEC: Object = Object {
    name: "spec",
    what: "`spec`",
    doc: "What the set wants. Collections are maps by logical name.",
    fields: &[
        optional(
            "variables",
            Shape::Map(Scalar::Variable, &Shape::Object(&VARIABLE)),
            "what `${var.NAME}` stands for",
        ),
        planned(
            "targets",
            Shape::Map(Scalar::Label, &Shape::Any),
            "one set for each, with its own variables and place",
        ),
        optional(
            "accounts",
            Shape::Map(Scalar::Label, &Shape::Object(&ACCOUNTS)),
            "the AWS accounts that the set touches",
        ),
        optional("defaults", Shape::Object(&DEFAULTS), "the account and Region of what does not say its own"),
        optional(
            "instances",
            Shape::Map(Scalar::Label, &Shape::Object(&INSTANCE)),
            "the Amazon Connect instances",
        ),
        optional("functions", Shape::Map(Scalar::Label, &Shape::Object(&FUNCTION)), "the Lambda functions"),
        planned("modules", Shape::Map(Scalar::Label, &Shape::Any), "flow modules, in the shape of flows"),
        optional("flows", Shape::Map(Scalar::Label, &Shape::Object(&FLOW)), "the contact flows"),
    ],
    one_of: &[],
};

static VARIABLE: Object = Object {
    name: "variable",
    what: "a variable",
    doc: "A variable; without a default its value must be given.",
    fields: &[
        optional("default", TEXT, "the value when none is given; may use other variables"),
        optional("description", TEXT, "what it is for"),
    ],
    one_of: &[],
};

static ACCOUNTS: Object = Object {
    name: "account",
    what: "an account",
    doc: "An AWS account; its id is checked before anything else is read.",
    fields: &[
        required("id", Shape::Scalar(Scalar::AccountId), "its 12-digit id"),
        planned("assumeRole", TEXT, "the role to assume for calls to it"),
        planned("externalId", TEXT, "the external id that the role asks for"),
    ],
    one_of: &[],
};

static DEFAULTS: Object = Object {
    name: "defaults",
    what: "`defaults`",
    doc: "The account and Region of what does not say its own.",
    fields: &[
        optional("account", LABEL, "an account, by its name under `accounts`"),
        optional("region", REGION, "a Region, such as `eu-west-2`"),
    ],
    one_of: &[],
};

static INSTANCE: Object = Object {
    name: "instance",
    what: "an instance",
    doc: "An Amazon Connect instance that exists, by its alias, id or ARN.",
    fields: &[
        optional("alias", Shape::Scalar(Scalar::InstanceAlias), "its alias, as in its access URL"),
        optional("id", Shape::Scalar(Scalar::InstanceId), "its id"),
        optional("arn", Shape::Scalar(Scalar::InstanceArn), "its ARN, which says its account and Region too"),
        ACCOUNT,
        IN_REGION,
        optional("functions", Shape::List(&LABEL), "functions to associate and grant without any flow"),
        planned("attributes", Shape::Map(Scalar::Name, &BOOL), "settings of the instance"),
        optional(
            "values",
            Shape::Map(Scalar::Variable, &TEXT),
            "what `${value.NAME}` stands for in flow files",
        ),
        planned("create", Shape::Any, "how to make it when its alias is not found"),
        ADOPT,
        PROTECT,
    ],
    one_of: &["alias", "id", "arn"],
};

static FUNCTION: Object = Object {
    name: "function",
    what: "a function",
    doc: "A Lambda function that flows call, by its name or ARN.",
    fields: &[
        optional("name", Shape::Scalar(Scalar::FunctionName), "its name"),
        optional("arn", Shape::Scalar(Scalar::FunctionArn), "its ARN, which says its account and Region too"),
        ACCOUNT,
        IN_REGION,
        optional("qualifier", Shape::Scalar(Scalar::Qualifier), "the alias or version that flows call"),
        optional(
            "grants",
            Shape::Scalar(Scalar::Word(&["own", "any"])),
            "which statements are good enough: only the set's `own` (default), or `any` that allows the call",
        ),
        optional(
            "associate",
            Shape::Scalar(Scalar::Word(&["unqualified", "exact", "none"])),
            "which ARN is put into the instance's list: the `unqualified` one (default), the `exact` one, or `none`",
        ),
        optional("response", Shape::Object(&RESPONSE), "what its answer holds"),
        planned("source", Shape::Any, "makes flowbind create and update the function"),
        ADOPT,
        PROTECT,
    ],
    one_of: &["name", "arn"],
};

static RESPONSE: Object = Object {
    name: "response",
    what: "a response",
    doc: "What a function's answer holds.",
    fields: &[
        required("type", RESPONSE_TYPE, "a flat `string-map`, or nested `json`"),
        optional("keys", Shape::List(&Shape::Scalar(Scalar::Name)), "the keys that the answer may hold"),
        optional("example", Shape::Map(Scalar::Name, &Shape::Any), "an answer as an example"),
    ],
    one_of: &[],
};

static FLOW: Object = Object {
    name: "flow",
    what: "a flow",
    doc: "A contact flow: its whole content, or only the blocks bound in a flow that somebody else owns.",
    fields: &[
        optional("instance", LABEL, "the instance that it stands on, by its name under `instances`"),
        planned("instances", Shape::List(&LABEL), "the instances that it stands on"),
        required("name", Shape::Scalar(Scalar::FlowName), "its name in Amazon Connect"),
        required(
            "type",
            Shape::Scalar(Scalar::FlowType),
            "its type, such as `contact-flow`; it cannot be changed",
        ),
        planned("description", TEXT, "its description"),
        planned("status", Shape::Scalar(Scalar::Word(&["published", "saved"])), "whether it is published"),
        planned("state", Shape::Scalar(Scalar::Word(&["active", "archived"])), "whether it is active"),
        optional(
            "content",
            Shape::Scalar(Scalar::Path),
            "the flow file; without it the flow must exist and only the bound blocks are managed",
        ),
        optional(
            "bindings",
            Shape::Map(Scalar::Name, &Shape::Object(&BINDING)),
            "what each block calls, by the block's identifier or friendly name",
        ),
        ADOPT,
        PROTECT,
    ],
    one_of: &["instance", "instances"],
};

static BINDING: Object = Object {
    name: "binding",
    what: "a binding",
    doc: "What one block calls, and how; what is left out is not managed.",
    fields: &[
        required("function", LABEL, "the function that the block calls, by its name under `functions`"),
        optional(
            "timeLimit",
            DURATION,
            "how long the block waits: 1s to 8s, or to 60s for an asynchronous call",
        ),
        optional(
            "invocation",
            Shape::Scalar(Scalar::Word(&["sync", "async"])),
            "whether the contact waits for the answer",
        ),
        optional("responseType", RESPONSE_TYPE, "how the answer is read"),
        optional(
            "parameters",
            Shape::Map(Scalar::Name, &TEXT),
            "the whole map of parameters that the function gets",
        ),
    ],
    one_of: &[],
};
