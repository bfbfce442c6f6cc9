//! From a declared server to one that answers: its address, its credentials, its certificates.
//!
//! Services and Secrets are read when they are first needed, and again after a failure that a newer
//! one may cure: in a steady state nobody asks for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderValue, Method, Uri};
use hyper::body::Bytes;
use k8s_openapi::ByteString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::{RequestError, chain};
use crate::execute::{Call, Gate, METADATA, Server as Kubernetes};
use crate::external::body::encode;
use crate::external::http::{Clients, Wire};
use crate::external::remote::{ErrorKind, RemoteError};
use crate::external::server::{Auth, Keys, Place, Server, Tls};
use crate::operator::Process;

const JSON: &str = "application/json";

/// Keeps what was looked up.
pub(super) struct Connections {
    kubernetes: Kubernetes,
    /// Addresses that the operator's settings give.
    addresses: BTreeMap<String, String>,
    agent: HeaderValue,
    clients: Clients,
    services: Mutex<BTreeMap<(String, Place), String>>,
    secrets: Mutex<BTreeMap<(String, String), Arc<Secret>>>,
}

#[derive(Deserialize)]
struct Secret {
    #[serde(default)]
    data: BTreeMap<String, ByteString>,
}

#[derive(Deserialize)]
struct Services {
    /// Null where there are none.
    items: Option<Vec<Named>>,
}

#[derive(Deserialize)]
struct Named {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum NoWire {
    Remote(RemoteError),
    Kubernetes(RequestError),
}

impl From<RemoteError> for NoWire {
    fn from(error: RemoteError) -> Self {
        Self::Remote(error)
    }
}

impl Connections {
    pub(super) fn new(process: &Process, kubernetes: Kubernetes) -> Self {
        let agent = format!("{}/{}", process.name, process.version);
        Self {
            kubernetes,
            addresses: process.settings.servers.clone(),
            agent: HeaderValue::from_str(&agent)
                .unwrap_or_else(|_| HeaderValue::from_static("operator")),
            clients: Clients::default(),
            services: Mutex::default(),
            secrets: Mutex::default(),
        }
    }

    /// The connection to a server, for a resource of this namespace.
    pub(super) async fn wire(
        &self,
        gate: &dyn Gate,
        namespace: &str,
        server: &Server,
    ) -> Result<Wire, NoWire> {
        let base = self.base(gate, namespace, server).await?;
        let ca = match &server.tls {
            Tls::Secret { name, key } => Some(self.value(gate, namespace, name, key).await?),
            Tls::None | Tls::System => None,
        };
        let client = self.clients.trusting(ca.as_deref()).map_err(|why| {
            let message = format!(
                "the certificates for server `{}` cannot be read: {why}",
                server.name
            );
            RemoteError::of(ErrorKind::SecretMissing, message)
        })?;
        let (authorization, secrets) = match &server.auth {
            None => (None, Vec::new()),
            Some(auth) => {
                let (header, secrets) = self.authorization(gate, namespace, auth).await?;
                (Some(header), secrets)
            }
        };
        Ok(Wire {
            client,
            base,
            authorization,
            secrets,
            timeout: server.timeout,
            agent: self.agent.clone(),
        })
    }

    /// Forgets what was looked up for a server, so that the next connection looks again.
    pub(super) fn forget(&self, namespace: &str, server: &Server, kind: ErrorKind) {
        if matches!(kind, ErrorKind::Unreachable | ErrorKind::ServerMissing) {
            let key = (namespace.to_owned(), server.place.clone());
            lock(&self.services).remove(&key);
        }
        let names = [
            server.auth.as_ref().map(|auth| &auth.secret),
            match &server.tls {
                Tls::Secret { name, .. } => Some(name),
                Tls::None | Tls::System => None,
            },
        ];
        for name in names.into_iter().flatten() {
            lock(&self.secrets).remove(&(namespace.to_owned(), name.clone()));
        }
    }

    async fn base(
        &self,
        gate: &dyn Gate,
        namespace: &str,
        server: &Server,
    ) -> Result<String, NoWire> {
        if let Some(address) = self.addresses.get(&server.name) {
            return Ok(address.trim_end_matches('/').to_owned());
        }
        let scheme = match server.tls {
            Tls::None => "http",
            Tls::System | Tls::Secret { .. } => "https",
        };
        match &server.place {
            Place::Url(url) => Ok(address(server, url)?),
            Place::Named(service, port) => {
                Ok(format!("{scheme}://{service}.{namespace}.svc:{port}"))
            }
            Place::Labels(labels, port) => {
                let service = self.service(gate, namespace, &server.place, labels).await?;
                Ok(format!("{scheme}://{service}.{namespace}.svc:{port}"))
            }
        }
    }

    /// The first Service with these labels, by name.
    async fn service(
        &self,
        gate: &dyn Gate,
        namespace: &str,
        place: &Place,
        labels: &[(String, String)],
    ) -> Result<String, NoWire> {
        let key = (namespace.to_owned(), place.clone());
        if let Some(known) = lock(&self.services).get(&key) {
            return Ok(known.clone());
        }
        let selector: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        let selector = selector.join(",");
        let path = format!(
            "/api/v1/namespaces/{namespace}/services?labelSelector={}",
            encode(&selector)
        );
        let accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
        let found: Services = self
            .get(gate, path, accept, "Service", "list")
            .await
            .map_err(|error| unread(error, ErrorKind::ServerMissing, "Services"))?;
        let found = found.items.unwrap_or_default();
        let first = found.into_iter().map(|item| item.metadata.name).min();
        let Some(service) = first else {
            let message = format!("there is no Service with the labels {selector}");
            return Err(RemoteError::of(ErrorKind::ServerMissing, message).into());
        };
        lock(&self.services).insert(key, service.clone());
        Ok(service)
    }

    async fn authorization(
        &self,
        gate: &dyn Gate,
        namespace: &str,
        auth: &Auth,
    ) -> Result<(HeaderValue, Vec<String>), NoWire> {
        let (header, secrets) = match &auth.keys {
            Keys::Basic { username, password } => {
                let username = self.text(gate, namespace, &auth.secret, username).await?;
                let password = self.text(gate, namespace, &auth.secret, password).await?;
                let both = base64(format!("{username}:{password}").into_bytes());
                (format!("Basic {both}"), vec![both, password])
            }
            Keys::Bearer { token } => {
                let token = self.text(gate, namespace, &auth.secret, token).await?;
                (format!("Bearer {token}"), vec![token])
            }
        };
        let mut header = HeaderValue::try_from(header).map_err(|_| {
            let message = format!(
                "what Secret `{}` holds cannot be sent in a header",
                auth.secret
            );
            RemoteError::of(ErrorKind::SecretMissing, message)
        })?;
        header.set_sensitive(true);
        Ok((header, secrets))
    }

    /// A text of a Secret, without the line end that a file has.
    async fn text(
        &self,
        gate: &dyn Gate,
        namespace: &str,
        secret: &str,
        key: &str,
    ) -> Result<String, NoWire> {
        let value = self.value(gate, namespace, secret, key).await?;
        let text = String::from_utf8(value).map_err(|_| {
            let message = format!("key `{key}` of Secret `{secret}` is no text");
            RemoteError::of(ErrorKind::SecretMissing, message)
        })?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn value(
        &self,
        gate: &dyn Gate,
        namespace: &str,
        name: &str,
        key: &str,
    ) -> Result<Vec<u8>, NoWire> {
        let secret = self.secret(gate, namespace, name).await?;
        let Some(value) = secret.data.get(key) else {
            let message = format!("Secret `{name}` has no key `{key}`");
            return Err(RemoteError::of(ErrorKind::SecretMissing, message).into());
        };
        Ok(value.0.clone())
    }

    async fn secret(
        &self,
        gate: &dyn Gate,
        namespace: &str,
        name: &str,
    ) -> Result<Arc<Secret>, NoWire> {
        let id = (namespace.to_owned(), name.to_owned());
        if let Some(known) = lock(&self.secrets).get(&id) {
            return Ok(Arc::clone(known));
        }
        let path = format!("/api/v1/namespaces/{namespace}/secrets/{}", encode(name));
        let secret: Secret = match self.get(gate, path, JSON, "Secret", "get").await {
            Ok(secret) => secret,
            Err(error) if error.code() == 404 => {
                let message = format!("there is no Secret `{name}`");
                return Err(RemoteError::of(ErrorKind::SecretMissing, message).into());
            }
            Err(error) => {
                let what = format!("Secret `{name}`");
                return Err(unread(error, ErrorKind::SecretMissing, &what));
            }
        };
        let secret = Arc::new(secret);
        lock(&self.secrets).insert(id, Arc::clone(&secret));
        Ok(secret)
    }

    async fn get<T: DeserializeOwned>(
        &self,
        gate: &dyn Gate,
        path: String,
        accept: &'static str,
        kind: &'static str,
        verb: &'static str,
    ) -> Result<T, RequestError> {
        let call = Call {
            method: Method::GET,
            path,
            content: METADATA,
            accept,
            body: Bytes::new(),
            kind,
            verb,
        };
        self.kubernetes.send(gate, &call).await
    }
}

/// The API server does not show what is needed.
fn unread(error: RequestError, kind: ErrorKind, what: &str) -> NoWire {
    if matches!(error, RequestError::Closed(_)) {
        return NoWire::Kubernetes(error);
    }
    let why = chain(&error);
    NoWire::Remote(RemoteError::of(kind, format!("cannot read {what}: {why}")))
}

/// A declared address, if it is one that may be spoken to.
fn address(server: &Server, url: &str) -> Result<String, RemoteError> {
    let refused = |why: String| {
        let message = format!("the address of server `{}` is refused: {why}", server.name);
        RemoteError::of(ErrorKind::ServerMissing, message)
    };
    let uri: Uri = url.parse().map_err(|error| refused(chain(&error)))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(refused(
            "it is neither `http://…` nor `https://…`".to_owned(),
        ));
    }
    let authority = uri.authority().map(http::uri::Authority::as_str);
    if authority.is_some_and(|authority| authority.contains('@')) {
        return Err(refused("it holds credentials".to_owned()));
    }
    if uri.query().is_some() {
        return Err(refused("it has a query".to_owned()));
    }
    let host = uri.host().unwrap_or_default();
    if !server.allows(host) {
        return Err(refused(format!("the host `{host}` is not allowed")));
    }
    Ok(url.trim_end_matches('/').to_owned())
}

fn base64(bytes: Vec<u8>) -> String {
    // As the API writes bytes.
    match json!(ByteString(bytes)) {
        Value::String(text) => text,
        _ => String::new(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_a_resource_gives_is_looked_at_before_it_is_used() {
        let server = Server::url("vault", "").allow_hosts(["api.example.com"]);
        let of = |url| address(&server, url).map_err(|error| error.to_string());
        assert_eq!(
            of("https://api.example.com:8200/v1/").unwrap(),
            "https://api.example.com:8200/v1"
        );
        for (url, why) in [
            (
                "https://169.254.169.254/",
                "the host `169.254.169.254` is not allowed",
            ),
            (
                "https://api.example.com@evil.example.org/",
                "it holds credentials",
            ),
            ("file:///etc/passwd", "refused"),
            ("ftp://api.example.com/", "neither"),
            ("api.example.com", "neither"),
            ("https://api.example.com/?x=", "it has a query"),
            ("https://api example.com", "invalid"),
        ] {
            let error = of(url).unwrap_err();
            assert!(error.contains(why), "{url}: {error}");
        }
    }

    #[test]
    fn credentials_are_encoded_as_the_header_wants_them() {
        assert_eq!(
            base64(b"Aladdin:open sesame".to_vec()),
            "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
    }
}
