//! A namespace of one test.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace as Object, ServiceAccount};
use kube::{
    Api, Client,
    api::{DynamicObject, PostParams},
};
use serde_json::{Value, json};

use super::{ControlPlane, Error, apply, wait};

/// How long the controllers may take to equip a namespace.
const EQUIP: Duration = Duration::from_secs(30);

/// A fresh namespace of a [`ControlPlane`]. It stays until the plane ends: tests never share one,
/// and deleting it would only cost time.
#[derive(Clone, Debug)]
pub struct Namespace<'a> {
    plane: &'a ControlPlane,
    name: String,
}

impl<'a> Namespace<'a> {
    /// Creates `name`, and waits for its `default` account: pods are refused before that exists.
    pub(super) async fn create(
        plane: &'a ControlPlane,
        name: String,
        labels: &[(&str, &str)],
    ) -> Result<Self, Error> {
        let client = plane.admin()?;
        let labels: serde_json::Map<String, Value> = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), json!(value)))
            .collect();
        let object: Object =
            serde_json::from_value(json!({ "metadata": { "name": name, "labels": labels } }))
                .expect("a name and labels are a namespace");
        Api::all(client.clone())
            .create(&PostParams::default(), &object)
            .await
            .map_err(Error::api(format!("create the namespace `{name}`")))?;
        let accounts: Api<ServiceAccount> = Api::namespaced(client, &name);
        let what = format!("the namespace `{name}` has a default account");
        wait::until(EQUIP, &what, async || {
            // A failed look is looked again; what stays away shows as the time running out.
            accounts.get_opt("default").await.ok().flatten()
        })
        .await?;
        Ok(Self { plane, name })
    }

    /// The namespace's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The plane that it is in.
    pub fn plane(&self) -> &'a ControlPlane {
        self.plane
    }

    /// Applies every document of `text`, as [`ControlPlane::apply_yaml`] does; one that names no
    /// namespace goes into this one.
    pub async fn apply_yaml(&self, text: &str) -> Result<Vec<DynamicObject>, Error> {
        apply::apply(&self.plane.admin()?, &self.name, text).await
    }

    /// A token of the service account `name`, which is created if absent. See
    /// [`ControlPlane::service_account_token`].
    pub async fn service_account_token(&self, name: &str) -> Result<String, Error> {
        self.plane.service_account_token(&self.name, name).await
    }

    /// A typed handle on this namespace for a fresh administrator's client.
    pub fn api<K>(&self) -> Result<Api<K>, Error>
    where
        K: kube::Resource<Scope = kube::core::NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        Ok(Api::namespaced(self.plane.admin()?, &self.name))
    }
}

/// Creates the account if it is absent and asks the server for a token of it.
pub(super) async fn token(client: &Client, namespace: &str, name: &str) -> Result<String, Error> {
    let act = format!("get a token of the service account `{namespace}/{name}`");
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), namespace);
    let present = accounts.get_opt(name).await;
    if present.map_err(Error::api(act.clone()))?.is_none() {
        let mut account = ServiceAccount::default();
        account.metadata.name = Some(name.to_owned());
        accounts
            .create(&PostParams::default(), &account)
            .await
            .map_err(Error::api(act.clone()))?;
    }
    // Written as JSON because the typed request differs between versions of the types.
    let body = json!({
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "spec": { "expirationSeconds": 24 * 60 * 60 },
    });
    let request = http::Request::post(format!(
        "/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    ))
    .header(http::header::CONTENT_TYPE, "application/json")
    .body(body.to_string().into_bytes())
    .map_err(|error| Error::Manifest {
        reason: error.to_string(),
    })?;
    let answer: Value = client
        .request(request)
        .await
        .map_err(Error::api(act.clone()))?;
    let token = answer.pointer("/status/token").and_then(Value::as_str);
    token.map(str::to_owned).ok_or_else(|| Error::Manifest {
        reason: format!("the server's answer to `{act}` holds no token"),
    })
}
