//! The status and the policy of a kind whose truth lies outside of Kubernetes.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Condition;

/// The condition types of an external kind.
pub mod external_condition {
    /// The application has what the resource asks for.
    pub const READY: &str = "Ready";
    /// The application was told everything that the resource asks for.
    pub const SYNCED: &str = "Synced";
    /// The operator leaves the object alone, as an annotation asks.
    pub const PAUSED: &str = "Paused";
}

/// Status of a resource that stands for an object of an application.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalStatus {
    /// The generation that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// The object's name in the application, which stays (NC-10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Digest of what the application was last told and, after a `;`, of what it makes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<String>,
    /// The manifest's own fields.
    #[serde(flatten)]
    pub fields: BTreeMap<String, Value>,
}

impl ExternalStatus {
    /// The condition of this type, if it was ever set.
    pub fn condition(&self, type_: &str) -> Option<&Condition> {
        self.conditions.iter().find(|known| known.type_ == type_)
    }
}

/// What is done with an object that was there before the resource (NC-15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adopt {
    /// It is taken over, and changed to what the resource asks for.
    #[default]
    Adopt,
    /// No object is ever written: the status says how it stands.
    Observe,
    /// It is left alone, and so is the resource.
    Refuse,
}

/// What becomes of the object when the resource goes (NC-18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deletion {
    #[default]
    Delete,
    /// It stays.
    Orphan,
}

/// What becomes of a resource that goes after its parent (PN-14).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ParentGone {
    /// It goes: what the parent had is gone with it.
    #[default]
    Release,
    /// It stays until the parent is back or a person lets it go.
    Keep,
}

/// How an external kind deals with the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExternalPolicy {
    pub adopt: Adopt,
    pub deletion: Deletion,
    pub parent_gone: ParentGone,
    /// How often the object is looked at when nothing happens; none for the operator's own period.
    pub resync: Option<Duration>,
}

impl ExternalPolicy {
    /// Adopt, delete, release, and look as often as the operator looks at everything.
    pub const DEFAULT: Self = Self {
        adopt: Adopt::Adopt,
        deletion: Deletion::Delete,
        parent_gone: ParentGone::Release,
        resync: None,
    };

    /// Whether the object goes with the resource.
    pub fn deletes(&self) -> bool {
        self.deletion == Deletion::Delete && self.adopt != Adopt::Observe
    }
}

impl Default for ExternalPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}
