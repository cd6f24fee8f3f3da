//! The objects that declare flows, modules and their bindings.

use super::{ADOPT, PROTECT};
use crate::manifest::grammar::given::{At, Given};
use crate::manifest::grammar::object::objects;
use crate::manifest::grammar::read::{List, Map};
use crate::manifest::grammar::scalar::kind::{self, Word};
use crate::manifest::model::{Invocation, ResponseType, State, Status};
use crate::manifest::yaml::Position;
use crate::resource::{FlowType, Label};

const ON: &str = "the instance that it is on, by its name under `instances`";
const ON_SEVERAL: &str = "the instances that it is on";
const NAME: &str = "its name in Amazon Connect";
const DESCRIPTION: &str = "its description";
const STATE: &str = "whether it is active";
const CONTENT: &str = "the flow file; without it the flow must exist and only the bound blocks are managed";
const BINDINGS: &str = "what each block calls, by the block's identifier or friendly name";

objects! {
    DeclaredModule = "module", "a module",
        "A flow module: its whole content, or only the blocks bound in a module that someone else owns.",
        needs one of instance instances
    {
        Optional instance = "instance": kind::Label, ON;
        Optional instances = "instances": List<kind::Label>, ON_SEVERAL;
        Required name = "name": kind::FlowName, NAME;
        Optional description = "description": kind::FlowDescription, DESCRIPTION;
        Optional state = "state": Word<State>, STATE;
        Optional content = "content": kind::Path, CONTENT;
        Optional bindings = "bindings": Map<kind::Name, DeclaredBinding>, BINDINGS;
        Optional adopt = "adopt": kind::Bool, ADOPT;
        Optional protect = "protect": kind::Bool, PROTECT;
    }

    DeclaredFlow = "flow", "a flow",
        "A contact flow: its whole content, or only the blocks bound in a flow that someone else owns.",
        needs one of instance instances
    {
        Optional instance = "instance": kind::Label, ON;
        Optional instances = "instances": List<kind::Label>, ON_SEVERAL;
        Required name = "name": kind::FlowName, NAME;
        Required kind = "type": kind::FlowType, "its type, such as `contact-flow`; it cannot be changed";
        Optional description = "description": kind::FlowDescription, DESCRIPTION;
        Optional status = "status": Word<Status>,
            "whether it is published; `saved` only for a flow that never was";
        Optional state = "state": Word<State>, STATE;
        Optional content = "content": kind::Path, CONTENT;
        Optional bindings = "bindings": Map<kind::Name, DeclaredBinding>, BINDINGS;
        Optional adopt = "adopt": kind::Bool, ADOPT;
        Optional protect = "protect": kind::Bool, PROTECT;
    }

    DeclaredBinding = "binding", "a binding", "What one block calls, and how; what is left out is not managed." {
        Required function = "function": kind::Label,
            "the function that the block calls, by its name under `functions`";
        Optional time_limit = "timeLimit": kind::Duration,
            "how long the block waits: 1s to 8s, or to 60s for an asynchronous call";
        Optional invocation = "invocation": Word<Invocation>, "whether the contact waits for the answer";
        Optional response_type = "responseType": Word<ResponseType>, "how the answer is read";
        Optional parameters = "parameters": Map<kind::Name, kind::Text>,
            "the whole map of parameters that the function gets";
    }
}

impl DeclaredModule {
    /// Returns the module, which is at this place, as a flow: it has no type of its own, and is always published.
    pub(in crate::manifest) fn into_flow(self, position: Position) -> DeclaredFlow {
        let Self { instance, instances, name, description, state, content, bindings, adopt, protect } = self;
        DeclaredFlow {
            instance,
            instances,
            name,
            kind: Given::Is(At { value: FlowType::Module, position }),
            description,
            status: Given::Absent,
            state,
            content,
            bindings,
            adopt,
            protect,
        }
    }
}

impl DeclaredFlow {
    /// Lists the instances that it names.
    pub(in crate::manifest) fn on(&self) -> impl Iterator<Item = &At<Label>> {
        self.instance.at().into_iter().chain(self.instances.items())
    }

    /// Finds the list of instances that names none.
    pub(in crate::manifest) fn nowhere(&self) -> Option<Position> {
        self.instances.at().filter(|list| list.value.is_empty()).map(|list| list.position)
    }
}
