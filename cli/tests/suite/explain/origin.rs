//! From a line of a generated file back to the manifest.

use dsoi::command::init::generate;
use dsoi::explain::{Depth, Origins, Why};
use dsoi::manifest::Source;
use dsoi::plan::Runtime;
use dsoi::render::Settings;

use crate::updates::world::World;
use crate::{dsoi, shipped};

pub(super) fn settings() -> Settings {
    Settings {
        runtime: Runtime::Path("../../../runtime".to_owned()),
        kubernetes: "1.36".to_owned(),
    }
}

/// The origins of the line of a file that has this in it, and which line that is.
fn at(source: &Source, file: &str, part: &str) -> (Origins, usize) {
    let mut asked = 0;
    let found = Origins::find(source, &settings(), file, |text| {
        asked = text.lines().position(|line| line.contains(part)).unwrap() + 1;
        Some(Depth::Line(asked))
    });
    (found.unwrap().unwrap(), asked)
}

fn manifest(name: &str) -> String {
    let (_, text) = shipped()
        .into_iter()
        .find(|(known, _)| known == name)
        .unwrap();
    text
}

pub(super) fn source(text: &str) -> Source {
    Source::new("dsoi.yaml", text.as_bytes().to_vec()).unwrap()
}

/// What is expected of a line: a part of it, the path of the manifest, and another text there: what, by what.
type Line = (&'static str, &'static str, &'static str, &'static str);

const TABLE: &[(&str, &str, &[Line])] = &[
    (
        "quickstart.yaml",
        "src/nodes/store.rs",
        &[
            (
                ".port(\"http\", 8080)",
                "cluster.nodeTypes.store.ports.http",
                "      ports: {http: 8080}",
                "      ports: {http: 8081}",
            ),
            (
                ".readiness_probe(",
                "cluster.nodeTypes.store.readinessProbe.httpGet.path",
                "/ready",
                "/live",
            ),
            (
                "node.file(\"app\"",
                "cluster.everyNodeType.files.app.path",
                "/etc/tally/app.yaml",
                "/etc/tally/b.yaml",
            ),
            (
                ".args([\"serve\"",
                "cluster.nodeTypes.store.args[0]",
                "[serve, --role=store",
                "[start, --role=store",
            ),
            (
                "\"log\": ",
                "cluster.everyNodeType.files.app.content[1].log",
                "log: ${config.logLevel}",
                "log: \"a ${config.logLevel}\"",
            ),
            (
                "\"database\": ",
                "cluster.everyNodeType.files.app.content[1].database",
                "database: ${external",
                "base: ${external",
            ),
            (
                ".map(|p| format!",
                "cluster.everyNodeType.files.app.content[1].stores[0].$value",
                ":8080\"}]",
                ":80\"}]",
            ),
        ],
    ),
    (
        "pinot.yaml",
        "config/rbac/role.yaml",
        &[
            (
                "  name: pinot-control-plane",
                "operator.name",
                "name: pinot-control-plane",
                "name: pinot-operator",
            ),
            (
                "- apiGroups: [datainfra.io]",
                "api.group",
                "group: datainfra.io",
                "group: example.com",
            ),
        ],
    ),
];

#[test]
fn a_line_comes_from_the_place_whose_other_value_makes_another_line() {
    for (name, file, lines) in TABLE {
        let text = manifest(name);
        let source = source(&text);
        let found = Origins::find(&source, &settings(), file, |_| Some(Depth::All));
        let origins = found.unwrap().unwrap();
        for (part, path, old, new) in *lines {
            let line = origins.text.lines().position(|line| line.contains(part));
            let line = line.unwrap_or_else(|| panic!("{file}: {part}\n{}", origins.text)) + 1;
            let written = origins.text.lines().nth(line - 1).unwrap();
            let (_, causes) = origins.of(line);
            let known = causes.iter().any(|cause| cause.path == *path);
            assert!(known, "{file}:{line}: {causes:#?}");
            if !old.is_empty() {
                assert!(text.contains(old), "{old}");
                let other = self::source(&text.replacen(old, new, 1));
                let tree =
                    generate(&other, &settings()).unwrap_or_else(|failure| panic!("{failure:?}"));
                let other = tree.get(file).unwrap();
                assert!(other.lines().all(|line| line != written), "{file}:{line}");
            }
        }
        // The causes are places of the manifest, and lines of the file.
        for cause in origins.values.iter().chain(&origins.entries) {
            assert!(!source.slice(cause.span).is_empty(), "{cause:?}");
            assert!(
                cause
                    .lines
                    .iter()
                    .all(|line| (1..=origins.text.lines().count()).contains(line))
            );
        }
    }
}

#[test]
fn what_no_value_decides_comes_from_the_entry_that_brings_it_or_from_dsoi() {
    let source = source(&manifest("quickstart.yaml"));
    let find = |file: &str| {
        Origins::find(&source, &settings(), file, |_| Some(Depth::All))
            .unwrap()
            .unwrap()
    };
    let store = find("src/nodes/store.rs");
    let at = |part: &str| {
        store
            .text
            .lines()
            .position(|line| line.contains(part))
            .unwrap()
            + 1
    };
    let (why, causes) = store.of(at("use dsoi_runtime::prelude"));
    assert!(causes.is_empty(), "{why:?} {causes:?}");
    let (why, causes) = store.of(at(".collect::<Vec<_>>()"));
    assert_eq!(why, Why::Presence);
    assert!(
        causes[0]
            .path
            .starts_with("cluster.everyNodeType.files.app.content[1]"),
        "{causes:?}"
    );
    assert_eq!(find("rust-toolchain.toml").values, []);
}

/// Words that read alike and have nothing to do with each other, values that only the same text elsewhere makes legal, and keys
/// that are not written.
const STREAM: &str = r#"apiVersion: dsoi.dev/v1alpha1
operator: {name: stream-operator, image: ghcr.io/example/stream-operator}
api: {group: example.com, version: v1alpha1}
cluster:
  kind: Stream
  image: ghcr.io/example/stream:2.1
  order: {default: [broker, proxy]}
  appConfigGroup:
    fields: {level: string}
  nodeTypes:
    proxy:
      args: [proxy]
      ports: {http: 8080, admin: 8081}
      readinessProbe: {httpGet: {path: /ready, port: http}}
    broker:
      kinds: [StatefulSet]
      args: [serve, --config, "${files.idx.path}"]
      ports: {data: 9000, http: 8080}
      livenessProbe: {tcpSocket: {port: data}}
      readinessProbe: {httpGet: {path: /ready, port: http}}
      storage:
        StatefulSet: template
        volumes: {data: /data}
      files:
        idx:
          path: /etc/stream/idx.properties
          content: {index: "${node.name}", level: "${config.level}"}
"#;

#[test]
fn a_line_names_all_that_decides_it_and_nothing_that_only_reads_alike() {
    let source = source(STREAM);
    for (file, part, expected) in [
        (
            "src/nodes/broker.rs",
            ".volume(\"data\", \"/data\")",
            &["storage.volumes.data", "storage.volumes.data"][..],
        ),
        (
            "src/nodes/broker.rs",
            "Probe::tcp(\"data\")",
            &["livenessProbe.tcpSocket.port", "ports.data"],
        ),
        (
            "src/nodes/broker.rs",
            "Probe::http_get(",
            &[
                "readinessProbe.httpGet.path",
                "readinessProbe.httpGet.port",
                "ports.http",
            ],
        ),
        (
            "src/nodes/broker.rs",
            ".properties(idx(node))",
            &["files.idx.path", "files.idx"],
        ),
        (
            "src/cluster.rs",
            "const ORDER",
            &[
                "cluster.order.default[0]",
                "cluster.order.default[1]",
                "cluster.nodeTypes.proxy",
                "cluster.nodeTypes.broker",
            ],
        ),
        (
            "src/cluster.rs",
            "ChildKind::Deployment",
            &["cluster.nodeTypes.proxy.kinds"],
        ),
        (
            "src/cluster.rs",
            "ChildKind::Ingress",
            &["cluster.k8sConfigGroup.fields"],
        ),
    ] {
        let (origins, asked) = at(&source, file, part);
        let (_, causes) = origins.of(asked);
        let paths: Vec<_> = causes
            .iter()
            .map(|cause| {
                let own = cause.path.strip_prefix("cluster.nodeTypes.broker.");
                own.unwrap_or(&cause.path)
            })
            .collect();
        assert_eq!(paths, expected, "{file}:{asked}");
        let is_default = paths
            .iter()
            .any(|path| path.ends_with("kinds") || path.ends_with("fields"));
        assert_eq!(causes[0].unwritten.is_some(), is_default, "{causes:?}");
    }
}

#[test]
fn what_the_project_is_built_with_names_the_command_that_changes_it() {
    let tree = generate(&source(STREAM), &settings()).unwrap();
    let world = World::of(&tree);
    let line = world
        .read("Cargo.toml")
        .lines()
        .position(|line| line.starts_with("dsoi-runtime"));
    let text = explained(&world, &format!("Cargo.toml:{}", line.unwrap() + 1));
    for says in ["`dsoi update --runtime ", "`dsoi update --k8s VERSION`"] {
        assert!(text.contains(says), "{text}");
    }
    let line = world
        .read("src/cluster.rs")
        .lines()
        .position(|line| line.contains("Ingress"));
    let text = explained(&world, &format!("src/cluster.rs:{}", line.unwrap() + 1));
    let says = "cluster.k8sConfigGroup.fields, which is not written: all fields";
    assert!(text.contains(says), "{text}");
}

/// The words for owners are those of the README's table.
#[test]
fn an_owner_is_called_as_the_readme_calls_it() {
    let readme = std::fs::read_to_string(crate::testdata("../README.md")).unwrap();
    for words in [
        "*generated*, what follows from the manifest alone",
        "*scaffold*, code and configuration to build on",
        "*once*, what is yours from the start",
    ] {
        assert!(readme.contains(words), "{words}");
    }
}

/// Both values of the quick start hold each other: whoever changes one alone has made a mistake.
#[test]
fn a_line_whose_every_other_value_is_refused_may_still_come_from_it() {
    let source = source(&manifest("quickstart.yaml"));
    for (file, part, path) in [
        (
            "src/nodes/store.rs",
            ".kinds([WorkloadKind::StatefulSet])",
            "cluster.nodeTypes.store.kinds[0]",
        ),
        (
            "config/crd/tallies.yaml",
            "              external:",
            "cluster.external",
        ),
    ] {
        let (origins, asked) = at(&source, file, part);
        let (_, causes) = origins.of(asked);
        let paths: Vec<_> = causes.iter().map(|cause| cause.path.as_str()).collect();
        assert_eq!(paths, [path], "{file}:{asked}");
        assert!(causes[0].refused, "{file}");
    }
}

/// A right follows from a file, and without the file other things are missing too: nothing tells the causes apart.
#[test]
fn of_causes_that_are_alike_none_is_kept_back() {
    let source = source(&manifest("quickstart.yaml"));
    let mut asked = 0;
    let found = Origins::find(&source, &settings(), "config/rbac/role.yaml", |text| {
        let mut lines = text.lines();
        asked = lines.position(|line| line.contains("configmaps")).unwrap() + 1;
        Some(Depth::Line(asked))
    });
    let origins = found.unwrap().unwrap();
    let (_, causes) = origins.of(asked);
    let paths: Vec<_> = causes.iter().map(|cause| cause.path.as_str()).collect();
    assert!(paths.contains(&"cluster.everyNodeType"), "{paths:?}");
    assert!(causes.iter().all(|cause| cause.refused), "{paths:?}");
}

fn explained(world: &World, what: &str) -> String {
    let output = dsoi(&["-C", world.dir().to_str().unwrap(), "explain", what]);
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8(text).unwrap()
}

#[test]
fn whose_a_line_is_follows_what_was_done_to_it() {
    let tree = generate(&source(&manifest("quickstart.yaml")), &settings()).unwrap();
    let world = World::of(&tree);
    let ignore = world.read(".dockerignore");
    world.write(".dockerignore", format!("mine\n{ignore}"));
    world.write("notes.txt", "mine\n");
    for (what, says) in [
        (".dockerignore:1", "You wrote this line"),
        (".dockerignore:2", "It comes from dsoi itself"),
        ("notes.txt:1", "The file is none of dsoi's"),
        ("dsoi.yaml:3", "This is the manifest itself"),
        (".dsoi/lock:1", "what dsoi keeps"),
        ("notes.txt:7", "has no line 7"),
        (
            "notes.txt:99999999999999999999",
            "has no line 99999999999999999999",
        ),
        ("nothing.txt:7", "there is no file `nothing.txt`"),
        ("x:1", "is named as `src/main.rs:12`"),
        ("config:1", "`config` is a folder"),
        (
            "src/nodes/store.rs",
            "name the line: `dsoi explain src/nodes/store.rs:12`",
        ),
        ("src/nodes/none.rs", "there is no file `src/nodes/none.rs`"),
        ("src/nodes", "`src/nodes` is a folder"),
        ("spec..nodes", "did you mean `spec.nodes`?"),
        (
            ".dockerignore:1",
            "Owner: scaffold. It is code and configuration to build on",
        ),
        (
            "config/crd/tallies.yaml:1",
            "Owner: generated. It follows from the manifest alone",
        ),
        ("README.md:1", "Owner: once. It is yours from the start"),
    ] {
        let text = explained(&world, what);
        assert!(text.contains(says), "{what}: {text}");
    }
    let changed =
        manifest("quickstart.yaml").replace("tally-operator, image", "other-operator, image");
    world.write("dsoi.yaml", changed);
    let text = explained(&world, "config/manager/namespace.yaml:4");
    assert!(
        text.contains("The manifest has changed since") || text.contains("dsoi itself"),
        "{text}"
    );
}
