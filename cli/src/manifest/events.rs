//! `cluster.events`: how events name their source (MF-15).

use super::source::Spanned;

/// The section `cluster.events`.
#[derive(Debug, Clone, Default)]
pub struct Events {
    pub source: Option<Spanned<String>>,
    pub prefix: Option<Spanned<String>>,
}
