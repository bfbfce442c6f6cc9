//! Claims about the operators that dsoi generates: run as processes, under their own account and
//! with no other rights than they were generated with, on a real API server.
//!
//! The operators are the golden projects of `testdata/projects`, built by a nested cargo once per
//! test process. `DSOI_SAMPLES=FOLDER` runs the claims about samples on the public ones as well:
//! `NAME.yaml` beside `NAME.recorded.yaml`, what the upstream operator made of it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do, and print the figures that a test is about"
)]

#[path = "operators/budgets.rs"]
mod budgets;
#[path = "operators/changes.rs"]
mod changes;
#[path = "operators/compare.rs"]
mod compare;
#[path = "operators/crs.rs"]
mod crs;
#[path = "operators/door.rs"]
mod door;
#[path = "operators/foreign.rs"]
mod foreign;
#[path = "operators/golden.rs"]
mod golden;
#[path = "operators/install.rs"]
mod install;
#[path = "operators/node_types.rs"]
mod node_types;
#[path = "operators/objects.rs"]
mod objects;
#[path = "operators/outside.rs"]
mod outside;
#[path = "operators/repair.rs"]
mod repair;
#[path = "operators/rights.rs"]
mod rights;
#[path = "operators/samples.rs"]
mod samples;
#[path = "operators/scene.rs"]
mod scene;
#[path = "operators/security.rs"]
mod security;
#[path = "operators/size.rs"]
mod size;
#[path = "operators/traps.rs"]
mod traps;
#[path = "operators/tutorial.rs"]
mod tutorial;
#[path = "operators/wide.rs"]
mod wide;
