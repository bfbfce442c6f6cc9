//! `rollout`: when an upgrade halts (DS-21, DS-25).

use std::time::Duration;

use super::source::Spanned;
use super::template::Template;

/// The section `rollout`, of the cluster or a node type.
#[derive(Debug, Clone, Default)]
pub struct Rollout {
    pub on_crash: Option<Spanned<OnCrash>>,
    pub after: Option<Spanned<Duration>>,
    /// `pods.maxUnavailable`
    pub max_unavailable: Option<Template>,
}

/// What a crash in an upgrade leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCrash {
    Wait,
    Alert,
    Rollback,
}
