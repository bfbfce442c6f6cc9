//! The sample of a kind outside of Kubernetes, which belongs to the cluster of the other sample.

use super::{made_up, name, value};
use crate::model::{Access, ExprKind, Operator, Piece, Resource, Root, WireName};
use crate::render::editor::sample_line;
use crate::render::yaml::Yaml;

/// The text of the sample.
pub fn resource(operator: &Operator, resource: &Resource) -> String {
    let parent = parent_field(resource).map(WireName::as_str);
    let mut spec = value::outside(operator, resource.singular.as_str(), &resource.spec);
    for (wire, value) in &mut spec {
        if Some(wire.as_str()) == parent {
            *value = Yaml::Str(name(operator));
        }
    }
    let made_up: String = made_up::of("spec", &resource.spec)
        .iter()
        .filter(|path| path.strip_prefix("spec.") != parent)
        .map(|path| format!("#   {path}\n"))
        .collect();
    let made_up = if made_up.is_empty() {
        made_up
    } else {
        format!("# CHANGE what is made up here, as the manifest says nothing of it:\n{made_up}")
    };
    let document = Yaml::map([
        (
            "apiVersion",
            Yaml::str(format!("{}/{}", operator.api.group, operator.api.version)),
        ),
        ("kind", Yaml::str(resource.kind.as_str())),
        (
            "metadata",
            Yaml::map([("name", Yaml::str(resource.singular.as_str()))]),
        ),
        ("spec", Yaml::Map(spec)),
    ]);
    format!(
        "{}# A {}. Every field: docs/reference/{}.md\n{made_up}{}",
        sample_line(resource.singular.as_str()),
        resource.kind,
        resource.singular,
        document.print_open()
    )
}

/// The field that names the parent, where it is one field and nothing else.
fn parent_field(resource: &Resource) -> Option<&WireName> {
    let [Piece::Value(expr)] = resource.parent.as_ref()?.pieces.as_slice() else {
        return None;
    };
    let ExprKind::Path(path) = &expr.kind else {
        return None;
    };
    match path.steps.as_slice() {
        [step] if path.root == Root::Spec => match &step.access {
            Access::Field { wire, .. } => Some(wire),
            _ => None,
        },
        _ => None,
    }
}
