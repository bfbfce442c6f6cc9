//! The container of a pod → keys of a node type, or of a container beside the main one.

use std::collections::BTreeSet;

use super::super::draft::{Draft, Part};
use super::super::lost::Losses;
use super::super::name;
use super::super::yaml::Yaml;
use super::World;
use super::env;

/// Where a container stands.
pub(super) struct Site<'s> {
    /// The workload.
    pub(super) title: &'s str,
    /// The main container, of one beside it.
    pub(super) main: Option<&'s Yaml>,
    /// Volumes that the manifest's `pod.volumes` has.
    pub(super) kept: &'s BTreeSet<String>,
}

impl Site<'_> {
    /// A field of the container.
    pub(super) fn at(&self, container: &Yaml, field: &str) -> String {
        let name = container.text_at(&["name"]).unwrap_or("?");
        format!("{}, container {name}, {field}", self.title)
    }
}

/// Keys that node types have for the main container, with Kubernetes' own values.
const AS_THEY_ARE: &[&str] = &[
    "startupProbe",
    "livenessProbe",
    "readinessProbe",
    "resources",
    "securityContext",
    "lifecycle",
];
const LISTS: &[&str] = &["command", "args"];
const OTHERS: &[&str] = &["name", "image", "env", "envFrom", "ports", "volumeMounts"];

/// The keys that containers have in a manifest.
pub(super) fn keys(
    site: &Site<'_>,
    container: &Yaml,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Vec<Part> {
    let mut parts = Vec::new();
    let declared = env::declared(site, container);
    for key in LISTS {
        let from = site.at(container, key);
        let items = container.items_at(&[key]).iter();
        let items = items.filter_map(Yaml::words).collect::<Vec<_>>();
        if items.is_empty() {
            continue;
        }
        for item in &items {
            env::release_names(item, &from, world, losses);
        }
        let items = items.iter().map(|item| declared.dependent(item));
        parts.push(Part::new(*key, Draft::list(items.map(Draft::Text))).from(from));
    }
    parts.extend(env::parts(site, container, &declared, world, losses));
    parts.extend(ports(site, container, losses));
    for key in AS_THEY_ARE {
        if let Some(value) = container.get(key) {
            let value = clean(value);
            if !value.is_empty() {
                parts.push(Part::new(*key, value).from(site.at(container, key)));
            }
        }
    }
    parts
}

/// Ports: `{name: number}` where all have a name and TCP.
fn ports(site: &Site<'_>, container: &Yaml, losses: &mut Losses) -> Option<Part> {
    let mut short = true;
    let mut items = Vec::new();
    for port in container.items_at(&["ports"]) {
        let Some(number) = port.get("containerPort").and_then(Yaml::int) else {
            losses.add(site.at(container, "a port"), "it has no number", "");
            continue;
        };
        let from = site.at(container, &format!("port {number}"));
        let name = port.text_at(&["name"]);
        let protocol = port.text_at(&["protocol"]).unwrap_or("TCP");
        short &= name.is_some() && protocol == "TCP";
        for (key, _) in port.entries() {
            if !["containerPort", "name", "protocol"].contains(&key.as_str()) {
                losses.add(format!("{from}, {key}"), "host ports are not offered", "");
            }
        }
        items.push((name, number, protocol, from));
    }
    if items.is_empty() {
        return None;
    }
    let mut known = BTreeSet::new();
    let value = if short {
        let entries = items.into_iter().filter_map(|(name, number, _, from)| {
            let name = name.filter(|name| known.insert((*name).to_owned()))?;
            Some(Part::new(name, Draft::Int(number)).from(from))
        });
        Draft::map(entries)
    } else {
        let items = items.into_iter().map(|(name, number, protocol, from)| {
            let mut fields = vec![Part::new("containerPort", Draft::Int(number))];
            fields.extend(name.map(|name| Part::new("name", Draft::text(name))));
            if protocol != "TCP" {
                fields.push(Part::new("protocol", Draft::text(protocol)));
            }
            Part::item(Draft::Map(fields)).from(from)
        });
        Draft::List(items.collect())
    };
    Some(Part::new("ports", value))
}

/// What a main container has and a node type cannot say.
pub(super) fn rest(site: &Site<'_>, container: &Yaml, losses: &mut Losses) {
    for (key, value) in container.entries() {
        let known = |list: &[&str]| list.contains(&key.as_str());
        if known(AS_THEY_ARE) || known(LISTS) || known(OTHERS) || *value == Yaml::Null {
            continue;
        }
        // What Kubernetes would fill in anyway says nothing.
        if matches!(
            key.as_str(),
            "terminationMessagePath" | "terminationMessagePolicy"
        ) {
            continue;
        }
        let instead = if key == "imagePullPolicy" {
            "in the custom resource: `k8sConfigGroup[].imagePullPolicy`"
        } else {
            "the hook `mutate` can set it"
        };
        losses.add(
            site.at(container, key),
            "no key of a node type's main container",
            instead,
        );
    }
}

/// A container beside the main one.
pub(super) fn beside(
    site: &Site<'_>,
    container: &Yaml,
    taken: &mut Vec<String>,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Part {
    let written = container.text_at(&["name"]).unwrap_or("container");
    let label = name::unique(&name::label_or(written, "container"), |name| {
        taken.iter().any(|known| known == name)
    });
    taken.push(label.clone());
    let mut parts = vec![Part::new("name", Draft::text(label))];
    let like = site.main.is_some_and(|main| is_like(container, main));
    if like {
        parts.push(Part::new("like", Draft::text("main")));
    } else if let Some(image) = container.text_at(&["image"]) {
        parts.push(Part::new("image", Draft::text(image)));
    }
    parts.extend(keys(site, container, world, losses));
    for (key, value) in container.entries() {
        let known = |list: &[&str]| list.contains(&key.as_str());
        if known(AS_THEY_ARE) || known(LISTS) || known(OTHERS) {
            continue;
        }
        let value = clean(value);
        if !value.is_empty() && value != Draft::Null {
            parts.push(Part::new(key.as_str(), value).from(site.at(container, key)));
        }
    }
    if !like {
        parts.extend(mounts(site, container, losses));
    }
    Part::item(Draft::Map(parts)).from(format!("{}, container {written}", site.title))
}

/// Whether it has the main container's image and no mounts but its.
fn is_like(container: &Yaml, main: &Yaml) -> bool {
    let mounts = main.items_at(&["volumeMounts"]);
    let known = |mount: &Yaml| {
        let same = |other: &Yaml| {
            ["name", "mountPath"]
                .iter()
                .all(|key| other.get(key) == mount.get(key))
        };
        mounts.iter().any(same)
    };
    let image = container.get("image");
    image.is_some()
        && image == main.get("image")
        && container.items_at(&["volumeMounts"]).iter().all(known)
}

fn mounts(site: &Site<'_>, container: &Yaml, losses: &mut Losses) -> Option<Part> {
    let mut items = Vec::new();
    for mount in container.items_at(&["volumeMounts"]) {
        let name = mount.text_at(&["name"]).unwrap_or("?");
        let from = site.at(container, &format!("mount of {name}"));
        if site.kept.contains(name) {
            items.push(Part::item(clean(mount)).from(from));
        } else {
            losses.add(
                from,
                "the volume is the main container's alone in the manifest",
                "`like: main` brings its mounts, with its image and variables",
            );
        }
    }
    (!items.is_empty()).then(|| Part::new("volumeMounts", Draft::List(items)))
}

/// A value of Kubernetes without what is null in it, which is the same as absent there.
pub(super) fn clean(value: &Yaml) -> Draft {
    match value {
        Yaml::List(items) => Draft::list(items.iter().map(clean)),
        Yaml::Map(entries) => Draft::map(
            entries
                .iter()
                .filter(|(_, value)| *value != Yaml::Null)
                .map(|(key, value)| Part::new(key.as_str(), clean(value))),
        ),
        other => other.into(),
    }
}
