//! No input may panic, and none may take long (SE-26).

use std::time::{Duration, Instant};

use dsoi::check;
use dsoi::diagnostic::print;
use dsoi::manifest::Source;
use proptest::prelude::*;

use crate::shipped;

/// Reads the bytes as `dsoi check` does and prints what is wrong; whether anything was.
fn is_refused(bytes: Vec<u8>) -> bool {
    let (source, problems) = match Source::new("dsoi.yaml", bytes) {
        Ok(source) => match check::read(&source) {
            Ok(_) => return false,
            Err(problems) => (source, problems),
        },
        Err(rejected) => (rejected.source, rejected.problems),
    };
    assert!(!problems.is_empty());
    let text = print::text(&problems, &source, false);
    assert!(
        text.ends_with(" error\n") || text.ends_with(" errors\n"),
        "{text}"
    );
    print::json(&problems, &source);
    true
}

/// A debug build may take five times as long as what is promised.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });

#[test]
fn hostile_manifests_are_refused_in_a_second() {
    let bomb = (0..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        text + &format!(
            "a{}: &a{} [*a{level}, *a{level}, *a{level}]\n",
            level + 1,
            level + 1
        )
    });
    let prefix = "apiVersion: dsoi.dev/v1alpha1\noperator: {name: a}\napi: {group: a.b, version: v1}\ncluster:\n  kind: A\n  nodeTypes:\n    a:\n";
    let cases = [
        ("alias bomb", bomb),
        ("aliases", "*a ".repeat(300_000)),
        ("alias list", format!("a: [{}]", "*a, ".repeat(200_000))),
        ("flow lists", "[".repeat(500_000)),
        ("flow mappings", "{a: ".repeat(200_000)),
        ("block lists", "- ".repeat(400_000)),
        (
            "block mappings",
            (0..700)
                .map(|depth| format!("{}a:\n", " ".repeat(depth)))
                .collect::<Vec<_>>()
                .concat(),
        ),
        ("explicit keys", "? ".repeat(400_000)),
        ("values", "- 1\n".repeat(200_000)),
        ("empty values", "-\n".repeat(500_000)),
        (
            "keys",
            (0..49_000)
                .map(|key| format!("k{key}: 1\n"))
                .collect::<Vec<_>>()
                .concat(),
        ),
        ("one key", "a: 1\n".repeat(200_000)),
        ("quotes", "\"".repeat(1_000_000)),
        ("escapes", format!("a: \"{}\"", "\\u00e9${".repeat(100_000))),
        ("long line", format!("a: [{}", "x, ".repeat(300_000))),
        ("tabs", "\t".repeat(1_000_000)),
        ("comments", "#\n".repeat(500_000)),
        ("documents", "---\n".repeat(200_000)),
        ("tags", "!!str ".repeat(150_000)),
        ("anchors", "&a ".repeat(300_000)),
        ("block scalar", format!("a: |\n{}", " \n".repeat(400_000))),
        (
            "folded scalar",
            format!("a: >\n{}", " x\n\n".repeat(200_000)),
        ),
        (
            "expressions",
            format!("{prefix}      args: [\"{}\"]", "${a..b}".repeat(100_000)),
        ),
        (
            "open expressions",
            format!("{prefix}      args: [\"{}\"]", "${".repeat(400_000)),
        ),
        (
            "one expression",
            format!("{prefix}      args: [\"${{{}}}\"]", "a[".repeat(300_000)),
        ),
        (
            "helm",
            format!(
                "{prefix}      args: [\"{}\"]",
                "{{ .Values.a }}".repeat(60_000)
            ),
        ),
        (
            "condition",
            format!(
                "{prefix}      args: [{{$if: \"{}\", $value: 1}}]",
                "(!".repeat(300_000)
            ),
        ),
        (
            "type",
            format!(
                "{prefix}      x: 1\n  spec: {{a: \"{}\"}}",
                "list<".repeat(150_000)
            ),
        ),
        (
            "enum",
            format!(
                "{prefix}      x: 1\n  spec: {{a: \"{}\"}}",
                "a | ".repeat(150_000)
            ),
        ),
        ("nothing", String::new()),
        ("10 MB", "a: b\n".repeat(2_000_000)),
    ];
    for (name, text) in cases {
        let start = Instant::now();
        assert!(is_refused(text.into_bytes()), "{name} was accepted");
        assert!(start.elapsed() < LIMIT, "{name} took {:?}", start.elapsed());
    }
}

/// Words that mean something to the parsers, and some that do not.
fn word() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "cluster",
        "nodeTypes",
        "kind",
        "files",
        "content",
        "$if",
        "$for",
        "$join",
        "$value",
        "$json",
        "${",
        "}",
        "${a.b}",
        "$${",
        "p in pods.a",
        "a == \"b\"",
        "??",
        "optional",
        "list<",
        ">",
        "|",
        "=",
        "8080",
        "0o17",
        ".inf",
        "~",
        "null",
        "true",
        "é",
        "\u{0}",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{feff}",
        "{{ .Values.a }}",
        "*",
        "&a",
        "<<",
        "!!int",
        "---",
        "...",
        "'",
        "\"",
        "#",
        ": ",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => ".{0,6}"]
}

/// YAML in flow form, as JSON writes it.
fn yaml() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        word().prop_map(|word| serde_json::to_string(&word).unwrap()),
        word()
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec((word(), inner), 0..5).prop_map(|pairs| {
                let pairs = pairs.into_iter().map(|(key, value)| {
                    format!("{}: {value}", serde_json::to_string(&key).unwrap())
                });
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
            }),
        ]
    })
}

/// What is done to a shipped manifest, at a place given as a part of its length.
#[derive(Debug, Clone)]
enum Edit {
    Insert(f64, String),
    Delete(f64, usize),
    Duplicate(f64, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = 0.0..1.0_f64;
    prop_oneof![
        (at.clone(), word()).prop_map(|(at, word)| Edit::Insert(at, word)),
        (at.clone(), 1..40_usize).prop_map(|(at, width)| Edit::Delete(at, width)),
        (at, 1..200_usize).prop_map(|(at, width)| Edit::Duplicate(at, width)),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let chars: Vec<char> = text.chars().collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss
    )]
    let place = |at: f64| ((at * chars.len() as f64) as usize).min(chars.len());
    let join = |parts: [&[char]; 3]| parts.concat().into_iter().collect();
    match edit {
        Edit::Insert(at, word) => {
            let at = place(*at);
            join([
                &chars[..at],
                &word.chars().collect::<Vec<_>>(),
                &chars[at..],
            ])
        }
        Edit::Delete(at, width) => {
            let at = place(*at);
            join([&chars[..at], &[], &chars[(at + width).min(chars.len())..]])
        }
        Edit::Duplicate(at, width) => {
            let at = place(*at);
            let end = (at + width).min(chars.len());
            join([&chars[..end], &chars[at..end], &chars[end..]])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        is_refused(bytes);
    }

    #[test]
    fn no_yaml_panics(text in yaml()) {
        is_refused(text.into_bytes());
    }

    #[test]
    fn no_section_panics(text in yaml(), section in prop::sample::select(vec!["operator", "api", "cluster"])) {
        is_refused(format!("apiVersion: dsoi.dev/v1alpha1\n{section}: {text}\n").into_bytes());
    }

    #[test]
    fn no_value_of_a_cluster_panics(values in prop::collection::vec((prop::sample::select(
        dsoi::manifest::ROOT.key("cluster").map(|key| match key.shape {
            dsoi::manifest::Shape::Section(section) => section.keys.iter().map(|key| key.name).collect::<Vec<_>>(),
            _ => Vec::new(),
        }).unwrap()), yaml()), 1..4)) {
        let values = values.into_iter().map(|(key, value)| format!("  {key}: {value}\n")).collect::<Vec<_>>().concat();
        is_refused(format!("apiVersion: dsoi.dev/v1alpha1\noperator: {{name: a}}\napi: {{group: a.b, version: v1}}\ncluster:\n{values}").into_bytes());
    }

    #[test]
    fn no_mutated_manifest_panics(index in 0..3_usize, edits in prop::collection::vec(edit(), 1..6)) {
        let (_, text) = shipped().swap_remove(index);
        is_refused(edits.iter().fold(text, |text, edit| apply(&text, edit)).into_bytes());
    }
}
