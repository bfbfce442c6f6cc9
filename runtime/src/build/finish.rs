//! Drafts become documents: metadata, collisions, legality, size, order.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::children::{Children, Draft, MapPart};
use super::meta::{Origin, Scope, SharedOrigin};
use super::mutate::{self, Mutate};
use super::{DesiredChild, autoscaler, canonical, check};
use crate::cluster::Cluster;
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::names;
use crate::problem::{Problem, Problems};

/// Most bytes of a config map's keys and texts: the server stops at a MiB with everything else.
const CONFIG_MAP_MAX: usize = 900 * 1024;

/// Hexadecimal digits of a template's digest: eight bytes.
const TEMPLATE_DIGEST: usize = 16;

/// An object before its document is written.
struct Object {
    kind: ChildKind,
    name: String,
    scope: Scope,
    origin: SharedOrigin,
    node_type: Option<String>,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    content: (&'static str, Value),
}

/// Writes all documents, or says why there can be none.
pub(super) fn documents<C: Cluster>(
    mut children: Children,
    owner: &Value,
    mutate: &Mutate<'_>,
    problems: &mut Problems,
) -> Vec<DesiredChild> {
    problems.extend(children.problems);
    let maps = unite(children.maps, problems);
    for (origin, name) in &children.used {
        if !maps.iter().any(|map| map.name == *name) {
            problems.push(origin.problem(format!(
                "a pod reads the config map `{name}`, which is not among the children: a fault of the operator"
            )));
        }
    }
    let starts = autoscaler::hand_over(&mut children.drafts);
    let mut objects: Vec<Object> = children.drafts.into_iter().map(from_draft).collect();
    objects.extend(maps);

    let mut known: BTreeMap<(ChildKind, String), SharedOrigin> = BTreeMap::new();
    for object in &objects {
        problems.extend(faults::<C>(object));
        let key = (object.kind, object.name.clone());
        if let Some(first) = known.get(&key) {
            problems.push(object.origin.problem(format!(
                "its {} would be named `{}` like that of {}; rename one of them",
                object.kind, object.name, first.path
            )));
        } else {
            known.insert(key, Arc::clone(&object.origin));
        }
    }
    let mut documents: Vec<DesiredChild> = objects
        .into_iter()
        .map(|object| {
            let start = starts.get(&(object.kind, object.name.clone())).copied();
            let id = ObjectId::new(object.kind, object.origin.namespace.clone(), &object.name);
            // A claim outlives the resource, unless that asks for its deletion.
            let has_owner = object.kind != ChildKind::PersistentVolumeClaim
                || children.owned_claims.contains(&id);
            let child = document::<C>(id, object, has_owner.then_some(owner), mutate, problems);
            let left = child.document.pointer("/spec/replicas").is_none();
            DesiredChild {
                start: start.filter(|_| left),
                ..child
            }
        })
        .collect();
    documents.sort_by(|a, b| {
        let key = |child: &DesiredChild| (child.id.kind.row().rank, child.id.kind);
        key(a).cmp(&key(b)).then_with(|| a.id.name.cmp(&b.id.name))
    });
    documents
}

fn from_draft(draft: Draft) -> Object {
    Object {
        kind: draft.kind,
        scope: draft.origin.own_scope(),
        node_type: draft.origin.node_type.clone(),
        name: draft.name,
        origin: draft.origin,
        labels: draft.labels,
        annotations: draft.annotations,
        content: ("spec", draft.spec),
    }
}

/// Parts of one name and scope become one config map, whose first user gives it its labels.
fn unite(parts: Vec<MapPart>, problems: &mut Problems) -> Vec<Object> {
    struct United {
        scope: Scope,
        origin: SharedOrigin,
        node_types: Vec<Option<String>>,
        data: BTreeMap<String, String>,
    }
    let mut order: Vec<(String, United)> = Vec::new();
    for part in parts {
        let known = order
            .iter_mut()
            .find(|(name, united)| *name == part.name && united.scope == part.scope);
        let Some((_, united)) = known else {
            order.push((
                part.name,
                United {
                    scope: part.scope,
                    node_types: vec![part.origin.node_type.clone()],
                    origin: part.origin,
                    data: part.data,
                },
            ));
            continue;
        };
        united.node_types.push(part.origin.node_type.clone());
        for (key, text) in part.data {
            match united.data.get(&key) {
                Some(known) if *known != text => problems.push(part.origin.problem(format!(
                    "the key `{key}` of config map `{}` has another text than {} gives it",
                    part.name, united.origin.path
                ))),
                Some(_) => {}
                None => {
                    united.data.insert(key, text);
                }
            }
        }
    }
    order
        .into_iter()
        .map(|(name, mut united)| {
            united.node_types.dedup();
            let one_type = united.node_types.len() == 1;
            Object {
                kind: ChildKind::ConfigMap,
                name,
                node_type: united.node_types.pop().flatten().filter(|_| one_type),
                scope: united.scope,
                origin: united.origin,
                labels: BTreeMap::new(),
                annotations: BTreeMap::new(),
                content: ("data", json!(united.data)),
            }
        })
        .collect()
}

fn labels<C: Cluster>(object: &Object) -> BTreeMap<String, String> {
    let mut labels = if C::UNLABELLED.contains(&object.kind) {
        BTreeMap::new()
    } else {
        object.origin.app_labels(&object.scope).clone()
    };
    labels.extend(object.labels.clone());
    labels.extend(object.origin.runtime_labels(&object.scope));
    labels
}

fn document<C: Cluster>(
    id: ObjectId,
    object: Object,
    owner: Option<&Value>,
    mutate: &Mutate<'_>,
    problems: &mut Problems,
) -> DesiredChild {
    let row = object.kind.row();
    let metadata = canonical::object([
        ("name", Some(json!(object.name))),
        ("namespace", Some(json!(object.origin.namespace))),
        ("labels", Some(json!(labels::<C>(&object)))),
        ("annotations", Some(json!(object.annotations))),
        ("ownerReferences", owner.map(|owner| json!([owner]))),
    ]);
    let (field, content) = object.content;
    let mut document = canonical::object([
        ("apiVersion", Some(json!(row.api_version()))),
        ("kind", Some(json!(object.kind.as_str()))),
        ("metadata", Some(metadata)),
        (field, Some(content)),
    ]);
    if let Scope::Node(node) = &object.scope {
        let origin: &Origin = &object.origin;
        problems.extend(mutate::apply(
            mutate,
            node,
            object.kind,
            &mut document,
            origin,
        ));
    }
    canonical::prune(&mut document);
    if object.kind.is_workload() {
        mark_template(&mut document);
    }
    let hash = names::digest_of(&document);
    DesiredChild {
        id,
        node: match object.scope {
            Scope::Node(node) => Some(node),
            Scope::Group(_) | Scope::Cluster => None,
        },
        node_type: object.node_type,
        document: Arc::new(document),
        hash,
        start: None,
    }
}

/// Writes a digest of the pod template into it: the workload and its pods tell of which they are.
fn mark_template(document: &mut Value) {
    let Some(template) = document.pointer_mut("/spec/template") else {
        return;
    };
    let digest = names::digest_of(template);
    let short = digest.get(..TEMPLATE_DIGEST).unwrap_or(&digest).to_owned();
    let mut at = template;
    for key in ["metadata", "annotations"] {
        let Some(map) = at.as_object_mut() else {
            return;
        };
        at = map.entry(key).or_insert_with(|| json!({}));
    }
    if let Some(annotations) = at.as_object_mut() {
        annotations.insert(labels::TEMPLATE.to_owned(), short.into());
    }
}

/// What the API server would refuse in an object.
fn faults<C: Cluster>(object: &Object) -> Vec<Problem> {
    let origin: &Origin = &object.origin;
    let mut faults = Vec::new();
    if !C::CHILD_KINDS.contains(&object.kind) {
        faults.push(origin.problem(format!(
            "asks for a {}, which the operator does not say it makes: a fault of the operator",
            object.kind
        )));
    }
    faults.extend(name_fault(object.kind, &object.name).map(|fault| {
        origin.problem(format!(
            "the {} name `{}` {fault}",
            object.kind, object.name
        ))
    }));
    for (key, value) in &labels::<C>(object) {
        if !names::is_qualified_name(key) || !names::is_label_value(value) {
            faults.push(origin.problem(format!(
                "the label `{key}: {value}` is illegal: a value has at most 63 letters, digits, `-`, `_` and `.`, and starts and ends with a letter or digit"
            )));
        }
    }
    let makes_claims = object.content.1.get("volumeClaimTemplates").is_some();
    if makes_claims && !C::CHILD_KINDS.contains(&ChildKind::PersistentVolumeClaim) {
        faults.push(origin.problem(
            "its StatefulSet makes claims, which the operator does not say it looks after: a fault of the operator",
        ));
    }
    match object.kind {
        ChildKind::ConfigMap => faults.extend(data_faults(object)),
        ChildKind::Service => faults.extend(check::service(&object.content.1, origin)),
        _ => {}
    }
    faults
}

fn name_fault(kind: ChildKind, name: &str) -> Option<String> {
    let (legal, max) = match kind {
        ChildKind::StatefulSet => (names::is_dns_label(name), names::STATEFUL_SET_MAX),
        // Its name is a label of its pods.
        ChildKind::Deployment => (names::is_dns_label(name), names::LABEL_VALUE_MAX),
        ChildKind::Service => (names::is_service_name(name), names::LABEL_VALUE_MAX),
        ChildKind::ConfigMap
        | ChildKind::NetworkPolicy
        | ChildKind::PersistentVolumeClaim
        | ChildKind::Pod
        | ChildKind::ControllerRevision
        | ChildKind::PodDisruptionBudget
        | ChildKind::HorizontalPodAutoscaler
        | ChildKind::Ingress => (names::is_dns_subdomain(name), names::SUBDOMAIN_MAX),
    };
    if name.len() > max {
        Some(format!(
            "has {} characters; at most {max} are possible",
            name.len()
        ))
    } else if !legal && kind == ChildKind::Service {
        Some(
            "must start with a letter, and consist of lower-case letters, digits and `-`"
                .to_owned(),
        )
    } else if !legal {
        Some("must consist of lower-case letters, digits and `-`, and start and end with a letter or digit".to_owned())
    } else {
        None
    }
}

fn data_faults(object: &Object) -> Vec<Problem> {
    let origin = &object.origin;
    let name = &object.name;
    let data = object.content.1.as_object();
    let mut faults = Vec::new();
    let mut size = 0;
    for (key, text) in data.into_iter().flatten() {
        size += key.len() + text.as_str().map_or(0, str::len);
        if !names::is_config_key(key) {
            faults.push(origin.problem(format!("`{key}` cannot be a key of config map `{name}`")));
        }
    }
    if size > CONFIG_MAP_MAX {
        faults.push(Problem {
            path: origin.config_path.clone(),
            message: format!(
                "the config map `{name}` would have {} KiB; at most {} are possible",
                size.div_ceil(1024),
                CONFIG_MAP_MAX / 1024
            ),
        });
    }
    faults
}
