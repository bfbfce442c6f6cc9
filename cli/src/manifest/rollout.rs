//! `rollout`: when an upgrade halts (DS-21, DS-25).

use super::keys::{Section, Shape, Word, key, later, words};
use super::reader::Reader;
use std::time::Duration;

use super::source::Spanned;
use super::template::Template;

/// The section `rollout`, of the cluster or a node type.
#[derive(Debug, Clone, Default)]
pub struct Rollout {
    pub on_crash: Option<Spanned<OnCrash>>,
    pub after: Option<Spanned<Duration>>,
    /// `pods.maxUnavailable`
    pub max_unavailable: Option<Template>,
}

/// What a crash in an upgrade leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCrash {
    Wait,
    Alert,
    Rollback,
}

impl Word for OnCrash {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("wait", Self::Wait),
        ("alert", Self::Alert),
        ("rollback", Self::Rollback),
    ];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.rollout",
    doc: "When an upgrade halts, and what follows.",
    keys: &[
        key(
            "onCrash",
            Shape::Word(words::<OnCrash>),
            "What a crashed node leads to; `wait` unless given.",
        ),
        key(
            "after",
            Shape::Duration,
            "How long a node may be unready before it counts as crashed; `10m` unless given.",
        ),
        key(
            "pods",
            Shape::Section(&PODS),
            "How the pods of one node are replaced.",
        ),
    ],
};

static PODS: Section = Section {
    path: "cluster.rollout.pods",
    doc: "How the pods of one node are replaced.",
    keys: &[
        key(
            "maxUnavailable",
            Shape::Tree,
            "How many may be down at once, as in Kubernetes.",
        ),
        later(
            "gate",
            "an HTTP call that decides whether the next pod may go",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Rollout {
    Rollout {
        on_crash: reader.word("onCrash"),
        after: reader.duration("after"),
        max_unavailable: reader.section("pods", &PODS, |pods| pods.tree("maxUnavailable")),
    }
}
