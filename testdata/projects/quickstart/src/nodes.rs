//! src/nodes.rs — one module for each node type.

mod gateway;
mod store;

pub use self::gateway::Gateway;
pub use self::store::Store;
