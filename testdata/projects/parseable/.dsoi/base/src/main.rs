//! src/main.rs — the ParseableTenant operator.

use std::process::ExitCode;

use dsoi_runtime::Operator;

use parseable_operator::cluster;

fn main() -> ExitCode {
    Operator::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .lease("56004781.parseable.io")
        .controller(cluster::controller())
        .main()
}
