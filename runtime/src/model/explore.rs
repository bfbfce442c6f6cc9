//! Every state that a small cluster can get into, with the real planner at work in it.
//!
//! Two node types with a config map, a Service and a workload each. People edit, delete and make
//! anew the resource; somebody deletes, changes and takes the names of children; pods crash; the
//! process dies, loses a reply, or leaves a request that arrives late; caches lag behind by an event
//! of each kind. How often each of these may happen is the budget that bounds the exploration.
//!
//! Claims about the whole graph, not about cases: every write is to an object of ours; one turn
//! rolls at a time; where nothing more happens, all is as desired or the plan says why not; nothing
//! goes round in a circle. `DSOI_STATES=whole` tries the larger budget, best with `--release`.

mod act;
mod graph;
mod operator;
mod state;

use std::time::Instant;

use self::graph::{Explored, explore};
use self::state::Budget;

/// Fits into a run of all tests.
const SMALL: Budget = Budget {
    faults: 1,
    edits: 1,
    monkey: 1,
};
/// Reliability's bound: some minutes, optimized.
const WHOLE: Budget = Budget {
    faults: 1,
    edits: 2,
    monkey: 1,
};

/// RL-7: a model that has shrunk proves less.
const AT_LEAST: (usize, usize) = (2_000_000, 5_000_000);

/// RL-7, C1.
#[test]
fn every_reachable_state_is_safe_and_leads_to_the_desired_one_or_says_why_not() {
    let whole = std::env::var("DSOI_STATES").is_ok_and(|value| value == "whole");
    let (budget, at_least) = if whole {
        (WHOLE, AT_LEAST.1)
    } else {
        (SMALL, AT_LEAST.0)
    };
    let began = Instant::now();
    let Explored {
        states,
        edges,
        plans,
        ends,
        reasons,
    } = explore(budget);
    eprintln!(
        "{states} states, {edges} transitions without a fault, {plans} plans, {ends} ends as desired, {reasons} ends with a reason, {:?}",
        began.elapsed()
    );
    assert!(
        states >= at_least,
        "the model has shrunk to {states} states"
    );
    assert!(ends > 0 && reasons > 0);
}
