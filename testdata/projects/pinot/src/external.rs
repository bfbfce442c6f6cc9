//! src/external.rs — what lies outside of Kubernetes, and where it listens.

pub mod pinot_schema;
pub mod pinot_table;
pub mod pinot_tenant;

use dsoi_runtime::prelude::*;

use crate::api::Pinot;

/// The server `pinot` of a Pinot.
pub(crate) fn pinot(parent: &Pinot) -> Server {
    let labels = [
        ("custom_resource", parent.cr_name()),
        ("nodeType", "controller"),
    ];
    let auth = parent.spec.auth.as_ref().map(|auth| {
        Auth::basic(
            &auth.secret_ref.name,
            "CONTROL_PLANE_USERNAME",
            "CONTROL_PLANE_PASSWORD",
        )
    });
    Server::service("pinot", labels, 9000).auth_if(auth)
}
