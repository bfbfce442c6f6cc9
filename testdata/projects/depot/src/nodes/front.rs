//! src/nodes/front.rs — nodes of type `front`.

use dsoi_runtime::prelude::*;

use crate::api::Depot;

/// Node type `front`.
pub struct Front;

impl NodeType<Depot> for Front {
    fn name(&self) -> &'static str {
        "front"
    }

    fn rules(&self) -> Rules {
        Rules::new().kinds([WorkloadKind::Deployment])
    }

    fn build(&self, node: &Node<'_, Depot>) -> Children {
        let depot = node
            .file("depot", "/etc/depot/depot.yaml")
            .yaml(depot(node));
        let server = node
            .container()
            .args(["serve", "--config", depot.path()])
            .port("http", 8080)
            .file(&depot);
        let headless = node.headless(&server);

        Children::new()
            .with(
                node.workload(server)
                    .governed_by(&headless)
                    .strategy(DeploymentStrategy {
                        rolling_update: Some(RollingUpdateDeployment {
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
}

fn depot(node: &Node<'_, Depot>) -> Layers {
    Layers::new().user(&node.config.extra).ours(json!({
        "region": node.config.region,
        "level": node.config.level,
    }))
}
