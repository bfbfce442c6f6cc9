//! `cluster.names`: the names of children (MF-7).
//!
//! `configMap` is one text for all scopes: a config map that wants another name gives it in `configMaps.C.name`.

use super::keys::{Section, Shape, Word, key, words};
use super::reader::Reader;
use super::source::Spanned;
use crate::expr::Text;

/// The section `cluster.names`; what is absent has the default of the language.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub workload: Option<Text>,
    pub service: Option<Text>,
    pub container: Option<Text>,
    pub config_map: Option<Text>,
    pub claim_template: Option<Text>,
    pub claim: Option<Text>,
    pub collisions: Option<Spanned<Collisions>>,
}

/// What is known of two children of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collisions {
    /// The templates are injective within one custom resource.
    Prove,
    /// The operator refuses a custom resource that has two alike.
    Refuse,
}

impl Word for Collisions {
    const WORDS: &'static [(&'static str, Self)] =
        &[("prove", Self::Prove), ("refuse", Self::Refuse)];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.names",
    doc: "The names of a cluster's objects.",
    keys: &[
        key(
            "workload",
            Shape::Expression,
            "Of StatefulSets and Deployments; `${cr.name}-${node.name}` unless given.",
        ),
        key(
            "service",
            Shape::Expression,
            "Of Services; `${cr.name}-${node.name}` unless given.",
        ),
        key(
            "container",
            Shape::Expression,
            "Of the main container; `app` unless given.",
        ),
        key(
            "configMap",
            Shape::Expression,
            "Of config maps; `${cr.name}-${node.name}-config` unless given.",
        ),
        key(
            "claimTemplate",
            Shape::Expression,
            "Of claim templates; `${storage.name}` unless given.",
        ),
        key(
            "claim",
            Shape::Expression,
            "Of claims of their own; `${cr.name}-${node.name}-${storage.name}` unless given.",
        ),
        key(
            "collisions",
            Shape::Word(words::<Collisions>),
            "`prove`: no two children of a custom resource can have one name. `refuse`: the operator refuses a custom resource where two have.",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Names {
    Names {
        workload: reader.expression("workload"),
        service: reader.expression("service"),
        container: reader.expression("container"),
        config_map: reader.expression("configMap"),
        claim_template: reader.expression("claimTemplate"),
        claim: reader.expression("claim"),
        collisions: reader.word("collisions"),
    }
}
