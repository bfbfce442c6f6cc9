//! The real stages over random clusters: whatever there is at first, in whatever order it is
//! learned, and wherever a process dies, the end is the same.
//!
//! `DSOI_CASES` says how many cases of each property are tried; the default fits into a run of all
//! tests.

mod cluster;
mod resource;
mod start;

use proptest::test_runner::{Config, TestRunner};

use super::world::{Until, World};
use crate::build::Desired;
use crate::plan::{Act, Reason, Step};

/// Passes after which a cluster of seven nodes has to be as desired.
const ROUNDS: usize = 40;

/// A runner of so many cases, the same ones each time.
fn runner(cases: u32) -> TestRunner {
    let cases = std::env::var("DSOI_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(cases);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
    TestRunner::new_with_rng(config, seed)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

/// Passes, with everybody else doing their part between them, until nothing is written any more.
/// Returns what would still be done.
async fn converge(world: &World, desired: &Desired, collected: &[&str]) -> Vec<Step> {
    for _ in 0..ROUNDS {
        world.deliver();
        let passed = world.pass(desired, &Until::requests(usize::MAX)).await;
        in_order(&passed.stored);
        ours_alone(world, &passed.stored);
        let rolling = world.rolling(desired);
        assert!(rolling.len() < 2, "these turns roll at once: {rolling:?}");
        let quiet = world.api().events.is_empty();
        world.advance(collected);
        if quiet && passed.stored.is_empty() && world.api().events.is_empty() {
            return passed.steps;
        }
    }
    let left = world.plan(desired);
    panic!("no end after {ROUNDS} passes, still planned: {left:?}");
}

/// What is written before something else of a lower rank, and what is removed before all is written.
fn in_order(stored: &[super::api::Stored]) {
    let ranks: Vec<u8> = stored
        .iter()
        .filter(|write| matches!(write.verb, "create" | "apply"))
        .map(|write| write.id.kind.row().rank)
        .collect();
    assert!(ranks.is_sorted(), "{stored:?}");
    let removals: Vec<u8> = stored
        .iter()
        .skip_while(|write| write.verb != "delete")
        .map(|write| write.id.kind.row().rank)
        .collect();
    assert!(
        removals.is_sorted_by(|a, b| a >= b),
        "kinds are removed in the wrong order: {stored:?}"
    );
}

/// Nothing of another owner was written, and no claim deleted (O5).
fn ours_alone(world: &World, stored: &[super::api::Stored]) {
    for write in stored {
        let claim = write.id.kind == crate::kind::ChildKind::PersistentVolumeClaim;
        assert!(!(claim && write.verb == "delete"), "{write:?}");
        let owner = write.owner.as_deref();
        assert!(
            owner == Some(world.subject.uid.as_str())
                || (owner.is_none() && write.verb != "delete"),
            "{write:?}"
        );
    }
}

/// Whether only refusals are left, and what they hold back.
fn nothing_but_refusals(steps: &[Step], desired: &Desired) -> bool {
    let node = |step: &Step| {
        let child = desired.children.iter().find(|child| child.id == step.id);
        child.and_then(|child| child.node.clone())
    };
    let refused: Vec<_> = steps
        .iter()
        .filter(|step| step.act == Act::Refuse)
        .map(node)
        .collect();
    let any = !refused.is_empty();
    steps.iter().all(|step| {
        step.act == Act::Refuse
            // Nothing is removed while something else is not as it should be, and no turn begins.
            || (any && matches!(step.act, Act::Delete | Act::Hold))
            // What waits for its turn is tried.
            || (any && step.act == Act::Preflight && matches!(step.reason, Reason::NotItsTurn(_)))
            || refused.contains(&node(step))
    })
}
