//! What a custom resource may ask of nodes of a type.

use crate::model::{NodeType, ReplicaRule, StorageMode, StorageModes, WorkloadKind};
use crate::render::rust::Expr as Rust;

/// The method `rules`, where there is a rule.
pub(super) fn rules(node_type: &NodeType) -> String {
    let rules = &node_type.rules;
    let mut code = Rust::call("Rules::new", []);
    let empty = code.clone();
    let max = |max: Option<u32>| {
        max.map_or_else(
            || Rust::atom("None"),
            |max| Rust::some(Rust::atom(max.to_string())),
        )
    };
    if rules.kinds.len() == 1 {
        let kinds = rules.kinds.iter().map(|kind| match kind {
            WorkloadKind::StatefulSet => Rust::atom("WorkloadKind::StatefulSet"),
            WorkloadKind::Deployment => Rust::atom("WorkloadKind::Deployment"),
        });
        code = code.method("kinds", [Rust::Array(kinds.collect())]);
    }
    if rules.min_nodes > 0 || rules.max_nodes.is_some() {
        let min = Rust::atom(rules.min_nodes.to_string());
        code = code.method("nodes", [min, max(rules.max_nodes)]);
    }
    match &rules.replicas {
        ReplicaRule::Range { min: 0, max: None } => {}
        ReplicaRule::Range { min, max: most } => {
            let min = Rust::atom(min.to_string());
            code = code.method("replicas", [min, max(*most)]);
        }
        ReplicaRule::Allowed(allowed) => {
            let allowed = allowed.iter().map(|count| Rust::atom(count.to_string()));
            code = code.method("replicas_allowed", [Rust::Array(allowed.collect())]);
        }
    }
    let default = StorageModes {
        stateful_set: StorageMode::Template,
        deployment: StorageMode::Refuse,
    };
    if rules.storage != default {
        let mode = |mode| {
            Rust::atom(match mode {
                StorageMode::Template => "StorageMode::Template",
                StorageMode::Claim => "StorageMode::Claim",
                StorageMode::Refuse => "StorageMode::Refuse",
            })
        };
        let modes = Rust::Struct {
            name: "StorageModes".to_owned(),
            fields: vec![
                ("stateful_set".to_owned(), mode(rules.storage.stateful_set)),
                ("deployment".to_owned(), mode(rules.storage.deployment)),
            ],
            rest: false,
        };
        code = code.method("storage", [modes]);
    }
    for volume in &rules.volumes {
        let args = [
            Rust::str(volume.name.as_str()),
            Rust::str(volume.path.as_str()),
        ];
        code = code.method("volume", args);
    }
    if code == empty {
        return String::new();
    }
    format!(
        "\n    fn rules(&self) -> Rules {{\n        {}\n    }}\n",
        code.print(8, 8, 0)
    )
}
