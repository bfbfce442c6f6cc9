//! `hooks`: points at which code of the author's decides.

use super::keys::Word;

/// A point of a node type's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    Validate,
    Mutate,
}

impl Word for Hook {
    const WORDS: &'static [(&'static str, Self)] =
        &[("validate", Self::Validate), ("mutate", Self::Mutate)];
    const LATER: &'static [&'static str] = &[
        "ready",
        "before_upgrade",
        "after_upgrade",
        "before_pod",
        "after_pod",
        "before_scale_up",
        "before_scale_down",
    ];
}
