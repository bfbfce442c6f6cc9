//! The files around the code: README, image, checks, and what git and rustup need to know.
//!
//! Out: the context of `templates/{README.md,Dockerfile,rust-toolchain.toml}` and of what stands in `templates/dot`
//! and `templates/github`, where git and its hosts do not obey it.

use std::time::Duration;

use serde::Serialize;

use super::{docs, manager, rbac, sample};
use crate::model::{
    Cluster, Compare, ExprKind, Names, Operator, OrderBy, Piece, Resource, Root, SecurityProfile,
    Strategy,
};
use crate::plan::Runtime;

/// The compiler in the image; the project itself builds with any stable one from `rust-version` on.
const RUST: &str = "1.95.0";

/// The context of the project's own files.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Project {
    pub name: String,
    pub kind: String,
    /// What the manifest says about the kind; may be empty.
    pub doc: String,
    pub group: String,
    pub version: String,
    pub singular: String,
    pub plural: String,
    pub app: String,
    /// With a tag.
    pub image: String,
    pub namespace: String,
    pub sample: String,
    /// The name of the resource in it.
    pub sample_name: String,
    pub rust: &'static str,
    pub vendored: bool,
    pub node_types: Vec<NodeTypeRow>,
    /// Whether the manifest describes any of them.
    pub described: bool,
    /// Whether two custom resources of one namespace would make objects of one name.
    pub shares: bool,
    /// The node types, and the kinds outside of Kubernetes, that have hooks.
    pub hooked: Vec<String>,
    /// Kinds outside of Kubernetes.
    pub resources: Vec<ResourceRow>,
    /// What of Secrets the operator may see.
    pub secrets: &'static str,
    pub upgrades: Upgrades,
    pub settings: Vec<Setting>,
    pub widenings: Vec<docs::Widening>,
    pub rules: Vec<RuleRow>,
    /// The namespaces that the manifest names; empty: all.
    pub watch: Vec<String>,
    /// What the children's pods are given: a sentence.
    pub security: &'static str,
    /// The annotation that makes the operator leave a resource alone.
    pub pause: String,
}

/// How upgrades go where a custom resource does not say it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Upgrades {
    pub parallel: bool,
    /// What has a turn.
    pub turn: &'static str,
    /// The field of the spec that orders them.
    pub order: String,
    pub on_crash: &'static str,
    /// How long after a crash that happens.
    pub after: String,
}

/// A node type, as the table shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodeTypeRow {
    pub name: String,
    pub doc: String,
    pub file: String,
}

/// A kind outside of Kubernetes, as the table shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceRow {
    pub kind: String,
    pub plural: String,
    pub doc: String,
    /// Its sample, its reference and its code.
    pub sample: String,
    pub reference: String,
    pub file: String,
}

/// A setting of the running operator.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    pub flag: &'static str,
    pub env: &'static str,
    pub default: String,
    pub does: &'static str,
}

/// A right of the operator, as the table shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleRow {
    pub what: String,
    pub verbs: String,
    pub why: String,
}

/// Computes the context.
pub fn project(operator: &Operator, runtime: &Runtime) -> Project {
    let cluster = &operator.cluster;
    Project {
        name: operator.name.to_string(),
        kind: cluster.kind.to_string(),
        doc: cluster.doc.clone().unwrap_or_default(),
        group: operator.api.group.to_string(),
        version: operator.api.version.to_string(),
        singular: cluster.singular.to_string(),
        plural: cluster.plural.to_string(),
        app: cluster.app.to_string(),
        image: manager::image(operator),
        namespace: rbac::namespace(operator),
        sample: sample::path(operator),
        sample_name: sample::name(operator),
        rust: RUST,
        vendored: *runtime == Runtime::Vendored,
        node_types: node_types(operator),
        described: cluster.node_types.iter().any(|known| known.doc.is_some()),
        shares: shares(&cluster.names),
        hooked: cluster
            .node_types
            .iter()
            .filter(|known| !known.hooks.is_empty())
            .map(|known| known.name.to_string())
            .chain(
                operator
                    .resources
                    .iter()
                    .filter(|known| known.compare == Compare::Hook)
                    .map(|known| known.kind.to_string()),
            )
            .collect(),
        resources: operator.resources.iter().map(resource_row).collect(),
        secrets: if rbac::reads_secrets(operator) {
            "of a Secret only what requests prove themselves by"
        } else {
            "no Secret"
        },
        upgrades: upgrades(cluster),
        settings: settings(operator),
        widenings: docs::widenings(operator),
        rules: rules(operator),
        watch: operator.watch.iter().map(ToString::to_string).collect(),
        security: security(cluster.security),
        pause: operator.ignore_annotation.as_ref().map_or_else(
            || format!("{}/paused", operator.api.group),
            ToString::to_string,
        ),
    }
}

fn upgrades(cluster: &Cluster) -> Upgrades {
    let policy = cluster.rollout;
    Upgrades {
        parallel: policy.strategy == Strategy::Parallel,
        turn: match cluster.order.by {
            OrderBy::NodeType => "node type",
            OrderBy::Node => "node",
        },
        order: cluster.spelling.deployment_order.wire.to_string(),
        on_crash: docs::on_crash(policy.on_crash),
        after: duration(policy.after),
    }
}

/// Whether names of children leave out the custom resource's own.
fn shares(names: &Names) -> bool {
    let all = [
        &names.workload,
        &names.service,
        &names.headless,
        &names.config_map,
        &names.group_config_map,
        &names.cluster_config_map,
        &names.claim,
    ];
    let has_cr = |piece: &Piece| match piece {
        Piece::Literal(_) => false,
        Piece::Value(value) => {
            matches!(&value.kind, ExprKind::Path(path) if path.root == Root::CrName)
        }
    };
    all.into_iter()
        .flatten()
        .any(|template| !template.0.pieces.iter().any(has_cr))
}

fn node_types(operator: &Operator) -> Vec<NodeTypeRow> {
    let types = operator.cluster.node_types.iter();
    types
        .map(|node_type| NodeTypeRow {
            name: node_type.name.to_string(),
            doc: node_type.doc.clone().unwrap_or_default(),
            file: format!(
                "src/nodes/{}.rs",
                node_type.ident.as_str().trim_start_matches("r#")
            ),
        })
        .collect()
}

fn resource_row(resource: &Resource) -> ResourceRow {
    let singular = &resource.singular;
    ResourceRow {
        kind: resource.kind.to_string(),
        plural: resource.plural.to_string(),
        doc: resource.doc.clone().unwrap_or_default(),
        sample: format!("config/samples/{singular}.yaml"),
        reference: format!("docs/reference/{singular}.md"),
        file: format!("src/external/{}.rs", super::resource_file(resource)),
    }
}

fn settings(operator: &Operator) -> Vec<Setting> {
    let list = |names: &[crate::model::DnsLabel], none: &str| {
        if names.is_empty() {
            none.to_owned()
        } else {
            let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
            names.join(",")
        }
    };
    let setting = |flag, env, default, does| Setting {
        flag,
        env,
        default,
        does,
    };
    vec![
        setting(
            "--watch-namespace",
            "WATCH_NAMESPACE",
            list(&operator.watch, "all"),
            "The namespaces that it looks at, separated by commas.",
        ),
        setting(
            "--deny-list",
            "DENY_LIST",
            list(&operator.deny_list, "none"),
            "Namespaces that it leaves alone, separated by commas.",
        ),
        setting(
            "--reconcile-wait",
            "RECONCILE_WAIT",
            duration(operator.resync.unwrap_or(Duration::from_secs(600))),
            "How often it looks at everything again without being told of a change.",
        ),
        setting(
            "--good-after",
            "GOOD_AFTER",
            "30s".to_owned(),
            "How long a node type has to run what it runs before that is kept, to go back to it after a crash.",
        ),
        setting(
            "--max-concurrent-reconciles",
            "MAX_CONCURRENT_RECONCILES",
            "4".to_owned(),
            "How many custom resources it works on side by side.",
        ),
        setting(
            "--leader-elect",
            "LEADER_ELECT",
            "off".to_owned(),
            "Acts only while it holds its Lease, so that several instances may run.",
        ),
        setting(
            "--lease-name",
            "LEASE_NAME",
            rbac::lease(operator),
            "The name of that Lease.",
        ),
        setting(
            "--lease-namespace",
            "POD_NAMESPACE",
            "its own".to_owned(),
            "The namespace of that Lease.",
        ),
        setting(
            "--health-address",
            "HEALTH_ADDRESS",
            "0.0.0.0:8081".to_owned(),
            "Where it answers /livez, and /readyz, which names what is missing.",
        ),
        setting(
            "--metrics-address",
            "METRICS_ADDRESS",
            "127.0.0.1:8080".to_owned(),
            "Where it answers /metrics: plain on a loopback address, elsewhere as said under Metrics.",
        ),
        setting(
            "--metrics-certificate",
            "METRICS_CERTIFICATE",
            "none".to_owned(),
            "The folder of the tls.crt and tls.key that the metrics are served with.",
        ),
        setting(
            "--log-format",
            "LOG_FORMAT",
            "json".to_owned(),
            "How the lines of its log look.",
        ),
    ]
}

/// A duration as people write it: the largest unit that divides it.
fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let units = [(3_600_000, "h"), (60_000, "m"), (1000, "s")];
    let fitting = units
        .iter()
        .find(|(size, _)| milliseconds.is_multiple_of(*size));
    match fitting {
        Some((size, unit)) => format!("{}{unit}", milliseconds / size),
        None => format!("{milliseconds}ms"),
    }
}

fn rules(operator: &Operator) -> Vec<RuleRow> {
    let rules = rbac::rbac(operator).rules.into_iter();
    rules
        .map(|rule| {
            let groups = rule.api_groups.iter().filter(|group| !group.is_empty());
            let groups: Vec<_> = groups.cloned().collect();
            let mut what = [rule.resources, rule.non_resource_urls].concat().join(", ");
            if !groups.is_empty() {
                what = format!("{what} ({})", groups.join(", "));
            }
            if !rule.resource_names.is_empty() {
                what = format!("{what}: {}", rule.resource_names.join(", "));
            }
            RuleRow {
                what,
                verbs: rule.verbs.join(", "),
                why: rule.why,
            }
        })
        .collect()
}

fn security(profile: SecurityProfile) -> &'static str {
    match profile {
        SecurityProfile::Restricted => {
            "The pods meet the restricted pod security standard unless a custom resource says otherwise."
        }
        SecurityProfile::Baseline => {
            "The pods meet the baseline pod security standard unless a custom resource says otherwise; they may run as root."
        }
        SecurityProfile::App => {
            "Nothing is added to the pods' security contexts: what the manifest and the custom resource say is all there is."
        }
    }
}

#[cfg(test)]
mod tests;
