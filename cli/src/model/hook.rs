//! Points at which code of the operator's author decides.

/// A hook of a node type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// Refuses a custom resource.
    Validate,
    /// Changes a child after it is built.
    Mutate,
}
