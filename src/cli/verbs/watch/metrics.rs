//! What monitoring scrapes: the board as OpenMetrics, made anew for each request.
//!
//! <https://prometheus.io/docs/specs/om/open_metrics_spec/>

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::Registry;

use crate::operations::Operation;
use crate::watch::{BUCKETS, Board, Card, Durations};

/// The content type of what [`metrics_text`] writes.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted beside the board.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters {
    /// Answers of AWS, by operation and HTTP status; 0 where none came.
    pub(super) answers: BTreeMap<(Operation, u16), u64>,
    /// How long calls have waited for their turn at AWS's rates.
    pub(super) waited: Duration,
    /// Notifications, by whether they were delivered.
    pub(super) notifications: BTreeMap<bool, u64>,
    /// Whether sets are written.
    pub(super) applies: bool,
}

/// Writes the board as OpenMetrics.
pub(super) fn metrics_text(board: Board, counters: Counters) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape { board, counters }));
    let mut out = String::new();
    text::encode(&mut out, &registry)?;
    Ok(out)
}

#[derive(Debug)]
struct Scrape {
    board: Board,
    counters: Counters,
}

/// The labels of one sample.
type Labels = Vec<(&'static str, String)>;

/// One family in the making.
struct Family<'e> {
    encoder: MetricEncoder<'e>,
}

fn family<'e>(
    encoder: &'e mut DescriptorEncoder<'_>,
    name: &'static str,
    help: &'static str,
    kind: MetricType,
) -> Result<Family<'e>, fmt::Error> {
    Ok(Family { encoder: encoder.encode_descriptor(name, help, None, kind)? })
}

impl Family<'_> {
    fn gauge(&mut self, labels: &Labels, value: f64) -> fmt::Result {
        self.encoder.encode_family(labels)?.encode_gauge(&value)
    }

    fn count(&mut self, labels: &Labels, value: u64) -> fmt::Result {
        let none: Option<&Exemplar<Labels, u64>> = None;
        self.encoder.encode_family(labels)?.encode_counter(&value, none)
    }

    fn seconds(&mut self, labels: &Labels, value: f64) -> fmt::Result {
        let none: Option<&Exemplar<Labels, f64>> = None;
        self.encoder.encode_family(labels)?.encode_counter(&value, none)
    }

    fn durations(&mut self, labels: &Labels, durations: &Durations) -> fmt::Result {
        let bounds = BUCKETS.into_iter().chain([f64::INFINITY]);
        let buckets: Vec<(f64, u64)> = bounds.zip(durations.counts).collect();
        let count = durations.counts.iter().sum();
        self.encoder.encode_family(labels)?.encode_histogram::<Labels>(durations.sum, count, &buckets, None)
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let encoder = &mut encoder;
        self.process(encoder)?;
        self.rounds(encoder)?;
        self.states(encoder)?;
        self.changes(encoder)?;
        self.aws(encoder)
    }
}

impl Scrape {
    fn sets(&self) -> impl Iterator<Item = (Labels, &Card)> {
        self.board.sets.iter().map(|(set, card)| (vec![("set", set.to_string())], card))
    }

    fn process(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let name = "flowbind_build_info";
        let mut info = family(encoder, name, "The version that runs, as a label", MetricType::Gauge)?;
        info.gauge(&vec![("version", env!("CARGO_PKG_VERSION").to_owned())], 1.0)?;
        let name = "flowbind_applies";
        let mut applies =
            family(encoder, name, "Whether sets are written (--apply), or only watched", MetricType::Gauge)?;
        applies.gauge(&Vec::new(), f64::from(u8::from(self.counters.applies)))?;
        let name = "flowbind_manifest_errors";
        let help = "Errors in the manifests on disk; while there are any, the last valid ones stay in force";
        family(encoder, name, help, MetricType::Gauge)?.gauge(&Vec::new(), self.board.invalid as f64)?;
        let name = "flowbind_notifications";
        let mut notifications =
            family(encoder, name, "Notifications of drift, by result", MetricType::Counter)?;
        for (delivered, count) in &self.counters.notifications {
            let result = if *delivered { "delivered" } else { "failed" };
            notifications.count(&vec![("result", result.to_owned())], *count)?;
        }
        Ok(())
    }

    fn rounds(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let name = "flowbind_rounds";
        let mut rounds = family(encoder, name, "Rounds that have ended, by result", MetricType::Counter)?;
        for (labels, card) in self.sets() {
            for (result, count) in &card.rounds {
                let labels = [labels.clone(), vec![("result", result.name().to_owned())]].concat();
                rounds.count(&labels, *count)?;
            }
        }
        let name = "flowbind_round_duration_seconds";
        let mut durations = family(encoder, name, "How long rounds took", MetricType::Histogram)?;
        for (labels, card) in self.sets() {
            durations.durations(&labels, &card.durations)?;
        }
        let name = "flowbind_last_success_timestamp_seconds";
        let help = "When a round last read the set whole and nothing failed";
        let mut success = family(encoder, name, help, MetricType::Gauge)?;
        for (labels, card) in self.sets() {
            // A set that never had one is as old as can be: an alert on the age fires.
            success.gauge(&labels, card.success.unwrap_or_default() as f64)?;
        }
        let name = "flowbind_consecutive_failures";
        let mut failures =
            family(encoder, name, "Rounds in a row that could not read AWS", MetricType::Gauge)?;
        for (labels, card) in self.sets() {
            failures.gauge(&labels, f64::from(card.failures))?;
        }
        Ok(())
    }

    fn states(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let name = "flowbind_drift";
        let help = "Differences that the last round has left, by instance and kind";
        let mut drift = family(encoder, name, help, MetricType::Gauge)?;
        for (labels, card) in self.sets() {
            let Some(shown) = &card.last else { continue };
            for ((instance, kind), count) in &shown.left {
                let instance = instance.as_ref().map(ToString::to_string).unwrap_or_default();
                let more = vec![("instance", instance), ("kind", kind.name().to_owned())];
                drift.gauge(&[labels.clone(), more].concat(), *count as f64)?;
            }
        }
        let name = "flowbind_findings";
        let mut findings = family(encoder, name, "Problems in live AWS", MetricType::Gauge)?;
        for (labels, card) in self.sets() {
            let Some(shown) = &card.last else { continue };
            let count = shown.drift.findings.iter().filter(|finding| finding.ignored.is_none()).count();
            findings.gauge(&labels, count as f64)?;
        }
        let name = "flowbind_in_sync";
        let mut in_sync = family(encoder, name, "Resources that agree", MetricType::Gauge)?;
        for (labels, card) in self.sets() {
            let Some(shown) = &card.last else { continue };
            in_sync.gauge(&labels, shown.drift.in_sync as f64)?;
        }
        Ok(())
    }

    fn changes(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let name = "flowbind_planned_changes";
        let mut planned =
            family(encoder, name, "Changes that the last look planned, by action", MetricType::Gauge)?;
        for (labels, card) in self.sets() {
            let Some(shown) = &card.last else { continue };
            let counts = shown.plan.counts();
            for (action, count) in
                [("create", counts.create), ("update", counts.update), ("delete", counts.delete)]
            {
                let labels = [labels.clone(), vec![("action", action.to_owned())]].concat();
                planned.gauge(&labels, count as f64)?;
            }
        }
        let name = "flowbind_applied_changes";
        let mut applied = family(encoder, name, "Writes that have ended, by result", MetricType::Counter)?;
        for (labels, card) in self.sets() {
            for (result, count) in &card.writes {
                let labels = [labels.clone(), vec![("result", result.name().to_owned())]].concat();
                applied.count(&labels, *count)?;
            }
        }
        Ok(())
    }

    fn aws(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let name = "flowbind_aws_requests";
        let help = "Requests to AWS, retries and pages included, by HTTP status; code 0 is no answer";
        let mut requests = family(encoder, name, help, MetricType::Counter)?;
        for ((operation, code), count) in &self.counters.answers {
            let facts = operation.facts();
            let labels = vec![
                ("service", facts.service.prefix().to_owned()),
                ("operation", facts.name.to_owned()),
                ("code", code.to_string()),
            ];
            requests.count(&labels, *count)?;
        }
        let name = "flowbind_aws_wait_seconds";
        let help = "How long requests have waited for their turn at the rates of AWS, all together";
        let waited = self.counters.waited.as_secs_f64();
        family(encoder, name, help, MetricType::Counter)?.seconds(&Vec::new(), waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::SetName;

    #[test]
    fn an_empty_board_is_whole_openmetrics() {
        let mut board = Board::default();
        board.sets.entry(SetName::parse("acme").unwrap()).or_default();
        let counters = Counters {
            answers: BTreeMap::from([((Operation::ListInstances, 200), 3)]),
            notifications: BTreeMap::from([(true, 1)]),
            ..Counters::default()
        };
        let text = metrics_text(board, counters).unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        for line in [
            "flowbind_last_success_timestamp_seconds{set=\"acme\"} 0.0",
            "flowbind_aws_requests_total{service=\"connect\",operation=\"ListInstances\",code=\"200\"} 3",
            "flowbind_round_duration_seconds_bucket{le=\"+Inf\",set=\"acme\"} 0",
            "flowbind_notifications_total{result=\"delivered\"} 1",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }
}
