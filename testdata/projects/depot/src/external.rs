//! src/external.rs — what lies outside of Kubernetes, and where it listens.

pub mod depot_setting;
pub mod shelf;

use dsoi_runtime::prelude::*;

use crate::api::Depot;

/// The server `keeper` of a Depot.
pub(crate) fn keeper(parent: &Depot) -> Server {
    let auth = Auth::bearer("depot-admin", "token");
    Server::service_named("keeper", format!("{}-keeper", parent.cr_name()), 9000)
        .timeout(Duration::from_secs(5))
        .auth(auth)
}

/// The server `directory`.
pub(crate) fn directory() -> Server {
    Server::url("directory", "https://directory.example.com/api")
}
