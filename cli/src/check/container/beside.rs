//! Containers beside the main one: `pod.containers` and `pod.initContainers` (DR-13).

use std::collections::BTreeSet;
use std::rc::Rc;

use super::ports::ports;
use super::variable::Kin;
use crate::check::report::listed;
use crate::check::scope::{Place, Scope};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{
    Container as WrittenContainer, Entry, Spanned, Template as Written, TemplateKind,
};
use crate::model::{Container, DnsLabel, EnvEntry, ExtraContainer};

/// The keys of a pod that list containers.
pub(in crate::check) const LISTS: [&str; 2] = ["initContainers", "containers"];

/// What a container has that the main one takes from the node type or from the k8s config group.
const OWNED: crate::check::place::Owned = &[];

impl Typer<'_, '_> {
    /// The init containers and the sidecars of a node type.
    pub(in crate::check) fn beside(
        &self,
        scope: &Scope<'_>,
        main: &Container,
    ) -> [Vec<ExtraContainer>; 2] {
        let Some(known) = scope.node_type else {
            return [Vec::new(), Vec::new()];
        };
        let names = &self.facts.manifest.cluster.names;
        let taken = names
            .container
            .as_ref()
            .map_or(Some("app"), |name| name.as_literal());
        let mut names: BTreeSet<String> = taken.map(str::to_owned).into_iter().collect();
        LISTS.map(|list| {
            let Some(written) = known.written.pod.as_ref().and_then(|pod| entry(pod, list)) else {
                return Vec::new();
            };
            let TemplateKind::List(items) = &written.kind else {
                self.report.push(
                    Problem::new(Code::E0511, format!("`{list}` is a list of containers"))
                        .at(written.span, "expected a list"),
                );
                return Vec::new();
            };
            items
                .iter()
                .filter_map(|item| self.extra(scope, list, item, main, &mut names))
                .collect()
        })
    }

    fn extra(
        &self,
        scope: &Scope<'_>,
        list: &str,
        item: &Written,
        main: &Container,
        names: &mut BTreeSet<String>,
    ) -> Option<ExtraContainer> {
        let TemplateKind::Map(entries) = &item.kind else {
            self.report.push(
                Problem::new(Code::E0511, "a container is a mapping")
                    .at(item.span, "expected `{name: …}`, without `$if` or `$for`"),
            );
            return None;
        };
        let name = self.container_name(entries, item, names);
        let like_main = self.like_main(entries)?;
        let (own, rest): (Vec<&Entry>, Vec<&Entry>) = entries
            .iter()
            .filter(|entry| !["name", "like"].contains(&entry.key.as_literal().unwrap_or_default()))
            .partition(|entry| is_main(entry.key.as_literal().unwrap_or_default()));
        let written = written_container(&own);
        let ports = ports(self.report, written.ports.as_ref());
        let at = name.as_ref().map_or_else(
            || format!("spec.template.spec.{list}[]"),
            |name| format!("spec.template.spec.{list}[{name}]"),
        );
        let scope = Scope {
            ports: Some(Rc::new(ports.clone())),
            ..scope.clone()
        };
        let container = self.container_of(&scope, &written, ports, &at);
        if let Some(env) = written
            .env
            .as_ref()
            .filter(|_| container.env.contains(&EnvEntry::CrEnv))
        {
            self.report.push(
                Problem::new(
                    Code::E0901,
                    "`${k8s.env}` in another container than the main one is not supported yet",
                )
                .at(env.span, "not yet")
                .help("`like: main` brings those variables along"),
            );
        }
        let kin = if like_main {
            Kin::LikeMain(main)
        } else {
            Kin::Alone
        };
        self.variables(&container, kin, &written);
        let rest = Written {
            kind: TemplateKind::Map(rest.into_iter().cloned().collect()),
            span: item.span,
        };
        let place = Scope {
            place: Place::Kubernetes,
            ..scope
        };
        let fields = self.k8s_fields(
            &place.to(super::WORKLOADS, at, true),
            &["Container"],
            OWNED,
            &rest,
        )?;
        if !like_main && !fields.iter().any(|field| field.wire.as_str() == "image") {
            self.report.push(
                Problem::new(Code::E0510, "a container needs an `image`")
                    .at(item.span, "not given here")
                    .help("`like: main` takes the image of the main container, with its environment and mounts"),
            );
        }
        Some(ExtraContainer {
            name: name?,
            like_main,
            container,
            fields,
        })
    }

    /// A legal name that no other container of the pod has.
    fn container_name(
        &self,
        entries: &[Entry],
        item: &Written,
        names: &mut BTreeSet<String>,
    ) -> Option<DnsLabel> {
        let Some(written) = find(entries, "name") else {
            self.report.push(
                Problem::new(Code::E0510, "a container needs a `name`")
                    .at(item.span, "not given here"),
            );
            return None;
        };
        let TemplateKind::Text(text) = &written.kind else {
            self.report.push(
                Problem::new(Code::E0511, "the name of a container is a constant text")
                    .at(written.span, "expected a text"),
            );
            return None;
        };
        let name = Spanned::new(text.as_literal().unwrap_or_default().to_owned(), text.span);
        let label = self
            .report
            .name_or(&name, "the name of a container", DnsLabel::new)?;
        if !names.insert(name.value.clone()) {
            self.report.push(
                Problem::new(
                    Code::E0522,
                    format!("two containers of a pod are called `{label}`"),
                )
                .at(name.span, "again")
                .help(format!("the pod has {}", listed(&*names, "none"))),
            );
        }
        Some(label)
    }

    fn like_main(&self, entries: &[Entry]) -> Option<bool> {
        let Some(written) = find(entries, "like") else {
            return Some(false);
        };
        let main =
            matches!(&written.kind, TemplateKind::Text(text) if text.as_literal() == Some("main"));
        if !main {
            self.report.push(
                Problem::new(Code::E0511, "a container can only be like the main one")
                    .at(written.span, "expected `main`"),
            );
            return None;
        }
        Some(true)
    }
}

/// Whether the node type says it of the main container with a key of its own.
fn is_main(key: &str) -> bool {
    [
        "command",
        "args",
        "env",
        "envFrom",
        "ports",
        "startupProbe",
        "livenessProbe",
        "readinessProbe",
        "resources",
        "securityContext",
        "lifecycle",
    ]
    .contains(&key)
}

fn written_container(entries: &[&Entry]) -> WrittenContainer {
    let of = |key: &str| {
        entries
            .iter()
            .find(|entry| entry.key.as_literal() == Some(key))
            .map(|entry| entry.value.clone())
    };
    WrittenContainer {
        command: of("command"),
        args: of("args"),
        env: of("env"),
        env_from: of("envFrom"),
        ports: of("ports"),
        startup_probe: of("startupProbe"),
        liveness_probe: of("livenessProbe"),
        readiness_probe: of("readinessProbe"),
        resources: of("resources"),
        security_context: of("securityContext"),
        lifecycle: of("lifecycle"),
    }
}

fn find<'t>(entries: &'t [Entry], key: &str) -> Option<&'t Written> {
    entries
        .iter()
        .find(|entry| entry.key.as_literal() == Some(key))
        .map(|entry| &entry.value)
}

fn entry<'t>(tree: &'t Written, key: &str) -> Option<&'t Written> {
    match &tree.kind {
        TemplateKind::Map(entries) => find(entries, key),
        _ => None,
    }
}

/// The fields of a pod without its containers.
pub(in crate::check) fn without_containers(pod: &Written) -> Written {
    match &pod.kind {
        TemplateKind::Map(entries) => Written {
            kind: TemplateKind::Map(
                entries
                    .iter()
                    .filter(|entry| !LISTS.contains(&entry.key.as_literal().unwrap_or_default()))
                    .cloned()
                    .collect(),
            ),
            span: pod.span,
        },
        _ => pod.clone(),
    }
}
