//! `dsoi`: from a node-type manifest to a Kubernetes operator in Rust.
//!
//! ```text
//! dsoi.yaml ─parse→ Manifest(spans) ─check→ Operator(model) ─plan→ Files ─render→ Tree ─merge→ Changes ─commit→ disk + .dsoi/
//! ```
//!
//! Everything before `commit` is pure. Every mistake of a stage is collected before it is reported.

pub mod args;
pub mod check;
pub mod command;
pub mod completion;
pub mod diagnostic;
pub mod doctor;
pub mod explain;
pub mod expr;
pub mod gate;
pub mod import;
pub mod manifest;
pub mod model;
pub mod plan;
pub mod render;
pub mod schema;
pub mod ui;
pub mod update;
pub mod write;
