//! What a random manifest says of a node type, or of all of them, as text.

use std::fmt::Write as _;

use super::{Fields, Manifest, Part, Setting, name_of};

impl Manifest {
    /// Whether pods of a node type have names that stay.
    fn is_stateful(&self, of: u8) -> bool {
        self.holds(of, Part::Kinds) == 1
    }

    pub(super) fn node_type(&self, text: &mut String, of: Option<u8>) {
        let part = |what| self.part(of, what);
        let chosen = |what: Part, values: [&str; 4]| values[part(what)].to_owned();
        let mut said = of.map_or_else(String::new, |of| self.identity(of));
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
        // `allowed` says all, so that nothing may be said of all node types, or of one that is copied.
        let alone = of.is_some() && self.part(None, Part::Replicas) == 0;
        let like = of.and_then(|of| self.like(of));
        if like.is_none_or(|like| self.part(Some(like), Part::Replicas) == 0) {
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
        }
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

    /// What a node type copies, and what else it is called.
    fn identity(&self, of: u8) -> String {
        let (name, part) = (name_of(of), |what| self.part(Some(of), what));
        let mut said = String::new();
        if let Some(like) = self.like(of) {
            let _ = writeln!(said, "like: {}", name_of(like));
        }
        match part(Part::TypeName) {
            0 => {}
            number => {
                let _ = writeln!(said, "typeName: {name}-t{number}");
            }
        }
        match part(Part::Aliases) {
            0 => {}
            3 => {
                let _ = writeln!(said, "aliases: [{name}-a1, {name}-a2]");
            }
            number => {
                let _ = writeln!(said, "aliases: [{name}-a{number}]");
            }
        }
        said
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
