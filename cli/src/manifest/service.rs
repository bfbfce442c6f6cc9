//! `services.S` (MF-12), and the words for kinds of children.

use super::source::{Span, Spanned};
use super::template::Template;
use crate::expr::{Cond, Text};

/// One Service of a node type.
#[derive(Debug, Clone)]
pub struct Service {
    /// What the manifest calls it.
    pub key: Spanned<String>,
    /// `S: none`: no such Service.
    pub none: bool,
    pub condition: Option<Cond>,
    /// Where its spec comes from, as `${k8s.service}`.
    pub from: Option<Template>,
    pub spec: Option<Template>,
    pub annotations: Option<Template>,
    pub name: Option<Text>,
    /// It governs the StatefulSet.
    pub governing: Option<Spanned<bool>>,
    /// Key and value.
    pub span: Span,
}

/// A kind of child, as `cluster.unlabelled` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChildKind {
    Workload,
    Service,
    ConfigMap,
    Claim,
    NetworkPolicy,
}
