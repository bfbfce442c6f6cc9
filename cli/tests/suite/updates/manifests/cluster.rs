//! What a random manifest says of the cluster, as text.

use std::fmt::Write as _;

use super::{Fields, Manifest, Setting, name_of};

/// The types that a field may have, `0` apart.
const TYPES: &[&str] = &[
    "optional string",
    "optional int",
    "bool = false",
    "debug | info = info",
    "optional map<string>",
    "optional tree",
    "{type: int, min: 1, max: 9, default: 3}",
    "{type: optional string, doc: what it is for, pattern: \"^[a-z]*$\"}",
    "optional list<string>",
];

impl Manifest {
    fn fields(&self, of: Fields) -> String {
        let fields = self.fields.iter().filter(|((known, _), _)| *known == of);
        let fields = fields.map(|((_, name), to)| {
            let shape = TYPES[usize::from(*to - 1) % TYPES.len()];
            format!("field{name}: {shape}")
        });
        fields.collect::<Vec<_>>().join(", ")
    }

    pub(in crate::updates) fn text(&self) -> String {
        let mut text = String::new();
        let chosen = |what: Setting, values: [&str; 4]| values[self.setting(what)].to_owned();
        text += &chosen(Setting::Comment, ["", "# One.\n", "# Two.\n\n", "#\n"]);
        text += "apiVersion: dsoi.dev/v1alpha1\n";
        text += &chosen(
            Setting::Operator,
            [
                "operator: {name: box-operator, image: ghcr.io/example/box-operator}\n",
                "operator: {name: box-operator, image: ghcr.io/example/box-operator, kubernetes: \"1.35\"}\n",
                "operator: {name: box-operator, image: ghcr.io/example/box-operator, lease: box.example.com}\n",
                "operator:\n  name: box-operator\n  image: ghcr.io/example/box-operator:2\n",
            ],
        );
        text += "api: {group: example.com, version: v1}\ncluster:\n  kind: Box\n";
        let image = self.setting(Setting::Image);
        let _ = writeln!(text, "  image: ghcr.io/example/box:1.{image}");
        text += &chosen(
            Setting::Spelling,
            [
                "",
                "  spelling: {appConfigGroup: boxConfig}\n",
                "  spelling: {nodeType: type}\n",
                "  spelling: {k8sConfigGroup: k8s, external: outside}\n",
            ],
        );
        text += &self.order();
        text += &chosen(
            Setting::Rollout,
            [
                "",
                "  rollout: {onCrash: alert}\n",
                "  rollout: {onCrash: rollback, after: 5m}\n",
                "  rollout: {strategy: parallel}\n",
            ],
        );
        text += &chosen(
            Setting::Names,
            [
                "",
                "  names: {workload: \"${cr.name}-${node.name}-w\"}\n",
                "  names: {container: \"${type.name}\"}\n",
                "  names: {service: \"${cr.name}-${node.name}-s\"}\n",
            ],
        );
        text += &chosen(
            Setting::Labels,
            [
                "",
                "  labels: {app: box}\n",
                "  labels: {app: box, part: \"${type.name}\"}\n",
                "  labels: {of: \"${cr.name}\"}\n",
            ],
        );
        text += &chosen(
            Setting::K8s,
            [
                "",
                "  k8sConfigGroup: {fields: [image, env, resources]}\n",
                "  k8sConfigGroup: {fields: [image, env, service, storageConfig], required: [image]}\n",
                "  k8sConfigGroup: {fields: [image, resources, podDisruptionBudget, storageConfig], common: everyPod}\n",
            ],
        );
        text += &chosen(
            Setting::Security,
            [
                "",
                "  security: {profile: baseline}\n",
                "  security: {profile: app}\n",
                "  security: {profile: restricted}\n",
            ],
        );
        text += &chosen(
            Setting::Rules,
            [
                "",
                "  rules: [{rule: self.spec.nodes.size() < 9, message: nine are too many}]\n",
                "  rules: [{rule: self.spec.nodes.size() < 7, message: seven are too many}]\n",
                "  rules:\n    - rule: size(self.metadata.name) < 20\n      message: the name is too long\n",
            ],
        );
        text += &chosen(
            Setting::Events,
            [
                "",
                "  events: {source: box}\n",
                "  events: {prefix: Box}\n",
                "  events: {source: box-op, prefix: B}\n",
            ],
        );
        text += &chosen(
            Setting::ConfigMaps,
            [
                "",
                "  configMaps: {all: {data: {NAME: \"${cr.name}\"}}}\n",
                "  configMaps: {all: {data: {NAME: box}}}\n",
                "  configMaps: {all: {data: {NAME: \"${cr.name}\", OTHER: x}}}\n",
            ],
        );
        for (of, key) in [(Fields::Spec, "  spec"), (Fields::Node, "  node")] {
            let fields = self.fields(of);
            if !fields.is_empty() && of == Fields::Spec {
                let _ = writeln!(text, "{key}: {{{fields}}}");
            } else if !fields.is_empty() {
                let _ = writeln!(text, "{key}: {{fields: {{{fields}}}}}");
            }
        }
        let fields = self.fields(Fields::Config);
        let _ = writeln!(text, "  appConfigGroup: {{fields: {{{fields}}}}}");
        text += &self.outside();
        text += "  nodeTypes:\n";
        for name in self.all() {
            let _ = writeln!(text, "    {}:", name_of(name));
            self.node_type(&mut text, Some(name));
        }
        text += "  everyNodeType:\n";
        self.node_type(&mut text, None);
        text
    }

    fn order(&self) -> String {
        let mut all: Vec<String> = self.all().map(name_of).collect();
        match self.setting(Setting::Order) {
            0 => String::new(),
            1 => format!("  order: {{default: [{}]}}\n", all.join(", ")),
            2 => {
                all.reverse();
                format!("  order: {{default: [{}]}}\n", all.join(", "))
            }
            _ => "  order: {missing: refuse}\n".to_owned(),
        }
    }

    fn outside(&self) -> String {
        if self.external.is_empty() {
            return String::new();
        }
        let mut text = "  external:\n".to_owned();
        for (name, to) in &self.external {
            let shape = match to {
                1 => "{fields: {url: string}}",
                2 => "{optional: true, fields: {url: string, port: port = 5432}}",
                _ => {
                    "{optional: true, oneOf: {remote: {host: string}, local: {path: optional string}}}"
                }
            };
            let _ = writeln!(text, "    outside{name}: {shape}");
        }
        text
    }
}
