//! Names and labels of children: legal, and different from each other (MF-7, MF-8, D10).

use super::facts::TypeFacts;
use super::file::inner_span;
use super::prove::{self, Part, Var};
use super::scope::{Place, Reach, Scope};
use super::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::Text as WrittenText;
use crate::manifest::{self as ast, Collisions};
use crate::model::{
    ChildKind, LabelEntry, LabelKey, Labels, LengthLimit, NameTemplate, Names, NodeType, Path,
    Piece, Root, Scope as ChildScope, StorageMode, Text, WorkloadKind,
};

/// Names, and what they demand of the custom resource.
pub(super) struct Named {
    pub(super) names: Names,
    pub(super) limits: Vec<LengthLimit>,
    pub(super) reserved_suffixes: Vec<String>,
    /// 1 where the claim template's name does not tell storage entries apart.
    pub(super) max_storage: Option<u32>,
}

const WORKLOADS: &[ChildKind] = &[ChildKind::StatefulSet, ChildKind::Deployment];

impl Typer<'_, '_> {
    /// The name templates of the cluster.
    pub(super) fn names(&self, written: &ast::Names, node_types: &[NodeType]) -> Named {
        let scope = |reach, kind: &[ChildKind], path: &str| {
            Scope::new(reach, Place::Name, None).to(kind, path, true)
        };
        let name = |text: &Option<WrittenText>, reach, kind: &[ChildKind], path: &str| {
            text.as_ref()
                .and_then(|text| self.name_template(&scope(reach, kind, path), text, kind))
        };
        let at = "metadata.name";
        let config_map = name(
            &written.config_map,
            Reach::Node,
            &[ChildKind::ConfigMap],
            at,
        );
        let of_scope = |reach: Reach| {
            let template = config_map.clone()?;
            (widest(&template.0) <= reach).then_some(template)
        };
        let names = Names {
            workload: name(&written.workload, Reach::Node, WORKLOADS, at),
            service: name(&written.service, Reach::Node, &[ChildKind::Service], at),
            headless: None,
            container: name(
                &written.container,
                Reach::Node,
                WORKLOADS,
                "spec.template.spec.containers[0].name",
            ),
            group_config_map: of_scope(Reach::ConfigGroup),
            cluster_config_map: of_scope(Reach::Cluster),
            claim_template: name(
                &written.claim_template,
                Reach::Storage,
                &[ChildKind::StatefulSet],
                "spec.volumeClaimTemplates[].metadata.name",
            ),
            claim: name(
                &written.claim,
                Reach::Storage,
                &[ChildKind::PersistentVolumeClaim],
                at,
            ),
            config_map,
        };
        if written
            .collisions
            .as_ref()
            .is_none_or(|known| known.value == Collisions::Prove)
        {
            self.prove(written, &names, node_types);
        }
        let max_storage = names
            .claim_template
            .as_ref()
            .filter(|template| !uses(&template.0, &Root::StorageName))
            .map(|_| 1);
        Named {
            limits: self.limits(written, &names, node_types),
            reserved_suffixes: reserved(&names, node_types),
            max_storage,
            names,
        }
    }

    /// The name of one object that the manifest names.
    pub(super) fn object_name(
        &self,
        written: &WrittenText,
        child: ChildScope,
        kind: ChildKind,
        node_type: Option<&TypeFacts>,
    ) -> Option<NameTemplate> {
        let (reach, node_type) = match child {
            ChildScope::Node => (Reach::Node, node_type),
            ChildScope::ConfigGroup => (Reach::ConfigGroup, node_type),
            ChildScope::Cluster => (Reach::Cluster, None),
        };
        let scope = Scope::new(reach, Place::Name, node_type).to(&[kind], "metadata.name", true);
        self.name_template(&scope, written, &[kind])
    }

    fn name_template(
        &self,
        scope: &Scope<'_>,
        written: &WrittenText,
        kind: &[ChildKind],
    ) -> Option<NameTemplate> {
        let text = self.whole_text(scope, written)?;
        let dots = kind.iter().all(|kind| {
            matches!(
                kind,
                ChildKind::ConfigMap | ChildKind::PersistentVolumeClaim
            )
        });
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let legal = |c: char| inner(c) || c == '-' || (dots && c == '.');
        for piece in &text.pieces {
            match piece {
                Piece::Literal(literal) => {
                    if let Some(bad) = literal.chars().find(|c| !legal(*c)) {
                        self.illegal(written, &format!("`{bad}` cannot stand in a name"));
                        return None;
                    }
                }
                Piece::Value(expr) if var(expr).is_none() => {
                    self.illegal(written, "only names can stand in a name: of `cr`, `node`, `k8s`, `config`, `type`, `storage`");
                    return None;
                }
                Piece::Value(expr) if var(expr) == Some(Var::Type) => {
                    let types = &self.facts.types;
                    if let Some(upper) = types
                        .iter()
                        .find(|known| !known.type_name.as_str().chars().all(legal))
                    {
                        self.illegal(
                            written,
                            &format!("node type `{}` has capitals", upper.type_name),
                        );
                        return None;
                    }
                }
                Piece::Value(_) => {}
            }
        }
        let end = |piece: Option<&Piece>, ok: &dyn Fn(&str) -> bool| match piece {
            Some(Piece::Literal(text)) => ok(text),
            Some(Piece::Value(_)) => true,
            None => false,
        };
        if !end(text.pieces.first(), &|text| text.starts_with(inner))
            || !end(text.pieces.last(), &|text| text.ends_with(inner))
        {
            self.illegal(written, "a name starts and ends with a letter or digit");
            return None;
        }
        Some(NameTemplate(text))
    }

    fn illegal(&self, written: &WrittenText, why: &str) {
        self.report.push(
            Problem::new(Code::E0601, "this can make no legal name")
                .at(inner_span(written), why)
                .help("a name has lower-case letters, digits and `-`, with a letter or digit at both ends"),
        );
    }

    /// `E0602` for each template that can make two alike within one custom resource.
    fn prove(&self, written: &ast::Names, names: &Names, node_types: &[NodeType]) {
        let types: Vec<&str> = node_types
            .iter()
            .map(|known| known.type_name.as_str())
            .collect();
        let files = || node_types.iter().flat_map(|known| &known.files);
        let node_maps =
            files().any(|file| file.scope == ChildScope::Node && file.config_map_name.is_none());
        let group_maps = files()
            .any(|file| file.scope == ChildScope::ConfigGroup && file.config_map_name.is_none());
        let check = |template: &Option<NameTemplate>,
                     text: &Option<WrittenText>,
                     key: &[Var],
                     what: &str,
                     instead: &str| {
            let (Some(template), Some(text)) = (template, text) else {
                return;
            };
            let Some(example) = prove::collision(&parts(&template.0), key, &types) else {
                return;
            };
            let two = if key == [Var::Config] {
                "config groups"
            } else {
                "nodes"
            };
            self.report.push(
                Problem::new(Code::E0602, format!("two {two} of one cluster can get the same {what} name"))
                    .at(inner_span(text), example)
                    .help(format!(
                        "use \"{instead}\"; if the names must stay, `collisions: refuse` makes the operator refuse such a CR before it writes"
                    )),
            );
        };
        let node = "${cr.name}-${node.name}";
        check(
            &names.workload,
            &written.workload,
            &[Var::Node],
            "workload",
            node,
        );
        check(
            &names.service,
            &written.service,
            &[Var::Node],
            "service",
            node,
        );
        if node_maps {
            check(
                &names.config_map,
                &written.config_map,
                &[Var::Node],
                "config map",
                "${cr.name}-${node.name}-config",
            );
        } else if group_maps {
            check(
                &names.group_config_map,
                &written.config_map,
                &[Var::Config],
                "config map",
                "${cr.name}-${config.name}-config",
            );
        }
        let modes = node_types.iter().flat_map(|known| {
            [
                known.rules.storage.stateful_set,
                known.rules.storage.deployment,
            ]
        });
        if modes.clone().any(|mode| mode == StorageMode::Claim) {
            check(
                &names.claim,
                &written.claim,
                &[Var::Node, Var::Storage],
                "claim",
                "${node.name}.${storage.name}",
            );
        }
    }

    /// The longest names of the custom resource that keep all names of children legal; `E0603` where nothing is left.
    fn limits(
        &self,
        written: &ast::Names,
        names: &Names,
        node_types: &[NodeType],
    ) -> Vec<LengthLimit> {
        let kinds = || node_types.iter().flat_map(|known| &known.rules.kinds);
        let workload_max = if kinds().any(|kind| *kind == WorkloadKind::StatefulSet) {
            52
        } else {
            63
        };
        let longest_type = node_types
            .iter()
            .map(|known| known.type_name.as_str().len())
            .max()
            .unwrap_or(0);
        let standard = |suffix: &str| {
            let mut parts = vec![
                Part::Var(Var::Cr),
                Part::Fixed("-".to_owned()),
                Part::Var(Var::Node),
            ];
            parts.push(Part::Fixed(suffix.to_owned()));
            parts
        };
        let of = |template: &Option<NameTemplate>, default: &[Part]| {
            template
                .as_ref()
                .map_or_else(|| default.to_vec(), |template| parts(&template.0))
        };
        let mut budgets = vec![
            (
                of(&names.workload, &standard("")),
                workload_max,
                &written.workload,
            ),
            (of(&names.service, &standard("")), 63, &written.service),
            (of(&names.container, &[]), 63, &written.container),
            (
                of(&names.claim_template, &[Part::Var(Var::Storage)]),
                63,
                &written.claim_template,
            ),
            (of(&names.claim, &[]), 253, &written.claim),
            (
                of(&names.config_map, &standard("-config")),
                253,
                &written.config_map,
            ),
        ];
        if node_types
            .iter()
            .any(|known| known.services.headless.is_some())
        {
            budgets.push((standard("-headless"), 63, &None));
        }
        let more = node_types.iter().flat_map(|known| &known.services.more);
        for service in more.filter(|more| more.service.object_name.is_none()) {
            budgets.push((standard(&format!("-{}", service.key)), 63, &None));
        }
        let lengths: Vec<_> = budgets
            .iter()
            .map(|(parts, max, _)| prove::budget(parts, *max, longest_type))
            .collect();
        for (budget, (_, max, text)) in lengths.iter().zip(&budgets) {
            if let Some(text) = text
                && budget.room < i64::try_from(budget.vars.len()).unwrap_or(i64::MAX)
            {
                self.report.push(
                    Problem::new(
                        Code::E0603,
                        "this name is too long before anything is inserted",
                    )
                    .at(
                        inner_span(text),
                        format!("the name may have {max} characters"),
                    )
                    .help("shorten the fixed part of the name"),
                );
            }
        }
        prove::limits(&lengths)
    }

    /// The app's labels.
    pub(super) fn labels(&self, written: &[ast::Label]) -> Labels {
        const OWN: &[&str] = &["app.kubernetes.io/managed-by", "app.kubernetes.io/instance"];
        let kinds = [&[ChildKind::ConfigMap, ChildKind::Service], WORKLOADS].concat();
        let entries = written.iter().filter_map(|label| {
            let key = self
                .report
                .name(&label.key, "the key of a label", LabelKey::new)?;
            if OWN.contains(&key.as_str()) || key.as_str().starts_with("dsoi.dev/") {
                self.report.push(
                    Problem::new(
                        Code::E0605,
                        format!("the label `{key}` is the runtime's own"),
                    )
                    .at(label.key.span, "already taken")
                    .help("the runtime finds its children by it; choose another key"),
                );
                return None;
            }
            let scope = Scope::new(Reach::Node, Place::Label, None).entry(key.as_str());
            let at = format!("metadata.labels[\"{key}\"]");
            let template = format!("spec.template.{at}");
            let scope = scope.to(&kinds, at, false).and(WORKLOADS, template, true);
            let value = self.whole_text(&scope, &label.value)?;
            self.label_value(&value, &label.value)?;
            let widest = if widest(&value) <= Reach::Cluster {
                ChildScope::Cluster
            } else {
                ChildScope::ConfigGroup
            };
            Some(LabelEntry { key, value, widest })
        });
        Labels {
            entries: entries.collect(),
        }
    }

    fn label_value(&self, value: &Text, written: &WrittenText) -> Option<()> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let bad = value.pieces.iter().find_map(|piece| match piece {
            Piece::Literal(text) => text.chars().find(|c| !legal(*c)),
            Piece::Value(_) => None,
        });
        let fixed: usize = value
            .pieces
            .iter()
            .map(|piece| {
                if let Piece::Literal(text) = piece {
                    text.len()
                } else {
                    1
                }
            })
            .sum();
        if bad.is_none() && fixed <= 63 {
            return Some(());
        }
        let why = bad.map_or_else(
            || "longer than 63 characters".to_owned(),
            |c| format!("`{c}` cannot stand in a label"),
        );
        self.report.push(
            Problem::new(Code::E0601, "this is no legal value of a label")
                .at(inner_span(written), why)
                .help("a label's value has at most 63 letters, digits, `-`, `_` and `.`"),
        );
        None
    }
}

/// Endings that a node's name may not have, since the runtime appends them to make other names.
fn reserved(names: &Names, node_types: &[NodeType]) -> Vec<String> {
    let mut suffixes = Vec::new();
    if names.service.is_none()
        && node_types
            .iter()
            .any(|known| known.services.headless.is_some())
    {
        suffixes.push("-headless".to_owned());
    }
    if names.service.is_none() {
        let more = node_types.iter().flat_map(|known| &known.services.more);
        let endings = more
            .filter(|more| more.service.object_name.is_none())
            .map(|more| format!("-{}", more.key));
        suffixes.extend(endings);
        suffixes.sort();
        suffixes.dedup();
    }
    let mut files = node_types.iter().flat_map(|known| &known.files);
    if names.config_map.is_none() && files.any(|file| file.scope == ChildScope::ConfigGroup) {
        // A node `a-group` would have the config map of the config group `a`.
        suffixes.push("-group".to_owned());
    }
    suffixes
}

/// What a name template needs to see.
fn widest(text: &Text) -> Reach {
    let of = |piece: &Piece| match piece {
        Piece::Literal(_) => Reach::Constant,
        Piece::Value(expr) => match var(expr) {
            None | Some(Var::Cr | Var::Namespace) => match root(expr) {
                Some(Root::CrName | Root::CrNamespace | Root::Spec | Root::External) => {
                    Reach::Cluster
                }
                _ => Reach::Node,
            },
            Some(Var::Config | Var::Type) => Reach::ConfigGroup,
            Some(Var::Node | Var::K8s) => Reach::Node,
            Some(Var::Storage) => Reach::Storage,
        },
    };
    text.pieces.iter().map(of).max().unwrap_or(Reach::Constant)
}

fn root(expr: &crate::model::Expr) -> Option<&Root> {
    match &expr.kind {
        crate::model::ExprKind::Path(path) => Some(&path.root),
        crate::model::ExprKind::Coalesce(terms) => terms.first().and_then(root),
        _ => None,
    }
}

fn uses(text: &Text, wanted: &Root) -> bool {
    text.pieces
        .iter()
        .any(|piece| matches!(piece, Piece::Value(expr) if root(expr) == Some(wanted)))
}

/// The name that an expression stands for, if it is one.
fn var(expr: &crate::model::Expr) -> Option<Var> {
    let crate::model::ExprKind::Path(Path { root, steps }) = &expr.kind else {
        return None;
    };
    if !steps.is_empty() {
        return None;
    }
    Some(match root {
        Root::CrName => Var::Cr,
        Root::CrNamespace => Var::Namespace,
        Root::NodeName => Var::Node,
        Root::K8sName => Var::K8s,
        Root::ConfigName => Var::Config,
        Root::TypeName => Var::Type,
        Root::StorageName => Var::Storage,
        _ => return None,
    })
}

fn parts(text: &Text) -> Vec<Part> {
    text.pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Literal(text) => Some(Part::Fixed(text.clone())),
            Piece::Value(expr) => var(expr).map(Part::Var),
        })
        .collect()
}
