//! src/external/pinot_tenant.rs — an object outside of Kubernetes, reached over HTTP.

use dsoi_runtime::prelude::*;

use super::pinot;
use crate::api::{Pinot, PinotTenant};
use crate::hooks;

/// The controller of the kind.
pub fn controller() -> ExternalController<PinotTenant> {
    ExternalController::new()
        .ignore_annotation("pinottenant.datainfra.io/reconcile")
        .events("pinot-control-plane", "")
}

impl External for PinotTenant {
    type Parent = Pinot;
    const FINALIZER: &'static str = "pinottenant.datainfra.io/finalizer";
    const FLAT_CONDITION: bool = true;

    /// Its name, in the namespace of the resource.
    fn parent(&self) -> Option<String> {
        Some(self.spec.pinot_cluster.clone())
    }

    /// What the server calls it.
    fn id(&self) -> Result<String, Problem> {
        let tenants_json = parse_json("spec.tenants.json", &self.spec.tenants_json)?;
        text_at("spec.tenants.json", &tenants_json, "/tenantName")
    }

    fn server(&self, parent: Option<&Pinot>) -> Option<Server> {
        parent.map(pinot)
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        let spec = &target.cr.spec;
        let id = encode(&target.id);
        let tenants_json = parse_json("spec.tenants.json", &spec.tenants_json)?;
        let cr = Arc::clone(&target.cr);
        let pinot_tenant_type = encode(spec.pinot_tenant_type.as_str());
        let path = format!("/tenants/{id}");
        let delete_path = format!("/tenants/{id}?type={pinot_tenant_type}");
        let remote = target
            .http()
            .get(Call::get(&path))
            .create(Call::post("/tenants").body(&spec.tenants_json))
            .update(Call::put("/tenants").body(&spec.tenants_json))
            .delete(Call::delete(&delete_path))
            .owns(tenants_json)
            .live(move |answer| hooks::pinot_tenant_live_body(&cr, answer))
            .boxed();
        Ok(remote)
    }

    fn status_fields(target: &Target<Self>) -> Vec<(&'static str, Value)> {
        let spec = &target.cr.spec;
        vec![("currentTenants.json", json!(spec.tenants_json))]
    }
}
