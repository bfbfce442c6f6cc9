//! src/external/depot_setting.rs — Settings that a running depot takes. What it has beside them is its own.

use dsoi_runtime::prelude::*;

use super::keeper;
use crate::api::{Depot, DepotSetting};

/// The controller of the kind.
pub fn controller() -> ExternalController<DepotSetting> {
    ExternalController::new()
}

impl External for DepotSetting {
    type Parent = Depot;
    const POLICY: ExternalPolicy = ExternalPolicy {
        adopt: Adopt::Adopt,
        deletion: Deletion::Orphan,
        parent_gone: ParentGone::Release,
        resync: Some(Duration::from_secs(120)),
    };

    /// Its name, in the namespace of the resource.
    fn parent(&self) -> Option<String> {
        Some(self.spec.depot.clone())
    }

    /// What the server calls it.
    fn id(&self) -> Result<String, Problem> {
        Ok("settings".to_owned())
    }

    fn server(&self, parent: Option<&Depot>) -> Option<Server> {
        parent.map(keeper)
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        let spec = &target.cr.spec;
        let body = json!({
            "retention": { "days": spec.retention_days },
            "tags": spec.tags,
        });
        let body = present(body);
        let remote = target
            .http()
            .get(Call::get("/config"))
            .create(Call::post("/config").json(&body))
            .update(Call::post("/config").json(&body))
            .owns(body)
            .boxed();
        Ok(remote)
    }

    fn status_fields(target: &Target<Self>) -> Vec<(&'static str, Value)> {
        let spec = &target.cr.spec;
        vec![("retentionDays", json!(spec.retention_days))]
    }
}
