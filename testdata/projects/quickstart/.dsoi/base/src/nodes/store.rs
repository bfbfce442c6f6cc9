//! src/nodes/store.rs — nodes of type `store`.

use dsoi_runtime::prelude::*;

use crate::api::Tally;

/// Node type `store`.
pub struct Store;

impl NodeType<Tally> for Store {
    fn name(&self) -> &'static str {
        "store"
    }

    fn rules(&self) -> Rules {
        Rules::new().kinds([WorkloadKind::StatefulSet])
    }

    fn build(&self, node: &Node<'_, Tally>) -> Children {
        let app = node.file("app", "/etc/tally/app.yaml").yaml(app(node));
        let server = node
            .container()
            .args(["serve", "--role=store", "--config", app.path()])
            .port("http", 8080)
            .readiness_probe(Probe::http_get("/ready", "http"))
            .file(&app);
        let headless = node.headless(&server);

        Children::new()
            .with(node.workload(server).governed_by(&headless))
            .with(app)
            .with(node.service())
            .with(headless)
            .with_all(node.services())
            .with(node.network_policy())
            .with(node.pod_disruption_budget())
            .with(node.horizontal_pod_autoscaler())
            .with(node.ingress())
    }
}

fn app(node: &Node<'_, Tally>) -> Layers {
    Layers::new().user(&node.config.extra).ours(json!({
        "log": node.config.log_level,
        "database": node.cr.spec.external.database.spec.url,
        "stores": node
            .pods_of("store")
            .map(|p| format!("{}:8080", p.host()))
            .collect::<Vec<_>>(),
    }))
}
