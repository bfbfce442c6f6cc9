//! Kinds whose truth lies outside of Kubernetes, against a scripted application.
//!
//! The operator is this program itself, with `external_process` as its only test. Nobody looks after
//! the parents here: a test says how they stand.

#[path = "external/deletion.rs"]
mod deletion;
#[path = "external/hostile.rs"]
mod hostile;
#[path = "external/identity.rs"]
mod identity;
#[path = "external/kinds.rs"]
mod kinds;
#[path = "external/life.rs"]
mod life;
#[path = "external/parent.rs"]
mod parent;
#[path = "external/policy.rs"]
mod policy;
#[path = "external/world.rs"]
mod world;

use std::process::ExitCode;

use dsoi_runtime::Operator;
use dsoi_runtime::external::ExternalController;

/// No claim of its own: what the other tests start.
#[test]
fn external_process() -> ExitCode {
    if std::env::var_os(world::SWITCH).is_none() {
        return ExitCode::SUCCESS;
    }
    Operator::new(crate::scene::OPERATOR, "0.1.0")
        .external(ExternalController::<kinds::Table>::new().events("tally-control-plane", ""))
        .external(ExternalController::<kinds::Setting>::new())
        .external(ExternalController::<policy::Archive>::new())
        .external(ExternalController::<policy::Shard>::new())
        .main_from([crate::scene::OPERATOR])
}
