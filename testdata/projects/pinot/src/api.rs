//! src/api.rs — the custom resource `Pinot`, as its schema in `config/crd` has it.
//!
//! Written from `dsoi.yaml`: change the manifest, not these files.

mod app_config_group;
mod external;
mod k8s_config_group;
mod node;
mod pinot_schema;
mod pinot_table;
mod pinot_tenant;
mod spec;
mod wire;

pub use self::app_config_group::*;
pub use self::external::*;
pub use self::k8s_config_group::*;
pub use self::node::*;
pub use self::pinot_schema::*;
pub use self::pinot_table::*;
pub use self::pinot_tenant::*;
pub use self::spec::*;
