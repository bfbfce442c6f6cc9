//! `src/api/spec.rs`: the spec of the cluster kind.

use super::source::Source;
use super::{OPTIONAL, Writer};
use crate::model::DnsLabel;
use crate::render::rust::literal as quoted;

impl Writer<'_> {
    pub(super) fn spec(&self) -> String {
        let cluster = self.cluster;
        let kind = self.kind();
        let words = &cluster.spelling;
        let mut source = Source::new("the spec of the custom resource");
        source.doc(
            0,
            cluster
                .doc
                .as_deref()
                .unwrap_or(&format!("A {kind} cluster.")),
        );
        self.custom_resource(
            &mut source,
            [kind, cluster.plural.as_str(), cluster.singular.as_str()],
            &cluster.short_names,
            "ClusterStatus",
        );
        source.open(&format!("{kind}Spec"));
        source.plain(
            words.k8s_config_group.wire.as_str(),
            words.k8s_config_group.ident.as_str(),
            &format!("Vec<{kind}K8sConfigGroup>"),
            "Groups of pod settings; nodes refer to them by name.",
        );
        source.plain(
            words.app_config_group.wire.as_str(),
            words.app_config_group.ident.as_str(),
            &format!("Vec<{}>", self.config_type()),
            "Groups of application settings; nodes refer to them by name.",
        );
        if let Some(word) = &cluster.common.k8s {
            source.doc(1, "Pod settings under those of every group.");
            let ty = format!("Option<{kind}CommonK8s>");
            source.field(word.wire.as_str(), word.ident.as_str(), &ty, OPTIONAL);
            source.uses.insert(format!("super::{kind}CommonK8s"));
        }
        if let Some(word) = &cluster.common.config {
            source.doc(1, "Application settings under those of every group.");
            let ty = format!("Option<{kind}CommonConfig>");
            source.field(word.wire.as_str(), word.ident.as_str(), &ty, OPTIONAL);
            source.uses.insert(format!("super::{kind}CommonConfig"));
        }
        source.plain(
            words.nodes.wire.as_str(),
            words.nodes.ident.as_str(),
            &format!("Vec<{kind}Node>"),
            "The nodes of the cluster.",
        );
        source.doc(1, "In which order an upgrade rolls through the cluster.");
        source.field(
            words.deployment_order.wire.as_str(),
            words.deployment_order.ident.as_str(),
            "Vec<String>",
            "default, skip_serializing_if = \"Vec::is_empty\"",
        );
        if !cluster.external.is_empty() {
            source.doc(1, "What the cluster depends on.");
            let optional = cluster.external.iter().all(|external| external.optional);
            let serde = if optional { "default" } else { "" };
            source.field(
                words.external.wire.as_str(),
                words.external.ident.as_str(),
                &format!("{kind}External"),
                serde,
            );
        }
        source.doc(
            1,
            "How upgrades go, where it is not as the operator was made.",
        );
        // By its path: a kind `Rollout` has a spec of that name.
        source.field(
            "rollout",
            "rollout",
            "Option<dsoi_runtime::spec::RolloutSpec>",
            OPTIONAL,
        );
        source.doc(1, "Whether the cluster has no pods for now.");
        source.field("stopped", "stopped", "Option<bool>", OPTIONAL);
        source.struct_fields(&cluster.spec, &format!("{kind}Spec"));
        source.close();
        source.pending(&cluster.spec, &format!("{kind}Spec"));
        source.uses.insert("dsoi_runtime::prelude::*".to_owned());
        for ty in [
            format!("{kind}K8sConfigGroup"),
            self.config_type(),
            format!("{kind}Node"),
        ] {
            source.uses.insert(format!("super::{ty}"));
        }
        if !cluster.external.is_empty() {
            source.uses.insert(format!("super::{kind}External"));
        }
        source.finish()
    }

    /// The attributes that make a kind of a spec; `names` are kind, plural and singular.
    pub(super) fn custom_resource(
        &self,
        source: &mut Source,
        [kind, plural, singular]: [&str; 3],
        short_names: &[DnsLabel],
        status: &str,
    ) {
        source.line("#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize)]");
        let mut kube = format!(
            "group = {}, version = {}, kind = {}, plural = {}, singular = {}, namespaced, schema = \"disabled\", status = {}",
            quoted(self.operator.api.group.as_str()),
            quoted(self.operator.api.version.as_str()),
            quoted(kind),
            quoted(plural),
            quoted(singular),
            quoted(status),
        );
        for name in short_names {
            kube.push_str(&format!(", shortname = {}", quoted(name.as_str())));
        }
        source.line(&format!("#[kube({kube},"));
        source.line("    derive = \"PartialEq\",");
        source.line("    crates(kube = \"dsoi_runtime::kube\", kube_core = \"dsoi_runtime::kube::core\", k8s_openapi = \"dsoi_runtime::k8s_openapi\",");
        source.line("        serde = \"serde\", serde_json = \"serde_json\"))]");
    }
}
