//! The main container of a node type: command, arguments, environment, ports, probes.

mod env;
mod late;
mod ports;

pub(super) use ports::ports;

use std::collections::BTreeSet;

use super::report::listed;
use super::scope::{Place, Scope};
use super::tree::Items;
use super::typer::Typer;
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest::{Template as Written, TemplateKind};
use crate::model::{ChildKind, Container, EnvEntry, EnvName, Item, K8sField};
use late::downward;

const WORKLOADS: &[ChildKind] = &[ChildKind::StatefulSet, ChildKind::Deployment];
/// Where the main container stands in a workload.
const CONTAINER: &str = "spec.template.spec.containers[0]";

impl Typer<'_, '_> {
    /// The main container; what has a problem is left out of it.
    pub(super) fn container(&self, scope: &Scope<'_>) -> Container {
        let Some(node_type) = scope.node_type else {
            return Container::default();
        };
        let written = &node_type.written.container;
        let at = |field: &str| {
            Scope {
                place: Place::Kubernetes,
                ..scope.clone()
            }
            .to(WORKLOADS, format!("{CONTAINER}.{field}"), true)
        };
        let of = |ty: &str, field: &str, written: &Option<Written>| {
            written
                .as_ref()
                .and_then(|written| self.k8s_struct(&at(field), ty, written))
        };
        let arguments = |field: &str, written: &Option<Written>| {
            let scope = Scope {
                place: Place::Arguments,
                ..at(field)
            };
            written
                .as_ref()
                .and_then(|written| self.arguments(&scope, written))
        };
        let commands = [&written.command, &written.args];
        let items = commands
            .into_iter()
            .flatten()
            .flat_map(super::merge::layers);
        self.script(scope, items);
        let mut container = Container {
            command: arguments("command", &written.command),
            args: arguments("args", &written.args),
            env: written.env.as_ref().map_or_else(Vec::new, |env| {
                self.env(
                    &Scope {
                        place: Place::Env,
                        ..at("env")
                    },
                    env,
                )
            }),
            downward: Vec::new(),
            env_from: written
                .env_from
                .as_ref()
                .map_or_else(Vec::new, |from| self.env_from(&at("envFrom"), from)),
            ports: node_type.ports.clone(),
            liveness_probe: of("Probe", "livenessProbe", &written.liveness_probe),
            readiness_probe: of("Probe", "readinessProbe", &written.readiness_probe),
            startup_probe: of("Probe", "startupProbe", &written.startup_probe),
            resources: of("ResourceRequirements", "resources", &written.resources),
            security_context: of(
                "SecurityContext",
                "securityContext",
                &written.security_context,
            ),
            lifecycle: of("Lifecycle", "lifecycle", &written.lifecycle),
        };
        container.downward = downward(&container);
        self.variables(&container, written.command.as_ref(), written.args.as_ref());
        container
    }

    fn arguments(&self, scope: &Scope<'_>, written: &Written) -> Option<Vec<Item>> {
        let TemplateKind::List(items) = &written.kind else {
            if let TemplateKind::Value(_) = &written.kind {
                return self.item_list(scope, written, Items::Texts);
            }
            self.report.push(
                Problem::new(
                    Code::E0511,
                    "a command is a list: one item for each argument",
                )
                .at(written.span, "one text")
                .help("no shell splits it: `[serve, --port, \"8080\"]`"),
            );
            return None;
        };
        self.items(scope, items, Items::Texts)
    }

    /// `E0516`: `$(X)` of a variable that nobody declares.
    fn variables(&self, container: &Container, command: Option<&Written>, args: Option<&Written>) {
        if !container.env_from.is_empty()
            || container.env.contains(&EnvEntry::CrEnv)
            || self.facts.k8s_group.field(K8sField::Env).is_some()
        {
            // Whoever writes the custom resource may declare it.
            return;
        }
        let declared: BTreeSet<&str> = container
            .env
            .iter()
            .filter_map(|entry| match entry {
                EnvEntry::Variable(variable) => Some(variable.name.as_str()),
                EnvEntry::CrEnv => None,
            })
            .chain(container.downward.iter().map(|late| late.variable.as_str()))
            .collect();
        for item in [command, args]
            .into_iter()
            .flatten()
            .flat_map(super::merge::layers)
        {
            let TemplateKind::Text(text) = &item.kind else {
                continue;
            };
            for part in &text.parts {
                let crate::expr::Part::Literal(literal) = part else {
                    continue;
                };
                for name in references(&literal.value) {
                    if declared.contains(name) {
                        continue;
                    }
                    let problem = Problem::new(
                        Code::E0516,
                        format!("`$({name})` names a variable that is not declared"),
                    )
                    .at(
                        literal.span,
                        format!("`env` has {}", listed(&declared, "no variables")),
                    );
                    self.report
                        .push(match nearest(name, declared.iter().copied()) {
                            Some(near) => problem.help(format!(
                                "did you mean `$({near})`? `$$({name})` writes it as it stands"
                            )),
                            None => problem.help(format!(
                                "declare it in `env`; `$$({name})` writes it as it stands"
                            )),
                        });
                }
            }
        }
    }
}

/// The variables that a text names with `$(…)`.
fn references(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = rest.get(at + 1..).unwrap_or("");
        if let Some(escaped) = after.strip_prefix('$') {
            rest = escaped;
            continue;
        }
        if let Some((name, _)) = after
            .strip_prefix('(')
            .and_then(|inner| inner.split_once(')'))
            && EnvName::new(name).is_ok()
        {
            names.push(name);
        }
        rest = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn a_doubled_dollar_is_no_reference() {
        assert_eq!(references("a $(B) $$(C) $D $(E"), ["B"]);
        assert_eq!(references("$$$(X)"), ["X"]);
    }
}
