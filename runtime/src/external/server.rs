//! Where an application listens, and how it is spoken to: as declared, before anything is looked up.

use std::time::Duration;

/// A request, from the first byte sent to the last one read.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The HTTP endpoint of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The manifest's name of it, under which an operator's settings give another address.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) auth: Option<Auth>,
    pub(super) tls: Tls,
    pub(super) timeout: Duration,
    /// Where the address is text of a resource: the hosts that it may name.
    pub(super) hosts: Option<Vec<String>>,
}

/// How the address is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The first Service of the resource's namespace with these labels, by name.
    Labels(Vec<(String, String)>, u16),
    /// A Service of the resource's namespace.
    Named(String, u16),
    Url(String),
}

/// Whether the connection to a Service is encrypted, and whose certificates count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Tls {
    #[default]
    None,
    /// Those that the system trusts.
    System,
    /// Those of an authority in a Secret of the resource's namespace.
    Secret { name: String, key: String },
}

/// Credentials in a Secret of the resource's own namespace. They are read when they are needed and
/// appear in no log, event or status (SE-8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    pub(super) secret: String,
    pub(super) keys: Keys,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    Basic { username: String, password: String },
    Bearer { token: String },
}

impl Auth {
    /// User name and password, by the Secret's keys.
    pub fn basic(
        secret: impl Into<String>,
        username: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        Self {
            secret: secret.into(),
            keys: Keys::Basic {
                username: username.into(),
                password: password.into(),
            },
        }
    }

    /// A token, by the Secret's key.
    pub fn bearer(secret: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            secret: secret.into(),
            keys: Keys::Bearer {
                token: token.into(),
            },
        }
    }
}

impl Server {
    /// A port of the Service with these labels, in the namespace of the resource.
    pub fn service<K: Into<String>, V: Into<String>>(
        name: impl Into<String>,
        labels: impl IntoIterator<Item = (K, V)>,
        port: u16,
    ) -> Self {
        let labels = labels
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        Self::at(name, Place::Labels(labels, port))
    }

    /// A port of the Service of this name, in the namespace of the resource.
    pub fn service_named(name: impl Into<String>, service: impl Into<String>, port: u16) -> Self {
        Self::at(name, Place::Named(service.into(), port))
    }

    /// A fixed address: `http://…` or `https://…`. One that a resource gives needs
    /// [`allow_hosts`](Self::allow_hosts).
    pub fn url(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self::at(name, Place::Url(url.into()))
    }

    fn at(name: impl Into<String>, place: Place) -> Self {
        Self {
            name: name.into(),
            place,
            auth: None,
            tls: Tls::None,
            timeout: TIMEOUT,
            hosts: None,
        }
    }

    /// With credentials in every request.
    pub fn auth(self, auth: Auth) -> Self {
        self.auth_if(Some(auth))
    }

    /// With credentials, where there are some.
    pub fn auth_if(mut self, auth: Option<Auth>) -> Self {
        self.auth = auth;
        self
    }

    /// Encrypted, with a certificate that the system trusts.
    pub fn https(mut self) -> Self {
        self.tls = Tls::System;
        self
    }

    /// Encrypted, with a certificate of the authority under this key of a Secret.
    pub fn https_with_ca(mut self, secret: impl Into<String>, key: impl Into<String>) -> Self {
        self.tls = Tls::Secret {
            name: secret.into(),
            key: key.into(),
        };
        self
    }

    /// How long one request may take in all. The default is ten seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The hosts that the address may name: `api.example.com`, or `*.example.com` for all below it.
    pub fn allow_hosts<H: Into<String>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        self.hosts = Some(hosts.into_iter().map(Into::into).collect());
        self
    }

    /// Where two objects of one name are one.
    pub(super) fn within(&self, namespace: &str) -> String {
        match &self.place {
            Place::Url(url) => url.clone(),
            Place::Named(service, port) => format!("{namespace}/{service}:{port}"),
            Place::Labels(labels, port) => format!("{namespace}/{labels:?}:{port}"),
        }
    }

    /// Whether the address may name this host.
    pub(super) fn allows(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.as_ref().is_none_or(|hosts| {
            hosts
                .iter()
                .any(|allowed| match allowed.strip_prefix("*.") {
                    Some(domain) => host
                        .strip_suffix(&domain.to_ascii_lowercase())
                        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
                    None => host == allowed.to_ascii_lowercase(),
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_resource_reaches_allowed_hosts_only() {
        let server = Server::url("vault", "x").allow_hosts(["api.example.com", "*.example.org"]);
        for (host, allowed) in [
            ("api.example.com", true),
            ("API.Example.com", true),
            ("api.example.com.", true),
            ("x.api.example.com", false),
            ("a.example.org", true),
            ("a.b.example.org", true),
            ("example.org", false),
            ("badexample.org", false),
            ("169.254.169.254", false),
            ("", false),
        ] {
            assert_eq!(server.allows(host), allowed, "{host}");
        }
        assert!(Server::url("vault", "x").allows("anything"));
    }
}
