//! Random manifests without a mistake, and random changes of them.
//!
//! A manifest is what a list of changes has made of the smallest one. Whatever the list, dsoi has nothing against it: what
//! would be a mistake is not said, so that a change may be without effect.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use dsoi::check;
use dsoi::manifest::Source;
use proptest::prelude::*;

use super::sequences::{cases, try_all};

/// One thing that a manifest says otherwise than before. The numbers choose; `0` takes back.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// A setting of the cluster, and which of its values.
    Cluster(Setting, u8),
    /// A field of a list of fields, and its type.
    Field(Fields, u8, u8),
    /// Another object, and what it consists of.
    External(u8, u8),
    /// A node type that comes or goes.
    NodeType(u8),
    /// A part of a node type, or of all of them.
    Part(Option<u8>, Part, u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Setting {
    Image,
    Spelling,
    Order,
    Rollout,
    Names,
    Labels,
    K8s,
    Security,
    Rules,
    Events,
    ConfigMaps,
    Operator,
    Comment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fields {
    Config,
    Spec,
    Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Kinds,
    Args,
    Ports,
    Env,
    Probe,
    Replicas,
    Nodes,
    Storage,
    File,
    Hooks,
    Pod,
    Services,
    Rollout,
}

const SETTINGS: &[Setting] = &[
    Setting::Image,
    Setting::Spelling,
    Setting::Order,
    Setting::Rollout,
    Setting::Names,
    Setting::Labels,
    Setting::K8s,
    Setting::Security,
    Setting::Rules,
    Setting::Events,
    Setting::ConfigMaps,
    Setting::Operator,
    Setting::Comment,
];

const PARTS: &[Part] = &[
    Part::Kinds,
    Part::Args,
    Part::Ports,
    Part::Env,
    Part::Probe,
    Part::Replicas,
    Part::Nodes,
    Part::Storage,
    Part::File,
    Part::Hooks,
    Part::Pod,
    Part::Services,
    Part::Rollout,
];

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

pub(super) fn change() -> impl Strategy<Value = Change> {
    let fields = prop::sample::select(vec![Fields::Config, Fields::Spec, Fields::Node]);
    let part = prop::sample::select(PARTS);
    prop_oneof![
        2 => (prop::sample::select(SETTINGS), 0..4_u8).prop_map(|(what, to)| Change::Cluster(what, to)),
        2 => (fields, 0..4_u8, 0..10_u8).prop_map(|(of, name, to)| Change::Field(of, name, to)),
        1 => (0..2_u8, 0..4_u8).prop_map(|(name, to)| Change::External(name, to)),
        2 => (0..4_u8).prop_map(Change::NodeType),
        5 => (prop::option::of(0..4_u8), part, 0..4_u8).prop_map(|(of, what, to)| Change::Part(of, what, to)),
    ]
}

/// What a manifest says at the moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Manifest {
    cluster: BTreeMap<Setting, u8>,
    fields: BTreeMap<(Fields, u8), u8>,
    external: BTreeMap<u8, u8>,
    /// But for the one that is always there.
    node_types: BTreeSet<u8>,
    /// By node type, or of all of them.
    parts: BTreeMap<(Option<u8>, Part), u8>,
}

impl Manifest {
    /// What the changes make of the smallest manifest.
    pub(super) fn of(changes: &[Change]) -> Self {
        let mut manifest = Self::default();
        for change in changes {
            manifest.change(change);
        }
        manifest
    }

    pub(super) fn change(&mut self, change: &Change) {
        match change {
            Change::Cluster(what, to) => set(&mut self.cluster, *what, *to),
            Change::Field(of, name, to) => set(&mut self.fields, (*of, *name), *to),
            Change::External(name, to) => set(&mut self.external, *name, *to),
            Change::NodeType(name) => {
                if !self.node_types.remove(name) {
                    self.node_types.insert(*name);
                }
            }
            Change::Part(of, what, to) => set(&mut self.parts, (*of, *what), *to),
        }
    }

    fn setting(&self, what: Setting) -> usize {
        self.cluster.get(&what).copied().unwrap_or(0).into()
    }

    /// What a node type says of itself.
    fn part(&self, of: Option<u8>, what: Part) -> usize {
        self.parts.get(&(of, what)).copied().unwrap_or(0).into()
    }

    /// What holds for a node type.
    fn holds(&self, of: u8, what: Part) -> usize {
        match self.part(Some(of), what) {
            0 => self.part(None, what),
            said => said,
        }
    }

    /// The node types, and the one that is always there.
    pub(super) fn all(&self) -> impl Iterator<Item = u8> + '_ {
        self.node_types.iter().copied().chain([BASE])
    }

    fn fields(&self, of: Fields) -> String {
        let fields = self.fields.iter().filter(|((known, _), _)| *known == of);
        let fields = fields.map(|((_, name), to)| {
            let shape = TYPES[usize::from(*to - 1) % TYPES.len()];
            format!("field{name}: {shape}")
        });
        fields.collect::<Vec<_>>().join(", ")
    }

    pub(super) fn text(&self) -> String {
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

    /// Whether pods of a node type have names that stay.
    fn is_stateful(&self, of: u8) -> bool {
        self.holds(of, Part::Kinds) == 1
    }

    fn node_type(&self, text: &mut String, of: Option<u8>) {
        let part = |what| self.part(of, what);
        let chosen = |what: Part, values: [&str; 4]| values[part(what)].to_owned();
        let mut said = String::new();
        said += &chosen(
            Part::Kinds,
            [
                "",
                "kinds: [StatefulSet]\n",
                "kinds: [Deployment]\n",
                "kinds: [StatefulSet, Deployment]\n",
            ],
        );
        // A node type has something to run: all of them, unless it says otherwise.
        let args = [
            "serve",
            "serve, --fast",
            "--role=${type.name}",
            "\"${cr.name}\"",
        ];
        let args = args[part(Part::Args)].replace("--role=${type.name}", "\"--role=${type.name}\"");
        if of.is_none() || part(Part::Args) > 0 {
            let _ = writeln!(said, "args: [{args}]");
        }
        // Named ports have users: a number may change, and another may come.
        if of.is_none() || part(Part::Ports) > 0 {
            let ports = ["8080", "8081", "8080, admin: 9000", "9090, admin: 9001"];
            let _ = writeln!(said, "ports: {{http: {}}}", ports[part(Part::Ports)]);
        }
        said += &chosen(
            Part::Env,
            [
                "",
                "env: {MODE: fast}\n",
                "env: {MODE: \"${cr.name}\", NODE: \"${node.name}\"}\n",
                "env:\n  - MODE: slow\n  - LEVEL: high\n",
            ],
        );
        said += &chosen(
            Part::Probe,
            [
                "",
                "readinessProbe: {httpGet: {path: /ready, port: http}}\n",
                "livenessProbe: {httpGet: {path: /live, port: http}}\n",
                "readinessProbe:\n  tcpSocket: {port: http}\n  periodSeconds: 5\n",
            ],
        );
        // `allowed` says all, so that nothing may be said of all node types.
        let alone = of.is_some() && self.part(None, Part::Replicas) == 0;
        said += &chosen(
            Part::Replicas,
            [
                "",
                "replicas: {min: 1}\n",
                if alone {
                    "replicas: {allowed: [1, 3, 5]}\n"
                } else {
                    "replicas: {min: 1, max: 5}\n"
                },
                "replicas: {max: 7}\n",
            ],
        );
        said += &chosen(
            Part::Nodes,
            [
                "",
                "nodes: {max: 1}\n",
                "nodes: {min: 0, max: 4}\n",
                "nodes: {max: 3}\n",
            ],
        );
        said += &chosen(
            Part::Storage,
            [
                "",
                "storage: {Deployment: claim}\n",
                "storage: {StatefulSet: claim, Deployment: claim}\n",
                "storage: {StatefulSet: template, Deployment: refuse}\n",
            ],
        );
        said += &chosen(
            Part::Hooks,
            [
                "",
                "hooks: [validate]\n",
                "hooks: [ready, before_upgrade]\n",
                "hooks: [validate, mutate, after_upgrade]\n",
            ],
        );
        said += &chosen(
            Part::Pod,
            [
                "",
                "pod: {terminationGracePeriodSeconds: 45}\n",
                "pod:\n  containers:\n    - {name: side, image: \"ghcr.io/example/side:1\", args: [watch]}\n",
                "pod:\n  initContainers:\n    - {name: init, like: main, args: [init]}\n",
            ],
        );
        said += &chosen(
            Part::Services,
            [
                "",
                "services: {main: {spec: {type: NodePort}}}\n",
                "services: {main: {annotations: {a: b}}}\n",
                "services: {main: {spec: {type: LoadBalancer}}}\n",
            ],
        );
        // Of a StatefulSet only later servers take it.
        if self.setting(Setting::Operator) == 1 {
            said += &chosen(
                Part::Rollout,
                [
                    "",
                    "rollout: {pods: {maxUnavailable: 1}}\n",
                    "rollout: {pods: {maxUnavailable: 2}}\n",
                    "rollout: {pods: {maxUnavailable: 25%}}\n",
                ],
            );
        }
        said += &self.file(part(Part::File));
        if said.is_empty() {
            text.truncate(text.trim_end().len());
            *text += " {}\n";
        }
        for line in said.lines() {
            let _ = writeln!(text, "      {line}");
        }
    }

    /// A file that says what can be said in this manifest.
    fn file(&self, shape: usize) -> String {
        let per = match shape {
            0 => return String::new(),
            1 => "",
            2 => "    mount: dir\n",
            _ => "    onChange: keep\n",
        };
        let mut text = "files:\n  app:\n    path: /etc/box/app.yaml\n".to_owned();
        text += per;
        text += "    content:\n      name: ${cr.name}\n";
        for (of, name) in self.fields.keys() {
            let root = match of {
                Fields::Config => "config",
                Fields::Spec => "spec",
                Fields::Node => "node",
            };
            let _ = writeln!(text, "      {root}{name}: ${{{root}.field{name}}}");
        }
        for (name, to) in &self.external {
            let step = if *to == 3 { "remote.host" } else { "url" };
            let _ = writeln!(
                text,
                "      outside{name}: ${{external.outside{name}.{step}}}"
            );
        }
        for name in self.all().filter(|name| self.is_stateful(*name)) {
            let name = name_of(name);
            let _ = writeln!(
                text,
                "      {name}: [{{$for: p in pods.{name}, $value: \"${{p.host}}\"}}]"
            );
        }
        text
    }
}

/// The node type that is always there.
const BASE: u8 = 9;

pub(super) fn name_of(node_type: u8) -> String {
    ["alpha", "beta-two", "gamma", "d"]
        .get(usize::from(node_type))
        .map_or_else(|| "base".to_owned(), |name| (*name).to_owned())
}

fn set<K: Ord>(map: &mut BTreeMap<K, u8>, key: K, to: u8) {
    if to == 0 {
        map.remove(&key);
    } else {
        map.insert(key, to);
    }
}

#[test]
fn dsoi_has_nothing_against_a_random_manifest() {
    let mut refused = BTreeMap::new();
    let mut said = BTreeSet::new();
    let changes = prop::collection::vec(change(), 0..60);
    try_all(cases(300), &changes, |changes| {
        let text = Manifest::of(&changes).text();
        let source = Source::new("dsoi.yaml", text.clone().into_bytes()).unwrap();
        if let Err(problems) = check::read(&source) {
            for problem in problems.sorted() {
                refused.insert(problem.message.clone(), text.clone());
            }
        }
        said.insert(text);
    });
    println!("{} random manifests", said.len());
    for (problem, text) in &refused {
        println!("{problem}\n{text}");
    }
    assert!(refused.is_empty(), "{:#?}", refused.keys());
}
