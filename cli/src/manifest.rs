//! Text → [`Manifest`]: the first stage of the pipeline.
//!
//! In: a [`Source`]. Out: a [`Manifest`] whose every part knows its place, or every mistake at once. What is decided here is
//! shape alone: known keys, right types, expressions that parse. Whether a name exists is the business of `check`.
//!
//! ```text
//! Source ─tree→ Node(span) ─readers, one per section→ Manifest
//! ```
//!
//! The readers are driven by one table of keys per section (`keys.rs`); the editor schema and `dsoi explain PATH` come from
//! the same tables.

mod api;
mod cluster;
mod config_map;
mod container;
mod events;
mod external;
mod fields;
mod file;
mod k8s_config_group;
mod labels;
mod names;
mod node_type;
mod operator;
mod order;
mod rollout;
mod rules;
mod security;
mod service;
mod source;
mod spelling;
mod storage;
mod scalar;
mod helm;
mod syntax;
mod template;
mod tree;

pub use api::Api;
pub use cluster::{Cluster, Column};
pub use config_map::ConfigMap;
pub use container::Container;
pub use events::Events;
pub use external::{External, Variant};
pub use fields::{AppConfigGroup, Field, Kind};
pub use file::{Content, File, Format, Mount, OnChange, Per};
pub use k8s_config_group::{ExposedFields, K8sConfigGroup};
pub use labels::Label;
pub use names::{Collisions, Names};
pub use node_type::{Bounds, NodeType, WorkloadKind};
pub use operator::{Operator, RbacRule};
pub use order::{MissingOrder, Order, OrderBy};
pub use rollout::{OnCrash, Rollout};
pub use rules::{Rule, RuleKind};
pub use security::SecurityProfile;
pub use service::{ChildKind, Service};
pub use source::{MAX_BYTES, Rejected, Source, Span, Spanned};
pub use spelling::{Spelling, SpellingWord};
pub use storage::{Storage, StorageMode, StorageVolume};
pub use template::{Body, Directed, Entry, Template, TemplateKind};
pub use scalar::{Core, Scalar, Style};
pub use tree::{Node, Pair, Value};

/// A whole manifest, well formed.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The text that all spans point into.
    pub source: Source,
    pub operator: Operator,
    pub api: Api,
    pub cluster: Cluster,
}
