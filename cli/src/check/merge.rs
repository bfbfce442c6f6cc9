//! `everyNodeType` < `like` < node type: the layers of a node type become one.
//!
//! Mappings merge by key, `content` and `env` extend, everything else replaces. Works on what was written, before anything is
//! typed, so that each part keeps its place in the manifest.

use super::report::Report;
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest::{
    Bounds, Cluster, ConfigMap, Container, Content, Entry, File, NodeType, Service, Spanned,
    Storage, StorageVolume, Template, TemplateKind,
};
use crate::model::NodeTypeName;

/// What a name of one is, in messages.
pub(super) const NODE_TYPE: &str = "the name of a node type";

/// The most node types of a cluster; each holds a copy of `everyNodeType`.
const MAX_NODE_TYPES: usize = 100;

/// The most steps from a node type to the last one that it is like.
const MAX_LIKES: usize = 16;

/// The node types of a cluster, in the order written.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// Each as it stands after merging.
    pub(super) whole: Vec<NodeType>,
    /// Those of which it is not known what they are like, as far as they are written.
    pub(super) partial: Vec<NodeType>,
}

/// Each node type of the cluster after merging.
pub(super) fn node_types(report: &Report<'_>, cluster: &Cluster) -> Merged {
    let mut merged = Merged::default();
    if let Some(surplus) = cluster.node_types.get(MAX_NODE_TYPES) {
        report.push(
            Problem::new(
                Code::E0213,
                format!("a cluster has more than {MAX_NODE_TYPES} node types"),
            )
            .at(surplus.name.span, "one too many")
            .help(
                "node types are kinds of programs; nodes of one kind are told apart by their names",
            ),
        );
        return merged;
    }
    for node_type in &cluster.node_types {
        let (own, is_whole) = with_likes(report, cluster, node_type, &mut Vec::new());
        let laid = match &cluster.every_node_type {
            Some(every) => lay(every, &own),
            None => own,
        };
        if is_whole {
            merged.whole.push(laid);
        } else {
            report.name_or(&node_type.name, NODE_TYPE, NodeTypeName::new);
            report.lose(&node_type.name.value);
            merged.partial.push(laid);
        }
    }
    merged
}

/// The node type over what it is like, and whether all of that is known.
fn with_likes(
    report: &Report<'_>,
    cluster: &Cluster,
    node_type: &NodeType,
    chain: &mut Vec<String>,
) -> (NodeType, bool) {
    let Some(like) = &node_type.like else {
        return (node_type.clone(), true);
    };
    chain.push(node_type.name.value.clone());
    let Some(base) = base(report, cluster, like, chain) else {
        return (node_type.clone(), false);
    };
    let (base, is_whole) = with_likes(report, cluster, base, chain);
    (lay(&base, node_type), is_whole)
}

/// The node type that the last of the chain is like, or what is wrong with that.
fn base<'c>(
    report: &Report<'_>,
    cluster: &'c Cluster,
    like: &Spanned<String>,
    chain: &[String],
) -> Option<&'c NodeType> {
    if chain.len() > MAX_LIKES {
        report.push(
            Problem::new(
                Code::E0204,
                format!("more than {MAX_LIKES} node types are like each other in a row"),
            )
            .at(like.span, "one too many")
            .help("let them be like the first one, or write it under `everyNodeType`"),
        );
        return None;
    }
    if chain.contains(&like.value) {
        report.push(
            Problem::new(Code::E0204, format!("`{}` is like itself", like.value))
                .at(like.span, format!("{} → {}", chain.join(" → "), like.value))
                .help("write one of these node types out"),
        );
        return None;
    }
    let mut all = cluster.node_types.iter();
    if let Some(base) = all.find(|other| other.name.value == like.value) {
        return Some(base);
    }
    let names = cluster
        .node_types
        .iter()
        .map(|other| other.name.value.as_str());
    let problem = Problem::new(Code::E0202, "`like` names a node type that does not exist").at(
        like.span,
        format!("no node type is called `{}`", like.value),
    );
    report.push(match nearest(&like.value, names) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem,
    });
    None
}

/// `over` lies over `base`; name and place are `over`'s.
fn lay(base: &NodeType, over: &NodeType) -> NodeType {
    NodeType {
        name: over.name.clone(),
        kinds: over.kinds.clone().or_else(|| base.kinds.clone()),
        like: over.like.clone(),
        aliases: over.aliases.clone(),
        type_name: over.type_name.clone(),
        nodes: bounds(base.nodes.as_ref(), over.nodes.as_ref()),
        replicas: bounds(base.replicas.as_ref(), over.replicas.as_ref()),
        container: container(&base.container, &over.container),
        pod: tree(base.pod.as_ref(), over.pod.as_ref()),
        workload: tree(base.workload.as_ref(), over.workload.as_ref()),
        files: keyed(&base.files, &over.files, |file| &file.name.value, file),
        config_maps: keyed(
            &base.config_maps,
            &over.config_maps,
            |map| &map.key.value,
            config_map,
        ),
        services: keyed(
            &base.services,
            &over.services,
            |service| &service.key.value,
            service,
        ),
        storage: storage(&base.storage, &over.storage),
        rollout: crate::manifest::Rollout {
            strategy: over
                .rollout
                .strategy
                .clone()
                .or_else(|| base.rollout.strategy.clone()),
            on_crash: over
                .rollout
                .on_crash
                .clone()
                .or_else(|| base.rollout.on_crash.clone()),
            after: over
                .rollout
                .after
                .clone()
                .or_else(|| base.rollout.after.clone()),
            max_unavailable: over
                .rollout
                .max_unavailable
                .clone()
                .or_else(|| base.rollout.max_unavailable.clone()),
        },
        hooks: over.hooks.clone().or_else(|| base.hooks.clone()),
        span: over.span,
    }
}

fn bounds(base: Option<&Bounds>, over: Option<&Bounds>) -> Option<Bounds> {
    match (base, over) {
        (Some(base), Some(over)) => Some(Bounds {
            min: over.min.clone().or_else(|| base.min.clone()),
            max: over.max.clone().or_else(|| base.max.clone()),
            allowed: over.allowed.clone().or_else(|| base.allowed.clone()),
            span: over.span,
        }),
        (base, over) => over.or(base).cloned(),
    }
}

fn container(base: &Container, over: &Container) -> Container {
    let replaced =
        |base: &Option<Template>, over: &Option<Template>| over.clone().or_else(|| base.clone());
    let merged =
        |base: &Option<Template>, over: &Option<Template>| tree(base.as_ref(), over.as_ref());
    Container {
        command: replaced(&base.command, &over.command),
        args: replaced(&base.args, &over.args),
        env: layered(base.env.as_ref(), over.env.as_ref()),
        env_from: replaced(&base.env_from, &over.env_from),
        ports: merged(&base.ports, &over.ports),
        startup_probe: merged(&base.startup_probe, &over.startup_probe),
        liveness_probe: merged(&base.liveness_probe, &over.liveness_probe),
        readiness_probe: merged(&base.readiness_probe, &over.readiness_probe),
        resources: merged(&base.resources, &over.resources),
        security_context: merged(&base.security_context, &over.security_context),
        lifecycle: merged(&base.lifecycle, &over.lifecycle),
    }
}

/// Items that have names: those of `base`, each under `over`'s of its name, then what only `over` has.
fn keyed<T: Clone>(
    base: &[T],
    over: &[T],
    key: impl Fn(&T) -> &str,
    merge: impl Fn(&T, &T) -> T,
) -> Vec<T> {
    let mut list: Vec<T> = base
        .iter()
        .map(
            |item| match over.iter().find(|other| key(other) == key(item)) {
                Some(other) => merge(item, other),
                None => item.clone(),
            },
        )
        .collect();
    list.extend(
        over.iter()
            .filter(|item| !base.iter().any(|other| key(other) == key(item)))
            .cloned(),
    );
    list
}

fn file(base: &File, over: &File) -> File {
    File {
        name: over.name.clone(),
        condition: over.condition.clone().or_else(|| base.condition.clone()),
        path: over.path.clone().or_else(|| base.path.clone()),
        content: match (&base.content, &over.content) {
            (Some(Content::Tree(base)), Some(Content::Tree(over))) => {
                layered(Some(base), Some(over)).map(Content::Tree)
            }
            (base, over) => over.clone().or_else(|| base.clone()),
        },
        format: over.format.clone().or_else(|| base.format.clone()),
        per: over.per.clone().or_else(|| base.per.clone()),
        mount: over.mount.clone().or_else(|| base.mount.clone()),
        mode: over.mode.clone().or_else(|| base.mode.clone()),
        on_change: over.on_change.clone().or_else(|| base.on_change.clone()),
        span: over.span,
    }
}

fn config_map(base: &ConfigMap, over: &ConfigMap) -> ConfigMap {
    ConfigMap {
        key: over.key.clone(),
        condition: over.condition.clone().or_else(|| base.condition.clone()),
        name: over.name.clone().or_else(|| base.name.clone()),
        data: tree(base.data.as_ref(), over.data.as_ref()),
        per: over.per.clone().or_else(|| base.per.clone()),
        span: over.span,
    }
}

fn service(base: &Service, over: &Service) -> Service {
    if over.none {
        return over.clone();
    }
    Service {
        key: over.key.clone(),
        none: false,
        condition: over.condition.clone().or_else(|| base.condition.clone()),
        from: over.from.clone().or_else(|| base.from.clone()),
        spec: tree(base.spec.as_ref(), over.spec.as_ref()),
        annotations: tree(base.annotations.as_ref(), over.annotations.as_ref()),
        name: over.name.clone().or_else(|| base.name.clone()),
        governing: over.governing.clone().or_else(|| base.governing.clone()),
        span: over.span,
    }
}

fn storage(base: &Storage, over: &Storage) -> Storage {
    Storage {
        stateful_set: over
            .stateful_set
            .clone()
            .or_else(|| base.stateful_set.clone()),
        deployment: over.deployment.clone().or_else(|| base.deployment.clone()),
        volumes: keyed(
            &base.volumes,
            &over.volumes,
            |volume: &StorageVolume| &volume.name.value,
            |_, over| over.clone(),
        ),
    }
}

/// Mappings merge by key, at every depth; anything else is replaced.
pub(super) fn tree(base: Option<&Template>, over: Option<&Template>) -> Option<Template> {
    match (base, over) {
        (Some(base), Some(over)) => Some(merged(base, over)),
        (base, over) => over.or(base).cloned(),
    }
}

fn merged(base: &Template, over: &Template) -> Template {
    let (TemplateKind::Map(below), TemplateKind::Map(above)) = (&base.kind, &over.kind) else {
        return over.clone();
    };
    let same = |a: &Entry, b: &Entry| {
        a.key.as_literal().is_some() && a.key.as_literal() == b.key.as_literal()
    };
    let mut entries: Vec<Entry> = below
        .iter()
        .map(
            |entry| match above.iter().find(|other| same(entry, other)) {
                Some(other) => Entry {
                    key: other.key.clone(),
                    value: merged(&entry.value, &other.value),
                },
                None => entry.clone(),
            },
        )
        .collect();
    entries.extend(
        above
            .iter()
            .filter(|entry| !below.iter().any(|other| same(entry, other)))
            .cloned(),
    );
    Template {
        kind: TemplateKind::Map(entries),
        span: over.span,
    }
}

/// The layers of `base`, then those of `over`.
fn layered(base: Option<&Template>, over: Option<&Template>) -> Option<Template> {
    match (base, over) {
        (Some(base), Some(over)) => {
            let layers = layers(base).iter().chain(layers(over)).cloned().collect();
            Some(Template {
                kind: TemplateKind::List(layers),
                span: over.span,
            })
        }
        (base, over) => over.or(base).cloned(),
    }
}

/// A list is its layers, anything else is one.
pub(super) fn layers(template: &Template) -> &[Template] {
    match &template.kind {
        TemplateKind::List(items) => items,
        _ => std::slice::from_ref(template),
    }
}
