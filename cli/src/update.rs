//! A project and its changed manifest to the changes of its files.
//!
//! In: the files that the manifest asks for now, what the last update has written (the merge base) and what is in
//! the project. Out: a [`Decision`]: changes to commit and what to tell the user, or why the project cannot be
//! updated. Only [`Project::read`] and [`git`] look at the world, and nothing here writes.

mod decide;
mod diff;
pub mod git;
mod lock;
mod moved;
mod otherwise;
mod own;
mod past;
mod project;
mod release;
mod text;
mod whereabouts;

pub use crate::gate::Forgotten;
pub use decide::{Decision, Done, Outcome, Refusal, Refused, decide};
pub use diff::diff;
pub use lock::{Lock, LockError};
pub use moved::Moves;
pub use otherwise::{Otherwise, otherwise};
pub use past::{RELEASED, documents, forgotten, past, present};
pub use project::{Found, Project, ProjectError};
pub use release::{number, release};
pub use whereabouts::Whereabouts;
