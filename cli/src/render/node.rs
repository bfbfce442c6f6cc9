//! `src/nodes/T.rs`: what one node of a type is made of, as builder calls.

mod config_map;
mod container;
mod file;
mod rules;
mod service;

use serde::Serialize;

use super::env::{TemplateError, Templates};
use super::k8s::Literals;
use super::rust::Expr as Rust;
use super::source::{comment, imports, statement};
use super::value::{Ctx, Locals, Scope};
use crate::model::{
    Cluster, K8sField, K8sFieldValue, K8sValue, NodeType, StorageMode, StorageModes,
};
use file::binds;
use rules::rules;

pub(super) use config_map::config_map;

/// Children that stand beside the workload where the k8s config group has the field, and the method of a node
/// that makes them.
const BESIDE: &[(K8sField, &str, &str)] = &[
    (K8sField::Services, "with_all", "services"),
    (K8sField::NetworkPolicy, "with", "network_policy"),
    (
        K8sField::PodDisruptionBudget,
        "with",
        "pod_disruption_budget",
    ),
    (
        K8sField::HorizontalPodAutoscaler,
        "with",
        "horizontal_pod_autoscaler",
    ),
    (K8sField::Ingress, "with", "ingress"),
];

#[derive(Serialize)]
struct Context {
    head: String,
    imports: String,
    kind: String,
    name: String,
    called: String,
    code_name: String,
    ty: String,
    rules: String,
    body: String,
    hooks: String,
    functions: Vec<String>,
}

/// The text of the module.
pub(super) fn module(
    templates: &Templates,
    cluster: &Cluster,
    node_type: &NodeType,
) -> Result<String, TemplateError> {
    let mut writer = Writer::new(cluster, node_type);
    let body = writer.build();
    let functions = node_type
        .files
        .iter()
        .filter(|file| !binds(file))
        .map(|file| writer.file_function(file));
    let functions = functions.collect();
    let kind = cluster.kind.to_string();
    let mut head = format!("//! src/nodes/{}.rs", writer.file_stem());
    let doc = node_type
        .doc
        .clone()
        .unwrap_or_else(|| format!("nodes of type `{}`.", node_type.name));
    head.push_str(&format!(" — {}", comment(&doc, "//! ")));
    templates.render(
        "src/nodes/node.rs",
        &Context {
            head,
            imports: imports(&kind, &writer.literals, !node_type.hooks.is_empty()),
            kind,
            name: super::rust::literal(node_type.type_name.as_str()),
            called: called(node_type),
            code_name: format!("`{}`", node_type.name),
            ty: node_type.type_ident.to_string(),
            rules: rules(node_type),
            hooks: super::hooks::calls(cluster, node_type),
            body,
            functions,
        },
    )
}

/// The method `called`, where a custom resource may call it otherwise than its children do.
fn called(node_type: &NodeType) -> String {
    let names = node_type.called();
    if names == [node_type.type_name.as_str()] {
        return String::new();
    }
    let names = Rust::Array(names.into_iter().map(Rust::str).collect());
    let names = names.borrowed().print(8, 8, 0);
    format!("\n    fn called(&self) -> &'static [&'static str] {{\n        {names}\n    }}\n")
}

struct Writer<'m> {
    cluster: &'m Cluster,
    node_type: &'m NodeType,
    ctx: Ctx<'m>,
    literals: Literals<'m>,
}

impl<'m> Writer<'m> {
    fn new(cluster: &'m Cluster, node_type: &'m NodeType) -> Self {
        let ctx = Ctx {
            cluster,
            node_type: Some(node_type),
            scope: Scope::Node,
            locals: Locals::All,
        };
        Self {
            cluster,
            node_type,
            ctx,
            literals: Literals::new(ctx),
        }
    }

    fn file_stem(&self) -> String {
        super::module_file(self.node_type)
    }

    /// The statements of `build`, and its value.
    fn build(&mut self) -> String {
        let node_type = self.node_type;
        let mut out = String::new();
        for file in &node_type.files {
            out.push_str(&statement(file.ident.as_str(), &self.file(file)));
        }
        for map in &node_type.config_maps {
            out.push_str(&statement(map.ident.as_str(), &config_map(self.ctx, map)));
        }
        let (hoisted, container) = self.container();
        for (name, value) in hoisted {
            out.push_str(&statement(&name, &value));
        }
        let governing = self.governing_variable();
        let governed = governing.is_some();
        out.push_str(&statement("server", &container));
        if let Some(main) = &node_type.services.main
            && (main.governing || governing == Some("main"))
        {
            out.push_str(&statement("main", &self.main_service()));
        }
        if governing == Some("headless") {
            let headless = Rust::atom("node").method("headless", [Rust::atom("&server")]);
            out.push_str(&statement("headless", &headless));
        }
        let mut extras = Vec::new();
        for (method, list) in [
            ("init_container", &node_type.init_containers),
            ("sidecar", &node_type.sidecars),
        ] {
            for extra in list {
                let (statements, variable) = self.extra(extra);
                out.push_str(&statements);
                extras.push((method, variable));
            }
        }
        out.push('\n');

        let mut workload = Rust::atom("node").method("workload", [Rust::atom("server")]);
        for (method, variable) in extras {
            workload = workload.method(method, [variable]);
        }
        if let Some(name) = governing {
            workload = workload.method("governed_by", [Rust::atom(name).borrowed()]);
        }
        if !node_type.pod.is_empty() {
            let pod = self.literals.structure("PodSpec", &node_type.pod);
            workload = workload.method("pod", [pod]);
        }
        for field in &node_type.workload {
            workload = self.workload_field(workload, field);
        }
        let mut children = Rust::call("Children::new", []).method("with", [workload]);
        for file in &node_type.files {
            children = children.method("with", [Rust::atom(file.ident.as_str())]);
        }
        for map in &node_type.config_maps {
            children = children.method("with", [Rust::atom(map.ident.as_str())]);
        }
        if node_type.services.main.is_some() {
            let main = if governing == Some("main") {
                Rust::atom("main")
            } else {
                self.main_service()
            };
            children = children.method("with", [main]);
        }
        if governing == Some("headless") {
            children = children.method("with", [Rust::atom("headless")]);
        } else if node_type.services.headless.is_some() && governed {
            // Two services govern nothing together: only one is the StatefulSet's.
            let headless = Rust::atom("node").method("headless", [Rust::atom("&server")]);
            children = children.method("with", [headless]);
        }
        for more in &node_type.services.more {
            let service = self.more_service(more);
            children = children.method("with", [service]);
        }
        if claims(node_type.rules.storage) {
            children = children.method("with_all", [Rust::atom("node").method("claims", [])]);
        }
        for (field, with, method) in BESIDE {
            if self.cluster.k8s_group.field(*field).is_some() {
                children = children.method(*with, [Rust::atom("node").method(*method, [])]);
            }
        }
        out.push_str(&format!("        {}\n", children.print(8, 8, 0)));
        out
    }

    fn workload_field(&mut self, workload: Rust, field: &K8sFieldValue) -> Rust {
        let inner = |name: &str| match &field.value {
            K8sValue::Struct { fields, .. } => {
                fields.iter().find(|field| field.wire.as_str() == name)
            }
            _ => None,
        };
        match field.wire.as_str() {
            "podManagementPolicy" => match &field.value {
                K8sValue::String(expr) => {
                    workload.method("pod_management_policy", [self.ctx.text_value_arg(expr)])
                }
                other => workload.method("pod_management_policy", [self.literals.value(other)]),
            },
            "ordinals" => match inner("start") {
                Some(start) => {
                    let start = self.literals.sized("StatefulSetOrdinals", start);
                    workload.method("first_ordinal", [start])
                }
                None => workload,
            },
            "persistentVolumeClaimRetentionPolicy" => {
                let policy = |name| match inner(name).map(|field| &field.value) {
                    Some(K8sValue::String(expr)) => self.ctx.text_value_arg(expr),
                    _ => Rust::str("Retain"),
                };
                workload.method(
                    "claim_retention",
                    [policy("whenDeleted"), policy("whenScaled")],
                )
            }
            _ => {
                let owner = match field.wire.as_str() {
                    "strategy" | "progressDeadlineSeconds" => "DeploymentSpec",
                    _ => "StatefulSetSpec",
                };
                let value = self.literals.sized(owner, field);
                workload.method(field.ident.as_str(), [value])
            }
        }
    }
}

fn claims(modes: StorageModes) -> bool {
    modes.stateful_set == StorageMode::Claim || modes.deployment == StorageMode::Claim
}
