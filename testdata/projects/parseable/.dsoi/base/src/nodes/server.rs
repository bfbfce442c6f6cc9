//! src/nodes/server.rs — nodes of type `server`.

use dsoi_runtime::prelude::*;

use crate::api::ParseableTenant;

/// Node type `server`.
pub struct Server;

impl NodeType<ParseableTenant> for Server {
    fn name(&self) -> &'static str {
        "server"
    }

    fn rules(&self) -> Rules {
        Rules::new().storage(StorageModes {
            stateful_set: StorageMode::Claim,
            deployment: StorageMode::Claim,
        })
    }

    fn build(&self, node: &Node<'_, ParseableTenant>) -> Children {
        let env = node
            .config_map("env")
            .name(format!("{}-{}", node.name(), node.config.name()))
            .data(&node.config.env);
        let server = node
            .container()
            .args(["parseable"])
            .args(&node.config.cli_args)
            .env_from(&env)
            .env_from(node.shared_config_map("ext"))
            .port_number(8000)
            .security_context(SecurityContext {
                allow_privilege_escalation: Some(false),
                ..Default::default()
            });

        Children::new()
            .with(node.workload(server).pod(PodSpec {
                security_context: Some(PodSecurityContext {
                    run_as_user: Some(1000),
                    run_as_group: Some(1000),
                    fs_group: Some(1000),
                    fs_group_change_policy: Some("Always".to_owned()),
                    ..Default::default()
                }),
                ..Default::default()
            }))
            .with(env)
            .with(node.service())
            .with_all(node.claims())
    }
}
