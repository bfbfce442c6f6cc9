//! The shape of the Dsoi specification in a definition: nodes, groups, order and what a cluster depends on, by whatever names.

mod external;
mod standing;

use super::super::app::NodeType;
use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::super::yaml::Yaml;
use super::field::{Fields, Ty};
use crate::manifest::K8S_FIELDS;

/// Fields that every resource has, which a manifest need not say.
const STANDING: &[&str] = &["nodes", "rollout", "stopped"];

/// The parts of a `spec`, by name.
pub(super) struct Shape<'y> {
    spec: &'y Yaml,
    /// The schema of a node.
    node: &'y Yaml,
    k8s: &'y str,
    config: Option<&'y str>,
    node_type: Option<&'y str>,
}

impl<'y> Shape<'y> {
    /// The shape of a schema, if it has it.
    pub(super) fn of(schema: &'y Yaml) -> Option<Self> {
        let spec = schema.at(&["properties", "spec"])?;
        let properties = spec.entries_at(&["properties"]);
        let node = spec.at(&["properties", "nodes", "items"])?;
        let node_fields = node.entries_at(&["properties"]);
        let refers = |name: &str| node_fields.iter().any(|(field, _)| field == name);
        let is_group = |(name, group): &&(String, Yaml)| {
            name != "nodes" && fields(group).iter().any(|(field, _)| field == "name")
        };
        let known = |group: &Yaml| {
            let fields = fields(group).iter();
            fields
                .filter(|(field, _)| of_kubernetes(field).is_some())
                .count()
        };
        let groups: Vec<&(String, Yaml)> = properties
            .iter()
            .filter(is_group)
            .filter(|(name, _)| refers(name))
            .collect();
        let k8s = groups
            .iter()
            .max_by_key(|(_, group)| known(group))
            .filter(|(_, group)| known(group) > 1)?;
        let config = groups.iter().find(|(name, _)| *name != k8s.0);
        let is_type = |(name, schema): &&(String, Yaml)| {
            let word = ["nodeType", "type", "role"].contains(&name.as_str());
            schema.text_at(&["type"]) == Some("string") && word
        };
        let node_type = node_fields.iter().find(is_type);
        Some(Self {
            spec,
            node,
            k8s: &k8s.0,
            config: config.map(|(name, _)| name.as_str()),
            node_type: node_type.map(|(name, _)| name.as_str()),
        })
    }

    /// Keys of `cluster`, and the node types that are named.
    pub(super) fn parts(&self, losses: &mut Losses) -> (Vec<Part>, Vec<NodeType>) {
        let mut parts = Vec::new();
        let mut spelling = self.spelling();
        self.of_operator(&mut Fields::new(losses));
        let (k8s, spelled) = self.k8s_group(losses);
        spelling.extend(spelled);
        if !spelling.is_empty() {
            parts.push(Part::new("spelling", Draft::Map(spelling)));
        }
        parts.push(k8s);
        let mut fields = Fields::new(losses);
        fields.unsaid(self.spec, "spec", &[Ty::Object.says()]);
        fields.unsaid(self.node, "nodes[]", &[Ty::Object.says()]);
        if let Some(config) = self.config {
            let items = self.spec.at(&["properties", config, "items"]);
            let made = fields.of(items.unwrap_or(&Yaml::Null), config, &["name"], 0);
            if !made.is_empty() {
                let made = Part::new("fields", Draft::Map(made));
                parts.push(Part::new("appConfigGroup", Draft::map([made])));
            }
        }
        let mut taken = vec!["name", "kind", "replicas", self.k8s];
        taken.extend(self.config);
        taken.extend(self.node_type);
        let node = fields.of(self.node, "nodes[]", &taken, 0);
        if !node.is_empty() {
            parts.push(Part::new("node", Draft::Map(node)));
        }
        let mut taken = STANDING.to_vec();
        taken.extend([self.k8s, "deploymentOrder", "external"]);
        taken.extend(self.config);
        self.standing(&mut fields);
        let spec = fields.of(self.spec, "spec", &taken, 0);
        if !spec.is_empty() {
            parts.push(Part::new("spec", Draft::Map(spec)));
        }
        let external = self.external(&mut fields);
        if !external.is_empty() {
            parts.push(Part::new("external", Draft::Map(external)));
        }
        (parts, self.node_types())
    }

    /// What nodes and the groups of their settings are called in `spec`.
    pub(super) fn lists(&self) -> [&'y str; 3] {
        ["nodes", self.k8s, self.config.unwrap_or("appConfigGroup")]
    }

    /// What the words of the specification are called.
    fn spelling(&self) -> Vec<Part> {
        let words = [
            ("k8sConfigGroup", Some(self.k8s)),
            ("appConfigGroup", self.config),
            ("nodeType", self.node_type),
        ];
        words
            .into_iter()
            .filter_map(|(word, name)| Some((word, name?)))
            .filter(|(word, name)| word != name)
            .map(|(word, name)| {
                Part::new(word, Draft::text(name)).from(format!("spec, the name {name}"))
            })
            .collect()
    }

    fn k8s_group(&self, losses: &mut Losses) -> (Part, Vec<Part>) {
        let items = self.spec.at(&["properties", self.k8s, "items"]);
        let items = items.unwrap_or(&Yaml::Null);
        let required = items.items_at(&["required"]);
        let (mut fields, mut needed, mut spelling) = (Vec::new(), Vec::new(), Vec::new());
        for (name, _) in items.entries_at(&["properties"]) {
            if name == "name" {
                continue;
            }
            let from = format!("{}[].{name}", self.k8s);
            let Some(word) = of_kubernetes(name) else {
                losses.add(
                    Weight::LeftOut,
                    from,
                    "no field that a k8s config group has: resources that set it are refused",
                    "a field of `cluster.node`",
                );
                continue;
            };
            if word != name {
                spelling.push(Part::new(word, Draft::text(name.as_str())).from(from.as_str()));
            }
            fields.push(Part::item(Draft::text(word)).from(from.as_str()));
            if required.iter().any(|one| one.text() == Some(name)) {
                needed.push(Part::item(Draft::text(word)).from(from));
            }
        }
        let mut parts = vec![Part::new("fields", Draft::List(fields))];
        if !needed.is_empty() {
            parts.push(Part::new("required", Draft::List(needed)));
        }
        (Part::new("k8sConfigGroup", Draft::Map(parts)), spelling)
    }

    /// The node types, where the definition lists them.
    fn node_types(&self) -> Vec<NodeType> {
        let words = |schema: Option<&Yaml>| -> Vec<String> {
            let words = schema.map_or(&[][..], |schema| schema.items_at(&["enum"]));
            words.iter().filter_map(Yaml::words).collect()
        };
        let of_nodes = self
            .node_type
            .and_then(|name| self.node.at(&["properties", name]));
        let mut names = words(of_nodes);
        if names.is_empty() {
            names = words(self.spec.at(&["properties", "deploymentOrder", "items"]));
        }
        let kinds = words(self.node.at(&["properties", "kind"]));
        let known = |kind: &String| ["StatefulSet", "Deployment"].contains(&kind.as_str());
        let kinds: Vec<Draft> = kinds.into_iter().filter(known).map(Draft::Text).collect();
        let mut types: Vec<NodeType> = Vec::new();
        for written in names.into_iter().take(50) {
            let label = name::unique(&name::label_or(&written, "node"), |name| {
                types.iter().any(|one| one.name == name)
            });
            let parts = if kinds.len() == 1 {
                vec![Part::new("kinds", Draft::list(kinds.clone()))]
            } else {
                Vec::new()
            };
            types.push(NodeType {
                // As existing resources have it, where that is a name.
                name: if label == written.to_lowercase() { written.clone() } else { label },
                from: format!("node type {written}"),
                image: None,
                comment: types
                    .is_empty()
                    .then(|| "how each starts is not in the definition: `command`, `args`, `ports`, `files`, probes".to_owned()),
                parts,
            });
        }
        types
    }
}

/// The fields of a group's entries.
fn fields(group: &Yaml) -> &[(String, Yaml)] {
    group.entries_at(&["items", "properties"])
}

/// The field of a k8s config group with that name, however its letters are written.
fn of_kubernetes(name: &str) -> Option<&'static str> {
    let exact = K8S_FIELDS.iter().find(|known| **known == name);
    let found = exact.or_else(|| {
        K8S_FIELDS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name))
    });
    found.copied()
}
