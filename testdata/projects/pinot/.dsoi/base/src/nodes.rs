//! src/nodes.rs — one module for each node type.

mod broker;
mod controller;
mod minion;
mod server;

pub use self::broker::Broker;
pub use self::controller::ControllerNodes;
pub use self::minion::Minion;
pub use self::server::Server;
