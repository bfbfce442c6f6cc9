//! src/nodes/minion.rs — nodes of type `minion`.

use dsoi_runtime::prelude::*;

use crate::api::Pinot;

/// Node type `minion`.
pub struct Minion;

impl NodeType<Pinot> for Minion {
    fn name(&self) -> &'static str {
        "minion"
    }

    fn build(&self, node: &Node<'_, Pinot>) -> Children {
        let conf = node
            .file("conf", "/var/pinot/minion/config/pinot-minion.conf")
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
                "StartMinion",
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
            .find(|item| item.node_type == "minion")
            .map(|item| &item.data),
    )
}
