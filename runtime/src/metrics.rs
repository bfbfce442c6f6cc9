//! What the operator counts about itself.
//!
//! Label values are static, kinds, or verbs: nothing that a user writes, so the number of series
//! does not grow with the number of resources (SE-15).

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::error::RequestError;

/// Every family; cheap to clone.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Families>);

struct Families {
    registry: Registry,
    reconciles: Family<Reconcile, Counter>,
    durations: Family<Kind, Histogram>,
    troubles: Family<Trouble, Counter>,
    requests: Family<Request, Counter>,
    #[cfg(feature = "external")]
    told: Family<Told, Counter>,
    watched: Family<Watched, Gauge>,
    undecodable: Family<Kind, Gauge>,
    halted: Family<Kind, Gauge>,
    dropped_events: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reconcile {
    kind: String,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Trouble {
    kind: String,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    kind: &'static str,
    verb: &'static str,
    result: &'static str,
}

#[cfg(feature = "external")]
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Told {
    kind: String,
    verb: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Watched {
    owner: String,
    kind: String,
}

/// How a pass ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PassResult {
    Settled,
    Waiting,
    Failed,
    Paused,
}

impl PassResult {
    fn as_str(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
            Self::Paused => "paused",
        }
    }
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("dsoi");
        let reconciles = Family::default();
        let durations = Family::<Kind, Histogram>::new_with_constructor(|| {
            Histogram::new([0.001, 0.005, 0.02, 0.1, 0.5, 1.0, 2.0, 10.0, 60.0])
        });
        let troubles = Family::default();
        let requests = Family::default();
        #[cfg(feature = "external")]
        let told = Family::default();
        let watched = Family::default();
        let undecodable = Family::default();
        let halted = Family::default();
        let dropped_events = Counter::default();
        registry.register(
            "reconciles",
            "Passes over a custom resource",
            reconciles.clone(),
        );
        registry.register(
            "reconcile_duration_seconds",
            "How long a pass took",
            durations.clone(),
        );
        registry.register(
            "reconcile_errors",
            "Children that could not be brought to their desired state",
            troubles.clone(),
        );
        registry.register(
            "requests",
            "Requests about children and status",
            requests.clone(),
        );
        #[cfg(feature = "external")]
        registry.register(
            "application_calls",
            "What was asked of applications about objects outside of Kubernetes",
            told.clone(),
        );
        registry.register("watched_objects", "Children in the cache", watched.clone());
        registry.register(
            "undecodable_resources",
            "Custom resources that are not of their type",
            undecodable.clone(),
        );
        registry.register(
            "rollout_halted",
            "Custom resources with an upgrade that a crash has halted",
            halted.clone(),
        );
        registry.register(
            "dropped_events",
            "Events that were not published because too many waited",
            dropped_events.clone(),
        );
        Self(Arc::new(Families {
            registry,
            reconciles,
            durations,
            troubles,
            requests,
            #[cfg(feature = "external")]
            told,
            watched,
            undecodable,
            halted,
            dropped_events,
        }))
    }

    pub(crate) fn reconciled(&self, kind: &str, result: PassResult, took: Duration) {
        let kind = kind.to_owned();
        self.0
            .durations
            .get_or_create(&Kind { kind: kind.clone() })
            .observe(took.as_secs_f64());
        let result = result.as_str();
        self.0
            .reconciles
            .get_or_create(&Reconcile { kind, result })
            .inc();
    }

    pub(crate) fn trouble(&self, kind: &str, reason: &'static str) {
        let kind = kind.to_owned();
        self.0
            .troubles
            .get_or_create(&Trouble { kind, reason })
            .inc();
    }

    pub(crate) fn request<T>(
        &self,
        kind: &'static str,
        verb: &'static str,
        result: &Result<T, RequestError>,
    ) {
        let result = result.as_ref().err().map_or("ok", RequestError::reason);
        self.0
            .requests
            .get_or_create(&Request { kind, verb, result })
            .inc();
    }

    /// An application was asked.
    #[cfg(feature = "external")]
    pub(crate) fn told(&self, kind: &str, verb: &'static str, result: &'static str) {
        let kind = kind.to_owned();
        self.0
            .told
            .get_or_create(&Told { kind, verb, result })
            .inc();
    }

    pub(crate) fn watched(&self, owner: &str, kind: &str, objects: usize) {
        let labels = Watched {
            owner: owner.to_owned(),
            kind: kind.to_owned(),
        };
        self.0
            .watched
            .get_or_create(&labels)
            .set(i64::try_from(objects).unwrap_or(i64::MAX));
    }

    pub(crate) fn undecodable(&self, kind: &str, resources: usize) {
        let kind = kind.to_owned();
        self.0
            .undecodable
            .get_or_create(&Kind { kind })
            .set(i64::try_from(resources).unwrap_or(i64::MAX));
    }

    pub(crate) fn halted(&self, kind: &str, resources: usize) {
        let kind = kind.to_owned();
        self.0
            .halted
            .get_or_create(&Kind { kind })
            .set(i64::try_from(resources).unwrap_or(i64::MAX));
    }

    pub(crate) fn event_dropped(&self) {
        self.0.dropped_events.inc();
    }

    /// All families as text, as Prometheus reads them.
    pub(crate) fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_things_are_in_the_text() {
        let metrics = Metrics::new();
        metrics.reconciled("Tally", PassResult::Settled, Duration::from_millis(3));
        metrics.trouble("Tally", "Forbidden");
        metrics.request::<()>("Service", "create", &Ok(()));
        metrics.watched("Tally", "Service", 3);
        let text = metrics.text().unwrap();
        for line in [
            r#"dsoi_reconciles_total{kind="Tally",result="settled"} 1"#,
            r#"dsoi_reconcile_errors_total{kind="Tally",reason="Forbidden"} 1"#,
            r#"dsoi_requests_total{kind="Service",verb="create",result="ok"} 1"#,
            r#"dsoi_watched_objects{owner="Tally",kind="Service"} 3"#,
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
