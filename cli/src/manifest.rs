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
pub mod edit;
pub mod elsewhere;
mod events;
pub mod explain;
mod external;
mod fields;
mod file;
mod form;
mod helm;
mod hook;
mod k8s_config_group;
mod keys;
mod labels;
pub mod language;
mod locate;
mod lost;
mod names;
mod node_type;
mod operator;
mod order;
mod reader;
mod resource;
mod rollout;
mod rules;
mod scalar;
pub mod schema;
mod security;
mod server;
mod service;
mod source;
mod spelling;
mod storage;
mod syntax;
mod template;
mod tree;
mod values;

pub use api::Api;
pub use cluster::{Cluster, Column};
pub use config_map::ConfigMap;
pub use container::Container;
pub use events::Events;
pub use external::{External, Variant};
pub(crate) use fields::FIELD;
pub use fields::{AppConfigGroup, Field, Kind};
pub use file::{Content, File, Format, Mount, OnChange, Per};
pub use hook::Hook;
pub use k8s_config_group::{ExposedFields, K8S_FIELDS, K8sConfigGroup};
pub use keys::{Key, Section, Shape};
pub use labels::Label;
pub use locate::locate;
pub use lost::{Loss, is_number, words};
pub use names::{Collisions, Names};
pub use node_type::{Bounds, NodeType, WorkloadKind};
pub use operator::{Operator, RbacRule};
pub use order::{MissingOrder, Order, OrderBy};
pub use resource::{
    Absent, Adopt, Call, Compare, Deletion, Parent, ParentGone, Policy, Resource, StatusField, Verb,
};
pub use rollout::{OnCrash, Rollout, Strategy};
pub use rules::{Rule, RuleKind};
pub use scalar::{Core, Scalar, Style};
pub use security::SecurityProfile;
pub use server::{Auth, Basic, Bearer, Server, Service as ServerService};
pub use service::{ChildKind, Service};
pub use source::{MAX_BYTES, Rejected, Source, Span, Spanned};
pub use spelling::{Spelling, SpellingWord};
pub use storage::{Storage, StorageMode, StorageVolume};
pub use template::{Body, Directed, Entry, Template, TemplateKind};
pub use tree::{Node, Pair, Value};

use crate::diagnostic::{Code, Problem, Problems};
use keys::{key, later, required};
use reader::Reader;

/// The version of the language that this dsoi reads.
pub const API_VERSION: &str = "dsoi.dev/v1alpha1";

/// With more mistakes of shape than these nothing further is looked for.
const MANY: usize = 200;

/// The table of the top level, and by it of the whole language.
pub static ROOT: Section = Section {
    path: "manifest",
    doc: "An operator: its process, its API, and the clusters it runs.",
    keys: &[
        required(
            "apiVersion",
            Shape::Text,
            "Version of the manifest's language: `dsoi.dev/v1alpha1`.",
        ),
        required(
            "operator",
            Shape::Section(&operator::SECTION),
            "The operator's process.",
        ),
        required(
            "api",
            Shape::Section(&api::SECTION),
            "Group and version of the custom resources.",
        ),
        required(
            "cluster",
            Shape::Section(&cluster::SECTION),
            "The custom resource and its node types.",
        ),
        key(
            "servers",
            Shape::Named(&server::SECTION),
            "HTTP endpoints that resources live at.",
        ),
        key(
            "resources",
            Shape::Named(&resource::SECTION),
            "Kinds whose truth is outside of Kubernetes.",
        ),
        key(
            "everyResource",
            Shape::Section(&resource::EVERY),
            "What lies under each of `resources`.",
        ),
        later(
            "triggers",
            "actions that follow a change of another resource",
        ),
        later("scaling", "a kind that scales nodes by a metric"),
    ],
};

/// A whole manifest, well formed.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The text that all spans point into.
    pub source: Source,
    pub operator: Operator,
    pub api: Api,
    pub cluster: Cluster,
    pub servers: Vec<Server>,
    /// Merged under each of `resources`.
    pub every_resource: Option<Resource>,
    /// In the order written.
    pub resources: Vec<Resource>,
}

/// What could be read of a text.
#[derive(Debug)]
pub struct Reading {
    /// What is there of the manifest; absent where nothing could be made of it. With problems it has holes, which `losses` tell.
    pub manifest: Option<Manifest>,
    /// Every mistake of shape; of a text that is no YAML, the first place where it is none.
    pub problems: Problems,
    pub losses: Vec<Loss>,
}

/// Reads a manifest that may have mistakes, as far as it goes.
pub fn read(source: &Source) -> Reading {
    let mut problems = Problems::new();
    let Some((root, dropped)) = tree::read(source, &mut problems) else {
        return Reading {
            manifest: None,
            problems,
            losses: Vec::new(),
        };
    };
    let manifest = sections(source, &root, &mut problems);
    if problems.len() > MANY {
        // Whoever has so much to mend has no use for more, and the work stays linear (SE-26).
        return Reading {
            manifest: None,
            problems,
            losses: Vec::new(),
        };
    }
    let losses = lost::losses(source, &root, &dropped, problems.sorted());
    Reading {
        manifest,
        problems,
        losses,
    }
}

/// The text as a tree, whatever it says; `None` where it is no YAML of one document.
pub fn tree(source: &Source) -> Option<Node> {
    let mut problems = Problems::new();
    let (root, _) = tree::read(source, &mut problems)?;
    Some(root)
}

/// Reads a manifest.
///
/// # Errors
/// Every mistake of shape that the text has; of a text that is no YAML, the first place where it is none.
pub fn parse(source: &Source) -> Result<Manifest, Problems> {
    let Reading {
        manifest, problems, ..
    } = read(source);
    match manifest {
        Some(manifest) => problems.into_result(manifest),
        None => Err(problems),
    }
}

fn sections(source: &Source, root: &Node, problems: &mut Problems) -> Option<Manifest> {
    if let Some(problem) = other_version(root) {
        // Keys of another version of the language would all be reported as mistakes.
        problems.push(problem);
        return None;
    }
    let first = match &root.value {
        Value::Map(pairs) => pairs.first().map_or(root.span, |pair| pair.key.span),
        _ => root.span,
    };
    let mut reader = Reader::open(&ROOT, "the manifest", root, first, problems)?;
    reader.text("apiVersion");
    let operator = reader.section("operator", &operator::SECTION, operator::read);
    let api = reader.section("api", &api::SECTION, api::read);
    let cluster = reader.section("cluster", &cluster::SECTION, cluster::read);
    let servers = reader.named("servers", &server::SECTION, server::read);
    let every = reader.pair("everyResource");
    let every_resource = every.and_then(|pair| {
        reader.section("everyResource", &resource::EVERY, |reader| {
            resource::read(pair, reader)
        })
    });
    let resources = reader.named("resources", &resource::SECTION, resource::read);
    Some(Manifest {
        source: source.clone(),
        // Nothing in the clusters hangs on these two, so that a manifest without them is still worth a look.
        operator: operator.unwrap_or_else(|| Operator::unread(root.span)),
        api: api.unwrap_or_else(|| Api::unread(root.span)),
        cluster: cluster?,
        servers,
        every_resource,
        resources,
    })
}

fn other_version(root: &Node) -> Option<Problem> {
    let version = root.get("apiVersion")?.as_scalar()?;
    if version.text == API_VERSION || version.text.is_empty() {
        return None;
    }
    let problem = Problem::new(
        Code::E0105,
        "this is not a version of the manifest's language that dsoi knows",
    )
    .at(version.span, "unknown here");
    Some(
        if root
            .pair("metadata")
            .or_else(|| root.pair("spec"))
            .is_some()
        {
            problem.help(format!(
            "this looks like a Kubernetes object; a manifest describes the operator of such objects and starts with `apiVersion: {API_VERSION}`"
        ))
        } else {
            problem.help(format!(
                "write `apiVersion: {API_VERSION}`; the version of your own API is `api.version`"
            ))
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use keys::Shape;

    /// A manifest that has one section, empty but for a key with this value.
    fn manifest_with(section: &Section, key: &str, value: &str) -> String {
        let sections = schema::sections();
        let is_list = |path: &str| {
            let lists = sections
                .iter()
                .flat_map(|section| section.keys.iter().map(move |key| (section, key)));
            lists
                .filter(|(_, key)| matches!(key.shape, Shape::List(_)))
                .any(|(section, key)| format!("{}.{}", section.path, key.name) == path)
        };
        let mut text = format!("{{\"{key}\": {value}}}");
        let mut path = section.path;
        while !path.is_empty() && path != ROOT.path {
            if is_list(path) {
                text = format!("[{text}]");
            }
            let (parent, step) = path.rsplit_once('.').unwrap_or(("", path));
            text = format!("{{{step}: {text}}}");
            path = parent;
        }
        text
    }

    #[test]
    fn every_key_of_the_tables_is_read() {
        for section in schema::sections() {
            for key in section
                .keys
                .iter()
                .filter(|key| !matches!(key.shape, Shape::Any))
            {
                // No key takes this, a tree neither.
                let wrong = "[[{$join: [], $value: 1}]]";
                let text = manifest_with(section, key.name, wrong);
                let source = Source::new("dsoi.yaml", text.clone().into_bytes()).unwrap();
                let problems = parse(&source).unwrap_err();
                let start = text.find(wrong).unwrap();
                // A key that is not there yet is shown itself.
                let from = start - key.name.len() - 4;
                let found = problems.sorted().into_iter().any(|problem| {
                    problem
                        .span()
                        .is_some_and(|span| span.start >= from && span.end <= start + wrong.len())
                });
                assert!(
                    found,
                    "`{}` of `{}` is not read:\n{text}\n{problems:#?}",
                    key.name, section.path
                );
            }
        }
    }

    #[test]
    fn expressions_know_their_places_in_a_block() {
        let text = include_str!("../../testdata/manifests/pinot.yaml");
        let source = Source::new("pinot.yaml", text.into()).unwrap();
        let manifest = parse(&source).unwrap();
        let controller = manifest.cluster.node_types.first().unwrap();
        let Some(Content::Text(content)) = controller
            .files
            .first()
            .and_then(|file| file.content.as_ref())
        else {
            panic!("the file has no text");
        };
        let values: Vec<&str> = content
            .values()
            .map(|value| source.slice(value.span))
            .collect();
        assert_eq!(
            values,
            [
                "config.data",
                "cr.name",
                "external.zookeeper.zkAddress",
                "external.deepStorage[type.name].data"
            ]
        );
    }
}
