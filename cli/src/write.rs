//! The last stage: files in memory become files on disk, all of them or none.

mod commit;
mod digest;
mod disk;
mod journal;
mod path;
mod tree;
mod trouble;
mod update;

pub use commit::{Error, absent, commit};
pub use digest::digest;
pub use disk::{Disk, Local};
pub use path::{BadPath, RelPath};
pub use tree::{Tree, TreeError};
pub use trouble::way_out;
pub use update::{Change, UpdateError, is_interrupted, recover, update};
