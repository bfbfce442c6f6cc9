//! The containers of a node: the main one, and those beside it.

use super::Writer;
use crate::model::{
    Container, EnvEntry, EnvFrom, EnvValue, EnvVariable, ExtraContainer, RustIdent,
};
use crate::render::rust::Expr as Rust;
use crate::render::source::statement;

impl Writer<'_> {
    /// The container, and the values that are long enough for a statement of their own before it.
    pub(super) fn container(&mut self) -> (Vec<(String, Rust)>, Rust) {
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
    pub(super) fn extra(&mut self, extra: &ExtraContainer) -> (String, Rust) {
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
        (!taken && RustIdent::new(name.as_str()).is_ok()).then_some(name)
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
}
