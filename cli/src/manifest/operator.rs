//! `operator`: the process and its image (MF-16).

use std::time::Duration;

use super::source::{Span, Spanned};
use crate::expr::Text;

/// The section `operator`.
#[derive(Debug, Clone)]
pub struct Operator {
    pub name: Spanned<String>,
    pub image: Option<Spanned<String>>,
    pub lease: Option<Spanned<String>>,
    /// May hold `${kind.lower}`.
    pub ignore_annotation: Option<Text>,
    pub deny_list: Vec<Spanned<String>>,
    /// Namespaces; empty means all.
    pub watch: Vec<Spanned<String>>,
    pub resync: Option<Spanned<Duration>>,
    /// The oldest supported server, as `1.33`.
    pub kubernetes: Option<Spanned<String>>,
    pub rules: Vec<RbacRule>,
    pub span: Span,
}

/// A right beyond those that the manifest implies.
#[derive(Debug, Clone)]
pub struct RbacRule {
    pub api_groups: Vec<Spanned<String>>,
    pub resources: Vec<Spanned<String>>,
    pub resource_names: Vec<Spanned<String>>,
    pub non_resource_urls: Vec<Spanned<String>>,
    pub verbs: Vec<Spanned<String>>,
    /// Stands in the Role as a comment.
    pub why: Spanned<String>,
    pub span: Span,
}
