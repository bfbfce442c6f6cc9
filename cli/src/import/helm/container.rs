//! The container of a pod → keys of a node type, or of a container beside the main one.

use std::collections::BTreeSet;

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::super::yaml::Yaml;
use super::maps::Maps;
use super::{World, env, ports, rights};

/// Where a container stands.
pub(super) struct Site<'s> {
    /// The workload.
    pub(super) title: &'s str,
    /// The main container, of one beside it.
    pub(super) main: Option<&'s Yaml>,
    /// Volumes that containers beside the main one can mount.
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
    maps: &mut Maps,
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
        let mut before = "";
        for item in &items {
            world.look(item, before, &from, losses);
            before = item.as_str();
        }
        let items = items.iter().map(|item| declared.dependent(item));
        parts.push(Part::new(*key, Draft::list(items.map(Draft::Text))).from(from));
    }
    parts.extend(env::parts(site, container, &declared, maps, world, losses));
    parts.extend(ports::ports(site, container, losses));
    rights::of_container(site, container, losses);
    for key in AS_THEY_ARE {
        if let Some(value) = container.get(key) {
            world.look_through(value, key, &site.at(container, key), losses);
            let value = clean(value);
            if !value.is_empty() {
                parts.push(Part::new(*key, value).from(site.at(container, key)));
            }
        }
    }
    parts
}

/// What a main container has and a node type cannot say.
pub(super) fn rest(site: &Site<'_>, container: &Yaml, losses: &mut Losses) {
    for (key, value) in container.entries() {
        let known = |list: &[&str]| list.contains(&key.as_str());
        let written = value.words().unwrap_or_default();
        if known(AS_THEY_ARE)
            || known(LISTS)
            || known(OTHERS)
            || *value == Yaml::Null
            || is_default(container, key, &written)
        {
            continue;
        }
        let (weight, why, instead) = match key.as_str() {
            "imagePullPolicy" => (
                Weight::Resource,
                "when the image is pulled",
                "`k8sConfigGroup[].imagePullPolicy`",
            ),
            "workingDir" => (
                Weight::Stops,
                "the main container starts in the directory of its image: a node type has no key for another",
                "the hook `mutate` can set it",
            ),
            _ => (
                Weight::LeftOut,
                "a node type has no key for it, so Kubernetes' default counts",
                "the hook `mutate` can set it",
            ),
        };
        let what = site.at(container, key);
        let what = if written.is_empty() {
            what
        } else {
            format!("{what}: {written}")
        };
        losses.add(weight, what, why, instead);
    }
}

/// Whether that is what Kubernetes would fill in anyway.
fn is_default(container: &Yaml, key: &str, written: &str) -> bool {
    match key {
        "terminationMessagePath" => written == "/dev/termination-log",
        "terminationMessagePolicy" => written == "File",
        "stdin" | "stdinOnce" | "tty" => written == "false",
        "imagePullPolicy" => {
            let image = container.text_at(&["image"]).unwrap_or_default();
            let last = image.rsplit('/').next().unwrap_or_default();
            let newest = !last.contains([':', '@']) || last.ends_with(":latest");
            written == if newest { "Always" } else { "IfNotPresent" }
        }
        _ => false,
    }
}

/// A container beside the main one.
pub(super) fn beside(
    site: &Site<'_>,
    container: &Yaml,
    taken: &mut Vec<String>,
    maps: &mut Maps,
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
        let of_main = site.main.and_then(|main| main.text_at(&["image"]));
        if of_main == Some(image) {
            losses.add(
                Weight::Changed,
                site.at(container, "image"),
                "it is the main container's, and stays as it is when a custom resource names another",
                "`like: main` in its place, if it may have the mounts and variables of the main container",
            );
        }
        parts.push(Part::new("image", Draft::text(image)));
    }
    parts.extend(keys(site, container, maps, world, losses));
    for (key, value) in container.entries() {
        let known = |list: &[&str]| list.contains(&key.as_str());
        if known(AS_THEY_ARE) || known(LISTS) || known(OTHERS) {
            continue;
        }
        world.look_through(value, key, &site.at(container, key), losses);
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
pub(super) fn is_like(container: &Yaml, main: &Yaml) -> bool {
    let mounts = main.items_at(&["volumeMounts"]);
    let known = |mount: &Yaml| {
        let same = |other: &Yaml| {
            ["name", "mountPath", "subPath"]
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
                Weight::Stops,
                from,
                "the pod has no such volume, so it is not mounted",
                "",
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
