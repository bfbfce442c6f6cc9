//! `configMaps.C`: data that is no file.

use super::file::Per;
use super::source::{Span, Spanned};
use super::template::Template;
use crate::expr::{Cond, Text};

/// One config map, of the cluster or a node type.
#[derive(Debug, Clone)]
pub struct ConfigMap {
    /// What the manifest calls it.
    pub key: Spanned<String>,
    pub condition: Option<Cond>,
    /// The object's name.
    pub name: Option<Text>,
    pub data: Option<Template>,
    pub per: Option<Spanned<Per>>,
    /// Key and value.
    pub span: Span,
}
