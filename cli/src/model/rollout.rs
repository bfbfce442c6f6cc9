//! How an upgrade goes through a cluster, where its custom resource does not say otherwise.

use std::time::Duration;

/// The manifest's word about upgrades; the default is the runtime's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rollout {
    pub strategy: Strategy,
    pub on_crash: OnCrash,
    /// How long after a crash a rollback begins, and how often an alert is repeated.
    pub after: Duration,
}

impl Default for Rollout {
    fn default() -> Self {
        Self {
            strategy: Strategy::Ordered,
            on_crash: OnCrash::Wait,
            after: Duration::from_secs(600),
        }
    }
}

/// In which order node types roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// One after the other.
    Ordered,
    /// All at once.
    Parallel,
}

/// What a crash in an upgrade leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnCrash {
    Wait,
    Alert,
    Rollback,
}
