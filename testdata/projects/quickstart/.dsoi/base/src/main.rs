//! src/main.rs — the Tally operator.

use std::process::ExitCode;

use dsoi_runtime::Operator;

use tally_operator::cluster;

fn main() -> ExitCode {
    Operator::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .controller(cluster::controller())
        .main()
}
