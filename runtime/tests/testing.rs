//! Claims about the `testing` feature, on a control plane that it starts.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

#[path = "testing/plane.rs"]
mod plane;
#[path = "testing/process.rs"]
mod process;
#[path = "testing/proxy.rs"]
mod proxy;
