//! What `dsoi explain SUBJECT` says of the language as a whole: expressions, directives, types, scopes.
//!
//! In: the tables of roots, directives and types. Out: text. What one key means is the business of `explain`.

use super::template::DIRECTIVES;
use crate::expr::{ROOTS, TYPES};

/// A part of the language.
#[derive(Debug)]
pub struct Subject {
    pub name: &'static str,
    /// In a few words.
    pub title: &'static str,
    text: fn() -> String,
}

impl Subject {
    /// The whole explanation.
    pub fn text(&self) -> String {
        format!("{}: {}\n\n{}", self.name, self.title, (self.text)())
    }
}

/// Every part.
pub const SUBJECTS: &[Subject] = &[
    Subject {
        name: "expressions",
        title: "values of the custom resource in texts, as `${config.logLevel}`",
        text: expressions,
    },
    Subject {
        name: "directives",
        title: "conditions and loops, as keys of a mapping",
        text: directives,
    },
    Subject {
        name: "types",
        title: "what a field of the custom resource can be",
        text: types,
    },
    Subject {
        name: "scopes",
        title: "which values are known where",
        text: scopes,
    },
    SIDECARS,
    Subject {
        name: "commonGroups",
        title: "settings that lie under every group of a custom resource",
        text: common_groups,
    },
];

pub(super) const SIDECARS: Subject = Subject {
    name: "sidecars",
    title: "containers beside the main one, of the manifest or of a custom resource",
    text: sidecars,
};

fn expressions() -> String {
    let roots = table(ROOTS.iter().copied());
    format!(
        r#"  ${{config.logLevel}}            a path, through names that the manifest declares
  ${{spec["schema.json"]}}        a name with dots or dashes in it
  ${{external.stores[type.name]}} the item of a keyed list that has this key
  ${{node.rack ?? "none"}}        the first of several that is present
  $${{x}}                         the characters as they stand

A path starts with one of these, or with the variable of a `$for`:

{roots}
A scalar that is one expression and nothing else keeps the type of its value: an int stays an int, and a list in a list
is spliced into it. With a text around it, it makes a text.
An entry, item or line whose only value is absent is left out. In a longer text an absent value needs a `??`.
There are no functions and no arithmetic. A wrong name is an error of `dsoi check`, never an empty text.
"#
    )
}

fn directives() -> String {
    let words = table(DIRECTIVES.iter().copied());
    format!(
        r#"{words}
  {{$if: external.archive, bucket: "${{external.archive.bucket}}"}}
  {{$for: p in pods.store, $value: "${{p.host}}:8080"}}
  {{$join: ",", $for: p in pods.store, $value: "${{p.host}}"}}

In one mapping `$for` repeats, `$if` filters what it repeats, and `$join` makes one text of all.
A condition has paths and values with `==`, `!=`, `in`, `!`, `&&`, `||` and parentheses. A path alone asks whether its
value is present, and inside of the mapping it is. A loop is `NAME in PATH`, where the path is a list.
`$$word` writes a key `$word`. Files, containers and config maps take all of this; fields of Kubernetes objects take
expressions, and `$join` and `$json` for texts.
"#
    )
}

fn types() -> String {
    let words = table(TYPES.iter().map(|(word, _, doc)| (*word, *doc)));
    let more = table(
        [
            ("list<T>", "a list of values of a type"),
            (
                "map<T>",
                "names of the user's choice, each with a value of a type",
            ),
            ("k8s.NAME", "a type of Kubernetes, as `k8s.Toleration`"),
            ("a | b | c", "one of these words"),
        ]
        .into_iter(),
    );
    format!(
        r"{words}{more}
  optional T     the field may be absent
  T = default    the API server fills in the default
  debug | info | warn = info

`dsoi explain cluster.spec.F` lists what else a field can have: limits, a pattern, a description.
"
    )
}

fn scopes() -> String {
    let places = table(
        [
            ("one pod", "`pod`: in `command`, `args` and `env` alone"),
            ("a node", "`node`, `k8s`, `config`, `type`, `files`, `services`, `configMaps`: all of a node type unless it says otherwise"),
            ("a config group", "`config`: files and config maps with `per: configGroup`"),
            ("the cluster", "`kind`, `cr`, `spec`, `external`, `nodes`, `pods`: everywhere, and nothing else with `per: cluster`"),
        ]
        .into_iter(),
    );
    format!(
        r"A value can be used where it is known, and what is shared is not built from what only one of its users has:

{places}
The wider scope is always seen from the narrower one. A name that a condition or a loop introduces is known inside of the
mapping that it stands in.
"
    )
}

fn sidecars() -> String {
    // The form is that of a manifest.
    r#"  nodeTypes:
    store:
      pod:
        containers:
        - {name: log-shipper, image: "ghcr.io/example/shipper:1", args: ["--path=${files.app.path}"]}
        initContainers:
        - {name: prepare, like: main, args: [prepare]}

`pod.containers` and `pod.initContainers` of a node type, or of `everyNodeType`, are lists of containers as Kubernetes knows
them, with expressions and directives as in the main one. The main container is not among them: its keys are those of the
node type. Each needs a name of its own; the main one is `app` unless `cluster.names.container` says otherwise.

  like: main   takes the main container's image, environment and mounts; what is written beside it wins

Without `like` a container has an `image` of its own. A custom resource brings further ones as
`spec.k8sConfigGroup[].additionalContainers` and `spec.k8sConfigGroup[].initContainers`, where these fields are exposed.
"#
    .to_owned()
}

fn common_groups() -> String {
    r"  cluster:
    k8sConfigGroup: {common: everyPod}
    appConfigGroup: {common: everyConfig}

A custom resource then has `spec.everyPod` and `spec.everyConfig`: the same fields as an entry of `spec.k8sConfigGroup` and of
`spec.appConfigGroup`, but for the name. None of them is required there, and one that is required need only stand in one
of both places.
What a group says wins over them. Of Kubernetes settings, variables extend by name, volumes, mounts and containers too,
and labels, annotations and node selectors merge by key; of application settings, mappings merge by key. All else is replaced.
A default of the application settings is filled in where neither of both says anything.
"
    .to_owned()
}

fn table<'a>(rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    rows.map(|(word, doc)| format!("  {word:14} {doc}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_says_something_of_its_own() {
        for subject in SUBJECTS {
            let text = subject.text();
            assert!(text.lines().count() > 8, "{text}");
            assert!(text.lines().all(|line| line.len() <= 150), "{text}");
        }
    }
}
