//! Random projects, random changes of their manifests, random edits, and processes that are lost, with updates in between:
//! nothing that a person wrote is ever lost, what nobody edited is as in a new project, and a second update does nothing.
//!
//! `DSOI_CASES=1000 cargo test -p dsoi --test suite sequences -- --nocapture` tries more of them. One that fails says its
//! number: `DSOI_CASE=17` runs it alone.

mod life;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use self::life::Life;
use super::manifests::{self, Change, Manifest};

/// What happens to a project between two updates.
#[derive(Clone, Debug)]
enum Event {
    /// A line of the user's own, in a file at a place.
    Line(Index, Index),
    /// A line of dsoi's that the user removes.
    Cut(Index, Index),
    Remove(Index),
    /// A file that was removed, as it was then.
    Restore(Index),
    Crlf(Index),
    /// The manifest says something else.
    Manifest(Change),
    /// The manifest gets other line ends.
    Ends,
    Update,
    /// An update that says what is released.
    Release,
    /// An update whose process is lost, and perhaps an edit before the next command.
    Lost(Index, Option<(Index, Index)>),
    /// A node type that is added by its command, like another one or not, and removed again.
    AddAndRemove(Option<Index>),
    /// A node type that is renamed and renamed back, perhaps with an edit in between.
    RenameAndBack(Index, bool),
}

fn event() -> impl Strategy<Value = Event> {
    let index = any::<Index>;
    let place = || (any::<Index>(), any::<Index>());
    prop_oneof![
        4 => place().prop_map(|(file, line)| Event::Line(file, line)),
        1 => place().prop_map(|(file, line)| Event::Cut(file, line)),
        1 => index().prop_map(Event::Remove),
        1 => index().prop_map(Event::Restore),
        1 => index().prop_map(Event::Crlf),
        8 => manifests::change().prop_map(Event::Manifest),
        1 => Just(Event::Ends),
        4 => Just(Event::Update),
        2 => Just(Event::Release),
        4 => (index(), proptest::option::of(place())).prop_map(|(at, edit)| Event::Lost(at, edit)),
        2 => proptest::option::of(index()).prop_map(Event::AddAndRemove),
        2 => (index(), any::<bool>()).prop_map(|(which, edit)| Event::RenameAndBack(which, edit)),
    ]
}

/// Figures of a run.
#[derive(Debug, Default)]
struct Tried {
    sequences: usize,
    updates: usize,
    refused: usize,
    marked: usize,
    lines: usize,
    lost: usize,
    /// Of those: ended in the old project, or in the new one; the others were edited before the next command.
    old: usize,
    new: usize,
    added: usize,
    renamed: usize,
    released: usize,
    /// The most definitions of releases that one project had.
    kept: usize,
}

/// How many cases are tried, and which of them is the first.
pub(super) fn cases(default: u64) -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().unwrap());
    match number("DSOI_CASE") {
        Some(case) => case..case + 1,
        None => 0..number("DSOI_CASES").unwrap_or(default),
    }
}

/// Tries what each number leads to. A failure is made as small as it gets, and says its number.
pub(super) fn try_all<S: Strategy>(
    cases: std::ops::Range<u64>,
    strategy: &S,
    mut check: impl FnMut(S::Value),
) {
    let check = std::cell::RefCell::new(&mut check);
    for case in cases {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&case.to_le_bytes());
        let config = Config {
            cases: 1,
            failure_persistence: None,
            max_shrink_iters: 60,
            ..Config::default()
        };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let result = TestRunner::new_with_rng(config, rng).run(strategy, |value| {
            (check.borrow_mut())(value);
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("DSOI_CASE={case} fails: {error}"));
    }
}

#[test]
fn no_edit_is_lost_whatever_happens_to_a_project() {
    let mut tried = Tried::default();
    let lives = (
        proptest::collection::vec(manifests::change(), 0..24),
        proptest::collection::vec(event(), 2..12),
        // Each life ends with an update that is lost.
        proptest::collection::vec(manifests::change(), 1..4),
        any::<(Index, Option<(Index, Index)>)>(),
    );
    try_all(cases(8), &lives, |(changes, events, last, (at, edit))| {
        tried.sequences += 1;
        let mut life = Life::new(Manifest::of(&changes));
        for event in &events {
            life.happens(event, &mut tried);
        }
        life.happens(&Event::Update, &mut tried);
        for change in last {
            life.happens(&Event::Manifest(change), &mut tried);
        }
        life.happens(&Event::Lost(at, edit), &mut tried);
        life.happens(&Event::Update, &mut tried);
    });
    println!("{tried:?}");
    assert!(tried.lost > 0 || tried.sequences < 8, "no process was lost");
}

/// The manifest of before gives the files of before.
#[test]
fn a_node_type_that_comes_and_goes_leaves_the_same_bytes() {
    let mut life = Life::new(Manifest::default());
    let mut tried = Tried::default();
    life.happens(&Event::Update, &mut tried);
    let before = life.files();
    for name in [0, 1, 2, 1, 0, 2] {
        life.happens(&Event::Manifest(Change::NodeType(name)), &mut tried);
        life.happens(&Event::Update, &mut tried);
    }
    assert_eq!(before, life.files());
}
