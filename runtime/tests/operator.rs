//! Claims about a whole operator, on a real control plane.
//!
//! The operator is this program itself, started again with `operator_process` as its only test:
//! a process of its own, which tests kill, restart and look at through a counting proxy.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do, and print the figures that a test is about"
)]

use std::process::ExitCode;

use dsoi_runtime::{Controller, Operator};
// What the hand-written kind is made of, under the paths that it has inside the crate.
use dsoi_runtime::{prelude, spec};

#[path = "operator/autoscaled.rs"]
mod autoscaled;
#[path = "operator/beside.rs"]
mod beside;
#[path = "operator/change.rs"]
mod change;
#[path = "operator/conformance.rs"]
mod conformance;
#[path = "operator/create.rs"]
mod create;
#[path = "operator/deletion.rs"]
mod deletion;
#[path = "operator/drift.rs"]
mod drift;
#[path = "operator/external.rs"]
mod external;
#[path = "operator/gate.rs"]
mod gate;
#[allow(dead_code, reason = "the crate's own tests use all of it")]
#[path = "../src/fixture/group.rs"]
mod group;
#[path = "operator/hooks.rs"]
mod hooks;
#[path = "operator/misfortune.rs"]
mod misfortune;
#[path = "operator/preview.rs"]
mod preview;
#[path = "operator/process.rs"]
mod process;
#[path = "operator/recreate.rs"]
mod recreate;
#[path = "operator/rename.rs"]
mod rename;
#[path = "operator/rest.rs"]
mod rest;
#[path = "operator/rollback.rs"]
mod rollback;
#[path = "operator/rollout.rs"]
mod rollout;
#[path = "operator/scene.rs"]
mod scene;
#[path = "operator/signals.rs"]
mod signals;
#[path = "operator/stop.rs"]
mod stop;
#[path = "operator/storage.rs"]
mod storage;
#[path = "../src/fixture/tally.rs"]
mod tally;
#[path = "operator/trouble.rs"]
mod trouble;

/// No claim of its own: what the other tests start.
#[test]
fn operator_process() -> ExitCode {
    if std::env::var_os(scene::SWITCH).is_none() {
        return ExitCode::SUCCESS;
    }
    Operator::new(scene::OPERATOR, "0.1.0")
        .controller(
            Controller::<tally::Tally>::new()
                .ignore_annotation("example.com/ignored")
                .events("tally-control-plane", "tallyOperator"),
        )
        .main_from(scene::arguments())
}
