//! THE table of the names that a path can start with.

/// The names, each with what is behind it.
pub(crate) const ROOTS: &[(&str, &str)] = &[
    ("kind", "the API's kind: `kind.lower`"),
    ("cr", "the custom resource: `cr.name`, `cr.namespace`"),
    (
        "spec",
        "fields of `cluster.spec`; within `resources`, of their own `spec`",
    ),
    (
        "external",
        "dependencies of `cluster.external`, as `external.D.FIELD`",
    ),
    (
        "node",
        "the node: `name`, `kind`, `replicas`, `pods`, and fields of `cluster.node`",
    ),
    (
        "k8s",
        "the node's k8s config group: `name`, and fields of Kubernetes as `k8s.image`",
    ),
    (
        "config",
        "the node's app config group: `name`, and fields of `cluster.appConfigGroup`",
    ),
    ("type", "the node type: `type.name`, `type.ports.P`"),
    ("nodes", "all nodes of a node type: `nodes.T`"),
    (
        "pods",
        "all pods of a node type: `pods.T`; each has `name`, `ordinal`, `host`, `ports.P`",
    ),
    (
        "pod",
        "the pod itself, in `command`, `args` and `env`: `name`, `ordinal`, `host`, `ip`, `zone`, `nodeName`",
    ),
    ("storage", "in the names of claims: `storage.name`"),
    ("files", "files of the node type: `files.F.path`"),
    (
        "services",
        "services of the node: `services.S.name`, `services.S.host`",
    ),
    ("configMaps", "config maps: `configMaps.C.name`"),
    ("id", "in calls of `resources`: what the server calls it"),
    ("body", "in `status` of `resources`: what was sent, alone"),
    (
        "parent",
        "in `servers`: the custom resource they belong to: `parent.name`, `parent.namespace`, `parent.spec.F`",
    ),
];

/// Whether a path starts so.
pub(crate) fn is_root(word: &str) -> bool {
    ROOTS.iter().any(|(root, _)| *root == word)
}
