//! What a key of the manifest means: the tables of keys as text.

use super::ROOT;
use super::fields::FIELD;
use super::keys::{Key, Section, Shape};
use super::language;

/// What of a pod is more than Kubernetes says.
const PARTS_OF_PODS: [&str; 2] = ["containers", "initContainers"];

/// A step of a path that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub step: String,
    /// What could stand there; empty where nothing can.
    pub known: Vec<&'static str>,
}

/// Explains the key at a path such as `cluster.nodeTypes.T.files`; any word stands for a name that the author chooses.
///
/// # Errors
/// The first step that leads nowhere.
pub fn path(path: &str) -> Result<String, Unknown> {
    if path == ROOT.path {
        return Ok(section(&ROOT));
    }
    let mut at = &ROOT;
    let mut steps = path.split('.').peekable();
    loop {
        let Some(step) = steps.next() else {
            return Ok(section(at));
        };
        let key = at.key(step).ok_or_else(|| Unknown {
            step: step.to_owned(),
            known: at.keys.iter().map(|key| key.name).collect(),
        })?;
        let next = match key.shape {
            Shape::Section(section) | Shape::List(section) => Some(section),
            Shape::Named(section) | Shape::NamedOrNone(section) if steps.next().is_some() => {
                Some(section)
            }
            Shape::Fields if steps.next().is_some() => Some(&FIELD),
            Shape::Variants if steps.next().is_some() && steps.next().is_some() => Some(&FIELD),
            _ => None,
        };
        match (next, steps.peek()) {
            (Some(section), _) => at = section,
            (None, None) => return Ok(one(path, key)),
            (None, Some(step)) if key.name == "pod" && PARTS_OF_PODS.contains(step) => {
                return Ok(language::SIDECARS.text());
            }
            (None, Some(step)) => {
                return Err(Unknown {
                    step: (*step).to_owned(),
                    known: Vec::new(),
                });
            }
        }
    }
}

/// The paths of all keys of that name, wherever they are; compared without regard to case.
pub fn paths_to(name: &str) -> Vec<String> {
    super::schema::sections()
        .into_iter()
        .flat_map(|section| section.keys.iter().map(move |key| (section, key)))
        .filter(|(_, key)| key.name.eq_ignore_ascii_case(name))
        .map(|(section, key)| match section.path {
            path if path == ROOT.path => format!("`{}`", key.name),
            path => format!("`{path}.{}`", key.name),
        })
        .collect()
}

/// Every section: its path, and what it is.
pub fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    super::schema::sections()
        .into_iter()
        .map(|section| (section.path, section.doc))
}

fn section(section: &Section) -> String {
    let mut text = format!("{}\n\n{}\n\n", section.path, section.doc);
    let width = section
        .keys
        .iter()
        .map(|key| key.name.len())
        .max()
        .unwrap_or(0);
    for key in section.keys {
        let mark = if key.required { "required. " } else { "" };
        text.extend([format!("  {:width$}  {mark}{}\n", key.name, doc(key))]);
    }
    text
}

fn one(path: &str, key: &Key) -> String {
    let required = if key.required { ", required" } else { "" };
    let mut text = format!("{path}: {}{required}\n\n{}\n", shape(key.shape), doc(key));
    if let Shape::Named(section) | Shape::NamedOrNone(section) = key.shape {
        text.extend([format!("\nEach: dsoi explain {}\n", section.path)]);
    }
    if let Shape::Fields | Shape::Variants = key.shape {
        text.extend([format!("\nEach field: dsoi explain {}\n", FIELD.path)]);
    }
    text
}

fn doc(key: &Key) -> String {
    match key.shape {
        Shape::Later => format!("not supported yet: {}", key.doc),
        _ => key.doc.to_owned(),
    }
}

fn shape(shape: Shape) -> String {
    let list = |words: fn() -> Vec<&'static str>| words().join(" | ");
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Expression => "text with expressions (dsoi explain expressions)".to_owned(),
        Shape::Flag => "true or false".to_owned(),
        Shape::Int => "whole number".to_owned(),
        Shape::Octal => "file mode".to_owned(),
        Shape::Duration => "duration".to_owned(),
        Shape::Word(words) => list(words),
        Shape::Texts => "list of texts".to_owned(),
        Shape::Ints => "list of whole numbers".to_owned(),
        Shape::Words(words) => format!("list of {}", list(words)),
        Shape::Tree => {
            "any value, with expressions and directives (dsoi explain directives)".to_owned()
        }
        Shape::Any => "any value".to_owned(),
        Shape::Condition => "condition".to_owned(),
        Shape::Type => "type (dsoi explain types)".to_owned(),
        Shape::Fields => "names and their types".to_owned(),
        Shape::Variants => "variants and their fields".to_owned(),
        Shape::AllOrTexts => "`all` or a list of texts".to_owned(),
        Shape::Section(_) => "mapping".to_owned(),
        Shape::Named(_) => "mapping from names of your choice".to_owned(),
        Shape::NamedOrNone(_) => "mapping from names of your choice; `none` removes one".to_owned(),
        Shape::List(_) => "list of mappings".to_owned(),
        Shape::TextMap => "mapping from text to text".to_owned(),
        Shape::ExpressionMap => "mapping from text to text with expressions".to_owned(),
        Shape::Later => "not supported yet".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_found_by_its_own_path() {
        let sections = super::super::schema::sections();
        assert!(sections.len() > 20, "{}", sections.len());
        for section in sections {
            let text = path(section.path)
                .unwrap_or_else(|unknown| panic!("{}: {unknown:?}", section.path));
            assert!(
                text.contains(section.doc) && text.starts_with(section.path),
                "{}",
                section.path
            );
        }
    }

    #[test]
    fn a_wrong_step_says_what_there_is() {
        let unknown = path("cluster.nodetypes").unwrap_err();
        assert_eq!(unknown.step, "nodetypes");
        assert!(unknown.known.contains(&"nodeTypes"));
        assert!(
            path("cluster.nodeTypes.T.pod.containers")
                .is_ok_and(|text| text.contains("like: main"))
        );
        assert!(path("cluster.kind.x").is_err());
        assert!(path("").is_err());
    }
}
