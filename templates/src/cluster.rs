//! src/cluster.rs — what is true of a «kind» as a whole.

«imports»
/// The controller of the kind: what it watches, and whom it tells.
pub fn controller() -> Controller<«kind»> {
    «controller»
}

impl Cluster for «kind» {
    /// Also the order of upgrades, unless `«order»` says otherwise.
«node_types»
    /// What this operator makes; its Role grants these kinds and no other.
«child_kinds»
{% for constant in constants %}
«constant»
{% endfor %}
{% for function in functions %}

«function»
{% endfor %}
}
