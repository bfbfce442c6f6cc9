//! Decides which changes of present workloads may be written now.
//!
//! In: a desired child. Out: whether its change may go in this pass. Creation, drift and removal
//! never ask: only the template change of a present workload does. An upgrade takes all node types
//! at once; what the order of [`crate::build::Desired::turns`] means for it would be decided here,
//! and nowhere else. Pure.

use crate::build::DesiredChild;

/// How a cluster's changes are spread over passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rollout {
    /// Every change goes at once.
    #[default]
    AtOnce,
}

impl Rollout {
    /// Whether the change of this present child may be written in this pass.
    pub fn admits(self, _child: &DesiredChild) -> bool {
        match self {
            Self::AtOnce => true,
        }
    }
}
