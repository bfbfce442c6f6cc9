//! Every id of a requirement that the project names is explained in `REQUIREMENTS.md`.

use std::collections::BTreeSet;
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
