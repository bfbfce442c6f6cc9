//! `rollout`: how an upgrade goes through a cluster, and when it halts (DS-14, DS-21, DS-25).

use super::keys::{Section, Shape, Word, key, later, words};
use super::reader::Reader;
use std::time::Duration;

use super::source::Spanned;
use super::template::Template;

/// The section `rollout`, of the cluster or a node type.
#[derive(Debug, Clone, Default)]
pub struct Rollout {
    pub strategy: Option<Spanned<Strategy>>,
    pub on_crash: Option<Spanned<OnCrash>>,
    pub after: Option<Spanned<Duration>>,
    /// `pods.maxUnavailable`
    pub max_unavailable: Option<Template>,
}

/// How an upgrade goes through the node types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    Ordered,
    Parallel,
}

impl Word for Strategy {
    const WORDS: &'static [(&'static str, Self)] =
        &[("ordered", Self::Ordered), ("parallel", Self::Parallel)];
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
    doc: "How an upgrade goes through a cluster, when it halts, and what follows. A custom resource may say otherwise in `spec.rollout`.",
    keys: &[
        key(
            "strategy",
            Shape::Word(words::<Strategy>),
            "`ordered`: one node type at a time, as `order` says; `parallel`: all at once. `ordered` unless given.",
        ),
        key(
            "onCrash",
            Shape::Word(words::<OnCrash>),
            "What a crashed node leads to: `wait` for somebody, `alert` again and again, or `rollback` to what ran before; `wait` unless given.",
        ),
        key(
            "after",
            Shape::Duration,
            "How long after a crash a rollback begins, and how often an alert is repeated; `10m` unless given.",
        ),
        key(
            "pods",
            Shape::Section(&PODS),
            "How the pods of one node are replaced.",
        ),
    ],
};

/// The same of one node type: how it goes through the cluster is said for all of them.
pub(super) static NODE_TYPE: Section = Section {
    path: "cluster.nodeTypes.T.rollout",
    doc: "How the pods of a node of this type are replaced.",
    keys: &[
        later(
            "strategy",
            "`cluster.rollout.strategy` for this node type alone",
        ),
        later(
            "onCrash",
            "`cluster.rollout.onCrash` for this node type alone",
        ),
        later("after", "`cluster.rollout.after` for this node type alone"),
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
            "How many may be down at once: a number above 0 or a percentage; for a StatefulSet from Kubernetes 1.35 on.",
        ),
        later(
            "gate",
            "an HTTP call that decides whether the next pod may go",
        ),
    ],
};

/// Reads `rollout` of a node type.
pub(super) fn read_node_type(reader: &mut Reader<'_, '_>) -> Rollout {
    Rollout {
        max_unavailable: max_unavailable(reader),
        ..Rollout::default()
    }
}

/// Reads `rollout` of the cluster.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Rollout {
    Rollout {
        strategy: reader.word("strategy"),
        on_crash: reader.word("onCrash"),
        after: reader.duration("after"),
        max_unavailable: max_unavailable(reader),
    }
}

fn max_unavailable(reader: &mut Reader<'_, '_>) -> Option<Template> {
    reader.section("pods", &PODS, |pods| pods.tree("maxUnavailable"))
}
