//! The expression language: `${…}` in texts, conditions, `$for`, and the types of fields.
//!
//! In: one scalar of the manifest. Out: a syntax tree whose every part has its place in the manifest. Decides nothing about
//! meaning: whether a path exists and what it is, is the business of `check`.

mod cond;
mod lexer;
mod path;
mod text;
mod types;

pub use cond::{Compare, Cond, For};
pub use path::{Expr, Literal, Path, Step, Term};
pub use text::{Part, Text};
pub use types::{FieldType, TypeKind};
