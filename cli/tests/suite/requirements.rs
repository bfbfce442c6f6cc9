//! Every id of a requirement that the project names is explained in `REQUIREMENTS.md`, and every one of the ids that are due has
//! a test that names it, above it or inside of it, or is known to have none. `cargo test -p dsoi requirements -- --nocapture` prints which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

const FAMILIES: [&str; 13] = [
    "B", "D", "DR", "DS", "GA", "MF", "NC", "OK", "OR", "PA", "PN", "RL", "SE",
];

#[test]
fn every_requirement_that_is_named_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let table = fs::read_to_string(root.join("REQUIREMENTS.md")).unwrap();
    let explained: BTreeSet<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .collect();
    let mut named = BTreeSet::new();
    for folder in ["cli/src", "cli/tests", "runtime/src", "runtime/tests"] {
        for entry in WalkDir::new(root.join(folder)) {
            let entry = entry.unwrap();
            if entry.path().extension().is_some_and(|ext| ext == "rs") {
                let text = fs::read_to_string(entry.path()).unwrap();
                named.extend(comments(&text).flat_map(ids));
            }
        }
    }
    assert!(named.len() > 50, "found too few: {named:?}");
    let unknown: Vec<_> = named
        .iter()
        .filter(|id| !explained.contains(id.as_str()))
        .collect();
    assert!(unknown.is_empty(), "not in REQUIREMENTS.md: {unknown:?}");
}

/// Families of ids that are due, and their numbers.
const DUE: &[(&str, &[(u32, u32)])] = &[
    ("OR", &[(1, 18)]),
    ("DS", &[(1, 28), (33, 47)]),
    ("PN", &[(1, 9), (11, 14), (16, 16)]),
    ("PA", &[(1, 4)]),
    ("DR", &[(1, 22), (26, 26)]),
    (
        "NC",
        &[
            (1, 5),
            (7, 7),
            (9, 10),
            (14, 17),
            (19, 20),
            (22, 22),
            (24, 26),
        ],
    ),
    (
        "RL",
        &[
            (8, 10),
            (21, 21),
            (26, 28),
            (30, 32),
            (35, 35),
            (37, 40),
            (43, 43),
        ],
    ),
];

/// What no test shows yet.
const OPEN: &[&str] = &[];

#[test]
fn every_requirement_that_is_due_has_a_test_or_is_open() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in ["cli/src", "cli/tests", "runtime/src", "runtime/tests"] {
        for entry in WalkDir::new(root.join(folder)) {
            let path = entry.unwrap().into_path();
            if path.extension().is_some_and(|ext| ext == "rs") {
                let shown = path.strip_prefix(&root).unwrap().display().to_string();
                let text = fs::read_to_string(&path).unwrap();
                for (id, test) in named_by_tests(&text) {
                    tests
                        .entry(id)
                        .or_default()
                        .insert(format!("{shown}: {test}"));
                }
            }
        }
    }
    let table = fs::read_to_string(root.join("REQUIREMENTS.md")).unwrap();
    let mut lacking = Vec::new();
    for (family, ranges) in DUE {
        for number in ranges.iter().flat_map(|(first, last)| *first..=*last) {
            let id = format!("{family}-{number}");
            let own = tests.get(&id).into_iter().flatten();
            println!("{id}");
            own.clone().for_each(|test| println!("  {test}"));
            let open = OPEN.contains(&id.as_str());
            assert!(
                table.contains(&format!("\n| {id} | ")),
                "REQUIREMENTS.md does not explain {id}"
            );
            if own.count() == 0 && !open {
                lacking.push(id);
            }
        }
    }
    assert!(lacking.is_empty(), "no test names {lacking:?}");
}

/// The ids in the comments above and inside of tests, each with the test's name.
fn named_by_tests(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut above: Vec<String> = Vec::new();
    let mut is_test = false;
    // The test whose body this is, and the line that ends it.
    let mut inside: Option<(String, String)> = None;
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if let Some((test, end)) = &inside {
            if line == end {
                inside = None;
            } else if bare.starts_with("//") {
                found.extend(ids(bare).map(|id| (id, test.clone())));
            }
            continue;
        }
        if bare.starts_with("//!") || bare.is_empty() {
            above.clear();
        } else if bare.starts_with("//") {
            above.extend(ids(bare));
        } else if bare.starts_with("#[") {
            is_test |= bare.contains("test") && !bare.contains("cfg");
        } else {
            let name = bare
                .strip_prefix("async fn ")
                .or(bare.strip_prefix("fn "))
                .and_then(|rest| rest.split(['(', '<']).next());
            if let (true, Some(name)) = (is_test, name) {
                found.extend(above.drain(..).map(|id| (id, name.to_owned())));
                inside = Some((name.to_owned(), format!("{}}}", " ".repeat(indent))));
            }
            above.clear();
            is_test = false;
        }
    }
    found
}

fn comments(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with("//"))
}

/// Words such as `OR-5`, and `D9` of the families whose ids have no hyphen.
fn ids(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter(|word| {
            let (family, number) = match word.split_once('-') {
                Some(parts) => parts,
                None => word.split_at(word.len().min(1)),
            };
            let hyphen = word.contains('-');
            FAMILIES.contains(&family)
                && hyphen == (family.len() == 2)
                && !number.is_empty()
                && number.chars().all(|c| c.is_ascii_digit())
        })
        .map(str::to_owned)
}
