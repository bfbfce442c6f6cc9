//! Random manifests without a mistake, and random changes of them.
//!
//! A manifest is what a list of changes has made of the smallest one. Whatever the list, dsoi has nothing against it: what
//! would be a mistake is not said, so that a change may be without effect.

mod change;
mod cluster;
mod node_type;

use std::collections::{BTreeMap, BTreeSet};

use dsoi::check;
use dsoi::manifest::Source;
use proptest::prelude::*;

pub(super) use self::change::{Change, change};
use self::change::{Fields, Part, Setting};
use super::sequences::{cases, try_all};

/// What a manifest says at the moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    cluster: BTreeMap<Setting, u8>,
    fields: BTreeMap<(Fields, u8), u8>,
    external: BTreeMap<u8, u8>,
    /// But for the one that is always there.
    node_types: BTreeSet<u8>,
    /// By node type, or of all of them.
    parts: BTreeMap<(Option<u8>, Part), u8>,
}

impl Manifest {
    /// What the changes make of the smallest manifest.
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut manifest = Self::default();
        for change in changes {
            manifest.change(change);
        }
        manifest
    }

    pub(super) fn change(&mut self, change: &Change) {
        match change {
            Change::Cluster(what, to) => set(&mut self.cluster, *what, *to),
            Change::Field(of, name, to) => set(&mut self.fields, (*of, *name), *to),
            Change::External(name, to) => set(&mut self.external, *name, *to),
            Change::NodeType(name) => {
                if !self.node_types.remove(name) {
                    self.node_types.insert(*name);
                }
            }
            Change::Part(of, what, to) => set(&mut self.parts, (*of, *what), *to),
        }
    }

    fn setting(&self, what: Setting) -> usize {
        self.cluster.get(&what).copied().unwrap_or(0).into()
    }

    /// What a node type says of itself.
    fn part(&self, of: Option<u8>, what: Part) -> usize {
        self.parts.get(&(of, what)).copied().unwrap_or(0).into()
    }

    /// What holds for a node type.
    fn holds(&self, of: u8, what: Part) -> usize {
        let like = self.like(of).map_or(0, |like| self.part(Some(like), what));
        let said = [self.part(Some(of), what), like, self.part(None, what)];
        said.into_iter().find(|said| *said > 0).unwrap_or(0)
    }

    /// The node type that one copies: never one that copies another.
    fn like(&self, of: u8) -> Option<u8> {
        let part = |of| self.part(Some(of), Part::Like);
        let copies = |other: u8| other != of && part(other) == 0;
        let mut others = self.all().filter(|other| copies(*other));
        match part(of) {
            0 => None,
            1 => others.next(),
            2 => others.last(),
            _ => Some(BASE),
        }
    }

    /// The node types, and the one that is always there.
    pub(super) fn all(&self) -> impl Iterator<Item = u8> + '_ {
        self.node_types.iter().copied().chain([BASE])
    }
}

/// The node type that is always there.
const BASE: u8 = 9;

pub(super) fn name_of(node_type: u8) -> String {
    ["alpha", "beta-two", "gamma", "d"]
        .get(usize::from(node_type))
        .map_or_else(|| "base".to_owned(), |name| (*name).to_owned())
}

fn set<K: Ord>(map: &mut BTreeMap<K, u8>, key: K, to: u8) {
    if to == 0 {
        map.remove(&key);
    } else {
        map.insert(key, to);
    }
}

#[test]
fn dsoi_has_nothing_against_a_random_manifest() {
    let mut refused = BTreeMap::new();
    let mut said = BTreeSet::new();
    let changes = prop::collection::vec(change(), 0..60);
    try_all(cases(300), &changes, |changes| {
        let text = Manifest::of(&changes).text();
        let source = Source::new("dsoi.yaml", text.clone().into_bytes()).unwrap();
        if let Err(problems) = check::read(&source) {
            for problem in problems.sorted() {
                refused.insert(problem.message.clone(), text.clone());
            }
        }
        said.insert(text);
    });
    println!("{} random manifests", said.len());
    for (problem, text) in &refused {
        println!("{problem}\n{text}");
    }
    assert!(refused.is_empty(), "{:#?}", refused.keys());
}
