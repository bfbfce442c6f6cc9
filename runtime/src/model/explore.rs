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

const fn budget(faults: u8, edits: u8, monkey: u8) -> Budget {
    Budget {
        faults,
        edits,
        monkey,
    }
}

/// What may go wrong together in a run of all tests.
const SMALL: &[Budget] = &[budget(1, 1, 0), budget(0, 1, 1), budget(1, 0, 1)];
/// More of it: some minutes, optimized.
const WHOLE: &[Budget] = &[budget(1, 1, 1), budget(2, 2, 0), budget(0, 2, 1)];

/// RL-7: a model that has shrunk proves less.
const AT_LEAST: (usize, usize) = (450_000, 2_000_000);

/// RL-7, C1.
#[test]
fn every_reachable_state_is_safe_and_leads_to_the_desired_one_or_says_why_not() {
    let whole = std::env::var("DSOI_STATES").is_ok_and(|value| value == "whole");
    let (budgets, at_least) = if whole {
        (WHOLE, AT_LEAST.1)
    } else {
        (SMALL, AT_LEAST.0)
    };
    let mut all = 0;
    for budget in budgets {
        let began = Instant::now();
        let Explored {
            states,
            edges,
            plans,
            ends,
            reasons,
        } = explore(*budget);
        eprintln!(
            "{budget:?}: {states} states, {edges} transitions without a fault, {plans} plans, {ends} ends as desired, {reasons} ends with a reason, {:?}",
            began.elapsed()
        );
        assert!(ends > 0);
        all += states;
    }
    assert!(all >= at_least, "the model has shrunk to {all} states");
}
