//! Plans on paper, `flowbind.saved-plan/v1`: what was reviewed, to be held against a fresh plan before it is carried out.
//!
//! A saved plan is evidence, not a program: nothing is ever written from it. It holds digests, fingerprints and what a
//! reviewer reads, differences of flows among it; no value of an environment, nor of a sensitive variable. A seal over the whole shows
//! that a file was damaged or edited; it is no signature, and whoever can write the file can seal it again. So all that a
//! reviewer reads in it is compared with what is there when it is applied.

mod file;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use file::{FileError, MAX_BYTES};

use crate::manifest::Manifest;
use crate::plan::{Evidence, Plan, checksum_of};
use crate::report::{PlanView, action_lines};
use crate::resource::sha256;

/// The name of the format, but for its version.
const FORMAT: &str = "flowbind.saved-plan/v";
/// The version that is written and read.
const VERSION: u32 = 1;

/// What some editors and shells put in front of UTF-8 text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// By how much the clocks of two machines may differ.
const SKEW: Duration = Duration::from_secs(300);

/// A plan to be carried out later, if nothing has changed by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    #[cfg_attr(test, schemars(extend("const" = "flowbind.saved-plan/v1")))]
    format: String,
    /// The version of flowbind that made it.
    pub tool: String,
    /// When it was made, as RFC 3339.
    pub created: String,
    /// When it expires, as RFC 3339.
    pub expires: String,
    /// The manifests, variables and targets that it was made of.
    pub inputs: SavedInputs,
    /// The options that it was made with.
    pub options: SavedOptions,
    /// The accounts and Regions that it is for, as `111122223333 eu-west-2`.
    pub places: BTreeSet<String>,
    /// What fresh plans are compared with, one for each set.
    pub sets: Vec<Evidence>,
    /// The checksum of the plans.
    pub checksum: String,
    /// The actions as in `flowbind.plan/v1`, for people and their tools.
    #[cfg_attr(test, schemars(with = "Vec<crate::report::ActionLine>"))]
    pub actions: Vec<Value>,
    /// What `flowbind show` prints, one for each set.
    pub views: Vec<PlanView>,
    seal: String,
}

/// What a plan was made of, by names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SavedInputs {
    /// The manifests and the flow files that they name.
    pub files: Vec<String>,
    /// The names of the variables that were given.
    pub variables: Vec<String>,
    /// The files of variables that were given.
    pub variable_files: Vec<String>,
    /// The targets that were asked for; none means all.
    pub targets: Vec<String>,
    /// The Region that was given.
    pub region: Option<String>,
}

/// The options that decide what is in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SavedOptions {
    /// Whether what is orphaned is deleted.
    pub prune: bool,
    /// Whether a large deletion was allowed (`--force`).
    pub force: bool,
    /// The addresses that it is limited to; none means all.
    pub only: Vec<String>,
}

/// How a saved plan stands to the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// It may be applied.
    Good,
    /// Its time is over.
    Expired,
    /// It was made later than it is now.
    Future,
}

/// Why a text is not a saved plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// It is in an encoding other than UTF-8.
    #[error("it is not UTF-8 text{}", if *.utf16 { ", but UTF-16, as PowerShell writes it with `>`" } else { "" })]
    Encoding {
        /// Whether it is UTF-16, by its byte-order mark.
        utf16: bool,
    },
    /// It is no JSON.
    #[error("it is not a saved plan, and not JSON: {0}")]
    Json(String),
    /// It ends too early.
    #[error("it was cut off: {0}")]
    CutOff(String),
    /// It is something else: says of which format, where it does.
    #[error("it is not a saved plan: {}", .0.as_ref().map_or_else(|| "it has no `format`".to_owned(), |it| format!("its format is `{it}`")))]
    Foreign(Option<String>),
    /// It is of a version that this flowbind does not know.
    #[error("it is a `{0}`, and this flowbind reads `{FORMAT}{VERSION}`: a newer flowbind made it")]
    Newer(String),
    /// A field is missing, unknown or of a wrong type.
    #[error("it is damaged: {0}")]
    Shape(String),
    /// It is not as it was when it was sealed.
    #[error("it is damaged, or was edited after it was made: its seal does not match")]
    Seal,
}

impl SavedPlan {
    /// Makes one of plans, and what is shown of them, that were made at `now`, good for `keep`.
    ///
    /// # Errors
    ///
    /// When the end lies beyond what a calendar can say.
    pub fn new(
        manifests: &[Manifest],
        (plans, views): (&[Plan], Vec<PlanView>),
        inputs: SavedInputs,
        options: SavedOptions,
        now: SystemTime,
        keep: Duration,
    ) -> Result<Self, jiff::Error> {
        let sets: Vec<Evidence> = plans.iter().map(Evidence::of).collect();
        let created = Timestamp::try_from(now)?;
        let expires = created.checked_add(keep)?;
        let mut saved = Self {
            format: format!("{FORMAT}{VERSION}"),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            created: in_seconds(created),
            expires: in_seconds(expires),
            inputs,
            options,
            places: places(manifests),
            checksum: checksum_of(&sets),
            sets,
            actions: action_lines(plans),
            views,
            seal: String::new(),
        };
        saved.seal = saved.sealed();
        Ok(saved)
    }

    /// Writes it as JSON text.
    pub fn to_text(&self) -> String {
        // Only a map with keys that are no texts fails, and there is none.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        format!("{text}\n")
    }

    /// Reads one, and holds it against its seal.
    ///
    /// # Errors
    ///
    /// When the text is anything but a whole saved plan of this version, as it was written.
    pub fn parse(text: &str) -> Result<Self, SavedError> {
        // Editors and shells put it there; it says nothing.
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let value: Value = serde_json::from_str(text).map_err(|error| match error.is_eof() {
            true => SavedError::CutOff(error.to_string()),
            false => SavedError::Json(error.to_string()),
        })?;
        let format = value.get("format").and_then(Value::as_str);
        let foreign = || SavedError::Foreign(format.map(str::to_owned));
        let version = format.and_then(|format| format.strip_prefix(FORMAT)).ok_or_else(foreign)?;
        match version.parse::<u32>() {
            Ok(VERSION) => {}
            Ok(newer) if newer > VERSION => return Err(SavedError::Newer(format!("{FORMAT}{newer}"))),
            _ => return Err(foreign()),
        }
        let saved: Self =
            serde_json::from_value(value).map_err(|error| SavedError::Shape(error.to_string()))?;
        let whole = saved.seal == saved.sealed() && saved.checksum == checksum_of(&saved.sets);
        let dated = [&saved.created, &saved.expires].iter().all(|time| time.parse::<Timestamp>().is_ok());
        if whole && dated { Ok(saved) } else { Err(SavedError::Seal) }
    }

    /// Whether it is not good any more, or not yet: one that was made in the future says nothing about when it ends.
    pub fn age(&self, now: SystemTime) -> Age {
        let time = |text: &str| text.parse::<Timestamp>().ok();
        let now = Timestamp::try_from(now).ok();
        // What cannot be told is refused; reading has made sure that it can.
        let (Some(now), Some(created), Some(expires)) = (now, time(&self.created), time(&self.expires))
        else {
            return Age::Expired;
        };
        if now > expires || created > expires {
            Age::Expired
        } else if created.checked_sub(SKEW).is_ok_and(|created| created > now) {
            Age::Future
        } else {
            Age::Good
        }
    }

    /// Names the first resource of which it shows another action than these plans have, where their outcome is the same:
    /// somebody edited what a reviewer reads.
    pub fn misshown(&self, fresh: &[Plan], views: &[PlanView]) -> Option<String> {
        let lines = action_lines(fresh);
        let same =
            self.views.len() == views.len() && self.views.iter().zip(views).all(|(a, b)| a.same_changes(b));
        if lines == self.actions && !same {
            return Some("a resource".to_owned());
        }
        let longest = lines.len().max(self.actions.len());
        let at = (0..longest).find(|at| self.actions.get(*at) != lines.get(*at))?;
        let address = |lines: &[Value]| Some(lines.get(at)?.get("address")?.as_str()?.to_owned());
        Some(
            address(&lines)
                .or_else(|| address(&self.actions))
                .unwrap_or_else(|| format!("action {}", at + 1)),
        )
    }

    fn sealed(&self) -> String {
        let open = Self { seal: String::new(), ..self.clone() };
        let text = serde_json::to_string(&open).unwrap_or_default();
        sha256(text)
    }
}

fn in_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The accounts and Regions that manifests touch.
pub fn places(manifests: &[Manifest]) -> BTreeSet<String> {
    let places = manifests.iter().flat_map(|manifest| {
        let instances = manifest.instances.values().map(|instance| &instance.place);
        instances.chain(manifest.functions.values().map(|function| &function.target.place))
    });
    places.map(|place| format!("{} {}", place.account, place.region)).collect()
}
