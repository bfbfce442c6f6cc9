//! src/external.rs — what lies outside of Kubernetes, and where it listens.

{% for module in modules %}
pub mod «module»;
{% endfor %}

«imports»
{% for server in servers %}
«server»
{% if not loop.last %}

{% endif %}
{% endfor %}
