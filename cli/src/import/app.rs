//! The application that an input describes, as every reader of inputs leaves it; and the draft of its manifest.

use super::draft::{Draft, Part};
use super::name;
use crate::manifest::API_VERSION;

/// What the user says on the command line, where the input does not know it or knows it otherwise.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// Of the application.
    pub name: Option<String>,
    pub group: Option<String>,
    pub kind: Option<String>,
    /// Of the application.
    pub image: Option<String>,
}

/// An application.
#[derive(Debug, Default)]
pub(super) struct App {
    pub name: Option<String>,
    pub group: Option<String>,
    pub version: Option<String>,
    pub kind: Option<String>,
    pub image: Option<Part>,
    /// Further keys of `cluster`.
    pub cluster: Vec<Part>,
    pub node_types: Vec<NodeType>,
}

/// A type of node.
#[derive(Debug)]
pub(super) struct NodeType {
    pub name: String,
    /// What it was.
    pub from: String,
    pub comment: Option<String>,
    /// Of its main container.
    pub image: Option<String>,
    pub parts: Vec<Part>,
}

impl NodeType {
    /// Adds to what is said of it.
    pub(super) fn remark(&mut self, text: &str) {
        let comment = self.comment.get_or_insert_default();
        if !comment.is_empty() {
            comment.push_str("; ");
        }
        comment.push_str(text);
    }
}

/// The order in which keys stand in manifests that people write.
const CLUSTER: &[&str] = &[
    "plural",
    "shortNames",
    "categories",
    "columns",
    "spelling",
    "k8sConfigGroup",
    "appConfigGroup",
    "security",
    "spec",
    "node",
    "external",
    "order",
    "rollout",
    "rules",
];
const NODE_TYPE: &[&str] = &[
    "kinds",
    "command",
    "args",
    "env",
    "envFrom",
    "ports",
    "startupProbe",
    "livenessProbe",
    "readinessProbe",
    "resources",
    "securityContext",
    "lifecycle",
    "pod",
    "workload",
    "files",
    "configMaps",
    "services",
    "storage",
];

impl App {
    /// The draft of its manifest.
    pub(super) fn draft(self, hints: &Hints) -> Draft {
        let known = hints.name.clone().or(self.name);
        let guessed = known.is_none();
        let name = known.unwrap_or_else(|| "app".to_owned());
        let operator = name::operator(&name);
        let operator = Part::new(
            "operator",
            Draft::map([
                Part::new("name", Draft::text(operator.as_str())),
                Part::new("image", Draft::text(format!("ghcr.io/example/{operator}"))),
            ]),
        );
        let operator = operator.comment(if guessed {
            "name and image are guesses; the image is the operator's own"
        } else {
            "the image is the operator's own, and a guess"
        });
        let known_group = hints.group.clone().or(self.group);
        let api = Part::new(
            "api",
            Draft::map([
                Part::new(
                    "group",
                    Draft::text(known_group.as_deref().unwrap_or("example.com")),
                ),
                Part::new(
                    "version",
                    Draft::text(self.version.as_deref().unwrap_or("v1alpha1")),
                ),
            ]),
        );
        let api = if known_group.is_none() {
            api.comment("a guess: take a domain of your own")
        } else {
            api
        };
        let kind = hints.kind.clone().or(self.kind);
        let kind = kind.unwrap_or_else(|| name::kind(&name));
        let mut cluster = vec![Part::new("kind", Draft::text(kind))];
        cluster.extend(self.image);
        cluster.extend(ordered(self.cluster, CLUSTER));
        let (types, every) = shared(self.node_types);
        let types = types.into_iter().map(|node_type| {
            let mut part = Part::new(
                node_type.name,
                Draft::Map(ordered(node_type.parts, NODE_TYPE)),
            )
            .from(node_type.from)
            .stays();
            part.comment = node_type.comment;
            part
        });
        cluster.push(Part::new("nodeTypes", Draft::map(types)).stays());
        if !every.is_empty() {
            let every = ordered(every, NODE_TYPE);
            cluster.push(Part::new("everyNodeType", Draft::Map(every)));
        }
        Draft::map([
            Part::new("apiVersion", Draft::text(API_VERSION)),
            operator,
            api,
            Part::new("cluster", Draft::Map(cluster)),
        ])
    }
}

fn ordered(mut parts: Vec<Part>, order: &[&str]) -> Vec<Part> {
    let place = |part: &Part| order.iter().position(|key| *key == part.key);
    parts.sort_by_key(|part| place(part).unwrap_or(order.len()));
    parts
}

/// Takes out what all node types have alike.
fn shared(mut types: Vec<NodeType>) -> (Vec<NodeType>, Vec<Part>) {
    let mut every = Vec::new();
    if types.len() < 2 {
        return (types, every);
    }
    let first = types.first().map(|one| one.parts.clone());
    for part in first.unwrap_or_default() {
        if types.iter().all(|one| one.parts.contains(&part)) {
            for one in &mut types {
                one.parts.retain(|known| known != &part);
            }
            every.push(part);
            continue;
        }
        // These lie under those of a node type one by one; the other keys are replaced, or their order matters.
        if !["files", "configMaps"].contains(&part.key.as_str()) {
            continue;
        }
        let own = |one: &NodeType| {
            let own = one.parts.iter().find(|known| known.key == part.key);
            own.map_or_else(Vec::new, |own| own.value.parts().to_vec())
        };
        let entries = part.value.parts().to_vec().into_iter();
        let common: Vec<Part> = entries
            .filter(|entry| types.iter().all(|one| own(one).contains(entry)))
            .collect();
        if common.is_empty() {
            continue;
        }
        for one in &mut types {
            for known in one.parts.iter_mut().filter(|known| known.key == part.key) {
                if let Some(entries) = known.value.parts_mut() {
                    entries.retain(|entry| !common.contains(entry));
                }
            }
            one.parts
                .retain(|known| known.key != part.key || !known.value.is_empty());
        }
        every.push(Part::new(part.key, Draft::Map(common)));
    }
    (types, every)
}
