//! A state of the small cluster, in some forty bytes.

use crate::kind::ChildKind;

/// Two nodes, each a turn of its own, with three children each.
pub(super) const SLOTS: usize = 6;

pub(super) const KINDS: [ChildKind; 3] = [
    ChildKind::ConfigMap,
    ChildKind::Service,
    ChildKind::StatefulSet,
];

pub(super) fn node(slot: usize) -> usize {
    slot / KINDS.len()
}

pub(super) fn kind(slot: usize) -> ChildKind {
    KINDS[slot % KINDS.len()]
}

pub(super) fn is_workload(slot: usize) -> bool {
    slot % KINDS.len() == 2
}

/// How often what may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    /// The process dies, loses a reply, or leaves a request behind.
    pub(super) faults: u8,
    /// A person edits, deletes or makes the resource anew.
    pub(super) edits: u8,
    /// Somebody deletes, changes or takes the name of a child, or pods crash.
    pub(super) monkey: u8,
}

/// Whose an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// The resource that was there at first.
    First,
    /// The one that was made anew under its name.
    Second,
    Foreign,
}

/// What a workload's pods are doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pods {
    /// The workload was just made.
    New,
    /// Its template changed, and its pods did not all follow yet.
    Rolling,
    Ready,
    Crashed,
}

/// One object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Object {
    pub(super) owner: Owner,
    /// Of this name, in the order of creation.
    pub(super) uid: u8,
    /// Which content it was given last.
    pub(super) content: u8,
    /// For which generation.
    pub(super) generation: u8,
    /// Whether it was applied, and not only created.
    pub(super) applied: bool,
    pub(super) drifted: bool,
    pub(super) terminating: bool,
    pub(super) pods: Pods,
}

/// The custom resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Resource {
    pub(super) owner: Owner,
    pub(super) spec: Spec,
    pub(super) generation: u8,
    pub(super) deleting: bool,
}

/// What the resource asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Spec {
    /// Both nodes, with a first content.
    Old,
    /// Both nodes, with a second one.
    New,
    /// The first node alone, with the second content.
    Fewer,
}

impl Spec {
    pub(super) fn content(self) -> u8 {
        match self {
            Self::Old => 0,
            Self::New | Self::Fewer => 1,
        }
    }

    pub(super) fn wants(self, slot: usize) -> bool {
        self != Self::Fewer || node(slot) == 0
    }
}

/// A write that was sent by a process that died, and has not arrived yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Late {
    pub(super) slot: u8,
    pub(super) write: Write,
    /// The uid, and for a deletion the whole object, that it is about.
    pub(super) known: Option<Object>,
    pub(super) from: Resource,
}

/// What is sent about one child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Write {
    Create,
    Flip,
    Apply,
    Delete,
}

/// What the operator knows. The plan depends on this and on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct View {
    pub(super) resource: Option<Resource>,
    pub(super) objects: [Option<Object>; SLOTS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    /// What there is.
    pub(super) real: View,
    /// What the operator knows of it.
    pub(super) view: View,
    pub(super) late: Option<Late>,
    pub(super) left: Budget,
}

impl State {
    pub(super) fn first(left: Budget) -> Self {
        let real = View {
            resource: Some(Resource {
                owner: Owner::First,
                spec: Spec::Old,
                generation: 1,
                deleting: false,
            }),
            objects: [None; SLOTS],
        };
        Self {
            real,
            view: real,
            late: None,
            left,
        }
    }

    /// Puts an object there or takes it away, which a watch has yet to show: before it shows this,
    /// it has shown whatever else happened to this kind.
    pub(super) fn change(mut self, slot: usize, object: Option<Object>) -> Self {
        for other in 0..SLOTS {
            if kind(other) == kind(slot) {
                self.view.objects[other] = self.real.objects[other];
            }
        }
        self.real.objects[slot] = object;
        self
    }

    /// The uid that the next object of this name gets.
    pub(super) fn next_uid(&self, slot: usize) -> u8 {
        let known = [self.real.objects[slot], self.view.objects[slot]];
        let late = self.late.filter(|late| usize::from(late.slot) == slot);
        let known = known.into_iter().chain([late.and_then(|late| late.known)]);
        let taken: Vec<u8> = known.flatten().map(|object| object.uid).collect();
        // Numbers that nobody remembers are given again, so that states stay few.
        (0..=3).find(|uid| !taken.contains(uid)).unwrap_or(4)
    }
}
