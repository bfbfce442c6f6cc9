//! The main container's keys of a node type.

use super::template::Template;

/// Fields of core/v1 Container as trees; their Kubernetes shape is not looked at yet.
#[derive(Debug, Clone, Default)]
pub struct Container {
    pub command: Option<Template>,
    pub args: Option<Template>,
    /// A mapping `{NAME: value}`, or a list of those, of EnvVars and of `${k8s.env}`.
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
