//! src/external/pinot_schema.rs — an object outside of Kubernetes, reached over HTTP.

use dsoi_runtime::prelude::*;

use super::pinot;
use crate::api::{Pinot, PinotSchema};

/// The controller of the kind.
pub fn controller() -> ExternalController<PinotSchema> {
    ExternalController::new()
        .ignore_annotation("pinotschema.datainfra.io/reconcile")
        .events("pinot-control-plane", "")
}

impl External for PinotSchema {
    type Parent = Pinot;
    const FINALIZER: &'static str = "pinotschema.datainfra.io/finalizer";
    const FLAT_CONDITION: bool = true;

    /// Its name, in the namespace of the resource.
    fn parent(&self) -> Option<String> {
        Some(self.spec.pinot_cluster.clone())
    }

    /// What the server calls it.
    fn id(&self) -> Result<String, Problem> {
        let schema_json = parse_json("spec.schema.json", &self.spec.schema_json)?;
        text_at("spec.schema.json", &schema_json, "/schemaName")
    }

    fn server(&self, parent: Option<&Pinot>) -> Option<Server> {
        parent.map(pinot)
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        let spec = &target.cr.spec;
        let id = encode(&target.id);
        let schema_json = parse_json("spec.schema.json", &spec.schema_json)?;
        let path = format!("/schemas/{id}");
        let remote = target
            .http()
            .get(Call::get(&path))
            .create(Call::post("/schemas").body(&spec.schema_json))
            .update(Call::put(&path).body(&spec.schema_json))
            .delete(Call::delete(&path))
            .owns(schema_json)
            .boxed();
        Ok(remote)
    }

    fn status_fields(target: &Target<Self>) -> Vec<(&'static str, Value)> {
        let spec = &target.cr.spec;
        vec![("currentSchemas.json", json!(spec.schema_json))]
    }
}
