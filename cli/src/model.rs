//! The operator that a manifest describes: what `check` gives and `plan` and `render` read.
//!
//! Everything that could be wrong was refused before: names are newtypes, paths are resolved, constants are folded, defaults that
//! the manifest decides are filled in. An `Option` here is a fact ("the manifest leaves it to the runtime"), never a gap.
//! No spans, no problems, no IO.

mod child;
mod cluster;
mod effect;
mod expr;
mod external;
mod field;
mod file;
#[cfg(test)]
pub(crate) mod fixture;
mod hook;
mod k8s_group;
mod k8s_meaning;
pub(crate) mod name;
mod node_type;
mod operator;
mod place;
mod resource;
mod rollout;
mod template;

pub use child::{ChildKind, LabelEntry, Labels, NameTemplate, Names, Scope};
pub use cluster::{
    Api, Cluster, Column, Common, Events, LengthLimit, LimitedName, MissingOrder, Order, OrderBy,
    Rule, SecurityProfile, Spelling, Word,
};
pub use effect::{ChildPath, CrPath, Effect};
pub use expr::{
    Access, Expr, ExprKind, LateVariable, Literal, Local, Path, Piece, PodFact, Root, Step, Text,
};
pub use external::{External, ExternalShape, Variant};
pub use field::{Change, EnumType, EnumValue, Field, StructType, Type};
pub use file::{ConfigMap, Content, File, Format, Layer, Line, Mount, OnChange};
pub use hook::Hook;
pub use k8s_group::{Form, K8sField, K8sGroup, K8sGroupField};
pub use name::{
    AbsolutePath, BadName, ConfigKey, CrateName, DnsLabel, DnsSubdomain, EnvName, ImageName,
    KindName, LabelKey, NodeTypeName, PortName, RustIdent, TypeIdent, WireName,
};
pub use node_type::{
    Container, Downward, EnvEntry, EnvFrom, EnvValue, EnvVariable, ExtraContainer, HeadlessService,
    MainService, MoreService, NodeRules, NodeType, Port, ReplicaRule, RequiredVolume, Services,
    StorageMode, StorageModes, WorkloadKind,
};
pub use operator::{KubernetesVersion, Operator, RbacRule};
pub use place::{K8sFieldValue, K8sType, K8sValue};
pub use resource::{
    Adopt, Auth, AuthKeys, Call, Compare, Deletion, ParentGone, Payload, Policy, Resource, Server,
    ServerPlace, StatusField, StatusValue, Verb,
};
pub use rollout::{OnCrash, Rollout, Strategy};
pub use template::{Binding, Cond, Entry, Item, Template};
