//! What the typing of expressions shares: the facts, the report, and the D8 notes that it takes along the way.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use super::report::Report;
use super::scope::{Scope, Target, View};
use crate::manifest::Span;
use crate::model::{ChildKind, ChildPath, CrPath, Effect, WorkloadKind};

/// Who restarts when a node type is scaled.
#[derive(Clone, Debug)]
pub(super) struct Scaled {
    /// Where its pods are counted first.
    pub(super) span: Span,
    pub(super) restarted: BTreeSet<String>,
}

/// Types expressions; one for a whole manifest.
pub(super) struct Typer<'r, 'm> {
    pub(super) report: &'r Report<'m>,
    pub(super) facts: &'r Facts<'m>,
    effects: RefCell<BTreeMap<CrPath, BTreeSet<ChildPath>>>,
    scaled: RefCell<BTreeMap<String, Scaled>>,
    /// Fields of the custom resource that servers use.
    served: RefCell<BTreeSet<String>>,
}

impl<'r, 'm> Typer<'r, 'm> {
    pub(super) fn new(report: &'r Report<'m>, facts: &'r Facts<'m>) -> Self {
        Self {
            report,
            facts,
            effects: RefCell::default(),
            scaled: RefCell::default(),
            served: RefCell::default(),
        }
    }

    /// The path of the nodes of one type, until it is noted.
    pub(super) fn nodes_of(&self, node_type: &str) -> String {
        format!("spec.{}[{node_type}]", self.facts.nodes_word)
    }

    /// A path as the map has it, and the node type whose nodes it is of, where that is one.
    fn field_of<'p>(&self, cr_path: &'p str) -> (String, Option<&'p str>) {
        let nodes = format!("spec.{}", self.facts.nodes_word);
        let of_one = cr_path.strip_prefix(&nodes).and_then(|rest| {
            let (of, rest) = rest.strip_prefix('[')?.split_once(']')?;
            (!of.is_empty()).then_some((of, rest.strip_prefix("[]").unwrap_or(rest)))
        });
        match of_one {
            None => (cr_path.to_owned(), None),
            Some((of, "")) => (nodes, Some(of)),
            Some((of, rest)) => (format!("{nodes}[]{rest}"), Some(of)),
        }
    }

    /// Notes that a field of the custom resource sets what the scope builds.
    pub(super) fn note(&self, scope: &Scope<'_>, cr_path: &str) {
        let (cr_path, from) = self.field_of(cr_path);
        let cr_path = cr_path.as_str();
        if let View::Server { .. } = scope.view {
            self.served.borrow_mut().insert(cr_path.to_owned());
        }
        for target in &scope.targets {
            // A variable of its own, not all of them.
            let path = match &scope.entry {
                Some(name) if target.path.rsplit('.').next() == Some("env") => {
                    format!("{}[\"{name}\"]", target.path)
                }
                _ => target.path.clone(),
            };
            let kinds = target.kind.iter().filter(|kind| can_be(scope, **kind));
            for kind in kinds {
                self.effect(
                    cr_path,
                    ChildPath {
                        node_type: scope.node_type.map(|known| known.name.to_string()),
                        from: from.map(ToOwned::to_owned),
                        kind: *kind,
                        path: path.clone(),
                        restarts: target.restarts,
                    },
                );
            }
        }
    }

    pub(super) fn effect(&self, cr_path: &str, child: ChildPath) {
        self.effects
            .borrow_mut()
            .entry(CrPath(cr_path.to_owned()))
            .or_default()
            .insert(child);
    }

    /// Everything that is noted so far, a place each.
    pub(super) fn noted(&self) -> Vec<(String, ChildPath)> {
        let effects = self.effects.borrow();
        let places = |(field, children): (&CrPath, &BTreeSet<ChildPath>)| {
            let field = field.to_string();
            let each = children.iter().cloned();
            each.map(|child| (field.clone(), child)).collect::<Vec<_>>()
        };
        effects.iter().flat_map(places).collect()
    }

    /// Notes that a file or config map counts the pods of a node type, where that restarts whoever reads it.
    pub(super) fn note_scaling(&self, scope: &Scope<'_>, scaled: &str, span: Span) {
        let restarts = |target: &Target| target.restarts && target.kind == [ChildKind::ConfigMap];
        let (Some(node_type), true) = (scope.node_type, scope.targets.iter().any(restarts)) else {
            return;
        };
        let mut known = self.scaled.borrow_mut();
        let entry = known.entry(scaled.to_owned()).or_insert_with(|| Scaled {
            span,
            restarted: BTreeSet::new(),
        });
        entry.restarted.insert(node_type.name.to_string());
    }

    /// Which node types restart when another is scaled, by the latter.
    pub(super) fn scaled(&self) -> BTreeMap<String, Scaled> {
        self.scaled.borrow().clone()
    }

    /// The fields of the custom resource that servers use.
    pub(super) fn served(&self) -> BTreeSet<String> {
        self.served.borrow().clone()
    }

    /// The D8 map so far.
    pub(super) fn effects(&self) -> Vec<Effect> {
        let effects = self.effects.borrow();
        let mut all: Vec<Effect> = effects
            .iter()
            .map(|(field, children)| Effect {
                field: field.clone(),
                children: children.iter().cloned().collect(),
            })
            .collect();
        // What lies under every group sets what the groups set.
        for (word, common) in [
            (&self.facts.k8s_word, &self.facts.common.k8s),
            (&self.facts.config_word, &self.facts.common.config),
        ] {
            let Some(common) = common else { continue };
            let groups = format!("spec.{word}[].");
            let below = all.iter().filter_map(|effect| {
                let field = effect.field.as_str().strip_prefix(&groups)?;
                (field != "name").then(|| Effect {
                    field: CrPath(format!("spec.{}.{field}", common.wire)),
                    children: effect.children.clone(),
                })
            });
            let below: Vec<Effect> = below.collect();
            all.extend(below);
        }
        all.sort();
        all
    }
}

/// Whether the node type of a scope can have a workload of the kind, where it is one.
fn can_be(scope: &Scope<'_>, kind: ChildKind) -> bool {
    let of = match kind {
        ChildKind::StatefulSet => WorkloadKind::StatefulSet,
        ChildKind::Deployment => WorkloadKind::Deployment,
        _ => return true,
    };
    scope
        .node_type
        .is_none_or(|node_type| node_type.kinds.contains(&of))
}
