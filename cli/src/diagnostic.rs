//! Mistakes of the manifest's author: data, collected per stage, printed by one printer.

mod code;
mod list;
mod nearest;
pub mod print;
mod problem;

pub use code::Code;
pub use list::Problems;
pub use nearest::nearest;
pub use problem::{Label, Problem};
