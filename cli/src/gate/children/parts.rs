//! What a node type is made of, part by part, each with what a change of it does to its children.

use std::collections::BTreeMap;

use super::say;
use crate::model::{
    Container, ExtraContainer, Hook, MainService, NodeType, OnChange, StorageMode, WorkloadKind,
};

/// What a change of a part reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// The pod template, or what it counts in: pods restart.
    Pods,
    /// A ConfigMap that pods do not restart for.
    Config,
    Service,
    /// The workload around the pods.
    Workload,
    /// A field of a StatefulSet that cannot change once it exists.
    Fixed,
    /// Claims: what is stored stays behind.
    Claims,
    /// How upgrades go.
    Upgrades,
    /// Code of the author's, which nothing is known of.
    Code,
}

/// A part: what it reaches, and its value as text.
pub(super) type Part = (Reach, String);

/// The parts of a node type, by the manifest's key.
pub(super) fn parts(node_type: &NodeType) -> BTreeMap<String, Part> {
    let mut parts = Parts::default();
    parts.container("", &node_type.container);
    for (at, extra) in node_type.init_containers.iter().enumerate() {
        parts.extra("pod.initContainers", extra);
        parts.put(
            format!("pod.initContainers.{}.place", extra.name),
            Reach::Pods,
            at.to_string(),
        );
    }
    for (at, extra) in node_type.sidecars.iter().enumerate() {
        parts.extra("pod.containers", extra);
        parts.put(
            format!("pod.containers.{}.place", extra.name),
            Reach::Pods,
            at.to_string(),
        );
    }
    for field in &node_type.pod {
        parts.put(
            format!("pod.{}", field.wire),
            Reach::Pods,
            say::k8s(&field.value),
        );
    }
    for field in &node_type.workload {
        let reach = match field.wire.as_str() {
            "podManagementPolicy" | "serviceName" | "volumeClaimTemplates" => Reach::Fixed,
            // Pods of other numbers are other pods.
            "ordinals" => Reach::Pods,
            "persistentVolumeClaimRetentionPolicy" => Reach::Claims,
            _ => Reach::Workload,
        };
        parts.put(
            format!("workload.{}", field.wire),
            reach,
            say::k8s(&field.value),
        );
    }
    parts.files(node_type);
    parts.services(node_type);
    parts.rules(node_type);
    parts.map
}

#[derive(Default)]
struct Parts {
    map: BTreeMap<String, Part>,
}

impl Parts {
    fn put(&mut self, key: impl Into<String>, reach: Reach, text: String) {
        self.map.insert(key.into(), (reach, text));
    }

    fn container(&mut self, at: &str, container: &Container) {
        let mut put = |key: &str, text: Option<String>| {
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                self.map.insert(format!("{at}{key}"), (Reach::Pods, text));
            }
        };
        put("command", container.command.as_deref().map(say::list));
        put("args", container.args.as_deref().map(say::list));
        let late: Vec<String> = container
            .downward
            .iter()
            .map(|late| format!("{}: field {}", late.variable, late.field_path))
            .collect();
        put(
            "env",
            Some([late, vec![say::env(&container.env)]].concat().join(", "))
                .filter(|text| text != ", "),
        );
        put("envFrom", Some(say::env_from(&container.env_from)));
        let ports = container.ports.iter().map(|port| {
            let name = port.name.as_ref().map(|name| format!("{name} "));
            format!(
                "{}{}/{}",
                name.unwrap_or_default(),
                port.number,
                port.protocol
            )
        });
        put("ports", Some(ports.collect::<Vec<_>>().join(", ")));
        for (key, value) in [
            ("livenessProbe", &container.liveness_probe),
            ("readinessProbe", &container.readiness_probe),
            ("startupProbe", &container.startup_probe),
            ("resources", &container.resources),
            ("securityContext", &container.security_context),
            ("lifecycle", &container.lifecycle),
        ] {
            put(key, value.as_ref().map(say::k8s));
        }
    }

    fn extra(&mut self, of: &str, extra: &ExtraContainer) {
        let at = format!("{of}.{}.", extra.name);
        self.container(&at, &extra.container);
        self.put(
            format!("{at}container"),
            Reach::Pods,
            format!(
                "like main: {}, {}",
                extra.like_main,
                say::fields(&extra.fields)
            ),
        );
    }

    fn files(&mut self, node_type: &NodeType) {
        for file in &node_type.files {
            let (reach, at) = match file.on_change {
                OnChange::Restart => (Reach::Pods, "restart"),
                OnChange::Keep => (Reach::Config, "keep"),
            };
            let name = file.config_map_name.as_ref().map(|name| say::text(&name.0));
            let shape = format!(
                "{} {} {:?} {:?} {:o} {at} {} {}",
                file.path,
                file.key,
                file.scope,
                file.mount,
                file.mode,
                say::when(file.when.as_ref()),
                name.unwrap_or_default(),
            );
            self.put(format!("files.{}", file.name), Reach::Pods, shape);
            self.put(
                format!("files.{}.content", file.name),
                reach,
                say::content(&file.content),
            );
        }
        for map in &node_type.config_maps {
            let name = map.object_name.as_ref().map(|name| say::text(&name.0));
            let text = format!(
                "{:?} {} {} {}",
                map.scope,
                name.unwrap_or_default(),
                say::when(map.when.as_ref()),
                say::layers(&map.data)
            );
            self.put(format!("configMaps.{}", map.name), Reach::Pods, text);
        }
    }

    fn services(&mut self, node_type: &NodeType) {
        let services = &node_type.services;
        let mut governing = Vec::new();
        let main = services.main.iter().map(|main| ("main".to_owned(), main));
        let more = services
            .more
            .iter()
            .map(|more| (more.key.to_string(), &more.service));
        for (name, service) in main.chain(more) {
            if service.governing {
                governing.push(name.clone());
                let object = service.object_name.as_ref();
                let text = object.map_or_else(String::new, |name| say::text(&name.0));
                self.governing(node_type, &format!("services.{name}.name"), text);
            }
            self.put(
                format!("services.{name}"),
                Reach::Service,
                self::service(service),
            );
        }
        if let Some(headless) = &services.headless {
            if headless.governing {
                governing.push("headless".to_owned());
            }
            self.put("services.headless", Reach::Service, "headless".to_owned());
        }
        self.governing(node_type, "services governing", governing.join(", "));
        let from: Vec<String> = services
            .more
            .iter()
            .filter(|more| more.from_group)
            .map(|more| more.key.to_string())
            .collect();
        self.put("services from k8s", Reach::Service, from.join(", "));
    }

    /// What a StatefulSet knows its governing Service by.
    fn governing(&mut self, node_type: &NodeType, key: &str, text: String) {
        if node_type.rules.kinds.contains(&WorkloadKind::StatefulSet) {
            self.put(key, Reach::Fixed, text);
        }
    }

    fn rules(&mut self, node_type: &NodeType) {
        let rules = &node_type.rules;
        for (key, mode) in [
            ("StatefulSet", rules.storage.stateful_set),
            ("Deployment", rules.storage.deployment),
        ] {
            let word = match mode {
                StorageMode::Template => "template",
                StorageMode::Claim => "claim",
                StorageMode::Refuse => "refuse",
            };
            self.put(format!("storage.{key}"), Reach::Claims, word.to_owned());
        }
        for volume in &rules.volumes {
            let path = volume.path.to_string();
            self.put(
                format!("storage.volumes.{}", volume.name),
                Reach::Pods,
                path,
            );
        }
        for hook in &node_type.hooks {
            let (word, reach) = match hook {
                Hook::Validate => ("validate", Reach::Code),
                Hook::Mutate => ("mutate", Reach::Code),
                Hook::Ready => ("ready", Reach::Upgrades),
                Hook::BeforeUpgrade => ("before_upgrade", Reach::Upgrades),
                Hook::AfterUpgrade => ("after_upgrade", Reach::Upgrades),
            };
            self.put(format!("hooks.{word}"), reach, word.to_owned());
        }
    }
}

fn service(service: &MainService) -> String {
    let name = service.object_name.as_ref().map(|name| say::text(&name.0));
    let annotations: Vec<String> = service
        .annotations
        .iter()
        .map(|(key, value)| format!("{key}: {}", say::text(value)))
        .collect();
    format!(
        "{} {} {{{}}} {{{}}}",
        name.unwrap_or_default(),
        say::when(service.when.as_ref()),
        annotations.join(", "),
        say::fields(&service.spec)
    )
}
