//! Contacts that nobody met: made up from a seed, consistent in themselves.

use std::collections::BTreeMap;

use super::{Channel, Contact, Endpoint, EndpointType, Initiation, MediaStreams, Queue, SegmentValue};
use crate::resource::{FlowType, InstanceArn, sha256};

/// What a contact is made up from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The channel.
    pub channel: Channel,
    /// How it began; none takes what is usual for the channel.
    pub initiation: Option<Initiation>,
    /// The instance.
    pub instance: InstanceArn,
    /// The type of the flow that it is in: a queue is set before some of them begin.
    pub flow: FlowType,
    /// The seed: the same one gives the same contact.
    pub seed: u64,
}

/// Makes up an id in the form of a UUID; the same seed and words give the same one.
pub fn invented_id(seed: u64, what: &str) -> String {
    let hash = sha256(format!("flowbind contact {seed} {what}"));
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    // The digits of version 4 and of the variant.
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// Makes up the id of an instance that is known by its alias alone: the same for every seed.
pub fn instance_id(account: &str, region: &str, alias: &str) -> String {
    invented_id(0, &format!("instance {account} {region} {alias}"))
}

/// Three digits, for the numbers that are set aside for fiction.
fn digits(seed: u64, what: &str) -> String {
    let hash = sha256(format!("flowbind digits {seed} {what}"));
    let number = u64::from_str_radix(hash.get(..12).unwrap_or_default(), 16).unwrap_or_default();
    format!("{:03}", number % 1_000)
}

impl Channel {
    /// Returns how a contact of the channel usually begins.
    pub const fn usual(self) -> Initiation {
        match self {
            Self::Voice | Self::Email => Initiation::Inbound,
            Self::Chat | Self::Task => Initiation::Api,
        }
    }
}

impl Initiation {
    /// Whether another contact came before, so that the ids differ.
    pub const fn follows(self) -> bool {
        matches!(
            self,
            Self::Transfer
                | Self::QueueTransfer
                | Self::Callback
                | Self::Disconnect
                | Self::Monitor
                | Self::AgentReply
        )
    }

    /// Returns the only channel that contacts of this kind have, where the documentation names one.
    pub const fn only(self) -> Option<Channel> {
        match self {
            Self::Outbound | Self::Callback | Self::ExternalOutbound | Self::WebrtcApi => {
                Some(Channel::Voice)
            }
            Self::AgentReply | Self::Flow => Some(Channel::Email),
            Self::Inbound
            | Self::Transfer
            | Self::QueueTransfer
            | Self::Api
            | Self::Disconnect
            | Self::Monitor => None,
        }
    }
}

impl Profile {
    /// Returns how the contact began.
    pub fn initiation(&self) -> Initiation {
        self.initiation.unwrap_or_else(|| self.channel.usual())
    }

    fn id(&self, what: &str) -> String {
        invented_id(self.seed, what)
    }

    /// Makes up the contact.
    pub fn contact(&self) -> Contact {
        let (seed, initiation) = (self.seed, self.initiation());
        let own = self.id("contact");
        let follows = initiation.follows();
        let before = if follows { self.id("previous contact") } else { own.clone() };
        let [customer, system] = self.endpoints(initiation);
        let name = (self.channel == Channel::Task)
            .then(|| format!("Call the customer back ({})", digits(seed, "task")));
        Contact {
            attributes: BTreeMap::new(),
            aws_region: Some(self.instance.place.region.to_string()),
            channel: self.channel,
            contact_id: own,
            customer_endpoint: customer,
            customer_id: None,
            description: None,
            initial_contact_id: before.clone(),
            initiation_method: initiation,
            instance_arn: self.instance.to_string(),
            language_code: "en-US".to_owned(),
            media_streams: MediaStreams::default(),
            name,
            previous_contact_id: Some(before),
            queue: self.is_queued(initiation).then(|| self.queue("Support")),
            references: BTreeMap::new(),
            related_contact_id: Some(None),
            segment_attributes: Some(self.segment(initiation)),
            tags: Some(BTreeMap::from([("aws:connect:instanceId".to_owned(), self.instance.id.clone())])),
            system_endpoint: system,
        }
    }

    /// Makes up a queue of the instance.
    pub fn queue(&self, name: &str) -> Queue {
        let id = invented_id(0, &format!("queue {} {name}", self.instance));
        Queue {
            arn: format!("{}/queue/{id}", self.instance),
            name: name.to_owned(),
            outbound_caller_id: None,
        }
    }

    /// A queue is set where the contact waits in one, came out of one, or is transferred to one.
    fn is_queued(&self, initiation: Initiation) -> bool {
        let by_flow = match self.flow {
            FlowType::CustomerQueue
            | FlowType::CustomerHold
            | FlowType::CustomerWhisper
            | FlowType::AgentHold
            | FlowType::AgentWhisper
            | FlowType::OutboundWhisper
            | FlowType::QueueTransfer => true,
            FlowType::ContactFlow | FlowType::AgentTransfer | FlowType::Campaign | FlowType::Module => false,
        };
        by_flow || matches!(initiation, Initiation::QueueTransfer | Initiation::Callback)
    }

    /// The customer's address and the own one. Null on tasks, on chats that do not come by a number, and in web calls.
    fn endpoints(&self, initiation: Initiation) -> [Option<Endpoint>; 2] {
        let seed = self.seed;
        match (self.channel, initiation) {
            (Channel::Task | Channel::Chat, _) | (Channel::Voice, Initiation::WebrtcApi) => [None, None],
            (Channel::Voice, _) => {
                let [customer, system] = ["+447700900", "+442079460"];
                let number = |begins: &str, what| Endpoint::new(&format!("{begins}{}", digits(seed, what)));
                [Some(number(customer, "customer")), Some(number(system, "system"))]
            }
            (Channel::Email, _) => {
                let customer = format!("customer{}@example.com", digits(seed, "customer"));
                [Some(Endpoint::new(&customer)), Some(Endpoint::new("care@example.com"))]
            }
        }
    }

    fn segment(&self, initiation: Initiation) -> BTreeMap<String, SegmentValue> {
        let subtype = match (self.channel, initiation) {
            (Channel::Voice, Initiation::WebrtcApi) => "connect:WebRTC",
            (Channel::Voice, _) => "connect:Telephony",
            (Channel::Chat, _) => "connect:Chat",
            (Channel::Task, _) => "connect:Task",
            (Channel::Email, _) => "connect:Email",
        };
        BTreeMap::from([("connect:Subtype".to_owned(), SegmentValue::text(subtype))])
    }
}

/// A form of the event that handlers often do not expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// The first contact of a chat: no addresses, no queue, no contact before.
    FirstChat,
    /// A task: no addresses.
    Task,
    /// A call back: a queue, and a contact before.
    Callback,
    /// The disconnect flow of a chat.
    Disconnect,
    /// A call before a queue is set.
    NoQueue,
    /// A call in a queue that shows a number of its own.
    Queued,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 6] =
        [Self::FirstChat, Self::Task, Self::Callback, Self::Disconnect, Self::NoQueue, Self::Queued];

    /// Gives a contact this shape, and leaves the rest of it as it is.
    pub fn of(self, given: &Contact, profile: &Profile) -> Contact {
        let shape = self.contact(profile);
        // What the shape has nothing for stays null; what both have is what was given.
        let both =
            |shape: Option<Endpoint>, given: &Option<Endpoint>| shape.map(|own| given.clone().unwrap_or(own));
        Contact {
            channel: shape.channel,
            contact_id: shape.contact_id,
            customer_endpoint: both(shape.customer_endpoint, &given.customer_endpoint),
            initial_contact_id: shape.initial_contact_id,
            initiation_method: shape.initiation_method,
            name: given.name.clone().or(shape.name),
            previous_contact_id: shape.previous_contact_id,
            queue: shape.queue.map(|own| match &given.queue {
                Some(queue) => Queue { outbound_caller_id: own.outbound_caller_id, ..queue.clone() },
                None => own,
            }),
            segment_attributes: shape.segment_attributes,
            system_endpoint: both(shape.system_endpoint, &given.system_endpoint),
            ..given.clone()
        }
    }

    /// Makes up a contact of this shape on the instance of a profile.
    pub fn contact(self, profile: &Profile) -> Contact {
        let of = |channel, initiation| {
            Profile { channel, initiation: Some(initiation), ..profile.clone() }.contact()
        };
        match self {
            Self::FirstChat => {
                Contact { previous_contact_id: None, queue: None, ..of(Channel::Chat, Initiation::Api) }
            }
            Self::Task => of(Channel::Task, Initiation::Api),
            Self::Callback => of(Channel::Voice, Initiation::Callback),
            Self::Disconnect => of(Channel::Chat, Initiation::Disconnect),
            Self::NoQueue => Contact { queue: None, ..of(Channel::Voice, Initiation::Inbound) },
            Self::Queued => {
                let contact = of(Channel::Voice, Initiation::Inbound);
                let address = format!("+442079460{}", digits(profile.seed, "caller id"));
                let caller = Endpoint { address, kind: EndpointType::TelephoneNumber };
                let queue = Queue { outbound_caller_id: Some(caller), ..profile.queue("Support") };
                Contact { queue: Some(queue), ..contact }
            }
        }
    }
}
