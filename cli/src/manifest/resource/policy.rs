//! `resources.KIND.policy`: what becomes of what is there already, and of what is left (NC-15, NC-18, PN-14).

use std::time::Duration;

use crate::manifest::keys::{Section, Shape, Word, key, words};
use crate::manifest::reader::Reader;
use crate::manifest::source::Spanned;

/// The section `policy`.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub adopt: Option<Spanned<Adopt>>,
    pub deletion: Option<Spanned<Deletion>>,
    pub parent_gone: Option<Spanned<ParentGone>>,
    pub resync: Option<Spanned<Duration>>,
}

/// What becomes of something that the server has before the custom resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopt {
    Adopt,
    Observe,
    Refuse,
}

impl Word for Adopt {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("adopt", Self::Adopt),
        ("observe", Self::Observe),
        ("refuse", Self::Refuse),
    ];
}

/// What becomes of it when the custom resource is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    Delete,
    Orphan,
}

impl Word for Deletion {
    const WORDS: &'static [(&'static str, Self)] =
        &[("delete", Self::Delete), ("orphan", Self::Orphan)];
}

/// What becomes of a custom resource that is deleted after its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParentGone {
    Release,
    Keep,
}

impl Word for ParentGone {
    const WORDS: &'static [(&'static str, Self)] =
        &[("release", Self::Release), ("keep", Self::Keep)];
}

pub(super) static SECTION: Section = Section {
    path: "resources.KIND.policy",
    doc: "What becomes of what is there already, and of what is left.",
    keys: &[
        key(
            "adopt",
            Shape::Word(words::<Adopt>),
            "What the server has already is taken over and changed (`adopt`), only looked at (`observe`), or left alone with an error (`refuse`). `adopt` unless given.",
        ),
        key(
            "deletion",
            Shape::Word(words::<Deletion>),
            "Whether it goes with its custom resource (`delete`) or stays (`orphan`); `delete` unless given.",
        ),
        key(
            "parentGone",
            Shape::Word(words::<ParentGone>),
            "A custom resource that is deleted when its parent is gone: `release` lets it go with a warning, `keep` waits for the parent. `release` unless given.",
        ),
        key(
            "resync",
            Shape::Duration,
            "How often it is compared with what is there; as `operator.resync` unless given.",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Policy {
    Policy {
        adopt: reader.word("adopt"),
        deletion: reader.word("deletion"),
        parent_gone: reader.word("parentGone"),
        resync: reader.duration("resync"),
    }
}
