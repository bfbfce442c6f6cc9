//! What hooks of node types are told of a running cluster, and what they answer.
//!
//! `ready` is pure: it is asked in each pass about each node whose pods Kubernetes calls ready.
//! `before_upgrade` and `after_upgrade` are gates around the upgrade of a node type: they may take
//! their time and talk to the application. The methods are those of [`NodeType`](crate::NodeType).

mod live;
mod ready;

use std::error::Error;

pub use self::live::{LiveNode, LivePod};
pub(crate) use self::ready::{LONGEST, unready};

/// Whether a node is ready, beyond what Kubernetes says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// Not yet, and why, in a few words that stay the same while the reason does: they are shown.
    Not(String),
}

/// Whether an upgrade may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// Not yet, and why, in a few words that stay the same while the reason does: they are shown.
    Wait(String),
}

/// What a gate answers. An error makes the upgrade wait, and its text is shown.
pub type GateResult = Result<Gate, Box<dyn Error + Send + Sync>>;

/// Nodes of one type that are upgraded together.
#[derive(Clone, Debug)]
pub struct Roll<C> {
    /// The custom resource that asks for the upgrade.
    pub cr: C,
    /// The node type.
    pub node_type: String,
    /// Before the upgrade those whose pods are to be replaced, and after it all of the turn.
    pub nodes: Vec<LiveNode>,
}

impl<C> Roll<C> {
    /// The pods of all its nodes.
    pub fn pods(&self) -> impl Iterator<Item = &LivePod> {
        self.nodes.iter().flat_map(|node| &node.pods)
    }
}
