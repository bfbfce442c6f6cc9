//! `cluster.security`: what security context the children are given.

/// A pod security standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityProfile {
    Restricted,
    Baseline,
    /// What the manifest and the custom resource say, nothing added.
    App,
}
