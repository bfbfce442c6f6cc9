//! `nodeTypes.T` and `everyNodeType`: how nodes of one type start (MF-6).

use super::config_map::ConfigMap;
use super::container::Container;
use super::file::File;
use super::hook::Hook;
use super::keys::{Key, Section, Shape, Word, key, words};
use super::reader::Reader;
use super::rollout::Rollout;
use super::service::Service;
use super::source::{Span, Spanned};
use super::storage::Storage;
use super::template::Template;
use super::tree::Pair;
use super::{config_map, container, file, rollout, service, storage};

/// A node type as written: nothing is merged yet.
#[derive(Debug, Clone)]
pub struct NodeType {
    /// Of `everyNodeType`: that word.
    pub name: Spanned<String>,
    pub kinds: Option<Vec<Spanned<WorkloadKind>>>,
    /// The node type that this one copies.
    pub like: Option<Spanned<String>>,
    /// Other names by which a custom resource may call it.
    pub aliases: Vec<Spanned<String>>,
    /// What its children know it by; else its name.
    pub type_name: Option<Spanned<String>>,
    pub nodes: Option<Bounds>,
    pub replicas: Option<Bounds>,
    pub container: Container,
    /// Fields of a PodSpec.
    pub pod: Option<Template>,
    /// Fields of a `StatefulSetSpec` or `DeploymentSpec`.
    pub workload: Option<Template>,
    pub files: Vec<File>,
    pub config_maps: Vec<ConfigMap>,
    pub services: Vec<Service>,
    pub storage: Storage,
    pub rollout: Rollout,
    pub hooks: Option<Vec<Spanned<Hook>>>,
    /// Name and value.
    pub span: Span,
}

/// A kind of workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkloadKind {
    StatefulSet,
    Deployment,
}

/// How many; `allowed` excludes the other two only in `check`.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    pub min: Option<Spanned<i64>>,
    pub max: Option<Spanned<i64>>,
    pub allowed: Option<Vec<Spanned<i64>>>,
    pub span: Span,
}

impl Word for WorkloadKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("StatefulSet", Self::StatefulSet),
        ("Deployment", Self::Deployment),
    ];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.nodeTypes.T",
    doc: "How nodes of one type start. `everyNodeType` lies under each of them.",
    keys: &[
        key(
            "kinds",
            Shape::Words(words::<WorkloadKind>),
            "The workload kinds that a custom resource may choose; both unless given.",
        ),
        key("like", Shape::Text, "The node type that this one copies."),
        key(
            "aliases",
            Shape::Texts,
            "Other names by which a custom resource may call the node type, as those that it had before.",
        ),
        key(
            "typeName",
            Shape::Text,
            "What `type.name` says, and with it the labels, names and files of its children and its place in the status; the node type's name unless given. With it a node type can be renamed and running clusters stay as they are.",
        ),
        key(
            "nodes",
            Shape::Section(&NODES),
            "How many nodes of the type a cluster has.",
        ),
        key(
            "replicas",
            Shape::Section(&REPLICAS),
            "How many replicas a node has.",
        ),
        container::COMMAND,
        container::ARGS,
        container::ENV,
        container::ENV_FROM,
        container::PORTS,
        container::STARTUP,
        container::LIVENESS,
        container::READINESS,
        container::RESOURCES,
        container::SECURITY,
        container::LIFECYCLE,
        key(
            "pod",
            Shape::Tree,
            "Further fields of the PodSpec, as `securityContext` or `terminationGracePeriodSeconds`. `containers` and `initContainers` stand beside the main one; `like: main` in one takes its image, environment and mounts.",
        ),
        key(
            "workload",
            Shape::Tree,
            "Further fields of the StatefulSetSpec or DeploymentSpec.",
        ),
        key(
            "files",
            Shape::Named(&file::SECTION),
            "Configuration files.",
        ),
        key(
            "configMaps",
            Shape::Named(&config_map::SECTION),
            "Config maps that are no files.",
        ),
        key(
            "services",
            Shape::NamedOrNone(&service::SECTION),
            "Services of each node.",
        ),
        key(
            "storage",
            Shape::Section(&storage::SECTION),
            "What the storage entries of a k8s group become.",
        ),
        key(
            "rollout",
            Shape::Section(&rollout::NODE_TYPE),
            "How the pods of a node of this type are replaced.",
        ),
        key(
            "hooks",
            Shape::Words(words::<Hook>),
            "Points at which code of yours in `src/hooks.rs` decides; a stub is written for each. `validate` refuses a custom \
             resource, `mutate` changes a child after it is built, `ready` says whether a node is ready beyond what \
             Kubernetes says, `before_upgrade` and `after_upgrade` hold an upgrade until it may go on.",
        ),
    ],
};

static NODES: Section = Section {
    path: "cluster.nodeTypes.T.nodes",
    doc: "How many nodes of the type a cluster may have.",
    keys: BOUNDS,
};

static REPLICAS: Section = Section {
    path: "cluster.nodeTypes.T.replicas",
    doc: "How many replicas a node may have.",
    keys: BOUNDS,
};

const BOUNDS: &[Key] = &[
    key("min", Shape::Int, "At least so many."),
    key("max", Shape::Int, "At most so many."),
    key("allowed", Shape::Ints, "One of these numbers."),
];

/// Reads one of `nodeTypes`.
pub(super) fn read_named(pair: &Pair, reader: &mut Reader<'_, '_>) -> NodeType {
    read(
        Spanned::new(pair.key.text.clone(), pair.key.span),
        pair.span(),
        reader,
    )
}

/// Reads a node type or `everyNodeType`.
pub(super) fn read(name: Spanned<String>, span: Span, reader: &mut Reader<'_, '_>) -> NodeType {
    NodeType {
        name,
        kinds: reader.words("kinds"),
        like: reader.text("like"),
        aliases: reader.texts("aliases").unwrap_or_default(),
        type_name: reader.text("typeName"),
        nodes: reader.section("nodes", &NODES, bounds),
        replicas: reader.section("replicas", &REPLICAS, bounds),
        container: container::read(reader),
        pod: reader.tree("pod"),
        workload: reader.tree("workload"),
        files: reader.named("files", &file::SECTION, file::read),
        config_maps: reader.named("configMaps", &config_map::SECTION, config_map::read),
        services: service::read(reader),
        storage: reader
            .section("storage", &storage::SECTION, storage::read)
            .unwrap_or_default(),
        rollout: reader
            .section("rollout", &rollout::NODE_TYPE, rollout::read_node_type)
            .unwrap_or_default(),
        hooks: reader.words("hooks"),
        span,
    }
}

fn bounds(reader: &mut Reader<'_, '_>) -> Bounds {
    Bounds {
        min: reader.int("min"),
        max: reader.int("max"),
        allowed: reader.ints("allowed"),
        span: reader.span,
    }
}
