//! Node types: rules, services, storage, and everything that is built for a node.

use std::collections::{BTreeMap, BTreeSet};

use super::container;
use super::facts::TypeFacts;
use super::file::finish;
use super::ident;
use super::report::Report;
use super::scope::{Place, Reach};
use super::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Bounds, Span, Spanned, TemplateKind};
use crate::model::{
    AbsolutePath, ChildKind, DnsLabel, HeadlessService, Hook, K8sField, MainService, MoreService,
    NodeRules, NodeType, ReplicaRule, RequiredVolume, Scope, Services, StorageMode, StorageModes,
    TypeIdent, WorkloadKind,
};

/// Names of the prelude that a type of the same name would hide in generated code.
pub(super) const PRELUDE: &[&str] = &[
    "Children",
    "ChildKind",
    "Cluster",
    "ConfigMap",
    "ConfigMapRef",
    "Container",
    "Controller",
    "Deployment",
    "EnvVar",
    "Labels",
    "Layers",
    "MissingOrder",
    "Node",
    "NodeType",
    "OnCrash",
    "Option",
    "OrderBy",
    "Pod",
    "PodSpec",
    "PodSecurityContext",
    "Probe",
    "ProbeExt",
    "Problems",
    "RolloutPolicy",
    "RolloutSpec",
    "RolloutStrategy",
    "Rules",
    "SecretKeyRef",
    "SecurityContext",
    "SecurityProfile",
    "Service",
    "Shared",
    "Some",
    "None",
    "StatefulSet",
    "StorageMode",
    "StorageModes",
    "String",
    "Text",
    "Vec",
    "WorkloadKind",
];

/// Fields of a pod that are set elsewhere.
const POD_OWNED: super::place::Owned =
    &[("ephemeralContainers", "they are added to running pods only")];

/// Fields of a workload that are set elsewhere.
const WORKLOAD_OWNED: super::place::Owned = &[
    (
        "selector",
        "the operator selects by labels of its own, which never change",
    ),
    (
        "template",
        "describe the pod with `pod` and the container's keys",
    ),
    (
        "replicas",
        "the custom resource says how many; bound it with `replicas: {min, max}`",
    ),
    ("serviceName", "say which service governs with `services`"),
    (
        "volumeClaimTemplates",
        "the custom resource brings `storageConfig`; say what becomes of it with `storage`",
    ),
];

const SERVICE_OWNED: super::place::Owned = &[(
    "selector",
    "the operator selects the node's pods by labels of its own",
)];

/// The kinds of workload that a node type allows.
pub(super) fn kinds(report: &Report<'_>, written: &ast::NodeType) -> Vec<WorkloadKind> {
    let Some(list) = &written.kinds else {
        return vec![WorkloadKind::StatefulSet, WorkloadKind::Deployment];
    };
    let mut kinds: Vec<WorkloadKind> = Vec::new();
    for kind in list {
        let made = match kind.value {
            ast::WorkloadKind::StatefulSet => WorkloadKind::StatefulSet,
            ast::WorkloadKind::Deployment => WorkloadKind::Deployment,
        };
        if !kinds.contains(&made) {
            kinds.push(made);
        }
    }
    if kinds.is_empty() {
        report.push(
            Problem::new(
                Code::E0519,
                format!(
                    "node type `{}` allows no kind of workload",
                    written.name.value
                ),
            )
            .at(written.name.span, "`kinds` is empty")
            .help("drop `kinds` to allow both, or list `StatefulSet` or `Deployment`"),
        );
        return vec![WorkloadKind::StatefulSet, WorkloadKind::Deployment];
    }
    kinds.sort_unstable();
    kinds
}

/// The hooks of a node type, each once.
/// `E0215`: a name that two node types go by, in custom resources or among their children.
pub(super) fn distinct_names(report: &Report<'_>, written: &ast::Cluster) {
    if let Some(every) = &written.every_node_type {
        let names = every.aliases.iter().chain(&every.type_name);
        for name in names {
            report.push(
                Problem::new(Code::E0215, "`everyNodeType` has no names of its own")
                    .at(name.span, "no node type would have it alone")
                    .help("write it under the node type that goes by it"),
            );
        }
    }
    let mut called: BTreeMap<&str, Span> = BTreeMap::new();
    let mut known: BTreeMap<&str, Span> = BTreeMap::new();
    for node_type in &written.node_types {
        called
            .entry(&node_type.name.value)
            .or_insert(node_type.name.span);
        let by_children = node_type.type_name.as_ref().unwrap_or(&node_type.name);
        if let Some(first) = known.insert(&by_children.value, by_children.span) {
            report.push(
                Problem::new(
                    Code::E0215,
                    format!(
                        "children of two node types would be known as `{}`",
                        by_children.value
                    ),
                )
                .at(by_children.span, "this one's")
                .at(first, "and this one's")
                .help("give one of the two another `typeName`"),
            );
        }
    }
    for node_type in &written.node_types {
        for alias in &node_type.aliases {
            if let Some(first) = called.get(alias.value.as_str()) {
                report.push(
                    Problem::new(
                        Code::E0215,
                        format!("`{}` is the name of a node type already", alias.value),
                    )
                    .at(alias.span, "again")
                    .at(*first, "first here")
                    .help("a custom resource that says it can mean one node type only: drop it from `aliases`"),
                );
            }
            called.entry(&alias.value).or_insert(alias.span);
        }
    }
}

fn hooks(written: &ast::NodeType) -> Vec<Hook> {
    let hooks: BTreeSet<Hook> = written
        .hooks
        .iter()
        .flatten()
        .map(|hook| match hook.value {
            ast::Hook::Validate => Hook::Validate,
            ast::Hook::Mutate => Hook::Mutate,
            ast::Hook::Ready => Hook::Ready,
            ast::Hook::BeforeUpgrade => Hook::BeforeUpgrade,
            ast::Hook::AfterUpgrade => Hook::AfterUpgrade,
        })
        .collect();
    hooks.into_iter().collect()
}

/// The file of the manifest that stands at the path, or right in it.
fn file_at<'a>(known: &'a TypeFacts, path: &AbsolutePath) -> Option<&'a str> {
    known.files.iter().find_map(|(name, file, _)| {
        let file = AbsolutePath::new(file.as_str()).ok()?;
        (file == *path || file.directory() == path.as_str()).then_some(name.as_str())
    })
}

/// The surroundings of a node type's own expressions.
fn node_scope(known: &TypeFacts) -> super::scope::Scope<'_> {
    super::scope::Scope::new(Reach::Node, Place::Kubernetes, Some(known))
}

/// The services that a node type has unless it says otherwise.
const STANDING: [&str; 2] = ["main", "headless"];

/// Which services a node type has, and which of them governs its `StatefulSets`.
pub(super) fn services(written: &ast::NodeType) -> (Vec<String>, Option<&'static str>) {
    let of = |key: &str| {
        written
            .services
            .iter()
            .find(|service| service.key.value == key)
    };
    let main = of("main");
    let mut services = Vec::new();
    if !main.is_some_and(|service| service.none) {
        services.push("main".to_owned());
    }
    let headless = !of("headless").is_some_and(|service| service.none);
    if headless {
        services.push("headless".to_owned());
    }
    let more = written
        .services
        .iter()
        .filter(|service| !STANDING.contains(&service.key.value.as_str()) && !service.none);
    services.extend(more.map(|service| service.key.value.clone()));
    let main_governs = main.is_some_and(|service| {
        !service.none
            && service
                .governing
                .as_ref()
                .is_some_and(|governing| governing.value)
    });
    let governing = if main_governs {
        Some("main")
    } else {
        headless.then_some("headless")
    };
    (services, governing)
}

impl Typer<'_, '_> {
    /// Everything of a node type.
    pub(super) fn node_type(&self, known: &TypeFacts) -> Option<NodeType> {
        let written = &known.written;
        let scope = node_scope(known);
        let workloads: Vec<ChildKind> = known
            .kinds
            .iter()
            .map(|kind| match kind {
                WorkloadKind::StatefulSet => ChildKind::StatefulSet,
                WorkloadKind::Deployment => ChildKind::Deployment,
            })
            .collect();
        let rules = self.rules(known);
        let container = self.container(&scope);
        let [init_containers, sidecars] = self.beside(&scope, &container);
        let pod = written.pod.as_ref().map(container::without_containers);
        let pod = pod.as_ref().and_then(|pod| {
            let scope = scope.clone().to(&workloads, "spec.template.spec", true);
            self.k8s_fields(&scope, &["PodSpec"], POD_OWNED, pod)
        });
        let types: Vec<&str> = known
            .kinds
            .iter()
            .map(|kind| match kind {
                WorkloadKind::StatefulSet => "StatefulSetSpec",
                WorkloadKind::Deployment => "DeploymentSpec",
            })
            .collect();
        let workload = self.workload_written(known).and_then(|workload| {
            let scope = scope.clone().to(&workloads, "spec", false);
            self.k8s_fields(&scope, &types, WORKLOAD_OWNED, &workload)
        });
        Some(NodeType {
            ident: ident::module(known.name.as_str())?,
            type_ident: self.type_ident(known)?,
            name: known.name.clone(),
            aliases: known.aliases.clone(),
            type_name: known.type_name.clone(),
            doc: None,
            rules,
            container,
            init_containers,
            sidecars,
            pod: pod.unwrap_or_default(),
            workload: workload.unwrap_or_default(),
            files: self.files(known),
            config_maps: self.config_maps(&written.config_maps, Some(known)),
            services: self.services(known),
            hooks: hooks(written),
        })
    }

    /// The struct of a node type: not the name of the cluster kind, nor one that the prelude brings.
    fn type_ident(&self, known: &TypeFacts) -> Option<TypeIdent> {
        let ident = ident::ty(known.name.as_str())?;
        let kind = &self.facts.manifest.cluster.kind.value;
        if PRELUDE.contains(&ident.as_str()) || ident.as_str() == kind {
            return TypeIdent::new(format!("{ident}Nodes")).ok();
        }
        Some(ident)
    }

    fn rules(&self, known: &TypeFacts) -> NodeRules {
        let written = &known.written;
        let (min_nodes, max_nodes) = written.nodes.as_ref().map_or((0, None), |bounds| {
            if let Some(allowed) = bounds.allowed.as_ref().and_then(|list| list.first()) {
                self.report.push(
                    Problem::new(Code::E0518, "`nodes` has only `min` and `max`")
                        .at(allowed.span, "`allowed` is for `replicas`"),
                );
            }
            self.range(bounds, "nodes")
        });
        let replicas = match &written.replicas {
            Some(bounds) => {
                if let Some(allowed) = &bounds.allowed {
                    self.allowed(bounds, allowed)
                } else {
                    let (min, max) = self.range(bounds, "replicas");
                    ReplicaRule::Range { min, max }
                }
            }
            None => ReplicaRule::Range { min: 0, max: None },
        };
        NodeRules {
            kinds: known.kinds.clone(),
            min_nodes,
            max_nodes,
            replicas,
            storage: self.storage(known),
            volumes: self.volumes(known),
        }
    }

    fn range(&self, bounds: &Bounds, what: &str) -> (u32, Option<u32>) {
        let min = bounds
            .min
            .as_ref()
            .and_then(|min| self.count(min))
            .unwrap_or(0);
        let max = bounds.max.as_ref().and_then(|max| self.count(max));
        if let (Some(written), Some(max)) = (&bounds.max, max)
            && max < min
        {
            self.report.push(
                Problem::new(
                    Code::E0518,
                    format!("no number of {what} is at least {min} and at most {max}"),
                )
                .at(written.span, "less than `min`"),
            );
        }
        (min, max)
    }

    fn allowed(&self, bounds: &Bounds, allowed: &[Spanned<i64>]) -> ReplicaRule {
        if let Some(other) = bounds.min.as_ref().or(bounds.max.as_ref()) {
            self.report.push(
                Problem::new(
                    Code::E0518,
                    "`allowed` says all: `min` and `max` have no place beside it",
                )
                .at(other.span, "drop it, or `allowed`"),
            );
        }
        if allowed.is_empty() {
            self.report.push(
                Problem::new(Code::E0518, "no number of replicas is allowed")
                    .at(bounds.span, "`allowed` is empty"),
            );
        }
        let numbers: BTreeSet<u32> = allowed
            .iter()
            .filter_map(|number| self.count(number))
            .collect();
        ReplicaRule::Allowed(numbers.into_iter().collect())
    }

    fn count(&self, number: &Spanned<i64>) -> Option<u32> {
        // Kubernetes counts replicas in 32 bits with a sign.
        if let Some(number) = i32::try_from(number.value)
            .ok()
            .and_then(|number| u32::try_from(number).ok())
        {
            Some(number)
        } else {
            self.report.push(
                Problem::new(
                    Code::E0518,
                    format!("{} is no number of nodes or replicas", number.value),
                )
                .at(number.span, "expected 0 or more"),
            );
            None
        }
    }

    fn storage(&self, known: &TypeFacts) -> StorageModes {
        let mode = |written: &Option<Spanned<ast::StorageMode>>, default| {
            written.as_ref().map_or(default, |mode| match mode.value {
                ast::StorageMode::Template => StorageMode::Template,
                ast::StorageMode::Claim => StorageMode::Claim,
                ast::StorageMode::Refuse => StorageMode::Refuse,
            })
        };
        let storage = &known.written.storage;
        let modes = StorageModes {
            stateful_set: mode(&storage.stateful_set, StorageMode::Template),
            deployment: mode(&storage.deployment, StorageMode::Refuse),
        };
        if let (StorageMode::Template, Some(written)) = (modes.deployment, &storage.deployment) {
            self.report.push(
                Problem::new(Code::E0501, "a Deployment has no claim templates")
                    .at(written.span, "only a StatefulSet has them")
                    .help("use `claim` for one claim that all replicas share, or `refuse`"),
            );
        }
        modes
    }

    fn volumes(&self, known: &TypeFacts) -> Vec<RequiredVolume> {
        let mut volumes: Vec<RequiredVolume> = Vec::new();
        for volume in &known.written.storage.volumes {
            let name = self
                .report
                .name(&volume.name, "the name of a volume", DnsLabel::new);
            let path = self
                .report
                .name(&volume.path, "the path of a volume", AbsolutePath::new);
            let (Some(name), Some(path)) = (name, path) else {
                continue;
            };
            if let Some(other) = volumes
                .iter()
                .find(|other| other.name == name || other.path == path)
            {
                let (what, value) = if other.name == name {
                    ("name", name.as_str())
                } else {
                    ("path", path.as_str())
                };
                self.report.push(
                    Problem::new(
                        Code::E0502,
                        format!("two volumes have the {what} `{value}`"),
                    )
                    .at(
                        if other.name == name {
                            volume.name.span
                        } else {
                            volume.path.span
                        },
                        "again",
                    )
                    .help("each claim has its own name and its own path"),
                );
                continue;
            }
            if let Some(file) = file_at(known, &path) {
                self.report.push(
                    Problem::new(
                        Code::E0502,
                        format!("file `{file}` is mounted where volume `{name}` is"),
                    )
                    .at(volume.path.span, "the same place")
                    .help("give the file a directory of its own, or the volume another path"),
                );
                continue;
            }
            volumes.push(RequiredVolume { name, path });
        }
        if !volumes.is_empty()
            && self
                .facts
                .k8s_group
                .field(K8sField::StorageConfig)
                .is_none()
        {
            let span = known
                .written
                .storage
                .volumes
                .first()
                .map_or(known.written.span, |volume| volume.name.span);
            self.report.push(
                Problem::new(Code::E0208, "no custom resource can bring this volume")
                    .at(span, "the k8s config group has no `storageConfig`")
                    .help("list `storageConfig` in `cluster.k8sConfigGroup.fields`"),
            );
        }
        volumes
    }

    fn services(&self, known: &TypeFacts) -> Services {
        let of = |key: &str| {
            known
                .written
                .services
                .iter()
                .find(|service| service.key.value == key)
        };
        if let Some(condition) = of("headless").and_then(|written| written.condition.as_ref()) {
            self.report.push(
                Problem::new(Code::E0108, "the headless service has no `$if`")
                    .at(condition.span(), "not on this one")
                    .help("`headless: none` does without it; without it pods have no names in DNS"),
            );
        }
        let more = known
            .written
            .services
            .iter()
            .filter(|service| !STANDING.contains(&service.key.value.as_str()) && !service.none);
        let has = |key: &str| known.services.iter().any(|known| known == key);
        Services {
            main: has("main").then(|| self.main_service(known, of("main"))),
            headless: has("headless").then(|| HeadlessService {
                governing: known.governing == Some("headless"),
            }),
            more: more
                .filter_map(|written| self.more_service(known, written))
                .collect(),
        }
    }

    /// A service beside the main and the headless one.
    fn more_service(&self, known: &TypeFacts, written: &ast::Service) -> Option<MoreService> {
        let key = self
            .report
            .name(&written.key, "the name of a service", DnsLabel::new)?;
        if let Some(governing) = written.governing.as_ref().filter(|flag| flag.value) {
            self.report.push(
                Problem::new(Code::E0108, format!("service `{key}` cannot govern"))
                    .at(governing.span, "only `main` and `headless` can")
                    .help("the pods of a StatefulSet have names in DNS through one service: set `governing: true` on `main`, or leave it to `headless`"),
            );
        }
        match (&written.from, &written.spec) {
            (None, None) => self.report.push(
                Problem::new(Code::E0104, format!("service `{key}` has no `spec`"))
                    .at(written.key.span, "nothing says what it is")
                    .help("give it fields of a ServiceSpec, `spec: {ports: […]}`, or `from: ${k8s.service}`"),
            ),
            (Some(from), Some(_)) => self.report.push(
                Problem::new(Code::E0108, format!("service `{key}` has both `from` and `spec`"))
                    .at(from.span, "one of them says all")
                    .help("drop one of them"),
            ),
            _ => {}
        }
        Some(MoreService {
            key,
            from_group: written.from.is_some(),
            service: self.main_service(known, Some(written)),
        })
    }

    fn main_service(&self, known: &TypeFacts, written: Option<&ast::Service>) -> MainService {
        let scope = node_scope(known).to(&[ChildKind::Service], "spec", false);
        let governing = known.governing == Some("main")
            && written.is_none_or(|written| written.key.value == "main");
        let Some(written) = written else {
            return MainService {
                when: None,
                governing,
                spec: Vec::new(),
                annotations: Vec::new(),
                object_name: None,
            };
        };
        if let Some(from) = &written.from {
            let is_service = matches!(&from.kind, TemplateKind::Value(value) if value.as_path().is_some_and(|path| path.to_string() == "k8s.service"));
            if !is_service {
                self.report.push(
                    Problem::new(Code::E0302, "a service comes from the k8s config group")
                        .at(from.span, "expected `${k8s.service}`")
                        .help("write fixed fields under `spec`"),
                );
            } else if self.facts.k8s_group.field(K8sField::Service).is_none() {
                self.report.push(
                    Problem::new(Code::E0301, "`k8s.service` does not exist")
                        .at(
                            from.span,
                            "the k8s config group of this API has no `service`",
                        )
                        .help("list `service` in `cluster.k8sConfigGroup.fields`"),
                );
            }
        }
        if let (true, Some(condition)) = (governing, &written.condition) {
            self.report.push(
                Problem::new(Code::E0108, "the governing service has no `$if`")
                    .at(condition.span(), "not on this one")
                    .help("without it the pods of a StatefulSet have no names in DNS"),
            );
        }
        let (when, scope) = self
            .when(&scope, written.condition.as_ref())
            .unwrap_or_else(|| (None, scope.clone()));
        let spec = written
            .spec
            .as_ref()
            .and_then(|spec| self.k8s_fields(&scope, &["ServiceSpec"], SERVICE_OWNED, spec));
        let annotations = written
            .annotations
            .as_ref()
            .map_or_else(Vec::new, |annotations| {
                self.annotations(&scope, annotations)
            });
        let object_name = written
            .name
            .as_ref()
            .and_then(|name| self.object_name(name, Scope::Node, ChildKind::Service, Some(known)));
        MainService {
            when: finish(when, &scope),
            governing,
            spec: spec.unwrap_or_default(),
            annotations,
            object_name,
        }
    }

    fn annotations(
        &self,
        scope: &super::scope::Scope<'_>,
        written: &ast::Template,
    ) -> Vec<(String, crate::model::Text)> {
        let TemplateKind::Map(entries) = &written.kind else {
            self.report.push(
                Problem::new(Code::E0511, "`annotations` is a mapping")
                    .at(written.span, "expected a mapping"),
            );
            return Vec::new();
        };
        entries
            .iter()
            .filter_map(|entry| {
                let Some(key) = entry.key.as_literal().map(str::to_owned) else {
                    self.report.push(
                        Problem::new(Code::E0511, "the key of an annotation is a constant")
                            .at(entry.key.span, "has `${…}` in it"),
                    );
                    return None;
                };
                match &entry.value.kind {
                    TemplateKind::Text(text) => Some((key, self.whole_text(scope, text)?)),
                    TemplateKind::Value(value) => {
                        let part =
                            crate::expr::Part::Value(Spanned::new(value.clone(), value.span));
                        Some((
                            key,
                            crate::model::Text {
                                pieces: self.pieces(scope, &[part])?,
                            },
                        ))
                    }
                    _ => {
                        self.report.push(
                            Problem::new(Code::E0511, "an annotation is a text")
                                .at(entry.value.span, "expected a text"),
                        );
                        None
                    }
                }
            })
            .collect()
    }
}
