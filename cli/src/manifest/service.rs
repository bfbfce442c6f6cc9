//! `services.S` (MF-12), and the words for kinds of children.

use super::keys::{Section, Shape, Word, key, later};
use super::reader::{Reader, shorten};
use super::source::{Span, Spanned};
use super::template::Template;
use super::tree::Pair;
use crate::expr::{Cond, Text};

/// One Service of a node type.
#[derive(Debug, Clone)]
pub struct Service {
    /// What the manifest calls it.
    pub key: Spanned<String>,
    /// `S: none`: no such Service.
    pub none: bool,
    pub condition: Option<Cond>,
    /// Where its spec comes from, as `${k8s.service}`.
    pub from: Option<Template>,
    pub spec: Option<Template>,
    pub annotations: Option<Template>,
    pub name: Option<Text>,
    /// It governs the StatefulSet.
    pub governing: Option<Spanned<bool>>,
    /// Key and value.
    pub span: Span,
}

/// A kind of child, as `cluster.unlabelled` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChildKind {
    Workload,
    Service,
    ConfigMap,
    Claim,
    NetworkPolicy,
    PodDisruptionBudget,
    HorizontalPodAutoscaler,
    Ingress,
}

impl Word for ChildKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("workload", Self::Workload),
        ("service", Self::Service),
        ("configMap", Self::ConfigMap),
        ("claim", Self::Claim),
        ("networkPolicy", Self::NetworkPolicy),
        ("podDisruptionBudget", Self::PodDisruptionBudget),
        ("horizontalPodAutoscaler", Self::HorizontalPodAutoscaler),
        ("ingress", Self::Ingress),
    ];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.nodeTypes.T.services.S",
    doc: "A Service of each node. `main` (from the k8s group's `service`) and `headless` are there unless changed here; `none` removes one.",
    keys: &[
        key(
            "$if",
            Shape::Condition,
            "The Service exists while this holds.",
        ),
        key(
            "from",
            Shape::Tree,
            "Where its spec comes from, as `${k8s.service}`.",
        ),
        key("spec", Shape::Tree, "Fields of a ServiceSpec."),
        key("annotations", Shape::Tree, "Annotations of the Service."),
        key("name", Shape::Expression, "Name of the object."),
        key(
            "governing",
            Shape::Flag,
            "Whether it governs the StatefulSet, so that pods have names in DNS.",
        ),
        later("perPod", "one Service for each pod"),
    ],
};

/// Reads the Services of a node type.
pub(super) fn read(node_type: &mut Reader<'_, '_>) -> Vec<Service> {
    let mut list = Vec::new();
    for pair in node_type.map("services") {
        let none = pair
            .value
            .as_scalar()
            .is_some_and(|scalar| scalar.text == "none");
        if none {
            list.push(Service {
                key: name(pair),
                none: true,
                condition: None,
                from: None,
                spec: None,
                annotations: None,
                name: None,
                governing: None,
                span: pair.span(),
            });
            continue;
        }
        let what = format!("`services.{}`", shorten(&pair.key.text));
        let reader = Reader::open(
            &SECTION,
            what,
            &pair.value,
            pair.key.span,
            node_type.problems,
        );
        list.extend(reader.map(|mut reader| service(pair, &mut reader)));
    }
    list
}

fn service(pair: &Pair, reader: &mut Reader<'_, '_>) -> Service {
    Service {
        key: name(pair),
        none: false,
        condition: reader.condition(),
        from: reader.tree("from"),
        spec: reader.tree("spec"),
        annotations: reader.tree("annotations"),
        name: reader.expression("name"),
        governing: reader.flag("governing"),
        span: pair.span(),
    }
}

fn name(pair: &Pair) -> Spanned<String> {
    Spanned::new(pair.key.text.clone(), pair.key.span)
}
