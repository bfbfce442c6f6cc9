//! A stream of Kubernetes objects → an application: what `helm template` prints.
//!
//! Workloads become node types; what stands around them becomes theirs, or is noted with the place that it belongs to.

mod around;
mod container;
mod env;
mod volume;
mod workload;

use std::collections::{BTreeMap, BTreeSet};

use super::app::App;
use super::draft::{Draft, Part};
use super::lost::Losses;
use super::name;
use super::yaml::{Document, Yaml};

/// The most node types that are made.
const MAX_TYPES: usize = 50;

/// An object of the stream.
#[derive(Debug, Clone, Copy)]
struct Object<'y> {
    kind: &'y str,
    name: &'y str,
    root: &'y Yaml,
}

impl Object<'_> {
    fn title(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.root.text_at(&["metadata", "labels", key])
    }
}

/// What is known while node types are made.
struct World<'y> {
    objects: Vec<Object<'y>>,
    config_maps: BTreeMap<&'y str, &'y Yaml>,
    /// ConfigMaps and Services that a node type has.
    used: BTreeSet<String>,
    /// `spec.FIELD`: a key of a Secret, by the Secret and its key.
    secrets: BTreeMap<(String, String), Secret>,
    /// Names of Services and workloads, which texts should not have in them.
    named: Vec<&'y str>,
}

/// A field of the custom resource that stands for a key of a Secret.
struct Secret {
    field: String,
    optional: bool,
}

/// The application of a stream; `None` where it has no workload.
pub(super) fn app(documents: &[Document], losses: &mut Losses) -> Option<App> {
    let objects = objects(documents, losses);
    let is_workload = |object: &&Object<'_>| ["StatefulSet", "Deployment"].contains(&object.kind);
    let workloads: Vec<Object<'_>> = objects.iter().filter(is_workload).copied().collect();
    for object in workloads.iter().skip(MAX_TYPES) {
        losses.add(object.title(), "too many workloads for one operator", "");
    }
    let services = objects.iter().filter(|object| object.kind == "Service");
    let mut world = World {
        config_maps: objects
            .iter()
            .filter(|object| object.kind == "ConfigMap")
            .map(|object| (object.name, object.root))
            .collect(),
        named: services.map(|service| service.name).collect(),
        objects: Vec::new(),
        used: BTreeSet::new(),
        secrets: BTreeMap::new(),
    };
    world.objects.clone_from(&objects);
    let app_name = app_name(&workloads);
    let image = common_image(&workloads);
    let mut node_types = Vec::new();
    let mut rootless = true;
    for object in workloads.iter().take(MAX_TYPES) {
        let wanted = type_name(object, &workloads, app_name.as_deref());
        let taken = |name: &str| {
            let known = |one: &super::app::NodeType| one.name == name;
            node_types.iter().any(known)
        };
        let name = name::unique(&wanted, taken);
        let image = image.as_deref();
        if let Some(made) = workload::node_type(*object, name, image, &mut world, losses) {
            rootless &= made.rootless;
            node_types.push(made.node_type);
        }
    }
    around::note(&world, losses);
    if node_types.is_empty() {
        return None;
    }
    let mut cluster = Vec::new();
    if !rootless {
        cluster.push(security(
            "nothing in the source says that it runs without root; without this line pods run under the restricted standard",
        ));
    }
    if !world.secrets.is_empty() {
        let fields = world.secrets.iter().map(|((secret, key), field)| {
            let ty = if field.optional {
                "optional secretKey"
            } else {
                "secretKey"
            };
            Part::new(field.field.as_str(), Draft::code(ty))
                .from(format!("Secret {secret}, key {key}"))
                .comment(if secret.is_empty() {
                    format!("was the value of `{key}` in the input")
                } else {
                    format!("was key `{key}` of Secret `{secret}`")
                })
        });
        cluster.push(Part::new("spec", Draft::map(fields)));
    }
    Some(App {
        name: app_name,
        image: image.map(|image| Part::new("image", Draft::text(image)).from("the image")),
        cluster,
        node_types,
        ..App::default()
    })
}

/// `cluster.security` for containers that may need root.
pub(super) fn security(why: &str) -> Part {
    Part::new(
        "security",
        Draft::map([Part::new("profile", Draft::text("app"))]),
    )
    .comment(why)
}

/// The objects of the documents, those of lists among them.
fn objects<'y>(documents: &'y [Document], losses: &mut Losses) -> Vec<Object<'y>> {
    let mut objects = Vec::new();
    for document in documents {
        let roots = match document.root.text_at(&["kind"]) {
            Some("List") => document.root.items_at(&["items"]),
            _ => std::slice::from_ref(&document.root),
        };
        for root in roots {
            let Some(kind) = root.text_at(&["kind"]) else {
                losses.add(
                    format!("line {}", document.line),
                    "no Kubernetes object",
                    "",
                );
                continue;
            };
            let name = root
                .text_at(&["metadata", "name"])
                .unwrap_or("without a name");
            let object = Object { kind, name, root };
            let annotations = root.entries_at(&["metadata", "annotations"]);
            if annotations.iter().any(|(key, _)| key == "helm.sh/hook") {
                losses.add(
                    object.title(),
                    "a hook of Helm",
                    "what must happen around an upgrade can be a hook of the node type: `dsoi explain cluster.nodeTypes.T.hooks`",
                );
                continue;
            }
            objects.push(object);
        }
    }
    objects
}

/// The most frequent of some texts, the first of those that are equally frequent.
fn most<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for text in texts {
        match counts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => counts.push((text, 1)),
        }
    }
    let best = counts.iter().map(|(_, count)| *count).max()?;
    let found = counts.iter().find(|(_, count)| *count == best);
    found.map(|(text, _)| (*text).to_owned())
}

fn app_name(workloads: &[Object<'_>]) -> Option<String> {
    let labels = |key: &'static str| workloads.iter().filter_map(move |one| one.label(key));
    let chart = labels("helm.sh/chart").map(|chart| {
        // `kafka-32.1.0`
        let end = chart.rmatch_indices('-').find(|(at, _)| {
            let rest = chart.get(at + 1..).unwrap_or("");
            rest.starts_with(|c: char| c.is_ascii_digit())
        });
        end.map_or(chart, |(at, _)| chart.get(..at).unwrap_or(chart))
    });
    most(labels("app.kubernetes.io/name"))
        .or_else(|| most(chart))
        .or_else(|| most(labels("app.kubernetes.io/part-of")))
        .or_else(|| most(labels("app")))
        .or_else(|| match workloads {
            [one] => Some(one.name.to_owned()),
            _ => None,
        })
}

fn common_image(workloads: &[Object<'_>]) -> Option<String> {
    let of = |object: &Object<'_>| workload::main_image(*object);
    let images: Vec<String> = workloads.iter().filter_map(of).collect();
    let images: Vec<&str> = images.iter().map(String::as_str).collect();
    super::common(&images).map(str::to_owned)
}

/// What a node type is called: by its component, else by its name without those of the release and the chart.
fn type_name(object: &Object<'_>, workloads: &[Object<'_>], app: Option<&str>) -> String {
    let component = object.label("app.kubernetes.io/component");
    let same = |one: &&Object<'_>| one.label("app.kubernetes.io/component") == component;
    if let Some(component) = component
        && workloads.iter().filter(same).count() == 1
    {
        return name::label_or(component, "node");
    }
    let mut rest = object.name;
    let release = object
        .label("app.kubernetes.io/instance")
        .or_else(|| object.label("release"));
    for prefix in [release, app].into_iter().flatten() {
        rest = rest
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('-'))
            .filter(|rest| !rest.is_empty())
            .unwrap_or(rest);
    }
    name::label_or(rest, "node")
}
