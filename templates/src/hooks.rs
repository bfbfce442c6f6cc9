//! src/hooks.rs — code of your own, at the points that `dsoi.yaml` lists under `hooks`.
//!
//! Written once: what you make of it stays. A hook that is listed later is added here by hand.
{% if imports %}

«imports»
{% for stub in resources %}
«stub»
{% if not loop.last %}

{% endif %}
{% endfor %}
{% endif %}
{% for module in node_types %}

/// Hooks of node type «module.name».
pub mod «module.ident» {
    use dsoi_runtime::prelude::*;

    use crate::api::«kind»;
{% for stub in module.stubs %}

«stub»
{% endfor %}
}
{% endfor %}
