//! Where a key of a manifest stands, for a message about it.

use super::source::{Source, Span};
use super::tree::{self, Node, Pair};
use crate::diagnostic::Problems;

/// The last key on the way `keys` from the top that the manifest has. `fields` and the variants of a `oneOf` need not be
/// named: a field below them is found by its own name.
pub fn locate<K: AsRef<str>>(source: &Source, keys: &[K]) -> Option<Span> {
    // What is wrong with it is said elsewhere.
    let (mut node, _) = tree::read(source, &mut Problems::new())?;
    let mut found = None;
    for key in keys {
        let Some(pair) = below(&node, key.as_ref()).cloned() else {
            break;
        };
        found = Some(pair.key.span);
        node = pair.value;
    }
    found
}

fn below<'n>(node: &'n Node, key: &str) -> Option<&'n Pair> {
    let hidden = || below(node.get("fields")?, key);
    let variants = || {
        let mut variants = node.get("oneOf")?.pairs().iter();
        variants.find_map(|variant| below(&variant.value, key))
    };
    node.pair(key).or_else(hidden).or_else(variants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_or_what_is_above_it() {
        let text = "cluster:\n  appConfigGroup:\n    fields: {level: string}\n  external:\n    store:\n      oneOf: {s3: {bucket: string}}\n";
        let source = Source::new("dsoi.yaml", text.into()).unwrap();
        for (keys, word) in [
            (vec!["cluster", "appConfigGroup", "level"], "level"),
            (vec!["cluster", "appConfigGroup", "gone"], "appConfigGroup"),
            (vec!["cluster", "external", "store", "bucket"], "bucket"),
        ] {
            let span = locate(&source, &keys).unwrap();
            assert_eq!(source.slice(span), word);
        }
        assert_eq!(locate(&source, &["api"]), None);
    }
}
