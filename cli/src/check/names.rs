//! Names and labels of children: legal, and different from each other (MF-7, MF-8, D10).

mod label;
mod limits;
mod template;

use self::limits::reserved;
use super::prove::{Part, Var};
use super::scope::{Place, Reach, Scope};
use super::typer::Typer;
use crate::expr::Text as WrittenText;
use crate::manifest::{self as ast, Collisions};
use crate::model::{ChildKind, LengthLimit, Names, NodeType, Path, Piece, Root, Text};

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

pub(super) fn uses(text: &Text, wanted: &Root) -> bool {
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
