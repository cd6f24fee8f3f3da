//! Clients for each account and Region, and what the calls of one run share.

mod answer;
mod budget;
mod call;
mod clients;
mod embedded_rates;
mod ending;
mod fault;
mod in_flight;
mod machine;
mod next_run;
mod options;
mod pace;
mod pages;
mod quota;
mod stop;
mod trace;
mod wait;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region as SdkRegion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use self::budget::Budget;
use self::embedded_rates::EmbeddedRates;
use self::in_flight::InFlightLimit;
use self::next_run::Resting;
use self::pace::Pacer;
use self::quota::Reached;
pub use crate::operations::FaultKind;
use crate::operations::Operation;
use crate::plan::Pace;
use crate::resource::{AccountId, InstanceArn, Mask, Place, Region};
use crate::snapshot::InstanceSeen;

pub(super) use self::clients::Clients;
pub(super) use self::ending::Ending;
pub use self::fault::Fault;
pub use self::in_flight::MOST_AT_ONCE;
pub use self::machine::{MachineError, Trust, trust};
pub use self::options::{ATTEMPT, Access, AssumedRole, FIRST_PAUSE, Options};
pub use self::stop::{InFlight, StopHandle};
pub(super) use self::wait::{Pauses, Wait};

/// A connection must stand within this time.
const CONNECT: Duration = Duration::from_secs(3);
/// The longest wait for what somebody else just wrote: it was accepted before, and only has to spread.
const OTHERS: Duration = Duration::from_secs(10);
/// How long a write may take to become visible once the run was asked to end.
const VISIBLE_WHEN_STOPPING: Duration = Duration::from_secs(20);
/// The bytes a second of a line on which an upload may still succeed.
const SLOW_LINE: usize = 200_000;

/// The time until AWS has answered a call, as forecasts count it. AWS publishes none: a round trip to the Region, and the
/// tens of milliseconds that its control planes mostly take.
const LATENCY: Duration = Duration::from_millis(100);
/// The same where an embedded AWS answers on this machine.
const LOOPBACK: Duration = Duration::from_millis(5);

/// Clients, pacing and counters of one run. [`Session::beside`] gives another handle to them.
#[derive(Debug)]
pub struct Session {
    options: Options,
    base: SdkConfig,
    clients: Arc<Mutex<BTreeMap<Place, Arc<Clients>>>>,
    /// Credentials of assumed roles.
    assumed: BTreeMap<AccountId, SharedCredentialsProvider>,
    /// Accounts for which no credentials can be had: their calls fail without being made.
    lost: Arc<Mutex<BTreeMap<AccountId, Fault>>>,
    pacer: Arc<Pacer>,
    stop: StopHandle,
    pub(super) budget: Budget,
    reached: Arc<Reached>,
    resting: Arc<Resting>,
    in_flight: Arc<InFlightLimit>,
    /// The aliases of the instances that were seen.
    aliases: Arc<Mutex<BTreeMap<InstanceArn, String>>>,
}

/// As whom clients sign.
enum AccountKey<'a> {
    Of(&'a AccountId),
    Caller,
}

impl Session {
    /// Reads the configuration; calls nothing.
    pub async fn open(options: Options) -> Self {
        // The version is pinned: a later one changes the timing of retries and time-outs with a `cargo update`.
        let version = BehaviorVersion::v2026_01_12();
        let retries = RetryConfig::disabled();
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT.min(options.attempt))
            .operation_attempt_timeout(options.attempt)
            .build();
        let base = match &options.access {
            Access::Machine { profile, endpoint, trust } => {
                let mut loader = aws_config::defaults(version).retry_config(retries).timeout_config(timeouts);
                if let Some(profile) = profile {
                    loader = loader.profile_name(profile);
                }
                if let Some(Trust(client)) = trust {
                    loader = loader.http_client(client.clone());
                }
                if let Some(url) = endpoint {
                    loader = loader.endpoint_url(url);
                }
                loader.load().await
            }
            Access::Embedded { url } => SdkConfig::builder()
                .behavior_version(version)
                .retry_config(retries)
                .timeout_config(timeouts)
                .endpoint_url(url)
                .build(),
        };
        let pacer = Arc::new(Pacer::new(options.paced));
        let budget = Budget::new(options.visible_within, options.timeout);
        let assumed = assumed(&options, &base).await;
        let (clients, lost, stop) = (Arc::default(), Arc::default(), StopHandle::default());
        let (reached, aliases, in_flight) = (Arc::default(), Arc::default(), Arc::default());
        let resting = Arc::default();
        Self {
            options,
            base,
            clients,
            assumed,
            lost,
            pacer,
            stop,
            budget,
            reached,
            resting,
            in_flight,
            aliases,
        }
    }

    /// The same session for the actions of another plan, which may bear the same addresses: both share clients, rates,
    /// counters and the end of the run, and what an action has sent is known to the one that carries it out.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            options: self.options.clone(),
            base: self.base.clone(),
            clients: Arc::clone(&self.clients),
            assumed: self.assumed.clone(),
            lost: Arc::clone(&self.lost),
            pacer: Arc::clone(&self.pacer),
            stop: self.stop.clone(),
            budget: self.budget.beside(),
            reached: Arc::clone(&self.reached),
            resting: Arc::clone(&self.resting),
            in_flight: Arc::clone(&self.in_flight),
            aliases: Arc::clone(&self.aliases),
        }
    }

    /// The aliases of the instances that were seen so far, by which people know them.
    pub fn aliases(&self) -> BTreeMap<InstanceArn, String> {
        self.aliases.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn learn_aliases(&self, seen: &[InstanceSeen]) {
        let named = seen.iter().filter_map(|one| Some((one.arn.clone(), one.alias.clone()?)));
        self.aliases.lock().unwrap_or_else(PoisonError::into_inner).extend(named);
    }

    /// The calls made so far, retries and pages included.
    pub fn calls(&self) -> BTreeMap<Operation, u32> {
        self.pacer.calls()
    }

    /// The answers to calls so far, by operation and HTTP status; 0 where none came.
    pub fn answers(&self) -> BTreeMap<(Operation, u16), u64> {
        self.pacer.answers()
    }

    /// How long calls have waited for their turn at AWS's rates so far, all together.
    pub fn waited(&self) -> Duration {
        self.pacer.waited()
    }

    /// What calls have to wait for from now on: what forecasts of the time start from.
    pub fn pace(&self) -> Pace {
        self.pacer.pace(if self.is_on_this_machine() { LOOPBACK } else { LATENCY })
    }

    /// The endpoint that stands in for all of AWS, if one is set: worth telling before anything is written.
    pub fn endpoint(&self) -> Option<&str> {
        self.base.endpoint_url()
    }

    /// Whether the endpoint is on this machine: an embedded AWS.
    pub fn is_on_this_machine(&self) -> bool {
        let host = self.endpoint().and_then(|url| url.split("://").nth(1)).map(|rest| rest.split('/').next());
        let host = host.flatten().and_then(|host| host.rsplit_once(':').map(|(host, _)| host).or(Some(host)));
        host.is_some_and(|host| {
            host == "localhost"
                || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        })
    }

    /// The same session, whose calls are only counted and never wait.
    #[must_use]
    pub fn unpaced(self) -> Self {
        Self { pacer: Arc::new(Pacer::new(false)), ..self }
    }

    /// The same session, at the rates that an embedded AWS on this machine reports; whatever else answers there is
    /// paced as before. AWS itself is never asked, and nothing is learned where one of the services has another endpoint.
    pub async fn at_embedded_rates(self) -> Self {
        let rates = if self.is_on_this_machine() { embedded_rates::ask(&self.base).await } else { None };
        match rates {
            Some(EmbeddedRates::Off) => self.unpaced(),
            Some(EmbeddedRates::Times(factor)) => Self { pacer: Arc::new(Pacer::faster(factor)), ..self },
            None => self,
        }
    }

    /// The Region of the machine's settings, if they name one.
    pub fn region(&self) -> Option<Region> {
        Region::parse(self.base.region()?.as_ref()).ok()
    }

    /// Clients that sign as whoever calls, before it is known in which account that is.
    pub(super) fn of_caller(&self, region: &Region) -> Clients {
        self.make(region, &AccountKey::Caller)
    }

    /// Returns an account up: every call to it fails with this fault from now on.
    pub(super) fn lose(&self, account: &AccountId, fault: Fault) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).insert(account.clone(), fault);
    }

    /// Why an account was given up.
    pub(super) fn lost(&self, account: &AccountId) -> Option<Fault> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned()
    }

    /// Ends the run early: no new write begins, and those in flight are finished.
    pub fn stop(&self) -> &StopHandle {
        &self.stop
    }

    /// Counts the changes that are in flight.
    pub fn in_flight(&self) -> InFlight {
        InFlight(self.budget.clone())
    }

    /// How long to wait for a write to become visible; not as long once the run is to end.
    pub(super) fn visible_within(&self) -> Duration {
        self.options.visible_within.min(self.longest_wait())
    }

    /// The longest wait for anything: short once the run is to end.
    pub(super) fn longest_wait(&self) -> Duration {
        if self.ends().is_some() { VISIBLE_WHEN_STOPPING } else { Duration::MAX }
    }

    /// The values that no fault may repeat.
    pub(super) fn mask(&self) -> &Mask {
        &self.options.mask
    }

    /// How long what was read of an instance's flows and modules counts before a removal.
    pub(super) fn callers_last(&self) -> Duration {
        self.options.callers_last
    }

    /// How long AWS may work on what it has accepted.
    pub(super) fn ready_within(&self) -> Duration {
        self.options.ready_within
    }

    /// How long a try may take that sends so many bytes: over a slow line too.
    pub(super) fn attempt_with(&self, bytes: usize) -> Duration {
        let sending = Duration::from_secs(u64::try_from(bytes / SLOW_LINE).unwrap_or(u64::MAX));
        self.options.attempt.saturating_add(sending)
    }

    /// Waits for a write to become visible, or for what became of it.
    pub(super) fn wait(&self) -> Wait<'_> {
        self.wait_for(self.options.visible_within)
    }

    /// Waits no longer than this.
    pub(super) fn wait_for(&self, within: Duration) -> Wait<'_> {
        Wait::new(self, within)
    }

    /// The pauses between tries of what is tried a few times, however long that takes.
    pub(super) fn pauses(&self) -> Pauses {
        Pauses::up_to(self.options.first_pause, wait::LONGEST_PAUSE)
    }

    /// The run's time limit, once it is over: no new write begins then.
    pub fn over(&self) -> Option<Duration> {
        self.budget.over()
    }

    /// Why the run is to end, if it is: it was asked to, or its time is over.
    pub(super) fn ends(&self) -> Option<Ending> {
        if self.stop.is_requested() { Some(Ending::Interrupted) } else { self.over().map(Ending::OutOfTime) }
    }

    /// Waits until the run is to end; forever if nobody asks and its time has no limit.
    pub(super) async fn until_ends(&self) {
        tokio::select! {
            () = self.stop.requested() => {}
            () = self.budget.until_over() => {}
        }
    }

    /// Puts the end of the run off by a time in which it waited for a person.
    pub fn postpone(&self, by: Duration) {
        self.budget.postpone(by);
    }

    /// How long to wait until what somebody else just wrote is visible, before it counts as something else.
    pub(super) fn others_within(&self) -> Duration {
        self.options.visible_within.min(OTHERS)
    }

    /// The clients for an account and Region.
    pub(super) fn at(&self, place: &Place) -> Arc<Clients> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(
            clients
                .entry(place.clone())
                .or_insert_with(|| Arc::new(self.make(&place.region, &AccountKey::Of(&place.account)))),
        )
    }

    fn make(&self, region: &Region, account: &AccountKey<'_>) -> Clients {
        let mut config = self.base.to_builder();
        config.set_region(SdkRegion::new(region.as_str().to_owned()));
        let app = format!("flowbind-{}", env!("CARGO_PKG_VERSION"));
        config.set_app_name(aws_config::AppName::new(app).ok());
        if let Access::Embedded { .. } = self.options.access {
            // The embedded AWS takes an account's id as its access key, and any other for its default account.
            let key = match account {
                AccountKey::Of(account) => account.as_str(),
                AccountKey::Caller => "caller",
            };
            let keys = Credentials::new(key, "embedded", None, None, "flowbind");
            config.set_credentials_provider(Some(SharedCredentialsProvider::new(keys)));
        } else if let AccountKey::Of(account) = account
            && let Some(credentials) = self.assumed.get(*account)
        {
            config.set_credentials_provider(Some(credentials.clone()));
        }
        Clients::new(&config.build())
    }
}

/// Creates the providers of assumed roles; they call STS when they are first asked. An embedded AWS tells accounts apart
/// by their keys.
async fn assumed(options: &Options, base: &SdkConfig) -> BTreeMap<AccountId, SharedCredentialsProvider> {
    let mut providers = BTreeMap::new();
    if matches!(options.access, Access::Embedded { .. }) {
        return providers;
    }
    for (account, role) in &options.roles {
        let region = base.region().cloned().unwrap_or_else(|| sts_region(&role.arn));
        let mut builder =
            AssumeRoleProvider::builder(&role.arn).configure(base).session_name("flowbind").region(region);
        if let Some(id) = &role.external_id {
            builder = builder.external_id(id);
        }
        providers.insert(account.clone(), SharedCredentialsProvider::new(builder.build().await));
    }
    providers
}

/// A Region of the role's partition in which STS surely answers.
fn sts_region(role_arn: &str) -> SdkRegion {
    SdkRegion::from_static(match role_arn.split(':').nth(1) {
        Some("aws-us-gov") => "us-gov-west-1",
        Some("aws-cn") => "cn-north-1",
        _ => "us-east-1",
    })
}
