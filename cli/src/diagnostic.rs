//! Mistakes of the manifest's author: data, collected per stage, printed by one printer.

mod code;
pub mod github;
mod list;
mod nearest;
pub mod print;
mod problem;
pub mod sarif;

pub use code::Code;
pub use list::Problems;
pub use nearest::nearest;
pub use problem::{Label, Problem, Severity};
