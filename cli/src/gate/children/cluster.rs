//! What changes for every node type at once, and for the cluster as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::pair::before;
use super::{Cause, say};
use crate::gate::Class;
use crate::model::{Cluster, NameTemplate, NodeType, Operator, StorageMode, WorkloadKind};

/// The causes that are the cluster's own, and those that every node type has.
pub(super) fn causes(
    was: &Cluster,
    is: &Cluster,
    old: &Operator,
    new: &Operator,
) -> (Vec<Cause>, Vec<Cause>) {
    let mut whole = Vec::new();
    let mut every = Vec::new();
    let mut say = |differs: bool, class: Class, key: &str, effect: &'static str| {
        if differs {
            whole.push(Cause::new(class, key, effect));
        }
    };
    say(
        old.name != new.name,
        Class::Breaking,
        "operator.name",
        "the children of before belong to nobody any more: the operator knows its own by its name",
    );
    say(
        old.watch != new.watch || old.deny_list != new.deny_list,
        Class::Rolling,
        "operator.watch",
        "custom resources of other namespaces are worked on, or left alone",
    );
    say(
        old.ignore_annotation != new.ignore_annotation,
        Class::Rolling,
        "operator.ignoreAnnotation",
        "what was paused by the old annotation is worked on again",
    );
    say(
        old.lease != new.lease,
        Class::Rolling,
        "operator.lease",
        "while the operator is replaced, the old one and the new one do not see each other: stop the old one first",
    );
    say(
        old.image != new.image || old.resync != new.resync || old.kubernetes != new.kubernetes,
        Class::Safe,
        "operator",
        "the operator itself restarts",
    );
    say(
        was.order != is.order,
        Class::Safe,
        "cluster.order",
        "upgrades go in another order",
    );
    say(
        was.rollout != is.rollout,
        Class::Safe,
        "cluster.rollout",
        "upgrades go another way",
    );
    say(
        was.events != is.events,
        Class::Safe,
        "cluster.events",
        "events are called otherwise",
    );
    for name in config_maps(was, is) {
        let key = format!("cluster.configMaps.{name}");
        say(
            true,
            Class::Safe,
            &key,
            "its object is another; node types that use it are listed",
        );
    }
    let names = |cluster: &Cluster| names(cluster);
    let (before, after) = (names(was), names(is));
    for (key, class, effect) in [
        (
            "workload",
            Class::Breaking,
            "every workload is made anew under another name; claims of a StatefulSet stay with the old one",
        ),
        (
            "claim",
            Class::Breaking,
            "claims get other names: what is stored stays in the old ones",
        ),
        (
            "service",
            Class::Rolling,
            "Services get other names: whoever calls them has to follow",
        ),
    ] {
        let differs = before.get(key) != after.get(key);
        let key = format!("cluster.names.{key}");
        if differs && key == "cluster.names.service" && renames_governing(was, is) {
            let effect = "Services get other names: whoever calls them has to follow, and a StatefulSet that exists cannot. The operator says so and leaves it, until a person deletes it without its pods";
            say(true, Class::Breaking, &key, effect);
            continue;
        }
        say(differs, class, &key, effect);
    }
    if before != after {
        every.push(Cause::restarting("cluster.names"));
    }
    if was.image != is.image {
        let effect = "pods restart where a custom resource names no image";
        let mut cause = Cause::new(Class::Rolling, "cluster.image", effect).depending();
        cause.restarts = true;
        every.push(cause);
    }
    if was.security != is.security {
        every.push(Cause::restarting("cluster.security"));
    }
    if was.app != is.app || labels(was) != labels(is) || was.unlabelled != is.unlabelled {
        every.push(Cause::restarting("cluster.labels"));
    }
    (whole, every)
}

/// The names of children by what they are names of.
fn names(cluster: &Cluster) -> BTreeMap<&'static str, String> {
    let names = &cluster.names;
    let claims = cluster.node_types.iter().any(|node_type| {
        let storage = &node_type.rules.storage;
        [storage.stateful_set, storage.deployment] != [StorageMode::Refuse, StorageMode::Refuse]
    });
    let text = |of: &[&Option<NameTemplate>]| -> String {
        let texts = of.iter().map(|name| {
            name.as_ref()
                .map_or_else(String::new, |name| say::text(&name.0))
        });
        texts.collect::<Vec<_>>().join(" ")
    };
    let mut found = BTreeMap::from([
        ("workload", text(&[&names.workload])),
        ("service", text(&[&names.service, &names.headless])),
        ("container", text(&[&names.container])),
        (
            "configMap",
            text(&[
                &names.config_map,
                &names.group_config_map,
                &names.cluster_config_map,
            ]),
        ),
    ]);
    if claims {
        found.insert("claim", text(&[&names.claim, &names.claim_template]));
    }
    found
}

/// Whether a Service that governs StatefulSets takes its name from the cluster's names, and gets another by that.
fn renames_governing(was: &Cluster, is: &Cluster) -> bool {
    let text = |cluster: &Cluster| {
        let name = cluster.names.service.as_ref();
        name.map(|name| say::text(&name.0))
    };
    if text(was) == text(is) {
        return false;
    }
    let takes = |node_type: &NodeType| {
        let main = node_type.services.main.as_ref();
        let by_main =
            main.is_some_and(|service| service.governing && service.object_name.is_none());
        let sets = node_type.rules.kinds.contains(&WorkloadKind::StatefulSet);
        sets && by_main
    };
    // One that is new has no StatefulSet yet.
    let known = is.node_types.iter().filter_map(|now| before(now, was, is));
    known.into_iter().any(takes)
}

fn labels(cluster: &Cluster) -> Option<Vec<String>> {
    let labels = cluster.labels.as_ref()?;
    let entries = labels.entries.iter().map(|entry| {
        format!(
            "{}: {} {:?}",
            entry.key,
            say::text(&entry.value),
            entry.widest
        )
    });
    Some(entries.collect())
}

/// The cluster's own config maps that are others now.
pub(super) fn config_maps(was: &Cluster, is: &Cluster) -> Vec<String> {
    let texts = |cluster: &Cluster| -> BTreeMap<String, String> {
        let maps = cluster.config_maps.iter().map(|map| {
            let name = map.object_name.as_ref().map(|name| say::text(&name.0));
            let text = format!(
                "{name:?} {} {}",
                say::when(map.when.as_ref()),
                say::layers(&map.data)
            );
            (map.name.to_string(), text)
        });
        maps.collect()
    };
    let (before, after) = (texts(was), texts(is));
    let names: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
    let mut names: Vec<String> = names.into_iter().collect();
    names.retain(|name| before.get(name) != after.get(name));
    names
}
