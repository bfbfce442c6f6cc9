//! Health, readiness and metrics over HTTP (GA-21).
//!
//! `/livez` answers as long as the process serves at all; `/readyz` answers 503 and names what is
//! missing until every watch has listed once. Nothing here changes anything.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::metrics::Metrics;

/// What has to be there before the operator counts as ready; cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readiness(Arc<Mutex<BTreeMap<String, String>>>);

impl Readiness {
    /// Not ready before `what` is there; `why` says what it waits for.
    pub(crate) fn missing(&self, what: &str, why: impl Into<String>) {
        self.lock().insert(what.to_owned(), why.into());
    }

    /// `what` is there.
    pub(crate) fn there(&self, what: &str) {
        self.lock().remove(what);
    }

    /// What is missing, one a line; none when ready.
    pub(crate) fn report(&self) -> Option<String> {
        let missing = self.lock();
        let lines: Vec<String> = missing
            .iter()
            .map(|(what, why)| format!("{what}: {why}\n"))
            .collect();
        (!lines.is_empty()).then(|| lines.concat())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the endpoints cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub(crate) struct ListenError {
    address: SocketAddr,
    source: std::io::Error,
}

/// Serves `/livez` and `/readyz` until it is dropped.
pub(crate) async fn serve_health(
    address: SocketAddr,
    readiness: Readiness,
) -> Result<(), ListenError> {
    let router = Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(readiness);
    serve(address, router).await
}

/// Serves `/metrics` until it is dropped.
pub(crate) async fn serve_metrics(
    address: SocketAddr,
    metrics: Metrics,
) -> Result<(), ListenError> {
    let router = Router::new()
        .route("/metrics", get(text))
        .with_state(metrics);
    serve(address, router).await
}

async fn serve(address: SocketAddr, router: Router) -> Result<(), ListenError> {
    let failed = |source| ListenError { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    axum::serve(listener, router).await.map_err(failed)
}

async fn ready(State(readiness): State<Readiness>) -> (StatusCode, String) {
    match readiness.report() {
        None => (StatusCode::OK, "ok\n".to_owned()),
        Some(missing) => (StatusCode::SERVICE_UNAVAILABLE, missing),
    }
}

async fn text(State(metrics): State<Metrics>) -> Result<String, StatusCode> {
    metrics
        .text()
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_until_it_is_there() {
        let readiness = Readiness::default();
        assert_eq!(readiness.report(), None);
        readiness.missing("Service", "not listed yet");
        readiness.missing("Tally", "the CustomResourceDefinition is not installed");
        assert_eq!(
            readiness.report().unwrap(),
            "Service: not listed yet\nTally: the CustomResourceDefinition is not installed\n"
        );
        readiness.there("Service");
        readiness.there("Tally");
        assert_eq!(readiness.report(), None);
    }
}
