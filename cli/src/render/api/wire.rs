//! `src/api/wire.rs`: how the runtime reads the custom resource.

use super::Writer;
use crate::render::rust::literal as quoted;

impl Writer<'_> {
    pub(super) fn wire(&self) -> String {
        let kind = self.kind();
        let words = &self.cluster.spelling;
        let crd = format!("../../config/crd/{}.yaml", self.cluster.plural);
        let spelling = [
            ("nodes", &words.nodes),
            ("node_type", &words.node_type),
            ("k8s_config_group", &words.k8s_config_group),
            ("app_config_group", &words.app_config_group),
            ("deployment_order", &words.deployment_order),
        ]
        .map(|(field, word)| format!("        {field}: {},\n", quoted(word.wire.as_str())))
        .concat();
        let common = &self.cluster.common;
        let k8s_common = common.k8s.as_ref().map_or_else(String::new, |word| {
            format!(
                "fn k8s_common(&self) -> Option<K8sConfigGroup<'_>> {{\n        \
                 self.spec.{}.as_ref().map(K8sConfigGroupFields::group)\n    }}\n\n    ",
                word.ident
            )
        });
        let groups = words.app_config_group.ident.as_str();
        let configs = match &common.config {
            None => format!("Ok(Cow::Borrowed(&self.spec.{groups}))"),
            Some(word) => format!(
                "dsoi_runtime::spec::over_common(self.spec.{}.as_ref(), &self.spec.{groups})\n            \
                 .map(Cow::Owned)\n            \
                 .map_err(|(index, message)| Problem {{ path: Self::SPELLING.config_group(index), message }})",
                word.ident
            ),
        };
        format!(
            "//! src/api/wire.rs — how the runtime reads the custom resource.\n\n\
             use std::borrow::Cow;\n\n\
             use dsoi_runtime::prelude::*;\n\n\
             use super::{{{kind}, {kind}Config, {kind}Node}};\n\n\
             impl ClusterResource for {kind} {{\n    \
             type Config = {kind}Config;\n    type Node = {kind}Node;\n\n    \
             const CRD: &'static str = include_str!({crd:?});\n    \
             const SPELLING: Spelling = Spelling {{\n{spelling}    }};\n\n    \
             fn nodes(&self) -> &[{kind}Node] {{\n        &self.spec.{nodes}\n    }}\n\n    \
             fn k8s_config_groups(&self) -> Vec<K8sConfigGroup<'_>> {{\n        \
             self.spec.{k8s}.iter().map(K8sConfigGroupFields::group).collect()\n    }}\n\n    \
             {k8s_common}fn app_config_groups(&self) -> Result<Cow<'_, [{kind}Config]>, Problem> {{\n        {configs}\n    }}\n\n    \
             fn deployment_order(&self) -> &[String] {{\n        &self.spec.{order}\n    }}\n\n    \
             fn rollout(&self) -> Option<&dsoi_runtime::spec::RolloutSpec> {{\n        self.spec.rollout.as_ref()\n    }}\n\n    \
             fn stopped(&self) -> bool {{\n        self.spec.stopped.unwrap_or(false)\n    }}\n}}\n",
            nodes = words.nodes.ident,
            k8s = words.k8s_config_group.ident,
            order = words.deployment_order.ident,
        )
    }
}
