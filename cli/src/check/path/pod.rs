//! Nodes and pods: those of a type, and what only the pod itself knows.

use crate::check::scope::{Place, Reach, Scope};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::Path as Written;
use crate::manifest::Spanned;
use crate::model::{
    Access, DnsLabel, EnvName, Expr, ExprKind, LateVariable, Literal, Path, Piece, PodFact, Root,
    Text, Type, WorkloadKind,
};

use super::{Choice, Leads, Reading, Walk};

impl Typer<'_, '_> {
    /// `nodes.T` and `pods.T`.
    pub(super) fn peers(&self, read: Reading<'_>) -> Option<Leads> {
        let Reading {
            scope,
            path,
            first,
            rest,
        } = read;
        self.reach(scope, path, Reach::Cluster)?;
        let Some(known) = first.and_then(|first| self.facts.node_type(&first.value)) else {
            self.missing(
                path,
                first,
                &Choice::of("the cluster", self.facts.node_types_written()),
            );
            return None;
        };
        let name = known.name.clone();
        // A name that stays when the node type gets another.
        let lasting = known.type_name.clone();
        let nodes = self.nodes_of(name.as_str());
        let walk = if path.root.value == "nodes" {
            Walk::new(Root::Nodes(lasting), Type::List(Box::new(Type::Node))).at(nodes)
        } else {
            self.stable(path, name.as_str())?;
            self.note_scaling(scope, name.as_str(), path.span);
            Walk::new(Root::Pods(lasting), Type::List(Box::new(Type::Pod)))
                .at(format!("{nodes}.replicas"))
        };
        self.walk(scope, path, walk.of(name.as_str()), rest)
    }

    /// Pods have names of their own only where every workload of the type is a `StatefulSet`.
    pub(super) fn stable(&self, path: &Written, node_type: &str) -> Option<()> {
        let known = self.facts.node_type(node_type)?;
        if known.kinds == [WorkloadKind::StatefulSet] {
            return Some(());
        }
        self.report.push(
            Problem::new(
                Code::E0512,
                format!("the pods of `{node_type}` have no names that are known beforehand"),
            )
            .at(
                path.span,
                format!("a node of type `{node_type}` may be a Deployment"),
            )
            .help(format!(
                "give `{node_type}` stable names with `kinds: [StatefulSet]`"
            )),
        );
        None
    }

    /// `pod.*`: what only the pod knows.
    pub(super) fn pod(&self, read: Reading<'_>) -> Option<Leads> {
        let Reading {
            scope,
            path,
            first,
            rest,
        } = read;
        let known = ["name", "ordinal", "host", "ip", "zone", "nodeName", "ports"];
        let fact = self.one_of(path, first, &known, "a pod")?;
        if fact == "ports"
            && let Some(node_type) = scope.node_type
        {
            let number = self.port(path, rest.first(), node_type.name.as_str())?;
            return Some(Leads::Constant(Literal::Int(i64::from(number)), Type::Port));
        }
        if !scope.place.takes_late() {
            let (what, label, help) = match scope.place {
                Place::File => (
                    "when this file is written",
                    "differs from pod to pod; this file is shared by all pods of a node",
                    "set `per: pod` on the file, or pass it in `env` and let the program read the variable",
                ),
                Place::ConfigMap => (
                    "when this config map is written",
                    "differs from pod to pod; this config map is shared by all pods of a node",
                    "pass it in `env` and let the program read the variable",
                ),
                _ => (
                    "when the children are built",
                    "differs from pod to pod",
                    "only `command`, `args` and `env` may use it",
                ),
            };
            self.report.push(
                Problem::new(Code::E0307, format!("`{path}` is not known {what}"))
                    .at(path.span, label)
                    .help(help),
            );
            return None;
        }
        let late = |variable: &str, field_path: &str| Expr {
            kind: ExprKind::Late(LateVariable {
                variable: EnvName::new(variable).expect("a variable's name"),
                field_path: field_path.to_owned(),
            }),
            ty: Type::String,
            optional: false,
        };
        // Custom resources often bring a POD_NAME of their own, and theirs would win.
        let name = late("DSOI_POD_NAME", "metadata.name");
        Some(Leads::Late(Box::new(match fact {
            "name" => name,
            "ip" => late("DSOI_POD_IP", "status.podIP"),
            "nodeName" => late("DSOI_NODE_NAME", "spec.nodeName"),
            "ordinal" => {
                self.own_stable(scope, path)?;
                late(
                    "DSOI_POD_INDEX",
                    "metadata.labels['apps.kubernetes.io/pod-index']",
                )
            }
            "zone" => {
                if self.facts.minor < 35 {
                    self.report.push(
                        Problem::new(Code::E0521, "`pod.zone` needs Kubernetes 1.35")
                            .at(
                                path.span,
                                format!("the oldest supported server is 1.{}", self.facts.minor),
                            )
                            .help("set `operator.kubernetes: \"1.35\"`"),
                    );
                    return None;
                }
                late(
                    "DSOI_POD_ZONE",
                    "metadata.labels['topology.kubernetes.io/zone']",
                )
            }
            _ => {
                self.own_stable(scope, path)?;
                let service = self.governing(path, scope.node_type?.name.as_str())?;
                let host = Expr {
                    kind: ExprKind::Path(Path {
                        root: Root::ServiceHost(service),
                        steps: Vec::new(),
                    }),
                    ty: Type::String,
                    optional: false,
                };
                let pieces = vec![
                    Piece::Value(name),
                    Piece::Literal(".".to_owned()),
                    Piece::Value(host),
                ];
                Expr {
                    kind: ExprKind::Text(Text { pieces }),
                    ty: Type::String,
                    optional: false,
                }
            }
        })))
    }

    pub(super) fn own_stable(&self, scope: &Scope<'_>, path: &Written) -> Option<()> {
        self.stable(path, scope.node_type?.name.as_str())
    }

    /// The service that gives the pods of a node type their host names.
    pub(super) fn governing(&self, path: &Written, node_type: &str) -> Option<DnsLabel> {
        let known = self.facts.node_type(node_type)?;
        if let Some(service) = known.governing {
            return DnsLabel::new(service).ok();
        }
        self.report.push(
            Problem::new(Code::E0513, format!("the pods of `{node_type}` have no host names"))
                .at(path.span, format!("no service governs the StatefulSets of `{node_type}`"))
                .help(format!("give `{node_type}` a headless service, or set `services: {{main: {{governing: true}}}}`")),
        );
        None
    }

    pub(super) fn node_fact(
        &self,
        path: &Written,
        walk: &mut Walk,
        name: &Spanned<String>,
    ) -> Option<()> {
        let (access, ty) = match name.value.as_str() {
            "name" => (Access::NodeName, Type::String),
            "replicas" => (Access::NodeReplicas, Type::Int),
            "pods" => {
                let of = walk.of.clone()?;
                self.stable(path, &of)?;
                (Access::NodePods, Type::List(Box::new(Type::Pod)))
            }
            _ => {
                self.missing(
                    path,
                    Some(name),
                    &Choice::of("a node", ["name", "replicas", "pods"]),
                );
                return None;
            }
        };
        walk.push(access, ty, false);
        walk.below(if name.value == "pods" {
            "replicas"
        } else {
            &name.value
        });
        Some(())
    }

    pub(super) fn pod_fact(
        &self,
        path: &Written,
        walk: &mut Walk,
        name: &Spanned<String>,
    ) -> Option<()> {
        let (fact, ty) = match name.value.as_str() {
            "name" => (PodFact::Name, Type::String),
            "ordinal" => (PodFact::Ordinal, Type::Int),
            "host" => {
                let of = walk.of.clone()?;
                self.governing(path, &of)?;
                (PodFact::Host, Type::String)
            }
            "ip" | "zone" | "nodeName" => {
                self.report.push(
                    Problem::new(
                        Code::E0307,
                        format!("`{path}` is not known when the children are built"),
                    )
                    .at(path.span, "only the pod itself knows it")
                    .help(format!(
                        "use the pod's `host`, which is known before it runs: `{}.host`",
                        path.root.value
                    )),
                );
                return None;
            }
            _ => {
                self.missing(
                    path,
                    Some(name),
                    &Choice::of("a pod", ["name", "ordinal", "host", "ports"]),
                );
                return None;
            }
        };
        walk.push(Access::Pod(fact), ty, false);
        Some(())
    }
}
