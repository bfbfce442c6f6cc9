«head»

«imports»
/// The controller of the kind.
pub fn controller() -> ExternalController<«kind»> {
    «controller»
}

impl External for «kind» {
    type Parent = «parent»;
{% for constant in constants %}
«constant»
{% endfor %}
{% for function in functions %}

«function»
{% endfor %}
}
