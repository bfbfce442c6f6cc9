//! Claims about the `testing` feature, on a control plane that it starts.

#[path = "testing/plane.rs"]
mod plane;
#[path = "testing/process.rs"]
mod process;
#[path = "testing/proxy.rs"]
mod proxy;
