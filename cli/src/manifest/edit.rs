//! Changes of a manifest's text that leave everything else as its author wrote it: comments, order, quotes, line ends.
//!
//! In: a manifest that was read, and what to change. Out: the new text, or the edits that make it. Whether that is a good
//! manifest is for `check`.

mod add;
mod cut;
mod edits;
mod remove;
mod rename;
mod tree;
mod uses;

pub use self::add::{NewNodeType, add_node_type};
pub use self::edits::{Edit, Edits};
pub use self::remove::{Unremovable, remove_node_type};
pub use self::rename::{Renaming, Unrenamable, rename_node_type};
pub use self::uses::lines_that_say;
