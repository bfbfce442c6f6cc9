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
    pub parts: Vec<Part>,
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
        match &hints.image {
            Some(image) => cluster.push(Part::new("image", Draft::text(image.as_str()))),
            None => cluster.extend(self.image),
        }
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
        // Files lie under those of a node type one by one; the other keys are replaced, or their order matters.
        if part.key != "files" {
            continue;
        }
        let files = |one: &NodeType| {
            let files = one.parts.iter().find(|known| known.key == "files");
            files.map_or_else(Vec::new, |files| files.value.parts().to_vec())
        };
        let (common, _): (Vec<Part>, Vec<Part>) = files_of(&part)
            .into_iter()
            .partition(|file| types.iter().all(|one| files(one).contains(file)));
        if common.is_empty() {
            continue;
        }
        for one in &mut types {
            for known in one.parts.iter_mut().filter(|known| known.key == "files") {
                if let Some(files) = known.value.parts_mut() {
                    files.retain(|file| !common.contains(file));
                }
            }
            one.parts
                .retain(|known| known.key != "files" || !known.value.is_empty());
        }
        every.push(Part::new("files", Draft::Map(common)));
    }
    (types, every)
}

fn files_of(part: &Part) -> Vec<Part> {
    part.value.parts().to_vec()
}
