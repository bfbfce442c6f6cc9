//! What somebody may write who has put a value of another form at a key.
//!
//! In: the key, and what stands there. Out: the help of a message.

use super::keys::Section;
use super::reader::shorten;
use super::tree::{Node, Value};

/// How many keys of a section are named.
const NAMED: usize = 4;

/// For a section that is no mapping.
pub(super) fn of_section(section: &Section, node: &Node) -> String {
    let texts = texts(node);
    match section.path {
        "cluster.nodeTypes.T.replicas" if !texts.is_empty() => format!(
            "a custom resource says how many pods a node has, and the manifest what it may say: `replicas: {{allowed: [{}]}}`, or `min` and `max`",
            texts.join(", ")
        ),
        "cluster.order" if !texts.is_empty() => {
            format!("write `order: {{default: [{}]}}`", texts.join(", "))
        }
        path => {
            let mut keys: Vec<String> = section
                .keys
                .iter()
                .take(NAMED)
                .map(|key| format!("`{}`", key.name))
                .collect();
            if section.keys.len() > NAMED {
                keys.push("…".to_owned());
            }
            format!("its keys are {}: dsoi explain {path}", keys.join(", "))
        }
    }
}

/// For a mapping whose keys the author chooses.
pub(super) fn of_names(key: &str) -> String {
    if key == "spelling" {
        // Its names are those of the language.
        return "write `spelling: {WORD: …}`: dsoi explain cluster.spelling".to_owned();
    }
    format!("write `{key}: {{NAME: …}}`, with a name of your own")
}

pub(super) fn of_list(key: &str, node: &Node) -> String {
    let texts = texts(node);
    match texts.as_slice() {
        [] => format!("write `{key}: […]`"),
        texts => format!("write `{key}: [{}]`", texts.join(", ")),
    }
}

/// The values as they are written: of a list, or one; none of what has more to it.
fn texts(node: &Node) -> Vec<String> {
    let one = |node: &Node| {
        let scalar = node.as_scalar()?;
        let is_plain = !scalar.is_null() && !scalar.text.contains(['\n', '{', '}', '[', ']', ',']);
        is_plain.then(|| shorten(&scalar.text))
    };
    match &node.value {
        Value::List(items) => {
            let all: Option<Vec<String>> = items.iter().map(one).collect();
            all.unwrap_or_default()
        }
        Value::Scalar(_) => one(node).into_iter().collect(),
        Value::Map(_) => Vec::new(),
    }
}
