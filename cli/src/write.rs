//! The last stage: a tree of files in memory becomes files on disk, all of them or none.

mod commit;
mod path;
mod tree;

pub use commit::{Error, commit};
pub use path::{BadPath, RelPath};
pub use tree::{Tree, TreeError};
