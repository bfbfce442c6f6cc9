//! Claims of a workload → storage of a node type.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::out;
use super::super::yaml::Yaml;
use super::container::clean;
use super::volume::Mount;
use super::{Object, World, source};

const WRITABLE: &str =
    "storage of a node type is mounted so that it can be written, and was not before";

/// The claims of one node type.
#[derive(Default)]
pub(super) struct Claims {
    parts: Vec<Part>,
    /// Some are no templates of a StatefulSet.
    of_their_own: bool,
}

impl Claims {
    fn has(&self, volume: &str) -> bool {
        self.parts.iter().any(|part| part.key == volume)
    }

    /// A claim that the main container mounts.
    pub(super) fn add(&mut self, volume: &str, mount: &Mount<'_>, losses: &mut Losses) {
        if self.has(volume) {
            let written = out::inline(&clean(mount.written));
            losses.add(
                Weight::Stops,
                mount.from.as_str(),
                "a manifest mounts a claim once, so it is missing in its second place",
                &format!("in each custom resource, `k8sConfigGroup[].volumeMount: [{written}]`"),
            );
            return;
        }
        if let Some(sub_path) = mount.sub_path {
            losses.add(
                Weight::Changed,
                format!("{}, subPath {sub_path}", mount.from),
                "the claim is mounted whole: data of an old claim lie one folder deeper, and a new one may hold a folder `lost+found`",
                "a folder of its own in the program's settings",
            );
        }
        if mount.written.get("readOnly") == Some(&Yaml::Bool(true)) {
            losses.add(
                Weight::Security,
                format!("{}, readOnly", mount.from),
                WRITABLE,
                "",
            );
        }
        let part = Part::new(volume, Draft::text(mount.path.as_str()));
        self.parts.push(part.from(mount.from.as_str()));
    }

    /// A claim that a container beside the main one mounts: a manifest mounts it in the main one too.
    pub(super) fn beside(
        &mut self,
        volume: &str,
        written: &Yaml,
        title: &str,
        losses: &mut Losses,
    ) {
        if self.has(volume) {
            return;
        }
        let path = written.text_at(&["mountPath"]).unwrap_or_default();
        let path = path.trim_end_matches('/');
        let from = format!("{title}, claim {volume} at {path}");
        losses.add(
            Weight::Changed,
            from.as_str(),
            "the main container mounts it too, as it does all storage",
            "",
        );
        let part = Part::new(volume, Draft::text(path));
        self.parts.push(part.from(from));
    }

    /// Notes what a custom resource says of the claims.
    pub(super) fn notes(
        &mut self,
        object: Object<'_>,
        pod: &Yaml,
        world: &mut World<'_>,
        losses: &mut Losses,
    ) {
        let title = object.title();
        for template in object.root.items_at(&["spec", "volumeClaimTemplates"]) {
            let volume = template.text_at(&["metadata", "name"]).unwrap_or("?");
            let said = template.get("spec").map(said).unwrap_or_default();
            let device = ["containers", "initContainers"]
                .iter()
                .flat_map(|key| pod.items_at(&[key]))
                .flat_map(|one| one.items_at(&["volumeDevices"]))
                .any(|one| one.text_at(&["name"]) == Some(volume));
            let why = if self.has(volume) {
                "how large storage is, and of what class"
            } else if device {
                "a container has it as a device, and storage of a manifest is a folder, so it is not in the manifest"
            } else {
                "no container mounts it, so it is not in the manifest"
            };
            losses.add(
                Weight::Resource,
                format!("{title}, claim {volume}{said}"),
                why,
                "`k8sConfigGroup[].storageConfig`",
            );
            for key in ["labels", "annotations"] {
                for (name, _) in template.entries_at(&["metadata", key]) {
                    losses.add(
                        Weight::LeftOut,
                        format!("{title}, claim {volume}, {key} {name}"),
                        "claims have the labels of the operator alone",
                        "",
                    );
                }
            }
        }
        for part in &self.parts {
            let Some(volume) = source::named(pod, &part.key) else {
                continue;
            };
            self.of_their_own = true;
            let claim = volume.text_at(&["persistentVolumeClaim", "claimName"]);
            let claim = claim.unwrap_or(&part.key).to_owned();
            losses.add(
                Weight::Resource,
                format!("{title}, claim {claim}"),
                "each node has storage of its own, which is empty at first",
                "`k8sConfigGroup[].storageConfig` says how large it is",
            );
            let read_only = ["persistentVolumeClaim", "readOnly"];
            if volume.at(&read_only) == Some(&Yaml::Bool(true)) {
                losses.add(
                    Weight::Security,
                    format!("{title}, claim {claim}, readOnly"),
                    WRITABLE,
                    "",
                );
            }
            let claim = if object.doubled {
                format!("{}/{claim}", object.namespace)
            } else {
                claim
            };
            world.claims.entry(claim).or_default().insert(title.clone());
        }
    }

    /// `storage` of the node type.
    pub(super) fn part(self) -> Option<Part> {
        if self.parts.is_empty() {
            return None;
        }
        let mut storage = Vec::new();
        if self.of_their_own {
            storage.push(Part::new("Deployment", Draft::text("claim")));
        }
        storage.push(Part::new("volumes", Draft::Map(self.parts)));
        Some(Part::new("storage", Draft::Map(storage)))
    }
}

/// Size, class and modes of a claim, in words.
pub(super) fn said(spec: &Yaml) -> String {
    let mut said = String::new();
    if let Some(size) = spec
        .at(&["resources", "requests", "storage"])
        .and_then(Yaml::words)
    {
        said.push_str(&format!(" of {size}"));
    }
    let most = spec.at(&["resources", "limits", "storage"]);
    if let Some(most) = most.and_then(Yaml::words) {
        said.push_str(&format!(", at most {most}"));
    }
    if let Some(class) = spec.text_at(&["storageClassName"]) {
        said.push_str(&format!(", class {class}"));
    }
    let modes = spec.items_at(&["accessModes"]).iter();
    let modes: Vec<&str> = modes.filter_map(Yaml::text).collect();
    if !modes.is_empty() && modes != ["ReadWriteOnce"] {
        said.push_str(&format!(", {}", modes.join(" and ")));
    }
    for (key, value) in spec.entries() {
        let known = ["resources", "storageClassName", "accessModes"].contains(&key.as_str());
        let usual = value.text() == Some("Filesystem") || *value == Yaml::Null;
        if !known && !usual {
            said.push_str(&format!(", {key}: {}", out::inline(&clean(value))));
        }
    }
    said
}

/// Notes the claims that several workloads share: of a manifest each node has storage of its own.
pub(super) fn shared(world: &World<'_>, losses: &mut Losses) {
    for (claim, users) in world.claims.iter().filter(|(_, users)| users.len() > 1) {
        let users: Vec<&str> = users.iter().map(String::as_str).collect();
        losses.add(
            Weight::Stops,
            format!("claim {claim} of {}", users.join(", ")),
            "they shared it, and every node has storage of its own here: what one writes no other sees",
            "one claim of the mode ReadWriteMany, in `k8sConfigGroup[].volumes` and `.volumeMount` of each",
        );
    }
}
