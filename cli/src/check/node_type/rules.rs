//! What a node type allows: kinds of workload, numbers of nodes and of replicas.

use std::collections::BTreeSet;

use crate::check::facts::TypeFacts;
use crate::check::report::Report;
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Bounds, Spanned};
use crate::model::{NodeRules, ReplicaRule, WorkloadKind};

/// The kinds of workload that a node type allows.
pub(in crate::check) fn kinds(report: &Report<'_>, written: &ast::NodeType) -> Vec<WorkloadKind> {
    let Some(list) = &written.kinds else {
        return vec![WorkloadKind::StatefulSet, WorkloadKind::Deployment];
    };
    let mut kinds: Vec<WorkloadKind> = Vec::new();
    for kind in list {
        let made = match kind.value {
            ast::WorkloadKind::StatefulSet => WorkloadKind::StatefulSet,
            ast::WorkloadKind::Deployment => WorkloadKind::Deployment,
        };
        if !kinds.contains(&made) {
            kinds.push(made);
        }
    }
    if kinds.is_empty() {
        report.push(
            Problem::new(
                Code::E0519,
                format!(
                    "node type `{}` allows no kind of workload",
                    written.name.value
                ),
            )
            .at(written.name.span, "`kinds` is empty")
            .help("drop `kinds` to allow both, or list `StatefulSet` or `Deployment`"),
        );
        return vec![WorkloadKind::StatefulSet, WorkloadKind::Deployment];
    }
    kinds.sort_unstable();
    kinds
}

impl Typer<'_, '_> {
    pub(super) fn rules(&self, known: &TypeFacts) -> NodeRules {
        let written = &known.written;
        let (min_nodes, max_nodes) = written.nodes.as_ref().map_or((0, None), |bounds| {
            if let Some(allowed) = bounds.allowed.as_ref().and_then(|list| list.first()) {
                self.report.push(
                    Problem::new(Code::E0518, "`nodes` has only `min` and `max`")
                        .at(allowed.span, "`allowed` is for `replicas`"),
                );
            }
            self.range(bounds, "nodes")
        });
        let replicas = match &written.replicas {
            Some(bounds) => {
                if let Some(allowed) = &bounds.allowed {
                    self.allowed(bounds, allowed)
                } else {
                    let (min, max) = self.range(bounds, "replicas");
                    ReplicaRule::Range { min, max }
                }
            }
            None => ReplicaRule::Range { min: 0, max: None },
        };
        NodeRules {
            kinds: known.kinds.clone(),
            min_nodes,
            max_nodes,
            replicas,
            storage: self.storage(known),
            volumes: self.volumes(known),
        }
    }

    fn range(&self, bounds: &Bounds, what: &str) -> (u32, Option<u32>) {
        let min = bounds
            .min
            .as_ref()
            .and_then(|min| self.count(min))
            .unwrap_or(0);
        let max = bounds.max.as_ref().and_then(|max| self.count(max));
        if let (Some(written), Some(max)) = (&bounds.max, max)
            && max < min
        {
            self.report.push(
                Problem::new(
                    Code::E0518,
                    format!("no number of {what} is at least {min} and at most {max}"),
                )
                .at(written.span, "less than `min`"),
            );
        }
        (min, max)
    }

    fn allowed(&self, bounds: &Bounds, allowed: &[Spanned<i64>]) -> ReplicaRule {
        if let Some(other) = bounds.min.as_ref().or(bounds.max.as_ref()) {
            self.report.push(
                Problem::new(
                    Code::E0518,
                    "`allowed` says all: `min` and `max` have no place beside it",
                )
                .at(other.span, "drop it, or `allowed`"),
            );
        }
        if allowed.is_empty() {
            self.report.push(
                Problem::new(Code::E0518, "no number of replicas is allowed")
                    .at(bounds.span, "`allowed` is empty"),
            );
        }
        let numbers: BTreeSet<u32> = allowed
            .iter()
            .filter_map(|number| self.count(number))
            .collect();
        ReplicaRule::Allowed(numbers.into_iter().collect())
    }

    fn count(&self, number: &Spanned<i64>) -> Option<u32> {
        // Kubernetes counts replicas in 32 bits with a sign.
        if let Some(number) = i32::try_from(number.value)
            .ok()
            .and_then(|number| u32::try_from(number).ok())
        {
            Some(number)
        } else {
            self.report.push(
                Problem::new(
                    Code::E0518,
                    format!("{} is no number of nodes or replicas", number.value),
                )
                .at(number.span, "expected 0 or more"),
            );
            None
        }
    }
}
