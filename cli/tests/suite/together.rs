//! Mistakes of a manifest that stand beside each other: each is told in the first run, and none is made up.

use std::collections::BTreeSet;
use std::fs;

use dsoi::check::read;
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
    let all = problems.sorted().into_iter();
    all.map(|problem| {
        (
            format!("{:?}", problem.code),
            source.line(problem.span().unwrap_or_default().start),
        )
    })
    .collect()
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
