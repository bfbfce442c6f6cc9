//! Random valid resources of the three kinds written by hand, and random edits of them.
//!
//! What is drawn is small, so that two draws of one seed differ as an edit does: nodes come and go,
//! images, files, sizes and replicas change, switches go on and off.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::{block_on, converge, runner};
use crate::build::Desired;
use crate::cluster::Cluster;
use crate::fixture::{desired, parseable, pinot, tally};
use crate::kind::ChildKind;
use crate::model::api::Api;
use crate::model::world::World;
use crate::observe::Subject;

const NAMES: [&str; 7] = [
    "a",
    "b",
    "gate",
    "n-1",
    "store",
    "x0",
    "zz-long-name-of-a-node",
];

fn image() -> impl Strategy<Value = &'static str> {
    select(vec!["example/app:1", "example/app:2", "example.com/app:3"])
}

fn group(name: &'static str) -> impl Strategy<Value = Value> {
    (
        image(),
        prop::option::of(select(vec![80, 8080])),
        select(vec![
            json!(null),
            json!([{"name": "B", "value": "1"}, {"name": "A", "value": ""}]),
        ]),
        any::<bool>(),
    )
        .prop_map(move |(image, port, env, policy)| {
            let mut group = json!({ "name": name, "image": image });
            if let Some(port) = port {
                group["service"] =
                    json!({"ports": [{"name": "http", "port": port, "targetPort": 8080}]});
            }
            if !env.is_null() {
                group["env"] = env;
            }
            if policy {
                group["networkPolicy"] = json!({"ingress": [{}]});
            }
            group
        })
}

/// Names in an order of their own, which is that of the nodes.
fn names(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(NAMES.to_vec(), 1..=most).prop_shuffle()
}

fn tallies() -> impl Strategy<Value = Value> {
    let nodes = names(NAMES.len()).prop_flat_map(|names| {
        let count = names.len();
        let node = (any::<bool>(), 0..4_i32, any::<bool>());
        (Just(names), prop::collection::vec(node, count))
    });
    (
        nodes,
        (group("small"), group("plain")),
        select(vec!["info", "debug"]),
        any::<bool>(),
    )
        .prop_map(|((names, drawn), (small, plain), level, ordered)| {
            let mut stores = 0;
            let nodes: Vec<Value> = names
                .iter()
                .zip(drawn)
                .map(|(name, (store, replicas, is_set))| {
                    // A node's type and kind are its own for life; at most two may be stores.
                    let store = (store || name.len() == 1) && name.len() < 3 && stores < 2;
                    stores += i32::from(store);
                    let (kind, node_type) = match (store, is_set && name.len() > 5) {
                        (true, _) => ("StatefulSet", "store"),
                        (false, true) => ("StatefulSet", "gateway"),
                        (false, false) => ("Deployment", "gateway"),
                    };
                    // Claim templates cannot be changed: who has them is in one group for life.
                    let group = if kind == "StatefulSet" {
                        "small"
                    } else {
                        "plain"
                    };
                    let replicas = if store {
                        1 + replicas / 2 * 2
                    } else {
                        replicas
                    };
                    json!({"name": name, "kind": kind, "nodeType": node_type,
                           "replicas": replicas.min(3), "k8sConfigGroup": group,
                           "appConfigGroup": "main"})
                })
                .collect();
            let mut small = small;
            small["storageConfig"] = json!([{
                "name": "data", "mountPath": "/var/lib/app",
                "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
            }]);
            let mut cr = tally::sample();
            cr["spec"]["k8sConfigGroup"] = json!([small, plain]);
            cr["spec"]["appConfigGroup"] = json!([{"name": "main", "logLevel": level}]);
            cr["spec"]["nodes"] = json!(nodes);
            if ordered {
                cr["spec"]["deploymentOrder"] = json!(["gateway", "store"]);
            }
            cr
        })
}

fn pinots() -> impl Strategy<Value = Value> {
    let types = subsequence(vec!["controller", "broker", "server"], 1..=3);
    (types, image(), select(vec!["a=1", "a=2\nb=3"]), 1..3_i32).prop_map(
        |(types, image, data, replicas)| {
            let mut cr = pinot::sample();
            let keep = |cr: &mut Value, pointer: &str, is: &dyn Fn(&Value) -> bool| {
                cr.pointer_mut(pointer)
                    .unwrap()
                    .as_array_mut()
                    .unwrap()
                    .retain(is);
            };
            keep(&mut cr, "/spec/nodes", &|node| {
                types.iter().any(|name| node["nodeType"] == *name)
            });
            keep(&mut cr, "/spec/deploymentOrder", &|name| {
                types.iter().any(|known| name == known)
            });
            for node in cr["spec"]["nodes"].as_array_mut().unwrap() {
                node["replicas"] = json!(replicas);
            }
            for group in cr["spec"]["k8sConfig"].as_array_mut().unwrap() {
                group["image"] = json!(image);
            }
            for config in cr["spec"]["pinotNodeConfig"].as_array_mut().unwrap() {
                config["data"] = json!(data);
            }
            cr
        },
    )
}

fn parseables() -> impl Strategy<Value = Value> {
    let store = select(vec![Value::Null, json!("bucket=a"), json!("bucket=b")]);
    (image(), store, select(vec!["8000", "9000"]), 0..3_i32).prop_map(
        |(image, store, port, replicas)| {
            let mut cr = parseable::sample();
            cr["spec"]["objectStore"] = store;
            cr["spec"]["k8sConfig"][0]["image"] = json!(image);
            cr["spec"]["parseableConfig"][0]["env"]["P_ADDR"] = json!(format!("0.0.0.0:{port}"));
            cr["spec"]["nodes"][0]["replicas"] = json!(replicas);
            cr
        },
    )
}

fn subject(cr: &Value) -> Subject {
    let text = |pointer: &str| cr.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let (group, _) = cr["apiVersion"].as_str().unwrap().split_once('/').unwrap();
    Subject {
        namespace: text("/metadata/namespace"),
        name: text("/metadata/name"),
        uid: text("/metadata/uid"),
        generation: 1,
        kind: text("/kind"),
        group: group.to_owned(),
    }
}

/// Creates the first, edits it into the others, one after the other, and looks at all there is.
async fn lives<C: Cluster>(versions: &[Value]) -> Result<(), TestCaseError> {
    let mut selectors: BTreeMap<String, Value> = BTreeMap::new();
    let mut world = World::new(Api::default(), subject(&versions[0]));
    for (cr, generation) in versions.iter().zip(1..) {
        let built = desired::<C>(cr);
        let built = built.map_err(|problems| TestCaseError::fail(format!("{problems}\n{cr:#}")))?;
        legal(&built)?;
        apart(&built)?;
        for child in &built.children {
            if let Some(selector) = child.document.pointer("/spec/selector") {
                let before = selectors.insert(child.id.to_string(), selector.clone());
                let same = before.is_none_or(|before| before == *selector);
                prop_assert!(same, "the selector of {} changed", child.id);
            }
        }
        world.subject.generation = generation;
        let left = converge(&world, &built, &[]).await;
        prop_assert!(left.is_empty(), "{left:?}");
        world.deliver();
        let again = world.plan(&built);
        prop_assert!(again.is_empty(), "a second pass: {again:?}");
        there_is(&world, &built)?;
    }
    Ok(())
}

/// What there is, is what is desired, and claims of before.
fn there_is(world: &World, desired: &Desired) -> Result<(), TestCaseError> {
    let api = world.api();
    for child in &desired.children {
        prop_assert!(
            api.objects.contains_key(&child.id),
            "{} is missing",
            child.id
        );
    }
    for id in api.objects.keys() {
        let wanted = desired.children.iter().any(|child| child.id == *id);
        let kept = matches!(id.kind, ChildKind::PersistentVolumeClaim);
        prop_assert!(wanted || kept, "{id} was left");
    }
    Ok(())
}

/// RL-35, DNS labels and subdomains as the API server takes them.
fn legal(desired: &Desired) -> Result<(), TestCaseError> {
    for child in &desired.children {
        let name = &child.id.name;
        let is_label = |text: &str, most: usize| {
            !text.is_empty()
                && text.len() <= most
                && !text.starts_with('-')
                && !text.ends_with('-')
                && text
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        };
        let legal = match child.id.kind {
            ChildKind::Service => {
                is_label(name, 63) && name.starts_with(|c: char| c.is_ascii_lowercase())
            }
            // A pod's name has an ordinal, and a label its revision's hash.
            ChildKind::StatefulSet => is_label(name, 52),
            ChildKind::Deployment => is_label(name, 63),
            _ => name.len() <= 253 && name.split('.').all(|part| is_label(part, 253)),
        };
        prop_assert!(legal, "{} has no legal name", child.id);
    }
    Ok(())
}

/// No workload selects another one's pods, and no Service those of another node.
fn apart(desired: &Desired) -> Result<(), TestCaseError> {
    let pods = desired.children.iter().filter_map(|child| {
        let labels = child.document.pointer("/spec/template/metadata/labels")?;
        Some((child, labels))
    });
    for (workload, labels) in pods {
        for other in &desired.children {
            let Some(selector) = other.document.pointer("/spec/selector") else {
                continue;
            };
            let selector = selector.get("matchLabels").unwrap_or(selector);
            let selected = selector
                .as_object()
                .unwrap()
                .iter()
                .all(|(key, value)| labels.get(key) == Some(value));
            let own = if other.id.kind.is_workload() {
                other.id == workload.id
            } else {
                other.node == workload.node
            };
            prop_assert_eq!(selected, own, "{} and {}", &workload.id, &other.id);
        }
    }
    Ok(())
}

/// A property of three versions of one resource of each kind.
macro_rules! lives {
    ($name:ident, $kind:ty, $versions:expr) => {
        #[test]
        fn $name() {
            let versions = prop::collection::vec($versions, 3);
            runner(40)
                .run(&versions, |versions| block_on(lives::<$kind>(&versions)))
                .unwrap();
        }
    };
}

/// RL-7, DR-7: claims grow on the way, and never shrink.
#[test]
fn any_tally_can_become_any_other() {
    let versions = prop::collection::vec((tallies(), 1..4), 3);
    let grown = versions.prop_map(|versions| {
        let mut size = 1;
        let grow = |(mut cr, asked): (Value, i32)| {
            size = asked.max(size);
            let claim = "/spec/k8sConfigGroup/0/storageConfig/0/spec/resources/requests/storage";
            *cr.pointer_mut(claim).unwrap() = json!(format!("{size}Gi"));
            cr
        };
        versions.into_iter().map(grow).collect::<Vec<_>>()
    });
    runner(40)
        .run(&grown, |versions| {
            block_on(lives::<tally::Tally>(&versions))
        })
        .unwrap();
}

lives!(any_pinot_can_become_any_other, pinot::Pinot, pinots());
lives!(
    any_parseable_tenant_can_become_any_other,
    parseable::ParseableTenant,
    parseables()
);
