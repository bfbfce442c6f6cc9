//! The containers of a node type: command, arguments, environment, ports, probes.

mod beside;
mod env;
mod late;
mod ports;
mod variable;

pub(super) use beside::without_containers;
pub(super) use ports::ports;

use super::scope::{Place, Scope};
use super::tree::Items;
use super::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{Container as WrittenContainer, Template as Written, TemplateKind};
use crate::model::{ChildKind, Container, Item, Port};
use late::downward;
use variable::Kin;

pub(super) const WORKLOADS: &[ChildKind] = &[ChildKind::StatefulSet, ChildKind::Deployment];
/// Where the main container stands in a workload.
const CONTAINER: &str = "spec.template.spec.containers[0]";

impl Typer<'_, '_> {
    /// The main container; what has a problem is left out of it.
    pub(super) fn container(&self, scope: &Scope<'_>) -> Container {
        let Some(node_type) = scope.node_type else {
            return Container::default();
        };
        let written = &node_type.written.container;
        let container = self.container_of(scope, written, node_type.ports.clone(), CONTAINER);
        self.variables(&container, Kin::Main, written);
        container
    }

    /// A container that stands at that place of a workload; what has a problem is left out of it.
    fn container_of(
        &self,
        scope: &Scope<'_>,
        written: &WrittenContainer,
        ports: Vec<Port>,
        place: &str,
    ) -> Container {
        let at = |field: &str| {
            Scope {
                place: Place::Kubernetes,
                ..scope.clone()
            }
            .to(WORKLOADS, format!("{place}.{field}"), true)
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
            ports,
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
}
