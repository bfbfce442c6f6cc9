//! src/main.rs — the «kind» operator.

use std::process::ExitCode;
{% if resync %}
use std::time::Duration;
{% endif %}

use dsoi_runtime::Operator;

use «krate»::{% if external %}{cluster, external}{% else %}cluster{% endif %};

fn main() -> ExitCode {
    Operator::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
{% for call in calls %}
        «call»
{% endfor %}
        .controller(cluster::controller())
{% for module in external %}
        .external(external::«module»::controller())
{% endfor %}
        .main()
}
