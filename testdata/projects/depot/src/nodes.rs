//! src/nodes.rs — one module for each node type.

mod front;
mod keeper;

pub use self::front::Front;
pub use self::keeper::Keeper;
