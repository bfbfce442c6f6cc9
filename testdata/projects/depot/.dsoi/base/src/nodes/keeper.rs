//! src/nodes/keeper.rs — nodes of type `keeper`.

use std::collections::BTreeMap;

use dsoi_runtime::k8s_openapi::api::core::v1::Container;
use dsoi_runtime::prelude::*;

use crate::api::Depot;
use crate::hooks;

/// Node type `keeper`.
pub struct Keeper;

impl NodeType<Depot> for Keeper {
    fn name(&self) -> &'static str {
        "keeper"
    }

    fn rules(&self) -> Rules {
        Rules::new().kinds([WorkloadKind::StatefulSet])
    }

    fn build(&self, node: &Node<'_, Depot>) -> Children {
        let depot = node
            .file("depot", "/etc/depot/depot.yaml")
            .yaml(depot(node));
        let server = node
            .container()
            .args(["keep", "--config", depot.path()])
            .env("DEPOT_NAME", node.cr_name())
            .port("api", 9000)
            .readiness_probe(Probe::http_get("/ready", "api"))
            .file(&depot);
        let headless = node.headless(&server);
        let format = server
            .like("format")
            .args(["format"])
            .args([PodText::new("--name=").variable("DEPOT_NAME")]);
        let exporter = node
            .extra_container("exporter")
            .with(Container {
                image: Some("ghcr.io/example/exporter:0.3".to_owned()),
                working_dir: Some("/tmp".to_owned()),
                ..Default::default()
            })
            .args(["--target", "http://127.0.0.1:9000", "--node", node.name()])
            .port("metrics", 9100)
            .readiness_probe(Probe::http_get("/healthz", "metrics"))
            .resources(ResourceRequirements {
                limits: Some(BTreeMap::from([(
                    "memory".to_owned(),
                    Quantity("64Mi".to_owned()),
                )])),
                ..Default::default()
            });

        Children::new()
            .with(
                node.workload(server)
                    .init_container(format)
                    .sidecar(exporter)
                    .governed_by(&headless)
                    .update_strategy(StatefulSetUpdateStrategy {
                        rolling_update: Some(RollingUpdateStatefulSetStrategy {
                            max_unavailable: Some(IntOrString::Int(1)),
                            ..Default::default()
                        }),
                        ..Default::default()
                    }),
            )
            .with(depot)
            .with(node.service())
            .with(headless)
    }

    fn validate(&self, node: &Node<'_, Depot>, problems: &mut Problems) {
        hooks::keeper::validate(node, problems);
    }

    fn mutate(&self, node: &Node<'_, Depot>, kind: ChildKind, document: &mut serde_json::Value) {
        hooks::keeper::mutate(node, kind, document);
    }

    fn ready(&self, cr: &Depot, node: &LiveNode) -> Readiness {
        hooks::keeper::ready(cr, node)
    }

    fn before_upgrade<'a>(&'a self, roll: &'a Roll<Depot>) -> BoxFuture<'a, GateResult> {
        Box::pin(hooks::keeper::before_upgrade(roll))
    }

    fn after_upgrade<'a>(&'a self, roll: &'a Roll<Depot>) -> BoxFuture<'a, GateResult> {
        Box::pin(hooks::keeper::after_upgrade(roll))
    }
}

fn depot(node: &Node<'_, Depot>) -> Layers {
    Layers::new().user(&node.config.extra).ours(json!({
        "region": node.config.region,
        "level": node.config.level,
    }))
}
