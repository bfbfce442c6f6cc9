//! Volumes of a service → storage of the node type.

use std::collections::BTreeMap;

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::super::yaml::Yaml;
use super::interpolation::with_defaults;

/// Where a volume that is no claim is written.
const OF_GROUP: &str =
    "in the custom resource: `k8sConfigGroup[].volumes` and `k8sConfigGroup[].volumeMount`";

/// A volume of a service.
struct Volume {
    source: Option<String>,
    target: String,
    kind: String,
    /// Options of the mount, as `ro`.
    options: Vec<String>,
}

impl Volume {
    fn of(one: &Yaml, title: &str, losses: &mut Losses) -> Self {
        let mut volume = match one.words() {
            Some(words) => Self::short(&with_defaults(&words, title, losses)),
            None => Self {
                source: one.text_at(&["source"]).map(str::to_owned),
                target: one.text_at(&["target"]).unwrap_or_default().to_owned(),
                kind: one.text_at(&["type"]).unwrap_or("volume").to_owned(),
                options: long_options(one),
            },
        };
        volume.target = volume.target.trim_end_matches('/').to_owned();
        volume
    }

    /// `SOURCE:TARGET[:OPTIONS]` or `TARGET`.
    fn short(text: &str) -> Self {
        let mut parts = text.splitn(3, ':');
        let (first, second) = (parts.next().unwrap_or(""), parts.next());
        let Some(target) = second else {
            return Self {
                source: None,
                target: first.to_owned(),
                kind: "anonymous volume".to_owned(),
                options: Vec::new(),
            };
        };
        let bind = first.starts_with(['.', '/', '~', '$']) || first.contains(['/', '\\']);
        let options = parts.next().unwrap_or("").split(',');
        Self {
            source: Some(first.to_owned()),
            target: target.to_owned(),
            kind: if bind { "bind" } else { "volume" }.to_owned(),
            options: options
                // It may be written, which goes without saying.
                .filter(|option| !["", "rw"].contains(option))
                .map(str::to_owned)
                .collect(),
        }
    }

    fn title(&self, service: &str) -> String {
        match &self.source {
            Some(source) => format!("{service}, volume {source} at {}", self.target),
            None => format!("{service}, volume at {}", self.target),
        }
    }
}

/// The options of a volume that is written out, as `read_only: true`.
fn long_options(one: &Yaml) -> Vec<String> {
    let mut options = Vec::new();
    for (key, value) in one.entries() {
        let said = ["type", "source", "target"].contains(&key.as_str());
        if said || *value == Yaml::Bool(false) || *value == Yaml::Null {
            continue;
        }
        if key == "read_only" {
            options.push("ro".to_owned());
            continue;
        }
        let inner = value.entries().iter();
        let inner = inner
            .map(|(name, value)| format!("{key}.{name}: {}", value.words().unwrap_or_default()));
        options.extend(inner);
        options.extend(value.words().map(|words| format!("{key}: {words}")));
    }
    options
}

/// `storage`: the named volumes of a service.
pub(super) fn storage(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<Part> {
    let mut claims: Vec<Part> = Vec::new();
    for one in spec.items_at(&["volumes"]) {
        let volume = Volume::of(one, title, losses);
        let from = volume.title(title);
        match (volume.kind.as_str(), &volume.source) {
            ("volume", Some(source)) => {
                let label = name::label_or(source, "data");
                if claims.iter().any(|part| part.key == label) {
                    losses.add(
                        Weight::Stops,
                        from,
                        "a claim is mounted once, so it is missing in its second place",
                        &format!("in the custom resource, `k8sConfigGroup[].volumeMount: [{{name: {label}, mountPath: {}}}]`", volume.target),
                    );
                    continue;
                }
                for option in &volume.options {
                    options(option, &from, losses);
                }
                claims.push(Part::new(label, Draft::text(volume.target)).from(from));
            }
            ("bind", source) => bind(source.as_deref(), from, losses),
            (kind, _) => losses.add(
                Weight::Resource,
                from,
                &format!("a volume of the kind {kind}: without it the service writes into its container, if it may"),
                OF_GROUP,
            ),
        }
    }
    let volumes = Part::new("volumes", Draft::Map(claims));
    (!volumes.value.is_empty()).then(|| Part::new("storage", Draft::map([volumes])))
}

/// Notes an option of a claim's mount.
fn options(option: &str, from: &str, losses: &mut Losses) {
    let why = if option == "ro" {
        "storage of a node type is mounted so that it can be written, and was not before"
    } else {
        "a claim is mounted without options"
    };
    losses.add(Weight::Changed, format!("{from}, {option}"), why, "");
}

/// Notes a folder of the machine.
fn bind(source: Option<&str>, from: String, losses: &mut Losses) {
    let source = source.unwrap_or_default();
    if source.starts_with(['.', '~', '$']) {
        losses.add(
            Weight::Stops,
            from,
            "it is not read, so what is in it is not there",
            "write texts under `files` of the node type, and bring the rest with the image",
        );
    } else {
        losses.add(
            Weight::Security,
            from,
            "a folder or socket of the machine is not given to pods, so what the service did with it does not work",
            "a `hostPath` in `k8sConfigGroup[].volumes`, which gives pods the machine's files",
        );
    }
}

/// Notes the volumes that several services share: of a manifest each node has storage of its own.
pub(super) fn shared(services: &[(&str, &Yaml)], losses: &mut Losses) {
    let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    // What there is to say of each volume is said already.
    let mut said = Losses::default();
    for (service, spec) in services {
        for one in spec.items_at(&["volumes"]) {
            let volume = Volume::of(one, "", &mut said);
            let Some(source) = volume.source.filter(|_| volume.kind == "volume") else {
                continue;
            };
            let users = users.entry(source).or_default();
            if !users.contains(service) {
                users.push(service);
            }
        }
    }
    for (volume, users) in users.iter().filter(|(_, users)| users.len() > 1) {
        losses.add(
            Weight::Stops,
            format!("volume {volume} of the services {}", users.join(", ")),
            "they shared it, and every node has storage of its own here: what one writes no other sees",
            "one claim of the mode ReadWriteMany, in `k8sConfigGroup[].volumes` and `.volumeMount` of each",
        );
    }
}
