//! src/main.rs — the Pinot operator.

use std::process::ExitCode;

use dsoi_runtime::Operator;

use pinot_control_plane::{cluster, external};

fn main() -> ExitCode {
    Operator::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .lease("e8b13a47.datainfra.io")
        .controller(cluster::controller())
        .external(external::pinot_schema::controller())
        .external(external::pinot_table::controller())
        .external(external::pinot_tenant::controller())
        .main()
}
