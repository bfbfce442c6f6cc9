//! Fields that every resource has from the operator: what a definition says of them, the operator does not.

use super::super::super::lost::Weight;
use super::super::super::yaml::Yaml;
use super::super::field::Fields;
use super::{Shape, of_kubernetes};

/// What is so of these fields anyway, or says nothing of what is allowed.
const USUAL: &[&str] = &[
    "additionalProperties",
    "anyOf",
    "description",
    "format",
    "items",
    "properties",
    "required",
    "type",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
];

impl Shape<'_> {
    /// Notes the fields of a `spec` that have another meaning than those which every resource has by that name.
    pub(super) fn standing(&self, fields: &mut Fields<'_>) {
        let of = |name: &str| self.spec.at(&["properties", name]);
        let other = [
            (
                "rollout",
                of("rollout").filter(|rollout| rollout.at(&["properties", "onCrash"]).is_none()),
            ),
            (
                "stopped",
                of("stopped").filter(|stopped| stopped.text_at(&["type"]) != Some("boolean")),
            ),
        ];
        for (name, _) in other.iter().filter(|(_, schema)| schema.is_some()) {
            fields.losses.add(
                Weight::Changed,
                format!("spec.{name}"),
                "every resource has a field of that name from the operator, which takes the place of this one",
                "`dsoi explain resource` tells what it says",
            );
        }
    }

    /// Notes what the definition says of the fields that the operator types by itself.
    pub(super) fn of_operator(&self, fields: &mut Fields<'_>) {
        let list = |name: &str| self.spec.at(&["properties", name]);
        let node = |name: &str| self.node.at(&["properties", name]);
        let named = [Some("name"), Some("kind"), Some("replicas"), Some(self.k8s)];
        let typed = [self.config, self.node_type];
        for name in named.into_iter().chain(typed).flatten() {
            // The words of these become node types and kinds.
            let words = name == "kind" || self.node_type == Some(name);
            rules(node(name), &format!("nodes[].{name}"), words, fields);
        }
        for name in ["nodes", "deploymentOrder"] {
            rules(list(name), name, false, fields);
        }
        let order = list("deploymentOrder").and_then(|order| order.get("items"));
        rules(order, "deploymentOrder[]", true, fields);
        for name in [Some(self.k8s), self.config].into_iter().flatten() {
            rules(list(name), name, false, fields);
            let group = list(name).and_then(|list| list.get("items"));
            let path = format!("{name}[]");
            rules(group, &path, false, fields);
            let fields_of = group.map_or(&[][..], |group| group.entries_at(&["properties"]));
            for (field, schema) in fields_of {
                if field == "name" || (name == self.k8s && of_kubernetes(field).is_some()) {
                    rules(Some(schema), &format!("{path}.{field}"), false, fields);
                }
            }
        }
    }
}

/// Notes what a schema says beyond a type. `words` is whether its words are taken over.
fn rules(schema: Option<&Yaml>, path: &str, words: bool, fields: &mut Fields<'_>) {
    for (key, value) in schema.map_or(&[][..], Yaml::entries) {
        let usual = USUAL.contains(&key.as_str()) || (words && key == "enum");
        if !usual && ![Yaml::Bool(false), Yaml::Null].contains(value) {
            fields.losses.add(
                Weight::Changed,
                format!("{path}, {key}"),
                "every resource has this field from the operator, with the rules that it has there",
                "`cluster.rules`, in CEL over the whole resource",
            );
        }
    }
}
