//! `hooks`: points at which code of the author's decides.

use super::keys::Word;

/// A point of a node type's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    Validate,
    Mutate,
    Ready,
    BeforeUpgrade,
    AfterUpgrade,
}

impl Word for Hook {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("validate", Self::Validate),
        ("mutate", Self::Mutate),
        ("ready", Self::Ready),
        ("before_upgrade", Self::BeforeUpgrade),
        ("after_upgrade", Self::AfterUpgrade),
    ];
    const LATER: &'static [&'static str] = &[
        "before_pod",
        "after_pod",
        "before_scale_up",
        "before_scale_down",
    ];
}
