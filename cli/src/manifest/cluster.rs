//! `cluster`: the custom resource and what is true of a cluster as a whole (MF-1).

use super::config_map::ConfigMap;
use super::events::Events;
use super::external::External;
use super::fields::{AppConfigGroup, Field};
use super::k8s_config_group::K8sConfigGroup;
use super::keys::{Section, Shape, key, later, required, words};
use super::labels::Label;
use super::names::Names;
use super::node_type::NodeType;
use super::order::Order;
use super::reader::Reader;
use super::rollout::Rollout;
use super::rules::Rule;
use super::security::SecurityProfile;
use super::service::ChildKind;
use super::source::{Span, Spanned};
use super::spelling::Spelling;
use super::{
    config_map, events, external, fields, k8s_config_group, labels, names, node_type, order,
    rollout, rules, security, spelling,
};

/// The section `cluster`.
#[derive(Debug, Clone)]
pub struct Cluster {
    pub kind: Spanned<String>,
    pub plural: Option<Spanned<String>>,
    pub short_names: Vec<Spanned<String>>,
    pub categories: Vec<Spanned<String>>,
    /// Beside Ready and Age.
    pub columns: Vec<Column>,
    /// The value of `app.kubernetes.io/name`; else the kind in lower case.
    pub app: Option<Spanned<String>>,
    pub image: Option<Spanned<String>>,
    pub spelling: Spelling,
    pub k8s_config_group: K8sConfigGroup,
    pub app_config_group: AppConfigGroup,
    /// Extra fields of `spec`.
    pub spec: Vec<Field>,
    /// Extra fields of each of `spec.nodes`.
    pub node: Vec<Field>,
    pub external: Vec<External>,
    pub order: Order,
    pub rollout: Rollout,
    pub names: Names,
    /// None: the `app.kubernetes.io` set.
    pub labels: Option<Vec<Label>>,
    /// Kinds of children that get no app label.
    pub unlabelled: Vec<Spanned<ChildKind>>,
    pub security: Option<Spanned<SecurityProfile>>,
    pub events: Events,
    pub rules: Vec<Rule>,
    /// Legacy fields of the status, kept and never written.
    pub status: Vec<Field>,
    pub config_maps: Vec<ConfigMap>,
    /// Merged under each node type.
    pub every_node_type: Option<NodeType>,
    /// In the order written; empty where the key is absent.
    pub node_types: Vec<NodeType>,
    /// The key `nodeTypes`, or else `cluster`: where a problem of the whole list is shown.
    pub node_types_span: Span,
    pub span: Span,
}

/// A printer column.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: Spanned<String>,
    /// A `JSONPath` into the custom resource.
    pub path: Spanned<String>,
    /// `string` unless given.
    pub kind: Option<Spanned<String>>,
}

pub(super) static SECTION: Section = Section {
    path: "cluster",
    doc: "The custom resource, and what is true of a cluster as a whole.",
    keys: &[
        required(
            "kind",
            Shape::Text,
            "Kind of the custom resource, as `Pinot`.",
        ),
        key(
            "plural",
            Shape::Text,
            "Its plural in lower case; from the kind unless given.",
        ),
        key("shortNames", Shape::Texts, "Short names for kubectl."),
        key(
            "categories",
            Shape::Texts,
            "Categories for kubectl, as `all`.",
        ),
        key(
            "columns",
            Shape::List(&COLUMN),
            "Printer columns beside Ready and Age.",
        ),
        key(
            "app",
            Shape::Text,
            "Value of `app.kubernetes.io/name`; the kind in lower case unless given.",
        ),
        key(
            "image",
            Shape::Text,
            "Image of the app. Without it each k8s group must have one.",
        ),
        key(
            "spelling",
            Shape::TextMap,
            "What words of the Dsoi specification are called in this API.",
        ),
        key(
            "k8sConfigGroup",
            Shape::Section(&k8s_config_group::SECTION),
            "Which fields of Kubernetes a custom resource may set.",
        ),
        key(
            "appConfigGroup",
            Shape::Section(&fields::SECTION),
            "The app's own configuration fields.",
        ),
        key("spec", Shape::Fields, "Extra fields of `spec`."),
        key(
            "node",
            Shape::Fields,
            "Extra fields of each of `spec.nodes`.",
        ),
        key(
            "external",
            Shape::Named(&external::SECTION),
            "What a cluster depends on.",
        ),
        key(
            "order",
            Shape::Section(&order::SECTION),
            "The order of upgrades.",
        ),
        key(
            "rollout",
            Shape::Section(&rollout::SECTION),
            "How an upgrade goes through a cluster, and when it halts.",
        ),
        key(
            "names",
            Shape::Section(&names::SECTION),
            "Names of a cluster's objects.",
        ),
        key(
            "labels",
            Shape::ExpressionMap,
            "The app's own labels; the `app.kubernetes.io` set unless given. None of them is in a selector.",
        ),
        key(
            "unlabelled",
            Shape::Words(words::<ChildKind>),
            "Kinds of objects that get none of the app's labels.",
        ),
        key(
            "security",
            Shape::Section(&security::SECTION),
            "What security context the pods are given.",
        ),
        key(
            "events",
            Shape::Section(&events::SECTION),
            "How events are named.",
        ),
        key(
            "rules",
            Shape::List(&rules::SECTION),
            "What must hold of a custom resource.",
        ),
        key(
            "status",
            Shape::Fields,
            "Fields of the status that are kept and never written.",
        ),
        key(
            "configMaps",
            Shape::Named(&config_map::SECTION),
            "Config maps of the whole cluster.",
        ),
        key(
            "everyNodeType",
            Shape::Section(&node_type::SECTION),
            "What lies under each node type.",
        ),
        required(
            "nodeTypes",
            Shape::Named(&node_type::SECTION),
            "The node types, in the order of an upgrade.",
        ),
        later("secrets", "secrets that are generated once and never read"),
    ],
};

pub(super) static COLUMN: Section = Section {
    path: "cluster.columns",
    doc: "A column of `kubectl get`.",
    keys: &[
        required("name", Shape::Text, "Its head."),
        required("path", Shape::Text, "A JSONPath, as `.spec.version`."),
        key("type", Shape::Text, "`string` unless given; as in a CRD."),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Cluster {
    let kind = reader.text("kind");
    let node_types_span = reader
        .pair("nodeTypes")
        .map_or(reader.span, |pair| pair.key.span);
    let every = reader.pair("everyNodeType");
    let every_node_type = every.and_then(|pair| {
        let name = Spanned::new(pair.key.text.clone(), pair.key.span);
        reader.section("everyNodeType", &node_type::SECTION, |reader| {
            node_type::read(name, pair.span(), reader)
        })
    });
    Cluster {
        plural: reader.text("plural"),
        short_names: reader.texts("shortNames").unwrap_or_default(),
        categories: reader.texts("categories").unwrap_or_default(),
        columns: reader.list("columns", &COLUMN, column),
        app: reader.text("app"),
        image: reader.text("image"),
        spelling: spelling::read(reader),
        k8s_config_group: reader
            .section(
                "k8sConfigGroup",
                &k8s_config_group::SECTION,
                k8s_config_group::read,
            )
            .unwrap_or_default(),
        app_config_group: reader
            .section("appConfigGroup", &fields::SECTION, fields::read_group)
            .unwrap_or_default(),
        spec: fields::read(reader, "spec"),
        node: fields::read_node(reader),
        external: reader.named("external", &external::SECTION, external::read),
        order: reader
            .section("order", &order::SECTION, order::read)
            .unwrap_or_default(),
        rollout: reader
            .section("rollout", &rollout::SECTION, rollout::read)
            .unwrap_or_default(),
        names: reader
            .section("names", &names::SECTION, names::read)
            .unwrap_or_default(),
        labels: labels::read(reader),
        unlabelled: reader.words("unlabelled").unwrap_or_default(),
        security: reader.section("security", &security::SECTION, security::read),
        events: reader
            .section("events", &events::SECTION, events::read)
            .unwrap_or_default(),
        rules: reader.list("rules", &rules::SECTION, rules::read),
        status: fields::read(reader, "status"),
        config_maps: reader.named("configMaps", &config_map::SECTION, config_map::read),
        every_node_type,
        node_types: reader.named("nodeTypes", &node_type::SECTION, node_type::read_named),
        node_types_span,
        span: reader.span,
        // A kind that cannot be read is reported; nothing in the cluster hangs on what it is called.
        kind: kind.unwrap_or_else(|| Spanned::new("Unread".to_owned(), reader.span)),
    }
}

pub(super) fn column(reader: &mut Reader<'_, '_>) -> Option<Column> {
    let (name, path) = (reader.text("name"), reader.text("path"));
    Some(Column {
        kind: reader.text("type"),
        name: name?,
        path: path?,
    })
}
