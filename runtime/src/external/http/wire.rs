//! One connection to one application: bounded in time and size, and silent about secrets.
//!
//! A redirect is not followed: it could lead a request with its credentials anywhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderName, HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::super::remote::{ErrorKind, RemoteError, tidy};
use super::Call;
use crate::error::chain;

/// Of an answer's body.
const LARGEST: usize = 4 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(5);
const IDLE: Duration = Duration::from_secs(60);
const IDLE_CONNECTIONS: usize = 4;
/// A longer wait than this is what nobody means.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
const JSON: HeaderValue = HeaderValue::from_static("application/json");

type Client = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// How requests reach an application.
pub(in crate::external) struct Wire {
    pub(in crate::external) client: Client,
    /// Scheme, host, port and perhaps the start of a path, without a `/` at its end.
    pub(in crate::external) base: String,
    pub(in crate::external) authorization: Option<HeaderValue>,
    /// What must not be seen in any text.
    pub(in crate::external) secrets: Vec<String>,
    pub(in crate::external) timeout: Duration,
    pub(in crate::external) agent: HeaderValue,
}

/// What an application answered.
pub(in crate::external) struct Answer {
    pub(in crate::external) code: u16,
    pub(in crate::external) body: Bytes,
    pub(in crate::external) retry_after: Option<Duration>,
    /// Its text for people: short, and without secrets.
    pub(in crate::external) shown: String,
}

impl Answer {
    /// Why it is no success.
    pub(in crate::external) fn failure(&self, call: &Call) -> RemoteError {
        let kind = match self.code {
            401 | 403 => ErrorKind::Unauthorized,
            300..500 => ErrorKind::Refused,
            _ => ErrorKind::Server,
        };
        let what = if (300..400).contains(&self.code) {
            "with a redirect, which is not followed"
        } else {
            &self.shown
        };
        let mut error = RemoteError::of(kind, format!("{call} answered {}: {what}", self.code));
        error.retry_after = self.retry_after;
        error
    }
}

impl Wire {
    /// Sends one call, once.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, RemoteError> {
        match tokio::time::timeout(self.timeout, self.exchange(call)).await {
            Ok(result) => result,
            Err(_) => Err(RemoteError::of(
                ErrorKind::Unreachable,
                format!("{call} had no answer within {:?}", self.timeout),
            )),
        }
    }

    async fn exchange(&self, call: &Call) -> Result<Answer, RemoteError> {
        let request = self.request(call)?;
        let answer = self.client.request(request).await.map_err(|error| {
            let why = self.redacted(&chain(&error));
            RemoteError::of(ErrorKind::Unreachable, format!("{call} failed: {why}"))
        })?;
        let code = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT));
        let body = Limited::new(answer.into_body(), LARGEST)
            .collect()
            .await
            .map_err(|error| self.broken(call, &*error))?
            .to_bytes();
        let start = body.get(..body.len().min(4096)).unwrap_or_default();
        let shown = tidy(&self.redacted(&String::from_utf8_lossy(start)));
        Ok(Answer {
            code,
            body,
            retry_after,
            shown,
        })
    }

    fn request(&self, call: &Call) -> Result<Request<Full<Bytes>>, RemoteError> {
        let wrong = |error: http::Error| {
            let why = self.redacted(&chain(&error));
            RemoteError::of(ErrorKind::Refused, format!("{call} cannot be sent: {why}"))
        };
        let uri: Uri = format!("{}{}", self.base, call.path)
            .parse()
            .map_err(|error: http::uri::InvalidUri| wrong(error.into()))?;
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(uri)
            .body(Full::new(call.body.clone().unwrap_or_default()))
            .map_err(wrong)?;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, JSON);
        headers.insert(header::USER_AGENT, self.agent.clone());
        if call.body.is_some() {
            headers.insert(header::CONTENT_TYPE, JSON);
        }
        for (name, value) in &call.headers {
            let name =
                HeaderName::from_bytes(name.as_bytes()).map_err(|error| wrong(error.into()))?;
            let value = HeaderValue::from_str(value).map_err(|error| wrong(error.into()))?;
            headers.insert(name, value);
        }
        // Last: what a resource says does not take its place.
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        Ok(request)
    }

    fn broken(&self, call: &Call, error: &(dyn std::error::Error + 'static)) -> RemoteError {
        if error.is::<LengthLimitError>() {
            let message = format!("{call} answered with more than {} MiB", LARGEST >> 20);
            RemoteError::of(ErrorKind::Unreadable, message)
        } else {
            let why = self.redacted(&chain(error));
            RemoteError::of(ErrorKind::Unreachable, format!("{call} broke off: {why}"))
        }
    }

    fn redacted(&self, text: &str) -> String {
        self.secrets
            .iter()
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// Clients by whose certificates they trust; one connects to every server.
#[derive(Default)]
pub(in crate::external) struct Clients(Mutex<BTreeMap<Option<Vec<u8>>, Client>>);

impl Clients {
    /// The client that trusts these authorities, or the system's.
    pub(in crate::external) fn trusting(&self, ca: Option<&[u8]>) -> Result<Client, String> {
        let key = ca.map(<[u8]>::to_vec);
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let made = client(ca)?;
        // Authorities change rarely; old ones are not kept for ever.
        if clients.len() >= 16 {
            clients.clear();
        }
        clients.insert(key, made.clone());
        Ok(made)
    }
}

fn client(ca: Option<&[u8]>) -> Result<Client, String> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_nodelay(true);
    let builder = HttpsConnectorBuilder::new();
    let builder = match ca {
        Some(pem) => builder.with_tls_config(trusting(pem)?),
        None => builder
            .with_provider_and_native_roots(ring::default_provider())
            // Without any, nothing that is encrypted is trusted.
            .or_else(|_| {
                Ok::<_, String>(
                    HttpsConnectorBuilder::new().with_tls_config(config(RootCertStore::empty())?),
                )
            })?,
    };
    let connector = builder.https_or_http().enable_http1().wrap_connector(tcp);
    Ok(legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector))
}

fn trusting(pem: &[u8]) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| chain(&error))?;
        roots.add(certificate).map_err(|error| chain(&error))?;
    }
    if roots.is_empty() {
        return Err("it holds no certificate".to_owned());
    }
    config(roots)
}

fn config(roots: RootCertStore) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error: rustls::Error| chain(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
