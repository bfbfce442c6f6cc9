//! Health, readiness and metrics over HTTP (GA-21, SE-15).
//!
//! `/livez` answers as long as the process serves at all; `/readyz` answers 503 and names what is
//! missing until every watch has listed once. `/metrics` is plain on the loopback address, for
//! development; anywhere else it speaks TLS and answers whom the API server knows and allows.
//! Nothing here changes anything.

mod access;
pub(crate) mod certificate;
mod server;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use kube::Client;
use tokio::net::TcpListener;

use self::access::{Access, Verdict};
use self::certificate::{CertificateError, Certificates};
use self::server::{Answer, answer, serve};
use crate::metrics::Metrics;
use crate::operator::MetricsSettings;

/// The text format of Prometheus' successors, which is what we write.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

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
pub(crate) enum ServeError {
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("cannot serve the metrics on {address}")]
    Certificate {
        address: SocketAddr,
        source: CertificateError,
    },
}

/// Serves `/livez` and `/readyz` until it is dropped.
pub(crate) async fn serve_health(
    address: SocketAddr,
    readiness: Readiness,
) -> Result<(), ServeError> {
    let listener = listen(address).await?;
    serve(listener, None, move |request| {
        let answer = match request.uri().path() {
            "/livez" => answer(StatusCode::OK, "ok\n"),
            "/readyz" => match readiness.report() {
                None => answer(StatusCode::OK, "ok\n"),
                Some(missing) => answer(StatusCode::SERVICE_UNAVAILABLE, missing),
            },
            _ => not_found(),
        };
        std::future::ready(answer)
    })
    .await;
    Ok(())
}

/// Serves `/metrics` until it is dropped.
pub(crate) async fn serve_metrics(
    settings: MetricsSettings,
    metrics: Metrics,
    client: Client,
) -> Result<(), ServeError> {
    let address = settings.address;
    let listener = listen(address).await?;
    if address.ip().is_loopback() {
        serve(listener, None, move |request| {
            let answer = match request.uri().path() {
                "/metrics" => text(&metrics),
                _ => not_found(),
            };
            std::future::ready(answer)
        })
        .await;
        return Ok(());
    }
    let certificates = Certificates::new(settings.certificate)
        .map_err(|source| ServeError::Certificate { address, source })?;
    let access = Arc::new(Access::new(client));
    serve(listener, Some(certificates), move |request| {
        let (access, metrics) = (Arc::clone(&access), metrics.clone());
        async move {
            if request.uri().path() == "/metrics" {
                guarded(&access, request.headers(), &metrics).await
            } else {
                not_found()
            }
        }
    })
    .await;
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })
}

async fn guarded(access: &Access, headers: &HeaderMap, metrics: &Metrics) -> Answer {
    match access.judge(headers.get(AUTHORIZATION)).await {
        Ok(Verdict::Allowed) => text(metrics),
        Ok(Verdict::Forbidden) => answer(
            StatusCode::FORBIDDEN,
            "this account may not get the non-resource URL /metrics\n",
        ),
        Ok(Verdict::Unknown) => {
            let mut answer = answer(
                StatusCode::UNAUTHORIZED,
                "show the bearer token of an account of this cluster\n",
            );
            let scheme = HeaderValue::from_static("Bearer");
            answer.headers_mut().insert(WWW_AUTHENTICATE, scheme);
            answer
        }
        Err(error) => {
            let error = crate::error::chain(&error);
            tracing::warn!(error, "cannot tell who asks for the metrics");
            answer(
                StatusCode::SERVICE_UNAVAILABLE,
                "the API server does not say whether this account may read the metrics\n",
            )
        }
    }
}

fn text(metrics: &Metrics) -> Answer {
    let Ok(text) = metrics.text() else {
        return answer(StatusCode::INTERNAL_SERVER_ERROR, "");
    };
    let mut answer = answer(StatusCode::OK, text);
    answer.headers_mut().insert(CONTENT_TYPE, OPEN_METRICS);
    answer
}

fn not_found() -> Answer {
    answer(StatusCode::NOT_FOUND, "there is nothing at this path\n")
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
