//! The expression language: `${…}` in texts, conditions, `$for`, and the types of fields.
//!
//! In: one scalar of the manifest. Out: a syntax tree whose every part has its place in the manifest. Decides nothing about
//! meaning: whether a path exists and what it is, is the business of `check`.

mod cond;
mod lexer;
mod parser;
mod path;
mod roots;
mod text;
mod types;

pub use cond::{Compare, Cond, For};
pub(crate) use cond::{parse as parse_condition, parse_for, parse_unique};
pub use path::{Expr, Literal, Path, Step, Term};
pub(crate) use roots::{ROOTS, is_root};
pub(crate) use text::parse as parse_text;
pub use text::{Part, Text};
pub use types::{FieldType, TypeKind};
pub(crate) use types::{WORDS as TYPES, parse as parse_type};
