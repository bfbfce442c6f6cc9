//! src/nodes/controller.rs — nodes of type `controller`.

use dsoi_runtime::prelude::*;

use crate::api::Pinot;

/// Node type `controller`.
pub struct ControllerNodes;

impl NodeType<Pinot> for ControllerNodes {
    fn name(&self) -> &'static str {
        "controller"
    }

    fn build(&self, node: &Node<'_, Pinot>) -> Children {
        let conf = node
            .file("conf", "/var/pinot/controller/config/pinot-controller.conf")
            .per_config_group()
            .mount_dir()
            .text(conf(node));
        let java_opts = join(
            " ",
            std::iter::once(node.config.java_opts.clone()).chain(
                node.cr
                    .spec
                    .plugins
                    .iter()
                    .flatten()
                    .map(|p| format!("-Dplugins.include={p}")),
            ),
        );
        let server = node
            .container()
            .args(["StartController", "-configFileName", conf.path()])
            .cr_env()
            .env("JAVA_OPTS", java_opts)
            .file(&conf);
        let main = node.service().governing();

        Children::new()
            .with(node.workload(server).governed_by(&main))
            .with(conf)
            .with(main)
    }
}

fn conf(node: &Node<'_, Pinot>) -> Text {
    Text::new()
        .block(&node.config.data)
        .line(format!("controller.helix.cluster.name={}", node.cr_name()))
        .line(format!(
            "controller.zk.str={}",
            node.cr.spec.external.zookeeper.spec.zk_address
        ))
        .block(
            node.cr
                .spec
                .external
                .deep_storage
                .iter()
                .flat_map(|deep_storage| &deep_storage.spec)
                .find(|item| item.node_type == "controller")
                .map(|item| &item.data),
        )
}
