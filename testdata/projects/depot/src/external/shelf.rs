//! src/external/shelf.rs — A shelf in the directory that all depots share.

use dsoi_runtime::prelude::*;

use super::directory;
use crate::api::Shelf;

/// The controller of the kind.
pub fn controller() -> ExternalController<Shelf> {
    ExternalController::new()
}

impl External for Shelf {
    type Parent = NoParent;
    const POLICY: ExternalPolicy = ExternalPolicy {
        adopt: Adopt::Refuse,
        deletion: Deletion::Delete,
        parent_gone: ParentGone::Release,
        resync: None,
    };

    /// What the server calls it.
    fn id(&self) -> Result<String, Problem> {
        let id = self
            .spec
            .label
            .clone()
            .unwrap_or_else(|| self.cr_name().to_owned());
        Ok(id)
    }

    fn server(&self, _parent: Option<&NoParent>) -> Option<Server> {
        Some(directory())
    }

    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {
        let spec = &target.cr.spec;
        let id = encode(&target.id);
        let body = json!({
            "label": target.id,
            "region": spec.region,
            "note": spec.note,
        });
        let region = encode(spec.region.as_str());
        let namespace = encode(target.cr.cr_namespace());
        let path = format!("/regions/{region}/shelves/{id}");
        let create_path = format!("/regions/{region}/shelves/{id}?by={namespace}");
        let remote = target
            .http()
            .get(Call::get(&path))
            .create(Call::put(&create_path).json(&body))
            .update(Call::put(&create_path).json(&body))
            .delete(Call::delete(&path))
            .owns(body)
            .boxed();
        Ok(remote)
    }

    fn status_fields(target: &Target<Self>) -> Vec<(&'static str, Value)> {
        let spec = &target.cr.spec;
        vec![("shelf", json!(format!("{} in {}", target.id, spec.region)))]
    }
}
