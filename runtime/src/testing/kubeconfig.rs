//! How to reach an API server, as a file for other processes and as a client for this one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kube::{Client, Config, config::AuthInfo};
use serde_json::{Value, json};

use super::{Error, certs::Certs};

/// A server's address, and the authority that vouches for it if it speaks TLS.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) url: http::Uri,
    pub(super) ca: Option<PathBuf>,
}

/// As whom to sign in, in the words of a kubeconfig.
#[derive(Clone, Debug)]
pub(super) struct User(Value);

impl User {
    pub(super) fn admin(certs: &Certs) -> Self {
        Self(json!({
            "client-certificate": certs.admin.cert,
            "client-key": certs.admin.key,
        }))
    }

    pub(super) fn token(token: &str) -> Self {
        Self(json!({ "token": token }))
    }

    /// Nobody: what a request itself carries decides.
    pub(super) fn none() -> Self {
        Self(json!({}))
    }
}

impl Server {
    /// Writes a kubeconfig to `path`.
    pub(super) fn kubeconfig(&self, user: &User, path: &Path) -> Result<(), Error> {
        let mut cluster = json!({ "server": self.url.to_string() });
        if let Some(ca) = &self.ca {
            cluster["certificate-authority"] = json!(ca);
        }
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{ "name": "testing", "cluster": cluster }],
            "users": [{ "name": "testing", "user": user.0 }],
            "contexts": [{ "name": "testing", "context": {
                "cluster": "testing", "user": "testing", "namespace": "default",
            }}],
            "current-context": "testing",
        });
        // JSON is YAML, and every reader of kubeconfig files reads YAML.
        fs::write(path, config.to_string()).map_err(Error::io("write", path))
    }

    /// A client of this server. To be called in the runtime that will use it.
    pub(super) fn client(&self, user: &User) -> Result<Client, Error> {
        let act = format!("set up a client of {}", self.url);
        let mut config = Config::new(self.url.clone());
        config.root_cert_file.clone_from(&self.ca);
        config.auth_info = serde_json::from_value::<AuthInfo>(user.0.clone())
            .map_err(|source| Error::api(act.clone())(kube::Error::SerdeError(source)))?;
        // A request that a test sends is sent once, so that what it counts is what it did.
        config.default_retry = false;
        Client::try_from(config).map_err(Error::api(act))
    }
}

/// A server's address on loopback.
pub(super) fn server_url(scheme: &str, port: u16) -> Result<http::Uri, Error> {
    let url = format!("{scheme}://127.0.0.1:{port}");
    url.parse().map_err(|error| Error::Manifest {
        reason: format!("`{url}` is no address: {error}"),
    })
}
