//! What a random manifest can say otherwise than before.

use proptest::prelude::*;

/// One thing that a manifest says otherwise than before. The numbers choose; `0` takes back.
#[derive(Clone, Debug)]
pub(in crate::updates) enum Change {
    /// A setting of the cluster, and which of its values.
    Cluster(Setting, u8),
    /// A field of a list of fields, and its type.
    Field(Fields, u8, u8),
    /// Another object, and what it consists of.
    External(u8, u8),
    /// A node type that comes or goes.
    NodeType(u8),
    /// A part of a node type, or of all of them.
    Part(Option<u8>, Part, u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::updates) enum Setting {
    Image,
    Spelling,
    Order,
    Rollout,
    Names,
    Labels,
    K8s,
    Security,
    Rules,
    Events,
    ConfigMaps,
    Operator,
    Comment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::updates) enum Fields {
    Config,
    Spec,
    Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::updates) enum Part {
    Kinds,
    Args,
    Ports,
    Env,
    Probe,
    Replicas,
    Nodes,
    Storage,
    File,
    Hooks,
    Pod,
    Services,
    Rollout,
    /// Of one node type alone.
    Like,
    TypeName,
    Aliases,
}

const SETTINGS: &[Setting] = &[
    Setting::Image,
    Setting::Spelling,
    Setting::Order,
    Setting::Rollout,
    Setting::Names,
    Setting::Labels,
    Setting::K8s,
    Setting::Security,
    Setting::Rules,
    Setting::Events,
    Setting::ConfigMaps,
    Setting::Operator,
    Setting::Comment,
];

const PARTS: &[Part] = &[
    Part::Kinds,
    Part::Args,
    Part::Ports,
    Part::Env,
    Part::Probe,
    Part::Replicas,
    Part::Nodes,
    Part::Storage,
    Part::File,
    Part::Hooks,
    Part::Pod,
    Part::Services,
    Part::Rollout,
    Part::Like,
    Part::TypeName,
    Part::Aliases,
];

pub(in crate::updates) fn change() -> impl Strategy<Value = Change> {
    let fields = prop::sample::select(vec![Fields::Config, Fields::Spec, Fields::Node]);
    let part = prop::sample::select(PARTS);
    prop_oneof![
        2 => (prop::sample::select(SETTINGS), 0..4_u8).prop_map(|(what, to)| Change::Cluster(what, to)),
        2 => (fields, 0..4_u8, 0..10_u8).prop_map(|(of, name, to)| Change::Field(of, name, to)),
        1 => (0..2_u8, 0..4_u8).prop_map(|(name, to)| Change::External(name, to)),
        2 => (0..4_u8).prop_map(Change::NodeType),
        5 => (prop::option::of(0..4_u8), part, 0..4_u8).prop_map(|(of, what, to)| Change::Part(of, what, to)),
    ]
}
