//! src/main.rs — the Depot operator.

use std::process::ExitCode;

use dsoi_runtime::Operator;

use depot_operator::{cluster, external};

fn main() -> ExitCode {
    Operator::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .controller(cluster::controller())
        .external(external::depot_setting::controller())
        .external(external::shelf::controller())
        .main()
}
