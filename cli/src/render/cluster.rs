//! `src/main.rs`, `src/cluster.rs` and `src/nodes.rs`.

use serde::Serialize;

use super::env::{TemplateError, Templates};
use super::node::config_map;
use super::rust::Expr as Rust;
use super::source::{signature, statement, uses};
use super::value::{Ctx, Locals, Scope};
use crate::model::{
    self, ChildKind, Cluster, Labels, MissingOrder, NameTemplate, OnCrash, Operator, OrderBy,
    Rollout, SecurityProfile, Strategy, Text,
};

#[derive(Serialize)]
struct Main {
    kind: String,
    krate: String,
    resync: bool,
    calls: Vec<String>,
    /// Modules of kinds outside of Kubernetes.
    external: Vec<String>,
}

/// `src/main.rs`
pub(super) fn main(templates: &Templates, operator: &Operator) -> Result<String, TemplateError> {
    let mut calls = Vec::new();
    let mut call = |name: &str, arg: Rust| {
        let code = Rust::atom("").method(name, [arg]).print(8, 8, 0);
        calls.push(code);
    };
    let names = |list: &[model::DnsLabel]| {
        Rust::Array(list.iter().map(|name| Rust::str(name.as_str())).collect())
    };
    if let Some(lease) = &operator.lease {
        call("lease", Rust::str(lease.as_str()));
    }
    if !operator.deny_list.is_empty() {
        call("deny", names(&operator.deny_list));
    }
    if !operator.watch.is_empty() {
        call("watch", names(&operator.watch));
    }
    if let Some(resync) = operator.resync {
        let (unit, count) = if resync.subsec_nanos() == 0 {
            ("Duration::from_secs", u128::from(resync.as_secs()))
        } else {
            ("Duration::from_millis", resync.as_millis())
        };
        call("resync", Rust::call(unit, [Rust::atom(count.to_string())]));
    }
    templates.render(
        "src/main.rs",
        &Main {
            kind: operator.cluster.kind.to_string(),
            krate: super::crate_ident(operator),
            resync: operator.resync.is_some(),
            calls,
            external: operator
                .resources
                .iter()
                .map(|resource| resource.ident.to_string())
                .collect(),
        },
    )
}

#[derive(Serialize)]
struct Nodes {
    modules: Vec<String>,
    exports: Vec<String>,
}

/// `src/nodes.rs`
pub(super) fn nodes(templates: &Templates, cluster: &Cluster) -> Result<String, TemplateError> {
    let mut modules: Vec<_> = cluster
        .node_types
        .iter()
        .map(|ty| ty.ident.to_string())
        .collect();
    modules.sort();
    let mut exports: Vec<_> = cluster
        .node_types
        .iter()
        .map(|ty| format!("self::{}::{}", ty.ident, ty.type_ident))
        .collect();
    exports.sort();
    templates.render("src/nodes.rs", &Nodes { modules, exports })
}

#[derive(Serialize)]
struct Context {
    kind: String,
    imports: String,
    controller: String,
    order: String,
    node_types: String,
    child_kinds: String,
    constants: Vec<String>,
    functions: Vec<String>,
}

/// `src/cluster.rs`
pub(super) fn module(templates: &Templates, operator: &Operator) -> Result<String, TemplateError> {
    let cluster = &operator.cluster;
    let mut types: Vec<&str> = cluster
        .node_types
        .iter()
        .map(|ty| ty.type_ident.as_str())
        .collect();
    types.sort_unstable();
    let mut imports = String::from("use dsoi_runtime::prelude::*;\n\n");
    imports.push_str(&super::source::use_names(
        "crate::api",
        &[cluster.kind.as_str()],
    ));
    imports.push_str(&super::source::use_names("crate::nodes", &types));

    let types = cluster
        .node_types
        .iter()
        .map(|ty| Rust::atom(format!("&{}", ty.type_ident)));
    let kinds = cluster.child_kinds.iter().map(|kind| child_kind(*kind));
    let mut functions = names(cluster);
    functions.extend(
        cluster
            .labels
            .iter()
            .flat_map(|labels| label_functions(cluster, labels)),
    );
    functions.extend(shared(cluster));

    templates.render(
        "src/cluster.rs",
        &Context {
            kind: cluster.kind.to_string(),
            imports,
            controller: controller(operator).print(4, 4, 0),
            order: format!("spec.{}", cluster.spelling.deployment_order.wire),
            node_types: constant(
                "NODE_TYPES",
                "&'static [&'static dyn NodeType<Self>]",
                &Rust::Array(types.collect()).borrowed(),
            ),
            child_kinds: constant(
                "CHILD_KINDS",
                "&'static [ChildKind]",
                &Rust::Array(kinds.collect()).borrowed(),
            ),
            constants: constants(cluster),
            functions,
        },
    )
}

fn controller(operator: &Operator) -> Rust {
    let mut code = Rust::call("Controller::new", []);
    if let Some(annotation) = &operator.ignore_annotation {
        code = code.method("ignore_annotation", [Rust::str(annotation.as_str())]);
    }
    if let Some(events) = &operator.cluster.events {
        let source = events.source.as_deref().unwrap_or(operator.name.as_str());
        code = code.method("events", [Rust::str(source), Rust::str(&events.prefix)]);
    }
    code
}

fn child_kind(kind: ChildKind) -> Rust {
    Rust::atom(format!("ChildKind::{}", kind.as_str()))
}

/// `const NAME: TYPE = value;` in a trait's implementation.
fn constant(name: &str, ty: &str, value: &Rust) -> String {
    let head = format!("    const {name}: {ty} =");
    format!("{head}{};", value.print_assigned(4, head.chars().count()))
}

fn constants(cluster: &Cluster) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(image) = &cluster.image {
        let image = Rust::some(Rust::str(image.as_str()));
        out.push(constant("IMAGE", "Option<&'static str>", &image));
    }
    if cluster.order.missing == MissingOrder::Refuse {
        out.push(constant(
            "MISSING",
            "MissingOrder",
            &Rust::atom("MissingOrder::Refuse"),
        ));
    }
    if let Some(order) = &cluster.order.default {
        let order = order.iter().map(|name| Rust::str(name.as_str())).collect();
        out.push(constant(
            "ORDER",
            "&'static [&'static str]",
            &Rust::Array(order).borrowed(),
        ));
    }
    if cluster.order.by == OrderBy::Node {
        out.push(constant(
            "ORDER_BY",
            "OrderBy",
            &Rust::atom("OrderBy::Node"),
        ));
    }
    let mut hooks = cluster.node_types.iter().flat_map(|known| &known.hooks);
    if hooks.any(|hook| hook.reads_pods()) {
        out.push(constant("READS_PODS", "bool", &Rust::atom("true")));
    }
    if let Some(policy) = rollout(cluster.rollout) {
        out.push(constant("ROLLOUT", "RolloutPolicy", &policy));
    }
    let security = match cluster.security {
        SecurityProfile::Restricted => None,
        SecurityProfile::Baseline => Some("SecurityProfile::Baseline"),
        SecurityProfile::App => Some("SecurityProfile::App"),
    };
    if let Some(profile) = security {
        out.push(constant(
            "SECURITY",
            "SecurityProfile",
            &Rust::atom(profile),
        ));
    }
    if !cluster.unlabelled.is_empty() {
        let kinds = cluster
            .unlabelled
            .iter()
            .map(|kind| child_kind(*kind))
            .collect();
        out.push(constant(
            "UNLABELLED",
            "&'static [ChildKind]",
            &Rust::Array(kinds).borrowed(),
        ));
    }
    out
}

/// What is other than the runtime's own policy of upgrades.
fn rollout(policy: Rollout) -> Option<Rust> {
    let default = Rollout::default();
    if policy == default {
        return None;
    }
    let mut code = Rust::atom("RolloutPolicy::DEFAULT");
    if policy.strategy != default.strategy {
        let word = match policy.strategy {
            Strategy::Ordered => "RolloutStrategy::Ordered",
            Strategy::Parallel => "RolloutStrategy::Parallel",
        };
        code = code.method("strategy", [Rust::atom(word)]);
    }
    if policy.on_crash != default.on_crash {
        let word = match policy.on_crash {
            OnCrash::Wait => "OnCrash::Wait",
            OnCrash::Alert => "OnCrash::Alert",
            OnCrash::Rollback => "OnCrash::Rollback",
        };
        code = code.method("on_crash", [Rust::atom(word)]);
    }
    if policy.after != default.after {
        let seconds = policy.after.as_secs().to_string();
        code = code.method("after", [Rust::atom(seconds)]);
    }
    Some(code)
}

fn ctx(cluster: &Cluster, scope: Scope) -> Ctx<'_> {
    Ctx {
        cluster,
        node_type: None,
        scope,
        locals: Locals::None,
    }
}

/// A method of the trait; a parameter that its body does not use is marked so.
fn method(name: &str, params: &[(&str, &str)], result: &str, body: &str) -> String {
    let params: Vec<String> = params
        .iter()
        .map(|(param, ty)| {
            if uses(body, param) {
                format!("{param}: {ty}")
            } else {
                format!("_{param}: {ty}")
            }
        })
        .collect();
    format!(
        "{} {{\n        {body}\n    }}",
        signature(name, &params, result, 4)
    )
}

fn names(cluster: &Cluster) -> Vec<String> {
    const NODE: (&str, &str) = ("node", "&Node<'_, Self>");
    const STORAGE: (&str, &str) = ("storage", "&StorageConfig");
    let names = &cluster.names;
    let body =
        |scope, template: &NameTemplate| ctx(cluster, scope).text(&template.0).print(8, 8, 0);
    let mut out = Vec::new();
    for (name, template) in [
        ("workload_name", &names.workload),
        ("service_name", &names.service),
        ("headless_name", &names.headless),
        ("container_name", &names.container),
        ("config_map_name", &names.config_map),
        ("group_config_map_name", &names.group_config_map),
    ] {
        if let Some(template) = template {
            out.push(method(
                name,
                &[NODE],
                "String",
                &body(Scope::Node, template),
            ));
        }
    }
    if let Some(template) = &names.cluster_config_map {
        let body = body(Scope::Cr, template);
        out.push(method(
            "cluster_config_map_name",
            &[("cr", "&Self")],
            "String",
            &body,
        ));
    }
    for (name, template) in [
        ("claim_template_name", &names.claim_template),
        ("claim_name", &names.claim),
    ] {
        if let Some(template) = template {
            let body = body(Scope::Node, template);
            out.push(method(name, &[NODE, STORAGE], "String", &body));
        }
    }
    out
}

fn label_functions(cluster: &Cluster, labels: &Labels) -> Vec<String> {
    let body = |scope: Scope, entries: &mut dyn Iterator<Item = (&str, &Text)>| {
        let ctx = ctx(cluster, scope);
        let code = entries.fold(Rust::call("Labels::new", []), |code, (key, value)| {
            code.method("with", [Rust::str(key), ctx.text_arg(value)])
        });
        code.print(8, 8, 0)
    };
    let mut all = labels
        .entries
        .iter()
        .map(|entry| (entry.key.as_str(), &entry.value));
    let node = body(Scope::Node, &mut all);
    let mut wide = labels
        .entries
        .iter()
        .filter(|entry| entry.widest == model::Scope::Cluster)
        .map(|entry| (entry.key.as_str(), &entry.value));
    let cr = body(Scope::Cr, &mut wide);
    vec![
        method("labels", &[("node", "&Node<'_, Self>")], "Labels", &node),
        method("cluster_labels", &[("cr", "&Self")], "Labels", &cr),
    ]
}

/// The children of cluster scope.
fn shared(cluster: &Cluster) -> Option<String> {
    if cluster.config_maps.is_empty() {
        return None;
    }
    let ctx = ctx(cluster, Scope::Shared);
    let mut body = String::new();
    let mut children = Rust::call("Children::new", []);
    for map in &cluster.config_maps {
        body.push_str(&statement(map.ident.as_str(), &config_map(ctx, map)));
        children = children.method("with", [Rust::atom(map.ident.as_str())]);
    }
    body.push_str(&format!("\n        {}", children.print(8, 8, 0)));
    Some(format!(
        "    fn shared(&self, shared: &Shared<'_, Self>) -> Children {{\n{body}\n    }}"
    ))
}
