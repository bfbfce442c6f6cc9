//! src/api.rs — the custom resource `Depot`, as its schema in `config/crd` has it.
//!
//! Written from `dsoi.yaml`: change the manifest, not these files.

mod app_config_group;
mod depot_setting;
mod k8s_config_group;
mod node;
mod shelf;
mod spec;
mod wire;

pub use self::app_config_group::*;
pub use self::depot_setting::*;
pub use self::k8s_config_group::*;
pub use self::node::*;
pub use self::shelf::*;
pub use self::spec::*;
