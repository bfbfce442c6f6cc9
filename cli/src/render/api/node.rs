//! `src/api/node.rs`: an entry of the list of nodes.

use super::Writer;
use super::source::Source;

impl Writer<'_> {
    pub(super) fn node(&self) -> String {
        let name = format!("{}Node", self.kind());
        let words = &self.cluster.spelling;
        let mut source = Source::new("an entry of the list of nodes");
        source.doc(0, "One node: a workload with its groups.");
        source.derive(false);
        source.open(&name);
        source.plain("name", "name", "String", "Its name, unique in the cluster.");
        source.plain(
            words.kind.wire.as_str(),
            words.kind.ident.as_str(),
            "WorkloadKind",
            "The workload that runs its pods.",
        );
        source.plain(
            words.node_type.wire.as_str(),
            words.node_type.ident.as_str(),
            "String",
            "What it does in the cluster.",
        );
        source.plain(
            words.replicas.wire.as_str(),
            words.replicas.ident.as_str(),
            "i32",
            "How many pods it has.",
        );
        source.plain(
            words.k8s_config_group.wire.as_str(),
            words.k8s_config_group.ident.as_str(),
            "String",
            "Its group of pod settings.",
        );
        source.plain(
            words.app_config_group.wire.as_str(),
            words.app_config_group.ident.as_str(),
            "String",
            "Its group of application settings.",
        );
        source.struct_fields(&self.cluster.node, &name);
        source.close();
        source.pending(&self.cluster.node, &name);
        source.uses.insert("dsoi_runtime::prelude::*".to_owned());
        let mut body = String::new();
        for (method, result, word, borrow) in [
            ("name", "&str", "name", "&"),
            ("kind", "WorkloadKind", words.kind.ident.as_str(), ""),
            ("node_type", "&str", words.node_type.ident.as_str(), "&"),
            ("replicas", "i32", words.replicas.ident.as_str(), ""),
            (
                "k8s_config_group",
                "&str",
                words.k8s_config_group.ident.as_str(),
                "&",
            ),
            (
                "app_config_group",
                "&str",
                words.app_config_group.ident.as_str(),
                "&",
            ),
        ] {
            if !body.is_empty() {
                body.push('\n');
            }
            body.push_str(&format!(
                "    fn {method}(&self) -> {result} {{\n        {borrow}self.{word}\n    }}\n"
            ));
        }
        source
            .text
            .push_str(&format!("\nimpl NodeFields for {name} {{\n{body}}}\n"));
        source.finish()
    }
}
