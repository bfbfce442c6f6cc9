//! A modelled cluster on which the real stages run: for the tests that try what no list of cases
//! would.
//!
//! [`api`] answers requests as an API server does, [`world`] is that server, its controllers and one
//! process of an operator with its real cache, observation, plan and execution. [`random`] runs it
//! over random clusters, [`explore`] goes through every state of a small one. What the model says of
//! an API server is shown on a real one by `tests/operator/conformance.rs`.

mod api;
mod explore;
mod fields;
mod random;
mod world;
