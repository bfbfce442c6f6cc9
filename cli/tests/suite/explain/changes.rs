//! What `explain` says of a line of a generated file is what becomes of the line.
//!
//! Values of the manifests are changed, each to others that are legal, and the projects are rendered anew: of each line that is
//! another one then, the place must be named, or one that it lies in; and a place that is named must change the line. Which
//! values are tried is decided here, not where `explain` decides it.

use std::collections::{BTreeMap, BTreeSet};

use dsoi::check;
use dsoi::command::init::generate;
use dsoi::explain::{Cause, Depth, Origins, Why};
use dsoi::manifest::{self, Node, Source, Span, Value};
use dsoi::render::Settings;
use dsoi::write::Tree;
use similar::{Algorithm, DiffTag};

use super::origin::{settings, source};
use crate::shipped;

/// How many values of a manifest are changed, and in how many files they are looked for, unless all are asked for.
const LEAVES: usize = 9;
const FILES: usize = 3;

/// The most values that are tried in place of one.
const OTHERS: usize = 2;

/// The most lines of a file of which the places that are named are tried.
const LINES: usize = 4;

/// Words of the language that stand in for each other.
const WORDS: &[&str] = &[
    "StatefulSet",
    "Deployment",
    "string",
    "optional string",
    "int",
    "list<string>",
    "append",
    "refuse",
    "template",
    "claim",
    "none",
    "dir",
    "node",
    "json",
    "yaml",
    "rollback",
    "image",
    "ready",
];

/// A value of the manifest.
struct Leaf {
    path: String,
    span: Span,
    text: String,
}

fn leaves(node: &Node, path: &str, out: &mut Vec<Leaf>) {
    match &node.value {
        Value::Scalar(scalar) if scalar.text.is_empty() || scalar.text.contains('\n') => {}
        Value::Scalar(scalar) => out.push(Leaf {
            path: path.to_owned(),
            span: node.span,
            text: scalar.text.clone(),
        }),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}[{index}]"), out);
            }
        }
        Value::Map(pairs) => {
            for pair in pairs {
                let name = &pair.key.text;
                let at = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                leaves(&pair.value, &at, out);
            }
        }
    }
}

fn with(source: &Source, span: Span, new: &str) -> Source {
    let text = source.text();
    self::source(&[&text[..span.start], new, &text[span.end..]].concat())
}

/// A manifest, its values, and its project.
struct World {
    source: Source,
    leaves: Vec<Leaf>,
    /// Words that the manifest has.
    words: BTreeSet<String>,
    tree: Tree,
    settings: Settings,
}

impl World {
    fn new(text: &str) -> Self {
        let source = source(text);
        let root = manifest::tree(&source).unwrap();
        let mut all = Vec::new();
        leaves(&root, "", &mut all);
        let words = all.iter().map(|leaf| leaf.text.clone());
        let words = words.filter(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        Self {
            words: words.collect(),
            tree: generate(&source, &settings()).unwrap(),
            leaves: all,
            source,
            settings: settings(),
        }
    }

    /// Legal manifests with another value there.
    fn others(&self, leaf: &Leaf) -> Vec<Source> {
        let mut texts = Vec::new();
        let number = leaf.text.parse::<i64>();
        texts.extend(number.iter().map(|number| (number + 7).to_string()));
        match leaf.text.as_str() {
            "true" => texts.push("false".to_owned()),
            "false" => texts.push("true".to_owned()),
            _ => {}
        }
        texts.extend(self.words.iter().cloned());
        texts.extend(WORDS.iter().map(|word| (*word).to_owned()));
        let written = self.source.slice(leaf.span);
        let (body, quote) = match written.strip_suffix(['"', '\'']) {
            Some(body) => (body, &written[body.len()..]),
            None => (written, ""),
        };
        texts.extend(["z", "9", ".z"].map(|end| format!("{body}{end}{quote}")));
        // An evenly chosen few, the author's own kind of text among them.
        texts.rotate_right(3);
        let texts = texts.iter().filter(|text| **text != leaf.text);
        let others = texts.map(|text| with(&self.source, leaf.span, text));
        let legal = others.filter(|other| check::read(other).is_ok());
        legal.take(OTHERS).collect()
    }

    /// The lines of each file that another manifest makes others.
    fn changed(&self, other: &Source, only: Option<&str>) -> BTreeMap<String, BTreeSet<usize>> {
        let Ok(tree) = generate(other, &self.settings) else {
            return BTreeMap::new();
        };
        let mut changed = BTreeMap::new();
        for (path, text) in self.tree.iter() {
            let path = path.as_str();
            let is_asked = only.is_none_or(|only| only == path);
            if path.starts_with(".dsoi/") || path == "dsoi.yaml" || !is_asked {
                continue;
            }
            // A file that has another name is another file.
            if let Some(lines) = tree.get(path).map(|other| different(text, other)) {
                changed.insert(path.to_owned(), lines);
            }
        }
        changed.retain(|_, lines| !lines.is_empty());
        changed
    }
}

fn different(old: &str, new: &str) -> BTreeSet<usize> {
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    similar::capture_diff_slices(Algorithm::Myers, &old, &new)
        .iter()
        .filter(|op| matches!(op.tag(), DiffTag::Delete | DiffTag::Replace))
        .flat_map(similar::DiffOp::old_range)
        .map(|index| index + 1)
        .collect()
}

fn is_or_above(cause: &Cause, path: &str) -> bool {
    let rest = path.strip_prefix(cause.path.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// So many of them, evenly.
fn some<T>(all: Vec<T>, most: usize) -> Vec<T> {
    if std::env::var("DSOI_CASES").is_ok_and(|cases| cases == "whole") {
        return all;
    }
    let step = all.len().div_ceil(most.max(1)).max(1);
    let middle = step / 2;
    let each = all.into_iter().enumerate();
    each.filter(|(index, _)| index % step == middle)
        .map(|(_, one)| one)
        .collect()
}

#[test]
fn a_line_names_the_value_whose_change_changed_it_and_no_other() {
    let mut wrong = Vec::new();
    let (mut lines, mut named, mut leaves, mut said, mut held) = (0, 0, 0, 0, 0);
    for (name, text) in shipped() {
        let world = World::new(&text);
        let mut by_file: BTreeMap<String, Vec<(&Leaf, BTreeSet<usize>)>> = BTreeMap::new();
        for leaf in some(world.leaves.iter().collect(), LEAVES) {
            leaves += 1;
            for other in world.others(leaf) {
                for (file, lines) in world.changed(&other, None) {
                    by_file.entry(file).or_default().push((leaf, lines));
                }
            }
        }
        for (file, changes) in some(by_file.into_iter().collect(), FILES) {
            let first = *changes[0].1.first().unwrap();
            let found = Origins::find(&world.source, &world.settings, &file, |_| {
                Some(Depth::Line(first))
            });
            let origins = found.unwrap().unwrap();
            let mut asked = BTreeSet::new();
            for (leaf, changed) in changes {
                for line in changed {
                    lines += 1;
                    asked.insert(line);
                    let (_, causes) = origins.of(line);
                    if causes.iter().any(|cause| is_or_above(cause, &leaf.path)) {
                        named += 1;
                        continue;
                    }
                    let paths: Vec<_> = causes.iter().map(|cause| &cause.path).collect();
                    wrong.push(format!(
                        "{name}: {file}:{line}: `{}` changes it; named: {paths:?}",
                        leaf.path
                    ));
                }
            }
            for line in some(asked.into_iter().collect(), LINES) {
                let (why, causes) = origins.of(line);
                for cause in causes {
                    let leaf = world.leaves.iter().find(|leaf| leaf.span == cause.span);
                    let Some(leaf) = leaf.filter(|_| why == Why::Value && !cause.refused) else {
                        continue;
                    };
                    let others = world.others(leaf);
                    if others.is_empty() {
                        continue;
                    }
                    said += 1;
                    let is_so = others.iter().any(|other| {
                        let changed = world.changed(other, Some(&file));
                        changed
                            .get(&file)
                            .is_some_and(|lines| lines.contains(&line))
                    });
                    held += usize::from(is_so);
                    if !is_so {
                        wrong.push(format!(
                            "{name}: {file}:{line}: `{}` is named and changes nothing there",
                            leaf.path
                        ));
                    }
                }
            }
        }
    }
    println!(
        "{leaves} values, {lines} changed lines, {named} of them name the value; {said} places named, {held} hold"
    );
    assert!(leaves > 30 && lines > 50, "{leaves} {lines}");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}
