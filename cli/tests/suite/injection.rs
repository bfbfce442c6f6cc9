//! No text of a manifest becomes structure (SE-25), and none leads out of the project (SE-24).

use std::fs;
use std::path::Path;
use std::process::Command;

use dsoi::command::Failure;
use dsoi::command::init::generate;
use dsoi::manifest::Source;
use dsoi::plan::Runtime;
use dsoi::render::Settings;
use dsoi::write::{Tree, commit};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::{Value, json};

use crate::shipped;

fn settings() -> Settings {
    Settings {
        runtime: Runtime::Version("0.1.0".to_owned()),
        kubernetes: "1.36".to_owned(),
    }
}

/// The project of a manifest; `None` where the manifest is refused. A bug of ours fails the test.
fn project(manifest: &Value) -> Option<Tree> {
    // JSON is YAML.
    let source = Source::new("dsoi.yaml", manifest.to_string().into_bytes()).ok()?;
    match generate(&source, &settings()) {
        Ok(tree) => Some(tree),
        Err(Failure::Manifest(_)) => None,
        Err(failure) => panic!("{manifest}\n{failure:?}"),
    }
}

fn manifests() -> impl Iterator<Item = (String, Value)> {
    shipped()
        .into_iter()
        .map(|(name, text)| (name, serde_saphyr::from_str(&text).unwrap()))
}

/// The place of every text below `value`, as JSON pointers.
fn texts(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::String(_) => out.push(at.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &format!("{at}/{index}"), out);
            }
        }
        Value::Object(object) => {
            for (key, value) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                texts(value, &format!("{at}/{key}"), out);
            }
        }
        _ => {}
    }
}

/// What would end a literal, a comment, a line, a scalar or a code span of some language, or hide that it does.
const HOSTILE: &[&str] = &[
    " \"); std::process::abort(); (\"#  */ /* // ` ``` '; $id `id` | & \u{202e}\u{2028}\u{feff}\u{85}\\",
    " «name» {% raw %} </td><script> # : [a, {b: *c}] !!int &d ? - |",
    " \n---\nkind: Secret\n# \\",
];

/// Code without its literals, comments and layout: what is left is its structure.
fn structure_of_rust(path: &str, text: &str) -> String {
    // rustc refuses them in literals and comments: they show code in another order than it is read.
    let turns = ['\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}'];
    let turns = turns.into_iter().chain('\u{2066}'..='\u{2069}');
    for turn in turns {
        assert!(!text.contains(turn), "{path} has a {turn:?}\n{text}");
    }
    let stream = text.parse::<TokenStream>();
    let stream = stream.unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
    let mut out = String::new();
    tokens(stream, &mut out);
    out
}

fn tokens(stream: TokenStream, out: &mut String) {
    for token in stream {
        match token {
            TokenTree::Group(group) => {
                // A comment of the documentation: how long its lines are depends on what is in them.
                if group.to_string().starts_with("[doc =") {
                    out.truncate(out.trim_end_matches(['#', '!']).len());
                    continue;
                }
                out.push_str(match group.delimiter() {
                    Delimiter::Brace => "{",
                    Delimiter::Bracket => "[",
                    Delimiter::Parenthesis | Delimiter::None => "(",
                });
                tokens(group.stream(), out);
                out.push(';');
            }
            TokenTree::Ident(ident) => out.push_str(&format!("{ident} ")),
            // The formatter adds a comma where a line breaks.
            TokenTree::Punct(punct) if punct.as_char() == ',' => {}
            TokenTree::Punct(punct) => out.push(punct.as_char()),
            TokenTree::Literal(literal) => {
                let is_text = literal.to_string().contains('"');
                out.push_str(if is_text { "text " } else { "value " });
            }
        }
    }
}

/// The lines of another file, each by what it begins with and how many cells it has.
fn structure_of_lines(text: &str) -> Value {
    let lines = text.lines().map(|line| {
        let word = line
            .find(|c: char| c.is_alphanumeric())
            .unwrap_or(line.len());
        let start: String = line.chars().take(word.min(12)).collect();
        let cells = line.replace("\\|", "").matches('|').count();
        json!([start, cells])
    });
    lines.collect()
}

/// A document with every scalar replaced by its type.
fn structure_of_yaml(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(structure_of_yaml).collect(),
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| (key.clone(), structure_of_yaml(value)))
            .collect(),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!("number"),
        Value::Bool(_) => json!("bool"),
        Value::Null => Value::Null,
    }
}

/// What each file of the project consists of, beside texts: the same for a hostile text and a harmless one.
fn structure(tree: &Tree) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for (path, text) in tree.iter().map(|(path, text)| (path.as_str(), text)) {
        let extension = Path::new(path).extension().and_then(|e| e.to_str());
        // The manifest itself is not ours to write.
        if path.starts_with(".dsoi/") || path == "dsoi.yaml" {
            continue;
        }
        match extension {
            Some("rs") => out.push((path.to_owned(), structure_of_rust(path, text).into())),
            Some("yaml") => {
                let documents: Vec<Value> = serde_saphyr::from_multiple(text)
                    .unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
                let documents = documents.iter().map(structure_of_yaml).collect();
                out.push((path.to_owned(), documents));
            }
            Some("json") => {
                let read: Value = serde_json::from_str(text)
                    .unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
                out.push((path.to_owned(), structure_of_yaml(&read)));
            }
            _ => out.push((path.to_owned(), structure_of_lines(text))),
        }
    }
    out
}

/// Fails if rustc's own parser does not take one of the files.
fn assert_parses(place: &str, tree: &Tree) {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("project");
    commit(&dir, tree).unwrap();
    let files = tree.iter().map(|(path, _)| path.as_str());
    let code = files.filter(|path| {
        !path.starts_with(".dsoi/") && Path::new(path).extension().is_some_and(|e| e == "rs")
    });
    let output = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .args(code)
        .current_dir(&dir)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{place}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_hostile_text_anywhere_in_a_manifest_ends_as_a_literal() {
    let mut accepted = 0;
    // One that has every kind of place for a text, and the one that is most like what people write.
    let chosen = ["parseable.yaml", "quickstart.yaml"];
    for (name, manifest) in manifests().filter(|(name, _)| chosen.contains(&name.as_str())) {
        let mut places = Vec::new();
        texts(&manifest, "", &mut places);
        for place in places {
            let with = |more: &str| {
                let mut manifest = manifest.clone();
                let text = manifest.pointer_mut(&place).unwrap();
                *text = format!("{}{more}", text.as_str().unwrap()).into();
                project(&manifest)
            };
            let mut last = None;
            for hostile in HOSTILE {
                let Some(tree) = with(hostile) else {
                    continue;
                };
                accepted += 1;
                let letter = |c: char| if c == ' ' || c == '\n' { c } else { 'x' };
                let harmless = with(&hostile.chars().map(letter).collect::<String>());
                let harmless = harmless.unwrap_or_else(|| panic!("{name}{place}: {hostile:?}"));
                for (harmless, found) in structure(&harmless).iter().zip(structure(&tree)) {
                    assert_eq!(harmless, &found, "{name}{place}: {hostile:?}");
                }
                last = Some(tree);
            }
            if let Some(tree) = last {
                assert_parses(&format!("{name}{place}"), &tree);
            }
        }
    }
    // Names, types and expressions refuse; texts must not.
    assert!(accepted > 40, "only {accepted} were accepted");
}

/// The place of every mapping with entries, as JSON pointers.
fn mappings(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                mappings(item, &format!("{at}/{index}"), out);
            }
        }
        Value::Object(object) => {
            out.push(at.to_owned());
            for (key, value) in object {
                let key = key.replace('~', "~0").replace('/', "~1");
                mappings(value, &format!("{at}/{key}"), out);
            }
        }
        _ => {}
    }
}

#[test]
fn a_hostile_key_anywhere_in_a_manifest_ends_as_a_literal() {
    let mut accepted = 0;
    let chosen = ["parseable.yaml", "quickstart.yaml"];
    for (name, manifest) in manifests().filter(|(name, _)| chosen.contains(&name.as_str())) {
        let mut places = Vec::new();
        mappings(&manifest, "", &mut places);
        for place in places {
            // Beside what there is: a key that is missing would be refused for that.
            let with = |more: &str| {
                let mut manifest = manifest.clone();
                let mapping = manifest.pointer_mut(&place).unwrap();
                let mapping = mapping.as_object_mut().unwrap();
                let value = mapping.values().next().cloned();
                mapping.insert(
                    format!("key{more}"),
                    value.unwrap_or_else(|| json!("value")),
                );
                project(&manifest)
            };
            for hostile in HOSTILE {
                let Some(tree) = with(hostile) else {
                    continue;
                };
                accepted += 1;
                let letter = |c: char| if c == ' ' || c == '\n' { c } else { 'x' };
                let harmless = with(&hostile.chars().map(letter).collect::<String>());
                let harmless = harmless.unwrap_or_else(|| panic!("{name}{place}: {hostile:?}"));
                for (harmless, found) in structure(&harmless).iter().zip(structure(&tree)) {
                    // Keys are data in a document, and their order is that of their letters.
                    let form = std::path::Path::new(&harmless.0).extension();
                    if form.is_none_or(|form| form != "yaml" && form != "json") {
                        assert_eq!(harmless, &found, "{name}{place}: {hostile:?}");
                    }
                }
            }
        }
    }
    println!("{accepted} hostile keys were accepted");
    assert!(accepted > 5, "only {accepted} were accepted");
}

/// Names that mean something to a file system, a shell or a repository.
pub(crate) const PATHS: &[&str] = &[
    "../x",
    "../../etc/passwd",
    "/etc/passwd",
    "/",
    ".",
    "..",
    "...",
    ".git",
    ".git/config",
    ".GIT",
    "a/b",
    "a//b",
    "a/../b",
    "a\\b",
    "..\\x",
    "C:",
    "c:\\x",
    "con",
    "CON",
    "nul",
    "aux",
    "prn",
    "com1",
    "lpt9",
    "nul.txt",
    "a.",
    "a ",
    " a",
    "~",
    "~/x",
    "-rf",
    "$HOME",
    "$(id)",
    "%2e%2e%2f",
    "a\0b",
    "a\nb",
    "é",
    "e\u{301}",
    "ﬁ",
    "K",
    "\u{202e}a",
    "main",
    "lib",
    "mod",
    "nodes",
    "api",
    "Cargo.toml",
    "vendor",
    "target",
    "",
];

pub(crate) fn quickstart() -> Value {
    let found = manifests().find(|(name, _)| name == "quickstart.yaml");
    found.unwrap().1
}

/// Manifests with a name in every place that a path is made of.
pub(crate) fn variants(manifest: &Value, hostile: &str) -> Vec<Value> {
    let mut variants = Vec::new();
    for place in [
        "/operator/name",
        "/cluster/kind",
        "/api/group",
        "/api/version",
    ] {
        let mut manifest = manifest.clone();
        *manifest.pointer_mut(place).unwrap() = hostile.into();
        variants.push(manifest);
    }
    for key in ["plural", "app"] {
        let mut manifest = manifest.clone();
        manifest["cluster"][key] = hostile.into();
        variants.push(manifest);
    }
    let mut manifest = manifest.clone();
    let types = manifest["cluster"]["nodeTypes"].as_object_mut().unwrap();
    let gateway = types.remove("gateway").unwrap();
    types.insert(hostile.to_owned(), gateway);
    variants.push(manifest);
    variants
}

#[test]
fn a_hostile_name_makes_no_path_outside_of_the_project() {
    let quickstart = quickstart();
    let long = "a".repeat(5000);
    for hostile in PATHS.iter().copied().chain([long.as_str()]) {
        for manifest in variants(&quickstart, hostile) {
            let Some(tree) = project(&manifest) else {
                continue;
            };
            let temp = tempfile::tempdir().unwrap();
            let dir = temp.path().join("in/project");
            commit(&dir, &tree).unwrap();
            let beside = [temp.path().to_owned(), temp.path().join("in")];
            for folder in beside {
                assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "{hostile:?}");
            }
            assert!(!dir.join(".git").exists(), "{hostile:?}");
        }
    }
}

/// Every place of a project, one after the other, is a link to somewhere else before `init` comes.
#[cfg(unix)]
#[test]
fn no_link_in_the_directory_is_followed() {
    use std::os::unix::fs::symlink;

    let (_, manifest) = manifests().next().unwrap();
    let tree = project(&manifest).unwrap();
    let mut places: Vec<&str> = Vec::new();
    for (path, _) in tree.iter() {
        places.extend(path.parents());
        places.push(path.as_str());
    }
    places.sort_unstable();
    places.dedup();
    // The kinds of link take turns.
    for (place, leads_to) in places
        .iter()
        .zip(["folder", "file", "nowhere"].into_iter().cycle())
    {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("project");
        let outside = temp.path().join("outside");
        fs::create_dir_all(outside.join("folder")).unwrap();
        fs::write(outside.join("file"), "mine").unwrap();
        let link = dir.join(place);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(outside.join(leads_to), &link).unwrap();

        assert!(commit(&dir, &tree).is_err(), "{place} to a {leads_to}");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 2, "{place}");
        assert_eq!(
            fs::read_dir(outside.join("folder")).unwrap().count(),
            0,
            "{place}"
        );
        assert_eq!(
            fs::read_to_string(outside.join("file")).unwrap(),
            "mine",
            "{place}"
        );
        // Not even half of it is in the directory.
        let files = walkdir::WalkDir::new(&dir).into_iter().map(Result::unwrap);
        let files = files.filter(|entry| entry.file_type().is_file());
        assert_eq!(files.count(), 0, "{place}");
    }
}
