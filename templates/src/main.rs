//! src/main.rs — the «kind» operator.

use std::process::ExitCode;
{% if resync %}
use std::time::Duration;
{% endif %}

use dsoi_runtime::Operator;

use «krate»::cluster;

fn main() -> ExitCode {
    Operator::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
{% for call in calls %}
        «call»
{% endfor %}
        .controller(cluster::controller())
        .main()
}
