//! The objects of a scenario.

use super::kinds::{AssumptionText, Data, Json, Outcome, ScenarioKind, StubWord, Time};
use super::{EndKind, StubFailure};
use crate::flow::channel::{Channel, Initiation};
use crate::manifest::grammar::object::objects;
use crate::manifest::grammar::read::{List, Map, OneOf};
use crate::manifest::grammar::scalar::kind::{self, Word};

objects! {
    DeclaredScenario = "scenario", "a scenario", "A contact, the flow that it meets, and what the world answers it." {
        #[expect(dead_code, reason = "a document of another version is refused when it is read")]
        Required api_version = "apiVersion": kind::ApiVersion, "write `apiVersion: flowbind.dev/v1alpha1`";
        #[expect(dead_code, reason = "a document of another kind is refused when it is read")]
        Required kind = "kind": ScenarioKind, "write `kind: Scenario`";
        Required metadata = "metadata": DeclaredScenarioName, "the name of the scenario";
        Required spec = "spec": DeclaredScenarioSpec, "the contact and its answers";
    }

    DeclaredScenarioName = "scenarioMetadata", "`metadata`", "The name of the scenario." {
        Required name = "name": kind::Name, "what it is called in results";
    }

    DeclaredScenarioSpec = "scenarioSpec", "`spec`", "The contact and its answers." {
        Required flow = "flow": kind::Label, "the flow that it meets, by its name under `flows`";
        Optional instance = "instance": kind::Label, "the instance, where the flow is on several";
        Optional contact = "contact": DeclaredContact, "the contact; what is left out is invented";
        Optional inputs = "inputs": List<kind::Text>,
            "what the customer enters, in order, at blocks that have no answer of their own; `none` for nothing";
        Optional answers = "answers": Map<kind::Name, List<OneOf<kind::Text, DeclaredAnswer>>>,
            "what blocks come to, by identifier or friendly name, in order";
        Optional functions = "functions": Map<kind::Name, List<OneOf<StubWord, DeclaredStub>>>,
            "what functions answer, by block, in order; `run` runs the function itself";
        Optional events = "events": List<kind::Name>,
            "events after the flow, such as `CustomerRemaining`, whose flows run if they were set";
        Optional expect = "expect": DeclaredExpect, "what must happen; `flowbind test` checks it";
        Optional assume = "assume": List<AssumptionText>,
            "assumptions about what AWS leaves undocumented, such as `S1=unset-as-written`";
    }

    DeclaredContact = "scenarioContact", "a contact", "A contact; what is left out is invented." {
        Optional channel = "channel": Word<Channel>, "the channel; voice where none is given";
        Optional initiation = "initiation": Word<Initiation>, "how it began";
        Optional customer = "customer": kind::Text, "the customer's number or email address";
        Optional system = "system": kind::Text, "the number or email address that the customer reached";
        Optional queue = "queue": kind::Text, "the queue that is set, by name";
        Optional attributes = "attributes": Map<kind::Name, kind::Text>, "the contact's attributes";
        Optional data = "data": Data,
            "anything else that flows read of it, as `ContactData` has it, such as `LanguageCode`, and `Agent`, `Task` or `Email`";
    }

    DeclaredAnswer = "scenarioAnswer", "an answer", "What a block comes to.", needs one of result outcome error {
        Optional result = "result": kind::Text,
            "digits, an intent, an action, an event, a number, or the name of a branch";
        Optional outcome = "outcome": Word<Outcome>, "`done` for success, `none` for nothing in time";
        Optional error = "error": kind::Name, "the type of an error, such as `QueueAtCapacity`";
        Optional after = "after": Time, "how long it takes, such as 300ms or 4s";
        Optional data = "data": Data, "what is found out, such as the slots of a bot or a profile";
    }

    DeclaredStub = "scenarioFunction", "the answer of a function", "What a function comes to.",
        needs one of answer failure
    {
        Optional answer = "answer": Json, "its answer, any JSON";
        Optional failure = "failure": Word<StubFailure>, "how it fails";
        Optional after = "after": Time, "how long each try takes, such as 300ms or 4s";
        Optional invalid = "invalid": kind::Bool,
            "true where the answer is meant to break what the block or the manifest asks for";
    }

    DeclaredExpect = "scenarioExpect", "what must happen", "What must happen to the contact." {
        Optional heard = "heard": List<kind::Text>,
            "what the contact hears, in order; `*` stands for any text, and more may be heard between";
        Optional unheard = "unheard": List<kind::Text>, "what the contact must not hear; `*` stands for any text";
        Optional path = "path": List<OneOf<kind::Name, DeclaredStep>>,
            "blocks that the contact comes to, in order; others may lie between";
        Optional attributes = "attributes": Map<kind::Name, kind::Text>, "attributes of the contact at the end";
        Optional unset = "unset": List<kind::Name>, "attributes that the contact must not have at the end";
        Optional queue = "queue": kind::Text, "the working queue at the end, by name; `none` for none";
        Optional end = "end": Word<EndKind>, "how it ends";
        Optional silence = "silence": Time, "how long the contact may hear nothing at the most";
        Optional time = "time": Time, "how long it may take at the most";
    }

    DeclaredStep = "scenarioStep", "a step", "A block, and the branch by which the contact leaves it." {
        Required block = "block": kind::Name, "the block, by identifier or friendly name";
        Optional branch = "branch": kind::Text, "`next`, the value of a condition, or the type of an error";
    }
}
