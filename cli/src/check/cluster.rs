//! The cluster kind: its identity, its spelling, its groups, its order.

mod k8s_group;
mod order;
mod spelling;

use std::collections::BTreeSet;

pub(super) use self::k8s_group::k8s_group;
pub(super) use self::order::order;
use self::spelling::SPEC_WORDS;
pub(super) use self::spelling::{common, spelling};
use super::fields::{Fields, Reserved};
use super::report::{Report, listed};
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Spanned};
use crate::model::{
    ChildKind, Column, Common, Events, External, Field, Rule, SecurityProfile, Spelling, Word,
};

/// Fields that the custom resource has beside Dsoi's own.
pub(super) struct Extra {
    pub(super) spec: Vec<Field>,
    pub(super) node: Vec<Field>,
    pub(super) config: Vec<Field>,
    pub(super) external: Vec<External>,
    pub(super) status: Vec<Field>,
}

pub(super) fn extra(
    fields: &Fields<'_, '_>,
    written: &ast::Cluster,
    spelling: &Spelling,
    common: &Common,
) -> Extra {
    let words = |words: &[&Word]| {
        words
            .iter()
            .map(|word| word.wire.to_string())
            .collect::<Vec<_>>()
    };
    let mut spec = words(&[
        &spelling.nodes,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.deployment_order,
        &spelling.external,
    ]);
    spec.extend(SPEC_WORDS.map(str::to_owned));
    spec.extend(words(
        &[&common.k8s, &common.config]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>(),
    ));
    let mut node = words(&[
        &spelling.node_type,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.kind,
        &spelling.replicas,
    ]);
    node.extend(["name".to_owned(), "pods".to_owned()]);
    let config = ["name".to_owned()];
    let status = [
        "conditions",
        "nodes",
        "nodeTypes",
        "observedGeneration",
        "rollout",
    ]
    .map(str::to_owned);
    let reserved = |words, reason| Reserved { words, reason };
    Extra {
        spec: fields.group(
            &written.spec,
            "",
            &reserved(&spec, "a field of every spec already"),
        ),
        node: fields.group(
            &written.node,
            "Node",
            &reserved(&node, "a field of every node already"),
        ),
        config: fields.group(
            &written.app_config_group.fields,
            "Config",
            &reserved(&config, "a field of every config group already"),
        ),
        external: externals(fields, &written.external),
        status: fields.group(
            &written.status,
            "Status",
            &reserved(&status, "a field of every status already"),
        ),
    }
}

fn externals(fields: &Fields<'_, '_>, written: &[ast::External]) -> Vec<External> {
    let mut list: Vec<External> = Vec::new();
    for external in written {
        let Some(made) = fields.external(external) else {
            continue;
        };
        if let Some(other) = list.iter().find(|other| other.ident == made.ident) {
            fields.clash(&external.name, other.wire.as_str(), made.ident.as_str());
            continue;
        }
        list.push(made);
    }
    list
}

pub(super) fn columns(report: &Report<'_>, written: &[ast::Column]) -> Vec<Column> {
    const KINDS: &[&str] = &["string", "integer", "number", "boolean", "date"];
    written
        .iter()
        .filter_map(|column| {
            let ty = column.kind.as_ref().map_or("string", |kind| &kind.value);
            if !KINDS.contains(&ty) {
                let span = column
                    .kind
                    .as_ref()
                    .map_or(column.name.span, |kind| kind.span);
                report.push(
                    Problem::new(Code::E0511, format!("a column cannot be of type `{ty}`"))
                        .at(span, format!("expected one of {}", listed(KINDS, ""))),
                );
                return None;
            }
            if !column.path.value.starts_with('.') {
                report.push(
                    Problem::new(Code::E0511, "the path of a column starts with a dot")
                        .at(column.path.span, "expected such as `.spec.nodes[0].name`")
                        .help(format!("write `.{}`", column.path.value)),
                );
                return None;
            }
            Some(Column {
                name: column.name.value.clone(),
                ty: ty.to_owned(),
                path: column.path.value.clone(),
            })
        })
        .collect()
}

pub(super) fn events(written: &ast::Events) -> Option<Events> {
    if written.source.is_none() && written.prefix.is_none() {
        return None;
    }
    Some(Events {
        source: written.source.as_ref().map(|source| source.value.clone()),
        prefix: written
            .prefix
            .as_ref()
            .map_or_else(String::new, |prefix| prefix.value.clone()),
    })
}

pub(super) fn rules(report: &Report<'_>, written: &[ast::Rule]) -> Vec<Rule> {
    written
        .iter()
        .filter_map(|rule| match &rule.kind {
            ast::RuleKind::Cel(cel) => Some(Rule::Cel {
                rule: cel.value.clone(),
                message: rule.message.value.clone(),
            }),
            ast::RuleKind::Unique(path) => {
                report.push(
                    Problem::new(Code::E0901, "`unique` rules are not supported yet")
                        .at(path.span, "not yet"),
                );
                None
            }
        })
        .collect()
}

pub(super) fn unlabelled(written: &[Spanned<ast::ChildKind>]) -> Vec<ChildKind> {
    let kinds: BTreeSet<ChildKind> = written
        .iter()
        .flat_map(|kind| match kind.value {
            ast::ChildKind::Workload => vec![ChildKind::StatefulSet, ChildKind::Deployment],
            ast::ChildKind::Service => vec![ChildKind::Service],
            ast::ChildKind::ConfigMap => vec![ChildKind::ConfigMap],
            ast::ChildKind::Claim => vec![ChildKind::PersistentVolumeClaim],
            ast::ChildKind::NetworkPolicy => vec![ChildKind::NetworkPolicy],
            ast::ChildKind::PodDisruptionBudget => vec![ChildKind::PodDisruptionBudget],
            ast::ChildKind::HorizontalPodAutoscaler => vec![ChildKind::HorizontalPodAutoscaler],
            ast::ChildKind::Ingress => vec![ChildKind::Ingress],
        })
        .collect();
    kinds.into_iter().collect()
}

pub(super) fn security(written: Option<&Spanned<ast::SecurityProfile>>) -> SecurityProfile {
    match written.map(|profile| profile.value) {
        None | Some(ast::SecurityProfile::Restricted) => SecurityProfile::Restricted,
        Some(ast::SecurityProfile::Baseline) => SecurityProfile::Baseline,
        Some(ast::SecurityProfile::App) => SecurityProfile::App,
    }
}
