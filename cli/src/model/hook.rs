//! Points at which code of the operator's author decides.

/// A hook of a node type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// Refuses a custom resource.
    Validate,
    /// Changes a child after it is built.
    Mutate,
    /// Says whether a node is ready, beyond what Kubernetes says.
    Ready,
    /// Lets the upgrade of its nodes begin.
    BeforeUpgrade,
    /// Lets an upgrade of its nodes be done.
    AfterUpgrade,
}

impl Hook {
    /// Whether it looks at the pods that run.
    pub fn reads_pods(self) -> bool {
        matches!(self, Self::Ready | Self::BeforeUpgrade | Self::AfterUpgrade)
    }
}
