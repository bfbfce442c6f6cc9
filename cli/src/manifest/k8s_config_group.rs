//! `cluster.k8sConfigGroup`: which fields of core/v1 the custom resource exposes (MF-3).

use super::source::Spanned;

/// The section `cluster.k8sConfigGroup`; `fields: all` where it is absent.
#[derive(Debug, Clone, Default)]
pub struct K8sConfigGroup {
    pub fields: ExposedFields,
    pub required: Vec<Spanned<String>>,
    /// A field of `spec` of the same shape that lies under every group (DR-18).
    pub common: Option<Spanned<String>>,
}

/// The exposed fields.
#[derive(Debug, Clone, Default)]
pub enum ExposedFields {
    #[default]
    All,
    /// These, by name; not yet compared with the fields there are.
    Only(Vec<Spanned<String>>),
}
