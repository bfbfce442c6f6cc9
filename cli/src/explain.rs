//! What the model says of one field of the custom resource, and of one line of a generated file.
//!
//! In: a manifest and its operator, and a path or a place. Out: facts, for `command` to print. The facts of a field are those
//! of the reference in `docs/` and of the definition, so that none of the three can say another thing. Pure.

mod change;
mod declared;
mod entries;
mod field;
mod origin;
mod path;
mod rename;
mod rules;
mod scalars;
mod sets;
mod trial;
mod unwritten;
mod variants;
mod walk;

pub use change::Change;
pub use field::{Below, Field, Missing, Resource};
pub(crate) use origin::same_line;
pub use origin::{Cause, Depth, Origins, Setting, Why};
pub use path::{Step, is_of_resource, steps, without_gaps};
