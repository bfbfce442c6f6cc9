//! src/external/pinot_table.rs — an object outside of Kubernetes, reached over HTTP.

use dsoi_runtime::prelude::*;

use super::pinot;
use crate::api::{Pinot, PinotTable};

/// The controller of the kind.
pub fn controller() -> ExternalController<PinotTable> {
    ExternalController::new()
        .ignore_annotation("pinottable.datainfra.io/reconcile")
        .events("pinot-control-plane", "")
}

impl External for PinotTable {
    type Parent = Pinot;
    const FINALIZER: &'static str = "pinottable.datainfra.io/finalizer";
    const FLAT_CONDITION: bool = true;

    /// Its name, in the namespace of the resource.
    fn parent(&self) -> Option<String> {
        Some(self.spec.pinot_cluster.clone())
    }

    /// What the server calls it.
    fn id(&self) -> Result<String, Problem> {
        let tables_json = parse_json("spec.tables.json", &self.spec.tables_json)?;
        text_at("spec.tables.json", &tables_json, "/tableName")
    }

    fn server(&self, parent: Option<&Pinot>) -> Option<Server> {
        parent.map(pinot)
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        let spec = &target.cr.spec;
        let id = encode(&target.id);
        let tables_json = parse_json("spec.tables.json", &spec.tables_json)?;
        let path = format!("/tables/{id}");
        let remote = target
            .http()
            .get(Call::get(&path))
            .create(Call::post("/tables").body(&spec.tables_json))
            .update(Call::put(&path).body(&spec.tables_json))
            .delete(Call::delete(&path))
            .absent(json!({}))
            .owns(tables_json)
            .boxed();
        Ok(remote)
    }

    fn status_fields(target: &Target<Self>) -> Vec<(&'static str, Value)> {
        let spec = &target.cr.spec;
        vec![("currentTable.json", json!(spec.tables_json))]
    }
}
