//! `operator`: the process and its image (MF-16).

use super::keys::{Section, Shape, key, later, required};
use super::reader::Reader;
use std::time::Duration;

use super::source::{Span, Spanned};
use crate::expr::Text;

/// The section `operator`.
#[derive(Debug, Clone)]
pub struct Operator {
    pub name: Spanned<String>,
    pub image: Option<Spanned<String>>,
    pub lease: Option<Spanned<String>>,
    /// May hold `${kind.lower}`.
    pub ignore_annotation: Option<Text>,
    pub deny_list: Vec<Spanned<String>>,
    /// Namespaces; empty means all.
    pub watch: Vec<Spanned<String>>,
    pub resync: Option<Spanned<Duration>>,
    /// The oldest supported server, as `1.33`.
    pub kubernetes: Option<Spanned<String>>,
    pub rules: Vec<RbacRule>,
    pub span: Span,
}

/// A right beyond those that the manifest implies.
#[derive(Debug, Clone)]
pub struct RbacRule {
    pub api_groups: Vec<Spanned<String>>,
    pub resources: Vec<Spanned<String>>,
    pub resource_names: Vec<Spanned<String>>,
    pub non_resource_urls: Vec<Spanned<String>>,
    pub verbs: Vec<Spanned<String>>,
    /// Stands in the Role as a comment.
    pub why: Spanned<String>,
    pub span: Span,
}

impl Operator {
    /// Stands where the section cannot be read, which is reported.
    pub(super) fn unread(span: Span) -> Self {
        Self {
            name: Spanned::new("operator".to_owned(), span),
            image: None,
            lease: None,
            ignore_annotation: None,
            deny_list: Vec::new(),
            watch: Vec::new(),
            resync: None,
            kubernetes: None,
            rules: Vec::new(),
            span,
        }
    }
}

pub(super) static SECTION: Section = Section {
    path: "operator",
    doc: "The operator's process: its name, its image and its settings.",
    keys: &[
        required(
            "name",
            Shape::Text,
            "Name of the crate, the binary, the chart, the lease and the field manager.",
        ),
        key("image", Shape::Text, "Image of the operator itself."),
        key(
            "lease",
            Shape::Text,
            "Name of the leader lease; the operator's name unless given.",
        ),
        key(
            "ignoreAnnotation",
            Shape::Expression,
            "Annotation that makes the operator leave a custom resource alone; `GROUP/paused` unless given. May have `${kind.lower}`.",
        ),
        key(
            "denyList",
            Shape::Texts,
            "Namespaces whose custom resources are ignored.",
        ),
        key(
            "watch",
            Shape::Texts,
            "Namespaces to watch; all unless given.",
        ),
        key(
            "resync",
            Shape::Duration,
            "How often every custom resource is looked at again; `10m` unless given. A pass over a converged one sends nothing.",
        ),
        key(
            "kubernetes",
            Shape::Text,
            "The oldest supported server, as \"1.33\"; what it lacks is not emitted.",
        ),
        key(
            "rules",
            Shape::List(&RULE),
            "Rights of the operator beyond those that the manifest implies.",
        ),
        later("hooks", "code of your own in the operator's process"),
    ],
};

static RULE: Section = Section {
    path: "operator.rules",
    doc: "One right of the operator, as in a Role of Kubernetes, and why it is needed.",
    keys: &[
        key(
            "apiGroups",
            Shape::Texts,
            "API groups; \"\" is the core group.",
        ),
        key("resources", Shape::Texts, "Resources, in the plural."),
        key(
            "resourceNames",
            Shape::Texts,
            "Only the objects of these names.",
        ),
        key(
            "nonResourceURLs",
            Shape::Texts,
            "Paths that are no resources.",
        ),
        required(
            "verbs",
            Shape::Texts,
            "What may be done, as `get`, `list`, `watch`.",
        ),
        required(
            "why",
            Shape::Text,
            "Why the operator needs it; stands beside the rule in the Role.",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Operator {
    let rules = reader.list("rules", &RULE, rule);
    let ignore_annotation = reader.expression("ignoreAnnotation");
    let unread = Operator::unread(reader.span);
    Operator {
        image: reader.text("image"),
        lease: reader.text("lease"),
        ignore_annotation,
        deny_list: reader.texts("denyList").unwrap_or_default(),
        watch: reader.texts("watch").unwrap_or_default(),
        resync: reader.duration("resync"),
        kubernetes: reader.text("kubernetes"),
        rules,
        span: reader.span,
        name: reader.text("name").unwrap_or(unread.name),
    }
}

fn rule(reader: &mut Reader<'_, '_>) -> Option<RbacRule> {
    let why = reader.text("why");
    Some(RbacRule {
        api_groups: reader.texts("apiGroups").unwrap_or_default(),
        resources: reader.texts("resources").unwrap_or_default(),
        resource_names: reader.texts("resourceNames").unwrap_or_default(),
        non_resource_urls: reader.texts("nonResourceURLs").unwrap_or_default(),
        verbs: reader.texts("verbs").unwrap_or_default(),
        span: reader.span,
        why: why?,
    })
}
