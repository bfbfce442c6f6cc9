//! Mistakes of a manifest that stand beside each other: each is told in the first run, and none is made up.

use std::collections::BTreeSet;
use std::fs;

use dsoi::check::read;
use dsoi::diagnostic::Problem;
use dsoi::manifest::Source;

use crate::testdata;

/// What is written, what is written instead, and the code of the mistake.
type Mistake = (&'static str, &'static str, &'static str);

/// Codes and lines.
type Told = BTreeSet<(String, usize)>;

/// One mistake each.
const MISTAKES: &[Mistake] = &[
    ("name: depot-operator", "name: Depot_operator", "E0601"),
    (
        "image: ghcr.io/example/depot-operator",
        "imge: ghcr.io/example/depot-operator",
        "E0102",
    ),
    ("group: depot.example.com", "group: depot", "E0601"),
    ("version: v1}", "version: first}", "E0601"),
    ("kind: Depot\n", "kind: depot\n", "E0601"),
    (
        "image: ghcr.io/example/depot:1.4",
        "image: \"ghcr.io/Example/depot 1.4\"",
        "E0601",
    ),
    ("nodeSelector, ", "nodeSelectr, ", "E0207"),
    ("common: everyPod ", "common: \"every pod\" ", "E0601"),
    (
        "level: debug | info = info",
        "level: debug | info = loud",
        "E0110",
    ),
    ("extra: optional tree", "extra: optional tre", "E0110"),
    ("onCrash: rollback", "onCrash: rolback", "E0106"),
    ("after: 5m", "after: 5x", "E0107"),
    ("kinds: [StatefulSet]", "kinds: [StatefulSett]", "E0106"),
    (
        "${files.depot.path}\"]\n      env",
        "${files.depo.path}\"]\n      env",
        "E0301",
    ),
    (
        "DEPOT_NAME: \"${cr.name}\"",
        "1EPOT_NAME: \"${cr.name}\"",
        "E0601",
    ),
    ("ports: {api: 9000}", "ports: {api: 90000}", "E0511"),
    (
        "path: /ready, port: api",
        "path: /ready, port: apo",
        "E0212",
    ),
    ("path: /ready, port: api", "pth: /ready, port: api", "E0509"),
    ("hooks: [validate,", "hooks: [validat,", "E0106"),
    (
        "name: format, like: main",
        "name: format, like: mian",
        "E0511",
    ),
    ("workingDir: /tmp", "workingDirectory: /tmp", "E0509"),
    ("\"${node.name}\"]", "\"${nod.name}\"]", "E0301"),
    ("port: metrics}}", "port: metric}}", "E0212"),
    ("memory: 64Mi", "memory: [64Mi]", "E0511"),
    ("    front:\n", "    front_:\n", "E0601"),
    ("kinds: [Deployment]", "kinds: []", "E0519"),
    (
        "ports: {http: 8080}",
        "ports: {http: 8080, web: 8080}",
        "E0503",
    ),
    (
        "path: /etc/depot/depot.yaml",
        "path: etc/depot/depot.yaml",
        "E0601",
    ),
    ("${config.extra}", "${config.extr}", "E0301"),
    (
        "region: ${config.region}",
        "region: ${config.region",
        "E0310",
    ),
    ("of: Depot\n", "of: Depo\n", "E0216"),
    ("port: 9000}\n    auth", "port: x}\n    auth", "E0103"),
    ("key: token", "ky: token", "E0102"),
    ("timeout: 5s", "timeout: 5", "E0107"),
    (
        "https://directory.example.com/api",
        "directory.example.com",
        "E0523",
    ),
    ("server: keeper", "server: kepeer", "E0216"),
    ("name: \"${spec.depot}\"", "name: \"${spec.depo}\"", "E0301"),
    ("depot: {type: string,", "depot: {type: strng,", "E0110"),
    ("min: 1, growOnly", "min: x, growOnly", "E0103"),
    (
        "tags: optional map<string>",
        "tags: optional map<string",
        "E0110",
    ),
    (
        "retention: {days: \"${spec.retentionDays}\"}",
        "retention: {days: \"${spec.retentionDay}\"}",
        "E0301",
    ),
    ("get: GET /config,", "get: FETCH /config,", "E0107"),
    ("deletion: orphan", "deletion: orfan", "E0106"),
    (
        "status: {retentionDays:",
        "statos: {retentionDays:",
        "E0102",
    ),
    ("plural: shelves", "plural: Shelves", "E0601"),
    ("server: directory", "server: diretory", "E0216"),
    (
        "${spec.label ?? cr.name}",
        "${spec.lable ?? cr.name}",
        "E0301",
    ),
    ("label: \"${id}\"", "label: \"${ids}\"", "E0301"),
    ("adopt: refuse", "adopt: refused", "E0106"),
    ("kinds: [Deployment]", "like: kepeer", "E0202"),
    ("ports: {api: 9000}", "ports: {API_: 9000}", "E0601"),
    (
        "ports: {metrics: 9100}",
        "ports: {metrics of it: 9100}",
        "E0601",
    ),
    ("name: exporter", "name: Exporter", "E0601"),
    (
        "    keeper:\n      kinds",
        "    keeper of all:\n      kinds",
        "E0601",
    ),
    ("  Shelf:\n", "  shelf:\n", "E0601"),
    ("      delete: DELETE", "      remove: DELETE", "E0102"),
];

/// The mistakes in a text.
fn found(text: &str) -> Told {
    let source = Source::new("dsoi.yaml", text.as_bytes().to_vec()).unwrap();
    let Err(problems) = read(&source) else {
        return BTreeSet::new();
    };
    for said in problems.sorted().into_iter().flat_map(texts) {
        let plain = said.to_lowercase();
        assert!(
            !plain.contains("standin") && !plain.contains("stand-in"),
            "nobody wrote that: {said}\n{text}"
        );
    }
    let all = problems.sorted().into_iter();
    all.map(|problem| {
        (
            format!("{:?}", problem.code),
            source.line(problem.span().unwrap_or_default().start),
        )
    })
    .collect()
}

/// All that is said of a mistake.
fn texts(problem: &Problem) -> Vec<String> {
    let labels = problem.labels.iter().map(|label| label.text.clone());
    let mut all: Vec<String> = labels.collect();
    all.push(problem.message.clone());
    all.extend(problem.help.clone());
    all
}

/// Pairs of which only the first is told, since the second may follow from it: a kind that is no name, against which a parent
/// is held; a port that was not read, and may be the one that is missing; a node type by the name that it cannot have, or
/// one that is like another that is not there.
const IN_DOUBT: &[(&str, &str)] = &[
    ("kind: depot\n", "of: Depo\n"),
    ("ports: {api: 90000}", "path: /ready, port: apo"),
    ("ports: {API_: 9000}", "path: /ready, port: apo"),
    ("ports: {metrics of it: 9100}", "port: metric}}"),
    ("    front_:\n", "kinds: []"),
    ("like: kepeer", "ports: {http: 8080, web: 8080}"),
];

#[test]
fn each_of_two_mistakes_is_told_and_no_third() {
    let base = fs::read_to_string(testdata("manifests/depot.yaml")).unwrap();
    assert_eq!(found(&base), BTreeSet::new());
    let one = |text: &str, (from, to, _): &Mistake| {
        (text.matches(from).count() == 1).then(|| text.replace(from, to))
    };
    let alone = MISTAKES.iter().map(|mistake| {
        let text = one(&base, mistake).unwrap_or_else(|| panic!("not once: {mistake:?}"));
        let told = found(&text);
        let codes: Vec<&str> = told.iter().map(|(code, _)| code.as_str()).collect();
        assert_eq!(codes, [mistake.2], "{mistake:?}");
        told
    });
    let alone: Vec<Told> = alone.collect();
    let mut tried = 0;
    for (i, first) in MISTAKES.iter().enumerate() {
        for (second, told_of_second) in MISTAKES.iter().zip(&alone).skip(i + 1) {
            // Both may be at one place.
            let Some(text) = one(&base, first).and_then(|text| one(&text, second)) else {
                continue;
            };
            tried += 1;
            let in_doubt =
                IN_DOUBT.contains(&(first.1, second.1)) || IN_DOUBT.contains(&(second.1, first.1));
            let both: Told = alone[i].union(told_of_second).cloned().collect();
            let told = found(&text);
            assert!(
                told == both || (in_doubt && told.is_subset(&both) && !told.is_empty()),
                "{first:?} and {second:?}: {told:?} and not {both:?}"
            );
            assert!(
                !(in_doubt && told == both),
                "no longer in doubt: {first:?}, {second:?}"
            );
        }
    }
    println!("{tried} pairs of {} mistakes", MISTAKES.len());
}

/// A manifest with what the one above does not have.
const SMALL: &str = r#"apiVersion: dsoi.dev/v1alpha1
operator: {name: reel-operator, image: ghcr.io/example/reel-operator}
api: {group: reel.example.com, version: v1}
cluster:
  kind: Reel
  image: ghcr.io/example/reel:1.0
  k8sConfigGroup: {fields: [image, env]}
  spec:
    okay: {type: int, min: 2, max: 3}
    parts: {type: list, key: name, fields: {name: string, size: int = 1}}
  appConfigGroup:
    fields: {maxConns: int = 3, level: debug | info = info, retention: {type: duration, default: 5m}}
  external: {zk: {fields: {hosts: string, port: port}}}
  nodeTypes:
    broker:
      kinds: [StatefulSet]
      args: [serve, "${external.zk.hosts}", "--conns=${config.maxConns}", "${config.level}"]
      ports: {http: 8080}
      services: {main: {governing: true}}
    indexer:
      like: broker
      args: [index, "--of=${config.retention}"]
      livenessProbe: {httpGet: {path: /live, port: http}}
    ui:
      kinds: [Deployment]
      args: [show, {$for: "p in pods.indexer", $value: "${p.host}", $join: ","}]
"#;

/// The text with one thing written instead of another.
fn instead(text: &str, (from, to, _): &Mistake) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

#[test]
fn a_mistake_hides_no_other_that_stands_by_itself() {
    const PAIRS: &[[Mistake; 2]] = &[
        // A field, and another of its group.
        [
            ("port: port}", "port: prot}", "E0110"),
            ("{external.zk.hosts}", "{external.zk.host}", "E0301"),
        ],
        // What a node type is like, and a field that no type has.
        [
            ("like: broker", "like: n9", "E0202"),
            ("httpGet:", "httpget:", "E0509"),
        ],
        [
            ("like: broker", "like: n9", "E0202"),
            ("{config.retention}", "{config.retenton}", "E0301"),
        ],
        // A name of two words, and a number that is one of them.
        [
            ("    ui:\n", "    \"n 3\":\n", "E0601"),
            ("min: 2, max: 3", "min: 5, max: 3", "E0518"),
        ],
        // A name that can be none, and one that is not there.
        [
            ("    ui:\n", "    my_ui:\n", "E0601"),
            ("pods.indexer", "pods.indexr", "E0301"),
        ],
    ];
    assert_eq!(found(SMALL), BTreeSet::new());
    for [first, second] in PAIRS {
        let alone = [first, second].map(|mistake| found(&instead(SMALL, mistake)));
        for (told, mistake) in alone.iter().zip([first, second]) {
            let codes: Vec<&str> = told.iter().map(|(code, _)| code.as_str()).collect();
            assert_eq!(codes, [mistake.2], "{mistake:?}");
        }
        let [one, other] = alone;
        let both: Told = one.union(&other).cloned().collect();
        let text = instead(&instead(SMALL, first), second);
        assert_eq!(found(&text), both, "{first:?} and {second:?}");
    }
}

#[test]
fn what_a_part_of_a_node_type_that_is_not_known_could_mend_is_not_told() {
    for follows in [
        (
            "httpGet: {path: /live, port: http}",
            "httpGet: {path: /live}",
            "",
        ),
        ("port: http}", "port: web}", ""),
        ("{config.retention}", "{files.more.path}", ""),
        ("{config.retention}", "{type.ports.web}", ""),
    ] {
        let text = instead(&instead(SMALL, &("like: broker", "like: n9", "")), &follows);
        let codes: Vec<String> = found(&text).into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["E0202"], "{follows:?}");
    }
}

#[test]
fn a_list_of_what_there_is_has_what_is_wrong_too() {
    let cases: [(&[Mistake], &str); 4] = [
        (
            &[
                ("debug | info = info", "debug | info = loud", ""),
                ("default: 5m", "default: 5x", ""),
                ("{config.level}", "{config.lvel}", ""),
            ],
            "an app config group has `maxConns`, `level` and `retention`",
        ),
        (
            &[
                ("like: broker", "like: brokr", ""),
                ("pods.indexer", "pods.indexr", ""),
            ],
            "the cluster has `broker`, `indexer` and `ui`",
        ),
        (
            &[
                ("    ui:\n", "    my_ui:\n", ""),
                ("pods.indexer", "pods.indexr", ""),
            ],
            "the cluster has `broker`, `indexer` and `my_ui`",
        ),
        (
            &[
                ("{http: 8080}", "{http: 80800, metrics: 9100}", ""),
                ("{config.retention}", "{type.ports.metrcs}", ""),
            ],
            "node type `indexer` has `http` and `metrics`",
        ),
    ];
    for (mistakes, list) in cases {
        let text = mistakes
            .iter()
            .fold(SMALL.to_owned(), |text, mistake| instead(&text, mistake));
        let source = Source::new("dsoi.yaml", text.into_bytes()).unwrap();
        let problems = read(&source).unwrap_err();
        let said: Vec<String> = problems.sorted().into_iter().flat_map(texts).collect();
        let told = said.iter().any(|text| text.contains(list));
        assert!(told, "{list}: {said:#?}");
        let near = said.iter().any(|text| text.starts_with("did you mean `"));
        assert!(near, "{said:#?}");
    }
}
