//! `cluster.names`: the names of children (MF-7).

use super::source::Spanned;
use crate::expr::Text;

/// The section `cluster.names`; what is absent has the default of the language.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub workload: Option<Text>,
    pub service: Option<Text>,
    pub container: Option<Text>,
    pub config_map: Option<Text>,
    pub claim_template: Option<Text>,
    pub claim: Option<Text>,
    pub collisions: Option<Spanned<Collisions>>,
}

/// What is known of two children of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collisions {
    /// The templates are injective within one custom resource.
    Prove,
    /// The operator refuses a custom resource that has two alike.
    Refuse,
}
