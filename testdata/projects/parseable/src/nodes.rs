//! src/nodes.rs — one module for each node type.

mod server;

pub use self::server::Server;
