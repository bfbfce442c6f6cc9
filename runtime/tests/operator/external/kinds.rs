//! Two kinds by hand: a table of a Tally, and the one set of settings that an application has.

use dsoi_runtime::prelude::*;
use serde::{Deserialize, Serialize};

use crate::tally::Tally;

#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(
    group = "example.com",
    version = "v1alpha1",
    kind = "Table",
    plural = "tables",
    namespaced,
    schema = "disabled",
    status = "ExternalStatus",
    crates(
        kube_core = "dsoi_runtime::kube::core",
        k8s_openapi = "dsoi_runtime::k8s_openapi"
    )
)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TableSpec {
    pub(crate) tally: String,
    #[serde(rename = "table.json")]
    pub(crate) table_json: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
}

impl ExternalResource for Table {
    const CRD: &'static str = "";
}

impl External for Table {
    type Parent = Tally;

    const FINALIZER: &'static str = "table.example.com/finalizer";
    const FLAT_CONDITION: bool = true;

    fn parent(&self) -> Option<String> {
        Some(self.spec.tally.clone())
    }

    fn id(&self) -> Result<String, Problem> {
        let body = parse_json("spec.table.json", &self.spec.table_json)?;
        text_at("spec.table.json", &body, "/tableName")
    }

    fn server(&self, parent: Option<&Tally>) -> Option<Server> {
        let labels = [("app", "tally"), ("of", parent?.cr_name_of())];
        let auth = self.spec.secret.as_ref();
        let auth = auth.map(|secret| Auth::basic(secret, "username", "password"));
        let timeout = Duration::from_secs(2);
        Some(
            Server::service("store", labels, 9000)
                .timeout(timeout)
                .auth_if(auth),
        )
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        let spec = &target.cr.spec;
        let id = encode(&target.id);
        let body = parse_json("spec.table.json", &spec.table_json)?;
        Ok(target
            .http()
            .get(Call::get(format!("/tables/{id}")))
            .create(Call::post("/tables").body(&spec.table_json))
            .update(Call::put(format!("/tables/{id}")).body(&spec.table_json))
            .delete(Call::delete(format!("/tables/{id}")))
            .absent(json!({}))
            .owns(body)
            .boxed())
    }

    fn status_fields(target: &Target<Self>) -> Vec<(&'static str, Value)> {
        vec![("currentTable.json", json!(target.cr.spec.table_json))]
    }
}

/// The parent's name.
trait Named {
    fn cr_name_of(&self) -> &str;
}

impl Named for Tally {
    fn cr_name_of(&self) -> &str {
        dsoi_runtime::ClusterResource::cr_name(self)
    }
}

#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]
#[kube(
    group = "example.com",
    version = "v1alpha1",
    kind = "Setting",
    plural = "settings",
    namespaced,
    schema = "disabled",
    status = "ExternalStatus",
    crates(
        kube_core = "dsoi_runtime::kube::core",
        k8s_openapi = "dsoi_runtime::k8s_openapi"
    )
)]
pub(crate) struct SettingSpec {
    pub(crate) values: Value,
}

impl ExternalResource for Setting {
    const CRD: &'static str = "";
}

impl External for Setting {
    type Parent = NoParent;

    fn id(&self) -> Result<String, Problem> {
        Ok("dynamicConfig".to_owned())
    }

    fn server(&self, _parent: Option<&NoParent>) -> Option<Server> {
        Some(Server::service_named("router", "druid-router", 8088))
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        let values = &target.cr.spec.values;
        let path = "/druid/coordinator/v1/config";
        Ok(target
            .http()
            .get(Call::get(path))
            .create(Call::post(path).json(values))
            .update(Call::post(path).json(values))
            .owns(values.clone())
            .boxed())
    }
}
