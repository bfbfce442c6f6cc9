//! The main container's keys of a node type.

use super::keys::{Key, Shape, key};
use super::reader::Reader;
use super::template::Template;

/// Fields of core/v1 Container as trees; their Kubernetes shape is not looked at yet.
#[derive(Debug, Clone, Default)]
pub struct Container {
    pub command: Option<Template>,
    pub args: Option<Template>,
    /// A mapping `{NAME: value}`, or a list of those, of entries as in Kubernetes and of `${k8s.env}`.
    pub env: Option<Template>,
    /// As in Kubernetes, and also `{configMap: C}`.
    pub env_from: Option<Template>,
    /// As in Kubernetes, or `{name: number}`.
    pub ports: Option<Template>,
    pub startup_probe: Option<Template>,
    pub liveness_probe: Option<Template>,
    pub readiness_probe: Option<Template>,
    pub resources: Option<Template>,
    pub security_context: Option<Template>,
    pub lifecycle: Option<Template>,
}

pub(super) const COMMAND: Key = key(
    "command",
    Shape::Tree,
    "The program and its first arguments, as in Kubernetes.",
);
pub(super) const ARGS: Key = key(
    "args",
    Shape::Tree,
    "Arguments. A list in a list place splices.",
);
pub(super) const ENV: Key = key(
    "env",
    Shape::Tree,
    "Variables: `{NAME: value}`, or a list of those and of entries as in Kubernetes. `${k8s.env}` says where those of the custom resource stand.",
);
pub(super) const ENV_FROM: Key = key(
    "envFrom",
    Shape::Tree,
    "As in Kubernetes; also `{configMap: C}` for one of `configMaps`.",
);
pub(super) const PORTS: Key = key(
    "ports",
    Shape::Tree,
    "As in Kubernetes, or `{name: number}`.",
);
pub(super) const STARTUP: Key = key("startupProbe", Shape::Tree, "As in Kubernetes.");
pub(super) const LIVENESS: Key = key("livenessProbe", Shape::Tree, "As in Kubernetes.");
pub(super) const READINESS: Key = key("readinessProbe", Shape::Tree, "As in Kubernetes.");
pub(super) const RESOURCES: Key = key("resources", Shape::Tree, "As in Kubernetes.");
pub(super) const SECURITY: Key = key(
    "securityContext",
    Shape::Tree,
    "Of the main container, as in Kubernetes.",
);
pub(super) const LIFECYCLE: Key = key("lifecycle", Shape::Tree, "As in Kubernetes.");

/// Reads the container's keys of a node type.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Container {
    Container {
        command: reader.tree("command"),
        args: reader.tree("args"),
        env: reader.tree("env"),
        env_from: reader.tree("envFrom"),
        ports: reader.tree("ports"),
        startup_probe: reader.tree("startupProbe"),
        liveness_probe: reader.tree("livenessProbe"),
        readiness_probe: reader.tree("readinessProbe"),
        resources: reader.tree("resources"),
        security_context: reader.tree("securityContext"),
        lifecycle: reader.tree("lifecycle"),
    }
}
