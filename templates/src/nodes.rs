//! src/nodes.rs — one module for each node type.

{% for module in modules %}
mod «module»;
{% endfor %}

{% for export in exports %}
pub use «export»;
{% endfor %}
