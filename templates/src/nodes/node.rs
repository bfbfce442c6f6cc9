«head»

«imports»
/// Node type «code_name».
pub struct «ty»;

impl NodeType<«kind»> for «ty» {
    fn name(&self) -> &'static str {
        «name»
    }
«called»«rules»
    fn build(&self, node: &Node<'_, «kind»>) -> Children {
«body»    }
«hooks»}
{% for function in functions %}

«function»
{% endfor %}
