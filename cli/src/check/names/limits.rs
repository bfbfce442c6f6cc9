//! What names demand of the custom resource: lengths, endings, and that no two meet.

use super::parts;
use crate::check::file::inner_span;
use crate::check::prove::{self, Part, Var};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::Text as WrittenText;
use crate::manifest as ast;
use crate::model::{
    LengthLimit, NameTemplate, Names, NodeType, Scope as ChildScope, StorageMode, WorkloadKind,
};

/// Endings that a node's name may not have, since the runtime appends them to make other names.
pub(super) fn reserved(names: &Names, node_types: &[NodeType]) -> Vec<String> {
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

impl Typer<'_, '_> {
    /// `E0602` for each template that can make two alike within one custom resource.
    pub(super) fn prove(&self, written: &ast::Names, names: &Names, node_types: &[NodeType]) {
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
    pub(super) fn limits(
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
}
