//! The table of every object of the manifest: its keys, what they take, and what they are for.
//!
//! A key that a later version learns changes its status here, and both the check and the schema follow.

mod source;

use source::SOURCE;

use super::scalar::{API_VERSION, KIND, Scalar, form};
use super::shape::{Field, Object, Shape, optional, required};

const TEXT: Shape = Shape::Scalar(Scalar::Text);
const BOOL: Shape = Shape::Scalar(Scalar::Bool);
const LABEL: Shape = Shape::Scalar(Scalar::Label);
const DURATION: Shape = Shape::Scalar(Scalar::Duration);
const REGION: Shape = Shape::Scalar(Scalar::Region);
const RESPONSE_TYPE: Shape = Shape::Scalar(Scalar::Word(&["string-map", "json"]));

const ACCOUNT: Field =
    optional("account", LABEL, "the account that it is in, by its name under `accounts`; else the default");
const IN_REGION: Field = optional("region", REGION, "the Region that it is in; else the default");
const ADOPT: Field = optional("adopt", BOOL, "whether one that the set does not own may be changed");
const PROTECT: Field = optional("protect", BOOL, "whether removing it or changing it needs `--allow`");

/// The whole document.
pub(in crate::manifest) static MANIFEST: Object = Object {
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
        required("metadata", Shape::Object(&METADATA), "the name of the set"),
        required("spec", Shape::Object(&SPEC), "what the set declares"),
    ],
    one_of: &[],
};

static METADATA: Object = Object {
    name: "metadata",
    what: "`metadata`",
    doc: "The name of the set.",
    fields: &[required(
        "name",
        Shape::Scalar(Scalar::SetName),
        "the set owns what it creates under this name",
    )],
    one_of: &[],
};

static SPEC: Object = Object {
    name: "spec",
    what: "`spec`",
    doc: "What the set declares. Collections are maps by logical name.",
    fields: &[
        optional(
            "variables",
            Shape::Map(Scalar::Variable, &Shape::Object(&VARIABLE)),
            "what `${var.NAME}` stands for",
        ),
        optional(
            "targets",
            Shape::Map(Scalar::Label, &Shape::Object(&TARGET)),
            "one set for each, with its own variables, account and Region; chosen with `--for`",
        ),
        optional(
            "accounts",
            Shape::Map(Scalar::Label, &Shape::Object(&ACCOUNTS)),
            "the AWS accounts that the set uses",
        ),
        optional("defaults", Shape::Object(&DEFAULTS), "the account and Region of resources that name none"),
        optional(
            "instances",
            Shape::Map(Scalar::Label, &Shape::Object(&INSTANCE)),
            "the Amazon Connect instances",
        ),
        optional("functions", Shape::Map(Scalar::Label, &Shape::Object(&FUNCTION)), "the Lambda functions"),
        optional("modules", Shape::Map(Scalar::Label, &Shape::Object(&MODULE)), "the flow modules"),
        optional("flows", Shape::Map(Scalar::Label, &Shape::Object(&FLOW)), "the contact flows"),
        optional("lint", Shape::Object(&LINT), "what `flowbind lint` suppresses"),
    ],
    one_of: &[],
};

static LINT: Object = Object {
    name: "lint",
    what: "`lint`",
    doc: "What `flowbind lint` suppresses.",
    fields: &[optional("ignore", Shape::List(&Shape::Object(&SUPPRESSION)), "findings to suppress, and why")],
    one_of: &[],
};

static SUPPRESSION: Object = Object {
    name: "suppression",
    what: "an entry of `ignore`",
    doc: "Findings that are suppressed; an entry that matches none is a finding itself.",
    fields: &[
        required(
            "code",
            Shape::Scalar(Scalar::Name),
            "the code of the rule, as `flowbind lint --explain` lists it",
        ),
        optional("flow", LABEL, "only in this flow or module, by its name under `flows` or `modules`"),
        optional(
            "block",
            Shape::Scalar(Scalar::Name),
            "only about this block, by its identifier or friendly name",
        ),
        required("reason", Shape::Scalar(Scalar::Name), "why it is ignored"),
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

static TARGET: Object = Object {
    name: "target",
    what: "a target",
    doc: "A set of its own, named after the set and the target.",
    fields: &[
        optional(
            "vars",
            Shape::Map(Scalar::Variable, &TEXT),
            "values of variables; they win over defaults, and may use other variables",
        ),
        optional("account", LABEL, "the account of resources that name none"),
        optional("region", REGION, "the Region of resources that name none"),
    ],
    one_of: &[],
};

static ACCOUNTS: Object = Object {
    name: "account",
    what: "an account",
    doc: "An AWS account; its id is checked before anything else is read.",
    fields: &[
        required("id", Shape::Scalar(Scalar::AccountId), "its 12-digit id"),
        optional(
            "assumeRole",
            Shape::Scalar(Scalar::Form(&form::ROLE_ARN)),
            "the ARN of the role to assume for calls to it; else the caller's own credentials are used",
        ),
        optional(
            "externalId",
            Shape::Scalar(Scalar::Form(&form::EXTERNAL_ID)),
            "the external id that the role asks for",
        ),
        optional(
            "regions",
            Shape::List(&REGION),
            "Regions in which nothing is declared any more: `--prune` and `--audit` search them for orphaned resources too",
        ),
    ],
    one_of: &[],
};

static DEFAULTS: Object = Object {
    name: "defaults",
    what: "`defaults`",
    doc: "The account and Region of resources that name none.",
    fields: &[
        optional("account", LABEL, "an account, by its name under `accounts`"),
        optional("region", REGION, "a Region, such as `eu-west-2`"),
    ],
    one_of: &[],
};

static INSTANCE: Object = Object {
    name: "instance",
    what: "an instance",
    doc: "An Amazon Connect instance, by its alias, id or ARN.",
    fields: &[
        optional("alias", Shape::Scalar(Scalar::InstanceAlias), "its alias, as in its access URL"),
        optional("id", Shape::Scalar(Scalar::InstanceId), "its id"),
        optional(
            "arn",
            Shape::Scalar(Scalar::InstanceArn),
            "its ARN, which also gives its account and Region",
        ),
        ACCOUNT,
        IN_REGION,
        optional("functions", Shape::List(&LABEL), "functions to associate and grant without any flow"),
        optional(
            "attributes",
            Shape::Map(Scalar::Attribute, &BOOL),
            "settings of the instance, such as `contactflow-logs: true`",
        ),
        optional(
            "values",
            Shape::Map(Scalar::Variable, &TEXT),
            "what `${value.NAME}` stands for in flow files",
        ),
        optional("create", Shape::Object(&CREATE), "how to create it when its alias is not found"),
        ADOPT,
        PROTECT,
    ],
    one_of: &["alias", "id", "arn"],
};

static CREATE: Object = Object {
    name: "create",
    what: "`create`",
    doc: "How an instance is created when its alias is not found; it is never replaced or deleted.",
    fields: &[
        required(
            "identity",
            Shape::Scalar(Scalar::Word(&["connect-managed", "saml", "existing-directory"])),
            "where its users come from, which cannot be changed later: `connect-managed`, `saml` or `existing-directory`",
        ),
        optional(
            "directory",
            Shape::Scalar(Scalar::Form(&form::DIRECTORY_ID)),
            "the id of the existing directory",
        ),
        required("inbound", BOOL, "whether it accepts calls"),
        required("outbound", BOOL, "whether calls can be made from it"),
    ],
    one_of: &[],
};

static FUNCTION: Object = Object {
    name: "function",
    what: "a function",
    doc: "A Lambda function that flows call, by its name or ARN.",
    fields: &[
        optional("name", Shape::Scalar(Scalar::FunctionName), "its name"),
        optional(
            "arn",
            Shape::Scalar(Scalar::FunctionArn),
            "its ARN, which also gives its account and Region",
        ),
        ACCOUNT,
        IN_REGION,
        optional("qualifier", Shape::Scalar(Scalar::Qualifier), "the alias or version that flows call"),
        optional(
            "grants",
            Shape::Scalar(Scalar::Word(&["own", "exact", "account", "any"])),
            "which statements are sufficient: only the set's `own` (default), any that allows `exact`ly the instance, one \
             for all instances of the `account` in the Region, or `any` that allows the call",
        ),
        optional(
            "associate",
            Shape::Scalar(Scalar::Word(&["unqualified", "exact", "none"])),
            "which ARN is added to the instance's list: the `unqualified` one (default), the `exact` one, or `none`",
        ),
        optional("response", Shape::Object(&RESPONSE), "what its answer contains"),
        optional("source", Shape::Object(&SOURCE), "makes flowbind create and update the function"),
        ADOPT,
        PROTECT,
    ],
    one_of: &["name", "arn"],
};

static RESPONSE: Object = Object {
    name: "response",
    what: "a response",
    doc: "What a function's answer contains.",
    fields: &[
        required("type", RESPONSE_TYPE, "a flat `string-map`, or nested `json`"),
        optional("keys", Shape::List(&Shape::Scalar(Scalar::Name)), "the keys that the answer may contain"),
        optional("example", Shape::Map(Scalar::Name, &Shape::Any), "an answer as an example"),
    ],
    one_of: &[],
};

const ON: Field = optional("instance", LABEL, "the instance that it is on, by its name under `instances`");
const ON_SEVERAL: Field = optional("instances", Shape::List(&LABEL), "the instances that it is on");
const FLOW_NAME: Field = required("name", Shape::Scalar(Scalar::FlowName), "its name in Amazon Connect");
const FLOW_DESCRIPTION: Field =
    optional("description", Shape::Scalar(Scalar::Description(500)), "its description");
const STATE: Field =
    optional("state", Shape::Scalar(Scalar::Word(&["active", "archived"])), "whether it is active");
const CONTENT: Field = optional(
    "content",
    Shape::Scalar(Scalar::Path),
    "the flow file; without it the flow must exist and only the bound blocks are managed",
);
const BINDINGS: Field = optional(
    "bindings",
    Shape::Map(Scalar::Name, &BOUND),
    "what each block calls, by the block's identifier or friendly name",
);

static MODULE: Object = Object {
    name: "module",
    what: "a module",
    doc: "A flow module: its whole content, or only the blocks bound in a module that someone else owns.",
    fields: &[ON, ON_SEVERAL, FLOW_NAME, FLOW_DESCRIPTION, STATE, CONTENT, BINDINGS, ADOPT, PROTECT],
    one_of: &["instance", "instances"],
};

static FLOW: Object = Object {
    name: "flow",
    what: "a flow",
    doc: "A contact flow: its whole content, or only the blocks bound in a flow that someone else owns.",
    fields: &[
        ON,
        ON_SEVERAL,
        FLOW_NAME,
        required(
            "type",
            Shape::Scalar(Scalar::FlowType),
            "its type, such as `contact-flow`; it cannot be changed",
        ),
        FLOW_DESCRIPTION,
        optional(
            "status",
            Shape::Scalar(Scalar::Word(&["published", "saved"])),
            "whether it is published; `saved` only for a flow that never was",
        ),
        STATE,
        CONTENT,
        BINDINGS,
        ADOPT,
        PROTECT,
    ],
    one_of: &["instance", "instances"],
};

static BOUND: Shape = Shape::Object(&BINDING);

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
