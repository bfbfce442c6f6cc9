//! What holds pods down, and which of it is no longer there (SE-28): THE table of it.
//!
//! In: the models of before and of now. Out: settings that held a pod and do not any more. What counts is what comes of the
//! manifest and of `cluster.security.profile` together: a setting that the profile supplies may go. That the profile itself
//! is another is told as such, so both models are looked at under that of now.

use std::collections::{BTreeMap, BTreeSet};

use super::Power;
use crate::gate::children::{before, k8s};
use crate::model::{
    Cluster, Container, ExtraContainer, K8sFieldValue, K8sValue, NodeType, SecurityProfile,
};

/// When a field holds.
enum Holds {
    /// If it is this.
    If(&'static str),
    /// If it is one of these.
    Either(&'static [&'static str]),
    /// If it has this item; `ALL` is any.
    With,
    /// Unless it is this, also if it is not there at all.
    Unless(&'static str),
}

/// One setting.
struct Row {
    /// Below `securityContext`, or below the pod.
    path: &'static [&'static str],
    holds: Holds,
    /// Where the restricted profile supplies it, unless it is said.
    supplied: bool,
}

const fn row(path: &'static [&'static str], holds: Holds, supplied: bool) -> Row {
    Row {
        path,
        holds,
        supplied,
    }
}

/// Of a container, which has it from its pod if that says it and the container does not.
const CONTAINER: &[Row] = &[
    row(&["runAsNonRoot"], Holds::If("true"), true),
    row(&["allowPrivilegeEscalation"], Holds::If("false"), true),
    row(&["readOnlyRootFilesystem"], Holds::If("true"), false),
    row(&["capabilities", "drop"], Holds::With, true),
    row(
        &["seccompProfile", "type"],
        Holds::Either(&["RuntimeDefault", "Localhost"]),
        true,
    ),
    row(&["appArmorProfile", "type"], Holds::If("Localhost"), false),
];

/// Fields of `securityContext` that a pod has too.
const OF_BOTH: [&str; 3] = ["runAsNonRoot", "seccompProfile", "appArmorProfile"];

/// Of a pod.
const POD: &[Row] = &[
    row(&["hostUsers"], Holds::If("false"), false),
    row(&["shareProcessNamespace"], Holds::Unless("true"), false),
    row(&["automountServiceAccountToken"], Holds::If("false"), false),
];

/// What holds one container or pod: each setting, and the key that says so, or would.
type Held = BTreeMap<String, String>;

/// Settings that held pods of before and hold them no more.
pub(in crate::gate) fn released(old: Option<&Cluster>, new: &Cluster) -> Vec<Power> {
    let mut found = Vec::new();
    for now in &new.node_types {
        let Some(was) = old.and_then(|old| before(now, old, new)) else {
            continue;
        };
        let mut told = BTreeSet::new();
        let (before, after) = (containers(was, new.security), containers(now, new.security));
        for (name, held) in &after {
            if let Some(known) = before.get(name) {
                told.extend(lost(known, held));
                continue;
            }
            // One that is new lacks what all had.
            let all = |one: &&String| before.values().all(|known| known.contains_key(*one));
            let first = before.values().next().into_iter().flat_map(BTreeMap::keys);
            let missing = first.filter(all).filter(|one| !held.contains_key(*one));
            told.extend(missing.map(|one| at(name, one)));
        }
        told.extend(lost(&pod(was), &pod(now)));
        found.extend(told.into_iter().map(|key| {
            let path: Vec<&str> = key.split('.').skip(1).collect();
            let value = find(&now.pod, &path).filter(|_| key.starts_with("pod."));
            Power {
                node_type: now.name.to_string(),
                value: value.map_or_else(|| "no longer said".to_owned(), k8s),
                key,
                decides: None,
            }
        }));
    }
    found
}

/// The keys of what `now` lacks.
fn lost(was: &Held, now: &Held) -> Vec<String> {
    let gone = was.iter().filter(|(one, _)| !now.contains_key(*one));
    gone.map(|(_, key)| key.clone()).collect()
}

/// The key of a container's setting.
fn at(container: &str, setting: &str) -> String {
    format!("{container}securityContext.{setting}")
}

/// What holds each container, by where it is: empty for the main one, else ending in a dot.
fn containers(node_type: &NodeType, profile: SecurityProfile) -> BTreeMap<String, Held> {
    let of_pod = find(&node_type.pod, &["securityContext"]);
    let main = node_type.container.security_context.as_ref();
    let held = |at: &str, own: Option<&K8sValue>| {
        let context = format!("{at}securityContext");
        let own_said = own.map(|own| (own, context.as_str()));
        let pod_said = of_pod.map(|pod| (pod, "pod.securityContext"));
        let held = CONTAINER
            .iter()
            .flat_map(|row| effective(row, &context, own_said, pod_said, profile));
        let mut held: Held = held.collect();
        // Who runs as somebody else is not root either.
        let said = [own_said, pod_said].into_iter().flatten();
        let mut users = said.filter_map(|(said, at)| Some((below(said, &["runAsUser"])?, at)));
        let user = users.next();
        let user = user.filter(|(id, _)| k8s(id).parse::<i64>().is_ok_and(|id| id > 0));
        if let Some((_, at)) = user {
            let key = format!("{at}.runAsUser");
            held.entry("runAsNonRoot".to_owned()).or_insert(key);
        }
        held
    };
    let mut found = BTreeMap::from([(String::new(), held("", main))]);
    for (of, all) in [
        ("containers", &node_type.sidecars),
        ("initContainers", &node_type.init_containers),
    ] {
        for extra in all {
            let at = format!("pod.{of}.{}.", extra.name);
            let held = held(&at, context(extra, &node_type.container));
            found.insert(at, held);
        }
    }
    found
}

fn context<'c>(extra: &'c ExtraContainer, main: &'c Container) -> Option<&'c K8sValue> {
    let own = extra.container.security_context.as_ref();
    own.or_else(|| {
        let main = main.security_context.as_ref();
        main.filter(|_| extra.like_main)
    })
}

/// A context, and the key that it stands under.
type Said<'v> = Option<(&'v K8sValue, &'v str)>;

/// What of a row holds: each setting with its key.
fn effective(
    row: &Row,
    context: &str,
    own: Said<'_>,
    pod: Said<'_>,
    profile: SecurityProfile,
) -> Vec<(String, String)> {
    let name = row.path.join(".");
    let of_both = row
        .path
        .first()
        .is_some_and(|first| OF_BOTH.contains(first));
    let said = [own, pod.filter(|_| of_both)].into_iter().flatten();
    // What a container says wins.
    let mut values = said.filter_map(|(said, at)| Some((below(said, row.path)?, at)));
    let Some((value, at)) = values.next() else {
        // Who asks for the opposite by another field, such as `privileged`, is told of that.
        let is_supplied = row.supplied && profile == SecurityProfile::Restricted;
        let supplied = match row.holds {
            Holds::With => dropped(vec!["ALL".to_owned()]),
            _ => vec![name.clone()],
        };
        let supplied = supplied.into_iter().filter(|_| is_supplied);
        return supplied
            .map(|one| (one, format!("{context}.{name}")))
            .collect();
    };
    let key = format!("{at}.{name}");
    let text = k8s(value);
    let holds = match row.holds {
        Holds::If(tight) => text == tight,
        Holds::Either(tight) => tight.contains(&text.as_str()),
        Holds::Unless(loose) => text != loose && !text.contains("${"),
        Holds::With => {
            let items = match value {
                K8sValue::List(items) => items.iter().map(k8s).collect(),
                _ => Vec::new(),
            };
            let all = dropped(items).into_iter();
            return all.map(|one| (one, key.clone())).collect();
        }
    };
    if holds { vec![(name, key)] } else { Vec::new() }
}

/// Capabilities that a container has unless they are dropped.
const USUAL: [&str; 14] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// A setting for each capability that is dropped.
fn dropped(mut items: Vec<String>) -> Vec<String> {
    if items.iter().any(|item| item == "ALL") {
        items.extend(USUAL.map(ToOwned::to_owned));
    }
    let settings = items.into_iter();
    settings
        .filter(|item| !item.contains("${"))
        .map(|item| format!("capabilities.drop.{item}"))
        .collect()
}

/// What holds a pod as a whole.
fn pod(node_type: &NodeType) -> Held {
    let held = POD.iter().filter_map(|row| {
        let name = row.path.join(".");
        let key = format!("pod.{name}");
        let text = find(&node_type.pod, row.path).map(k8s);
        let holds = match (&row.holds, text) {
            (Holds::If(tight), Some(text)) => text == *tight,
            (Holds::Unless(_), None) => true,
            (Holds::Unless(loose), Some(text)) => text != *loose && !text.contains("${"),
            _ => false,
        };
        holds.then_some((name, key))
    });
    held.collect()
}

fn find<'v>(fields: &'v [K8sFieldValue], path: &[&str]) -> Option<&'v K8sValue> {
    let (first, rest) = path.split_first()?;
    let mut fields = fields.iter();
    let field = fields.find(|field| field.wire.as_str() == *first)?;
    below(&field.value, rest)
}

fn below<'v>(value: &'v K8sValue, path: &[&str]) -> Option<&'v K8sValue> {
    match value {
        _ if path.is_empty() => Some(value),
        K8sValue::Struct { fields, .. } => find(fields, path),
        // It is a custom resource that says it.
        K8sValue::Whole { .. } => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
