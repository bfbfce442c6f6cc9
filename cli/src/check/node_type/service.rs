//! The Services of a node type: the main one, the headless one, and those that it adds.

use super::node_scope;
use crate::check::facts::TypeFacts;
use crate::check::file::finish;
use crate::check::place::Owned;
use crate::check::scope::Scope as Surroundings;
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::Part;
use crate::manifest::{self as ast, Span, Spanned, Template, TemplateKind};
use crate::model::{
    ChildKind, DnsLabel, HeadlessService, K8sField, MainService, MoreService, Scope, Services, Text,
};

const SERVICE_OWNED: Owned = &[(
    "selector",
    "the operator selects the node's pods by labels of its own",
)];

/// The services that a node type has unless it says otherwise.
const STANDING: [&str; 2] = ["main", "headless"];

/// Which services a node type has, and which of them governs its `StatefulSets`.
pub(in crate::check) fn services(written: &ast::NodeType) -> (Vec<String>, Option<&'static str>) {
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
    pub(super) fn services(&self, known: &TypeFacts) -> Services {
        let of = |key: &str| {
            known
                .written
                .services
                .iter()
                .find(|service| service.key.value == key)
        };
        if let Some(written) = of("headless") {
            self.headless(written, known.governing);
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

    /// What the operator makes of the headless service is fixed: anything said of it would have no effect.
    fn headless(&self, written: &ast::Service, governing: Option<&str>) {
        let refuse = |key: &str, span: Span, help: &str| {
            self.report.push(
                Problem::new(Code::E0108, format!("the headless service has no `{key}`"))
                    .at(span, "not on this one")
                    .help(help),
            );
        };
        if let Some(condition) = &written.condition {
            let help = "`headless: none` does without it; without it pods have no names in DNS";
            refuse("$if", condition.span(), help);
        }
        let more = "it has the ports of the node type, and no others; for another one write a service of your own beside it, as `peers: {spec: {clusterIP: None, ports: […]}}`";
        for (key, said) in [
            ("from", &written.from),
            ("spec", &written.spec),
            ("annotations", &written.annotations),
        ] {
            if let Some(said) = said {
                refuse(key, said.span, more);
            }
        }
        if let Some(name) = &written.name {
            refuse(
                "name",
                name.span,
                "its name is `${cr.name}-${node.name}-headless`; a service of your own beside it can have another",
            );
        }
        if let Some(flag) = &written.governing
            && flag.value != (governing == Some("headless"))
        {
            let help = if flag.value {
                "`main` governs already: the pods of a StatefulSet have names in DNS through one service"
            } else {
                "`headless: none` does without it, or `main: {governing: true}` takes its place"
            };
            let what = if flag.value {
                "governing: true"
            } else {
                "governing: false"
            };
            refuse(what, flag.span, help);
        }
    }

    /// A service beside the main and the headless one.
    fn more_service(&self, known: &TypeFacts, written: &ast::Service) -> Option<MoreService> {
        let key = self
            .report
            .name_or(&written.key, "the name of a service", DnsLabel::new)?;
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

    fn annotations(&self, scope: &Surroundings<'_>, written: &Template) -> Vec<(String, Text)> {
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
                        let part = Part::Value(Spanned::new(value.clone(), value.span));
                        Some((
                            key,
                            Text {
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
