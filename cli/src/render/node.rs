//! `src/nodes/T.rs`: what one node of a type is made of, as builder calls.

use serde::Serialize;

use super::env::{TemplateError, Templates};
use super::k8s::Literals;
use super::rust::{Expr as Rust, Json};
use super::source::{comment, function, imports, statement};
use super::value::{Ctx, Scope};
use crate::model::{
    self, Cluster, Cond, ConfigMap, Container, Content, EnvEntry, EnvFrom, EnvValue, EnvVariable,
    ExtraContainer, File, Format, K8sField, K8sValue, Layer, Line, Mount, NodeType, OnChange,
    ReplicaRule, StorageMode, StorageModes, WorkloadKind,
};

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
            name: super::rust::literal(node_type.name.as_str()),
            code_name: format!("`{}`", node_type.name),
            ty: node_type.type_ident.to_string(),
            rules: rules(node_type),
            hooks: super::hooks::calls(cluster, node_type),
            body,
            functions,
        },
    )
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
            locals: true,
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

    /// The service that gives the pods of a StatefulSet their names.
    fn governing_variable(&self) -> Option<&'static str> {
        let services = &self.node_type.services;
        if services.main.as_ref().is_some_and(|main| main.governing) {
            Some("main")
        } else if services
            .headless
            .as_ref()
            .is_some_and(|headless| headless.governing)
        {
            Some("headless")
        } else {
            None
        }
    }

    fn main_service(&mut self) -> Rust {
        match &self.node_type.services.main {
            Some(main) => self.service(Rust::atom("node").method("service", []), main),
            None => Rust::atom("None"),
        }
    }

    fn more_service(&mut self, more: &model::MoreService) -> Rust {
        let node = Rust::atom("node");
        let key = Rust::str(more.key.as_str());
        let start = match (more.from_group, &more.service.object_name) {
            (false, _) => node.method("named_service", [key]),
            (true, Some(_)) => node.method("service", []),
            (true, None) => {
                let function = format!("{}::named_service_name", self.cluster.kind);
                let name = Rust::call(function, [node.clone(), key]);
                node.method("service", []).method("named", [name])
            }
        };
        self.service(start, &more.service)
    }

    /// The service that `start` makes, with what the manifest says about it.
    fn service(&mut self, start: Rust, written: &model::MainService) -> Rust {
        let mut service = start;
        if !written.spec.is_empty() {
            let spec = self.literals.structure("ServiceSpec", &written.spec);
            service = service.method("spec", [spec]);
        }
        if let Some(name) = &written.object_name {
            service = service.method("named", [self.ctx.text_arg(&name.0)]);
        }
        for (key, value) in &written.annotations {
            service = service.method("annotation", [Rust::str(key), self.ctx.text_arg(value)]);
        }
        if written.governing {
            service = service.method("governing", []);
        }
        match &written.when {
            None => service,
            Some(cond) => self.ctx.when(cond, service),
        }
    }

    fn workload_field(&mut self, workload: Rust, field: &model::K8sFieldValue) -> Rust {
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

    /// The container, and the values that are long enough for a statement of their own before it.
    fn container(&mut self) -> (Vec<(String, Rust)>, Rust) {
        let mut hoisted = Vec::new();
        let start = Rust::atom("node").method("container", []);
        let mut code = self.container_calls(start, &self.node_type.container, &mut hoisted);
        for file in &self.node_type.files {
            let file_variable = Rust::atom(file.ident.as_str());
            code = if file.when.is_some() {
                code.method("file", [file_variable.method("as_ref", [])])
            } else {
                code.method("file", [file_variable.borrowed()])
            };
        }
        (hoisted, code)
    }

    /// The statements that make a container beside the main one, and its variable.
    fn extra(&mut self, extra: &ExtraContainer) -> (String, Rust) {
        let mut hoisted = Vec::new();
        let name = Rust::str(extra.name.as_str());
        let start = if extra.like_main {
            Rust::atom("server").method("like", [name])
        } else {
            Rust::atom("node").method("extra_container", [name])
        };
        let mut code = start;
        if !extra.fields.is_empty() {
            let fields = self.literals.structure("Container", &extra.fields);
            code = code.method("with", [fields]);
        }
        code = self.container_calls(code, &extra.container, &mut hoisted);
        let variable = heck::AsSnakeCase(extra.name.as_str()).to_string();
        let variable = self
            .free_name(&variable)
            .unwrap_or_else(|| format!("{variable}_container"));
        let statements: String = hoisted
            .iter()
            .map(|(name, value)| statement(name, value))
            .collect();
        (
            format!("{statements}{}", statement(&variable, &code)),
            Rust::atom(variable),
        )
    }

    fn container_calls(
        &mut self,
        start: Rust,
        container: &Container,
        hoisted: &mut Vec<(String, Rust)>,
    ) -> Rust {
        let ctx = self.ctx;
        let mut code = start;
        for (method, items) in [("command", &container.command), ("args", &container.args)] {
            for run in items.iter().flat_map(|items| ctx.arguments(items)) {
                code = code.method(method, [run]);
            }
        }
        for late in &container.downward {
            let args = [
                Rust::str(late.variable.as_str()),
                Rust::str(&late.field_path),
            ];
            code = code.method("env_field", args);
        }
        // Without a place of its own the environment of the custom resource comes last.
        let last = container
            .env
            .iter()
            .rposition(|entry| *entry == EnvEntry::CrEnv)
            .is_some_and(|at| at + 1 == container.env.len());
        for entry in &container.env {
            code = match entry {
                EnvEntry::CrEnv if last => code,
                EnvEntry::CrEnv => code.method("cr_env", []),
                EnvEntry::Variable(variable) => self.variable(code, variable, hoisted),
            };
        }
        for source in &container.env_from {
            let source = match source {
                EnvFrom::ConfigMap { config_map, .. } => {
                    let ident = config_map.as_str();
                    let found = self
                        .node_type
                        .config_maps
                        .iter()
                        .find(|map| map.name.as_str() == ident);
                    let known =
                        found.map_or_else(|| ident.replace('-', "_"), |map| map.ident.to_string());
                    if found.is_some_and(|map| map.when.is_some()) {
                        Rust::atom(known)
                            .method("as_ref", [])
                            .method("map", [Rust::atom("Into::into")])
                    } else {
                        Rust::atom(known).borrowed()
                    }
                }
                EnvFrom::SharedConfigMap { config_map, .. } => {
                    Rust::atom("node").method("shared_config_map", [Rust::str(config_map.as_str())])
                }
                EnvFrom::Source(value) => self.literals.value(value),
            };
            code = code.method("env_from", [source]);
        }
        for port in &container.ports {
            let number = Rust::atom(port.number.to_string());
            code = match (&port.name, port.protocol) {
                (Some(name), "TCP") => code.method("port", [Rust::str(name.as_str()), number]),
                (None, "TCP") => code.method("port_number", [number]),
                (name, protocol) => {
                    let name = name.as_ref().map_or_else(
                        || Rust::atom("None"),
                        |name| Rust::some(Rust::str(name.as_str()).method("to_owned", [])),
                    );
                    let port = Rust::Struct {
                        name: "ContainerPort".to_owned(),
                        fields: vec![
                            ("container_port".to_owned(), number),
                            ("name".to_owned(), name),
                            (
                                "protocol".to_owned(),
                                Rust::some(Rust::str(protocol).method("to_owned", [])),
                            ),
                        ],
                        rest: true,
                    };
                    self.literals.structure("ContainerPort", &[]);
                    code.method("container_port", [port])
                }
            };
        }
        for (method, probe) in [
            ("startup_probe", &container.startup_probe),
            ("liveness_probe", &container.liveness_probe),
            ("readiness_probe", &container.readiness_probe),
        ] {
            if let Some(probe) = probe {
                code = code.method(method, [self.literals.probe(probe)]);
            }
        }
        for (method, value) in [
            ("resources", &container.resources),
            ("security_context", &container.security_context),
            ("lifecycle", &container.lifecycle),
        ] {
            if let Some(value) = value {
                code = code.method(method, [self.literals.value(value)]);
            }
        }
        code
    }

    /// A variable's name that is free in `build`, from an environment variable's.
    fn free_name(&self, variable: &str) -> Option<String> {
        let name = heck::AsSnakeCase(variable).to_string();
        let taken = ["node", "server", "main", "headless", "self"].contains(&name.as_str())
            || self
                .node_type
                .files
                .iter()
                .any(|file| file.ident.as_str() == name)
            || self
                .node_type
                .config_maps
                .iter()
                .any(|map| map.ident.as_str() == name);
        (!taken && model::RustIdent::new(name.as_str()).is_ok()).then_some(name)
    }

    fn variable(
        &mut self,
        code: Rust,
        variable: &EnvVariable,
        hoisted: &mut Vec<(String, Rust)>,
    ) -> Rust {
        let name = Rust::str(variable.name.as_str());
        let ctx = self.ctx;
        match &variable.value {
            EnvValue::Text(expr) => {
                let value = match &variable.when {
                    None => ctx.text_value_arg(expr),
                    Some(cond) => ctx.when(cond, ctx.string(expr)),
                };
                let long = value.print(12, 12, 0).contains('\n');
                match self.free_name(variable.name.as_str()).filter(|_| long) {
                    Some(local) => {
                        hoisted.push((local.clone(), value));
                        code.method("env", [name, Rust::atom(local)])
                    }
                    None => code.method("env", [name, value]),
                }
            }
            EnvValue::Field(path) => code.method("env_field", [name, Rust::str(path)]),
            EnvValue::Secret(expr) => {
                let value = ctx.value(expr);
                let value = match &variable.when {
                    None => value.as_ref(),
                    Some(cond) => ctx.when(cond, value.as_ref()),
                };
                code.method("env_secret", [name, value])
            }
            EnvValue::Source(value) => {
                let source = self.literals.value(value);
                self.literals.structure("EnvVar", &[]);
                let variable = Rust::Struct {
                    name: "EnvVar".to_owned(),
                    fields: vec![
                        ("name".to_owned(), name.method("to_owned", [])),
                        ("value_from".to_owned(), Rust::some(source)),
                    ],
                    rest: true,
                };
                code.method("env_var", [variable])
            }
        }
    }

    fn file(&self, file: &File) -> Rust {
        let name = file.ident.as_str();
        let start = Rust::atom("node").method(
            "file",
            [Rust::str(file.name.as_str()), Rust::str(file.path.as_str())],
        );
        let mut code = start;
        code = match file.scope {
            model::Scope::Node => code,
            model::Scope::ConfigGroup => code.method("per_config_group", []),
            model::Scope::Cluster => code.method("per_cluster", []),
        };
        if file.mount == Mount::Directory {
            code = code.method("mount_dir", []);
        }
        if file.mode != 0o444 {
            code = code.method("mode", [Rust::atom(format!("{:#05o}", file.mode))]);
        }
        if file.on_change == OnChange::Keep {
            code = code.method("on_change_keep", []);
        }
        if let Some(template) = &file.config_map_name {
            code = code.method("config_map_name", [self.ctx.text_arg(&template.0)]);
        }
        let method = match file.format() {
            Format::Text => "text",
            Format::Yaml => "yaml",
            Format::Json => "json",
            Format::Properties => "properties",
        };
        let content = if binds(file) {
            self.file_content(file)
        } else {
            let body = self.file_body(file);
            let args = body.contains("node").then(|| Rust::atom("node"));
            Rust::call(name, args)
        };
        code = code.method(method, [content]);
        match &file.when {
            None => code,
            Some(cond) => self.ctx.when(cond, code),
        }
    }

    fn file_content(&self, file: &File) -> Rust {
        let ctx = Ctx {
            locals: false,
            ..self.ctx
        };
        content(ctx, &file.content)
    }

    fn file_body(&self, file: &File) -> String {
        self.file_content(file).print(4, 4, 0)
    }

    fn file_function(&self, file: &File) -> String {
        let result = match file.content {
            Content::Text(_) => "Text",
            Content::Tree { .. } => "Layers",
        };
        let body = self.file_body(file);
        let kind = self.cluster.kind.as_str();
        let params: &[String] = &[format!("node: &Node<'_, {kind}>")];
        let params = if body.contains("node") { params } else { &[] };
        function(file.ident.as_str(), params, result, &body)
    }
}

/// Whether the content uses what the file's condition found: then it stands beside the condition.
fn binds(file: &File) -> bool {
    fn used(cond: &Cond) -> bool {
        match cond {
            Cond::Present { bind, .. } => bind.as_ref().is_some_and(|bind| bind.used),
            Cond::All(conds) => conds.iter().any(used),
            _ => false,
        }
    }
    file.when.as_ref().is_some_and(used)
}

fn content(ctx: Ctx<'_>, content: &Content) -> Rust {
    match content {
        Content::Text(lines) => lines
            .iter()
            .fold(Rust::call("Text::new", []), |text, line| match line {
                Line::Block { indent, value } if indent.is_empty() => {
                    text.method("block", [ctx.block(value)])
                }
                Line::Block { indent, value } => {
                    text.method("block_indented", [Rust::str(indent), ctx.block(value)])
                }
                Line::Text(line) => text.method("line", [ctx.text_arg(line)]),
            }),
        Content::Tree { layers, .. } => layers
            .iter()
            .fold(Rust::call("Layers::new", []), |all, layer| {
                add_layer(ctx, all, layer)
            }),
    }
}

fn add_layer(ctx: Ctx<'_>, all: Rust, layer: &Layer) -> Rust {
    match layer {
        Layer::User(expr) => {
            let value = ctx.value(expr);
            let code = ctx.layer(expr);
            // An option of a reference is a value of its own: the layer borrows it.
            let code = if value.optional() && !matches!(code, Rust::Ref(_)) {
                code.borrowed()
            } else {
                code
            };
            all.method("user", [code])
        }
        Layer::Ours(tree) => all.method("ours", [Rust::Json(Box::new(ctx.json(tree)))]),
        Layer::If { cond, layer } => {
            let inner = match &**layer {
                Layer::User(expr) => ctx.value(expr).as_ref(),
                Layer::Ours(tree) => Rust::Json(Box::new(ctx.json(tree))),
                Layer::If { cond, layer } => match &**layer {
                    Layer::Ours(tree) => ctx.when(cond, Rust::Json(Box::new(ctx.json(tree)))),
                    _ => Rust::Json(Box::new(Json::Object(Vec::new()))),
                },
            };
            let value = Json::Expr(ctx.when(cond, inner));
            match value {
                Json::Expr(code) => all.method("ours", [Rust::Json(Box::new(Json::Expr(code)))]),
                other => all.method("ours", [Rust::Json(Box::new(other))]),
            }
        }
    }
}

/// `node.config_map(…)` or `shared.config_map(…)`, with its data.
pub(super) fn config_map(ctx: Ctx<'_>, map: &ConfigMap) -> Rust {
    let subject = if ctx.scope == Scope::Shared {
        "shared"
    } else {
        "node"
    };
    let mut code = Rust::atom(subject).method("config_map", [Rust::str(map.name.as_str())]);
    if let Some(name) = &map.object_name {
        code = code.method("name", [ctx.text_arg(&name.0)]);
    }
    if map.scope == model::Scope::ConfigGroup {
        code = code.method("per_config_group", []);
    }
    for layer in &map.data {
        match layer {
            Layer::User(expr) => {
                let value = ctx.value(expr);
                let data = if value.optional() {
                    value.elements()
                } else {
                    value.as_ref()
                };
                code = code.method("data", [data]);
            }
            Layer::Ours(tree) => code = entries(ctx, code, tree, None),
            Layer::If { cond, layer } => {
                if let Layer::Ours(tree) = &**layer {
                    code = entries(ctx, code, tree, Some(cond));
                } else if let Layer::User(expr) = &**layer {
                    let data = ctx.when(cond, ctx.value(expr).as_ref());
                    let data = data.method("into_iter", []).method("flatten", []);
                    code = code.method("data", [data]);
                }
            }
        }
    }
    match &map.when {
        None => code,
        Some(cond) => ctx.when(cond, code),
    }
}

/// The entries of a config map: the plain ones together, then each that may be absent.
fn entries(
    ctx: Ctx<'_>,
    mut code: Rust,
    tree: &model::Template,
    when: Option<&model::Cond>,
) -> Rust {
    let model::Template::Map(list) = tree else {
        return code;
    };
    let mut plain = Vec::new();
    for entry in list {
        match entry {
            model::Entry::Set {
                key,
                value: model::Template::Scalar(expr),
            } => {
                let pair = |value| Rust::Tuple(vec![ctx.text_arg(key), value]);
                match when {
                    None if !expr.optional => plain.push(pair(ctx.text_value_arg(expr))),
                    None => {
                        let pair = Rust::closure("value", pair(Rust::atom("value")));
                        code = code.method("data", [ctx.string(expr).method("map", [pair])]);
                    }
                    Some(cond) => {
                        let pair = pair(ctx.text_value_arg(expr));
                        code = code.method("data", [ctx.when(cond, pair)]);
                    }
                }
            }
            model::Entry::Set { .. } => {}
            model::Entry::If {
                cond,
                entries: list,
            } => {
                let tree = model::Template::Map(list.clone());
                let both = when.map(|when| model::Cond::All(vec![when.clone(), cond.clone()]));
                code = entries(ctx, code, &tree, Some(both.as_ref().unwrap_or(cond)));
            }
        }
    }
    if plain.is_empty() {
        code
    } else {
        code.method("data", [Rust::Array(plain)])
    }
}

fn claims(modes: StorageModes) -> bool {
    modes.stateful_set == StorageMode::Claim || modes.deployment == StorageMode::Claim
}

/// The method `rules`, where there is a rule.
fn rules(node_type: &NodeType) -> String {
    let rules = &node_type.rules;
    let mut code = Rust::call("Rules::new", []);
    let empty = code.clone();
    let max = |max: Option<u32>| {
        max.map_or_else(
            || Rust::atom("None"),
            |max| Rust::some(Rust::atom(max.to_string())),
        )
    };
    if rules.kinds.len() == 1 {
        let kinds = rules.kinds.iter().map(|kind| match kind {
            WorkloadKind::StatefulSet => Rust::atom("WorkloadKind::StatefulSet"),
            WorkloadKind::Deployment => Rust::atom("WorkloadKind::Deployment"),
        });
        code = code.method("kinds", [Rust::Array(kinds.collect())]);
    }
    if rules.min_nodes > 0 || rules.max_nodes.is_some() {
        let min = Rust::atom(rules.min_nodes.to_string());
        code = code.method("nodes", [min, max(rules.max_nodes)]);
    }
    match &rules.replicas {
        ReplicaRule::Range { min: 0, max: None } => {}
        ReplicaRule::Range { min, max: most } => {
            let min = Rust::atom(min.to_string());
            code = code.method("replicas", [min, max(*most)]);
        }
        ReplicaRule::Allowed(allowed) => {
            let allowed = allowed.iter().map(|count| Rust::atom(count.to_string()));
            code = code.method("replicas_allowed", [Rust::Array(allowed.collect())]);
        }
    }
    let default = StorageModes {
        stateful_set: StorageMode::Template,
        deployment: StorageMode::Refuse,
    };
    if rules.storage != default {
        let mode = |mode| {
            Rust::atom(match mode {
                StorageMode::Template => "StorageMode::Template",
                StorageMode::Claim => "StorageMode::Claim",
                StorageMode::Refuse => "StorageMode::Refuse",
            })
        };
        let modes = Rust::Struct {
            name: "StorageModes".to_owned(),
            fields: vec![
                ("stateful_set".to_owned(), mode(rules.storage.stateful_set)),
                ("deployment".to_owned(), mode(rules.storage.deployment)),
            ],
            rest: false,
        };
        code = code.method("storage", [modes]);
    }
    for volume in &rules.volumes {
        let args = [
            Rust::str(volume.name.as_str()),
            Rust::str(volume.path.as_str()),
        ];
        code = code.method("volume", args);
    }
    if code == empty {
        return String::new();
    }
    format!(
        "\n    fn rules(&self) -> Rules {{\n        {}\n    }}\n",
        code.print(8, 8, 0)
    )
}
