//! src/nodes/broker.rs — nodes of type `broker`.

use dsoi_runtime::prelude::*;

use crate::api::Pinot;

/// Node type `broker`.
pub struct Broker;

impl NodeType<Pinot> for Broker {
    fn name(&self) -> &'static str {
        "broker"
    }

    fn build(&self, node: &Node<'_, Pinot>) -> Children {
        let conf = node
            .file("conf", "/var/pinot/broker/config/pinot-broker.conf")
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
            .args([
                "StartBroker",
                "-clusterName",
                node.cr_name(),
                "-zkAddress",
                &node.cr.spec.external.zookeeper.spec.zk_address,
                "-configFileName",
                conf.path(),
            ])
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
    Text::new().block(&node.config.data).block(
        node.cr
            .spec
            .external
            .deep_storage
            .iter()
            .flat_map(|deep_storage| &deep_storage.spec)
            .find(|item| item.node_type == "broker")
            .map(|item| &item.data),
    )
}
