//! Mistakes of the manifest's author: data, collected per stage, printed by one printer.

mod code;
mod list;
mod problem;

pub use code::Code;
pub use list::Problems;
pub use problem::{Label, Problem};
