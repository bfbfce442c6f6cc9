//! What a change means to clusters that exist: to the resources that are stored, to the rights that were given, to the pods
//! that run.
//!
//! In: the definitions, rights and models of before and of now, as trees. Out: changes, each with its [`Class`]. Pure: what
//! was before is read elsewhere. Whether a change is let through is the business of `dsoi update`.
//!
//! # Why a comparison and not a version number
//! A schema is wider or narrower than another whatever its author meant. Where that cannot be shown, as of two patterns, the
//! change counts as narrower: a resource that was legal yesterday is refused by nobody's guess (NC-6).

mod children;
mod class;
mod consequences;
mod definition;
#[cfg(test)]
mod fixture;
mod place;
mod power;
mod promise;
mod reason;
mod rights;
mod rule;
mod schema;

pub use children::{Cause, Fate, TypeChange};
pub use class::Class;
pub use consequences::{Consequences, Past, consequences, is_definition, word};
pub use definition::definitions;
pub use place::place;
pub use power::{Opened, Power};
pub use promise::{Broken, Forgotten};
pub use reason::{Reason, locate_change, other, roles, way};
pub use rights::{Right, Rights};
pub use schema::{Change, Subject, schemas};
