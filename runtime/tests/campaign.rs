//! Campaign A: an operator is killed, failed and kept in the dark at each of its writes, and every
//! run has to come to the same end.
//!
//! For each workload (create, edit, scale …) an undisturbed run tells which writes there are, what
//! there is at the end, and how often each object was made. Then each fault is injected at each
//! write, one run each, in a namespace of its own with an operator process of its own. A run that
//! ends otherwise leaves a file; `DSOI_REPLAY=<file> cargo test -p dsoi-runtime --test campaign`
//! runs it again. `DSOI_CAMPAIGN=whole` tries every point, and `DSOI_CAMPAIGN=growth,crash` every
//! point of these workloads, where the default is a sample that fits into minutes.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::process::ExitCode;

use dsoi_runtime::{Controller, Operator};
// What the hand-written kind is made of, under the paths that it has inside the crate.
use dsoi_runtime::{prelude, spec};

#[path = "campaign/fault.rs"]
mod fault;
#[allow(dead_code, reason = "the crate's own tests use all of it")]
#[path = "../src/fixture/group.rs"]
mod group;
#[path = "campaign/record.rs"]
mod record;
#[path = "campaign/run.rs"]
mod run;
#[allow(dead_code, reason = "the tests of single claims use all of it")]
#[path = "operator/scene.rs"]
mod scene;
#[path = "campaign/state.rs"]
mod state;
#[path = "../src/fixture/tally.rs"]
mod tally;
#[path = "campaign/tries.rs"]
mod tries;
#[path = "campaign/workload.rs"]
mod workload;

/// No claim of its own: what the other tests start.
#[test]
fn operator_process() -> ExitCode {
    if std::env::var_os(scene::SWITCH).is_none() {
        return ExitCode::SUCCESS;
    }
    Operator::new(scene::OPERATOR, "0.1.0")
        .controller(Controller::<tally::Tally>::new())
        .main_from([scene::OPERATOR])
}
