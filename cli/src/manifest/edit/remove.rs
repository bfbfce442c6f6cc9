//! A node type less.

use super::cut::cut;
use super::edits::Edits;
use super::tree::{items, places};
use crate::diagnostic::Problems;
use crate::manifest::source::Source;
use crate::manifest::tree::{self, Node, Pair, Value};

/// Why a node type cannot be taken out of a manifest's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unremovable {
    /// There is none of that name.
    Unknown,
    /// There is no other.
    Last,
    /// It is written in a way that is not understood well enough.
    Form,
}

/// Takes a node type out of `nodeTypes`, and out of the default order where it is there.
///
/// The manifest is one that was read without a mistake of shape.
///
/// # Errors
/// As [`Unremovable`] says.
pub fn remove_node_type(source: &Source, name: &str) -> Result<Edits, Unremovable> {
    let (root, _) = tree::read(source, &mut Problems::new()).ok_or(Unremovable::Form)?;
    let cluster = root.get("cluster").ok_or(Unremovable::Unknown)?;
    let types = cluster.get("nodeTypes").ok_or(Unremovable::Unknown)?;
    let index = types.pairs().iter().position(|pair| pair.key.text == name);
    let index = index.ok_or(Unremovable::Unknown)?;
    if types.pairs().len() == 1 {
        return Err(Unremovable::Last);
    }
    let mut edits = Edits::default();
    cut(source, &places(types), index, &mut edits).ok_or(Unremovable::Form)?;
    order(source, cluster, name, &mut edits).ok_or(Unremovable::Form)?;
    let after = edits.apply(source.text());
    let after = Source::new(source.name(), after.into_bytes()).map_err(|_| Unremovable::Form)?;
    let after = tree::read(&after, &mut Problems::new());
    let mut wanted = root.clone();
    without(&mut wanted, name);
    match after {
        Some((after, _)) if alike(&after, &wanted) => Ok(edits),
        _ => Err(Unremovable::Form),
    }
}

/// Takes the name out of the default order; with its only entry the order itself goes.
fn order(source: &Source, cluster: &Node, name: &str, edits: &mut Edits) -> Option<()> {
    let Some(order) = cluster.get("order") else {
        return Some(());
    };
    let Some(default) = order.get("default") else {
        return Some(());
    };
    let index = items(default).iter().position(|item| is(item, name));
    let Some(index) = index else {
        return Some(());
    };
    if items(default).len() > 1 {
        return cut(source, &places(default), index, edits);
    }
    let (outer, key) = if order.pairs().len() > 1 {
        (order, "default")
    } else {
        (cluster, "order")
    };
    let index = outer.pairs().iter().position(|pair| pair.key.text == key)?;
    cut(source, &places(outer), index, edits)
}

fn is(item: &Node, name: &str) -> bool {
    item.as_scalar().is_some_and(|scalar| scalar.text == name)
}

/// The same in the tree, which the text has to become.
fn without(root: &mut Node, name: &str) {
    let Some(cluster) = value_mut(root, "cluster") else {
        return;
    };
    if let Some(Value::Map(types)) = value_mut(cluster, "nodeTypes").map(|node| &mut node.value) {
        types.retain(|pair| pair.key.text != name);
    }
    let mut is_empty = false;
    if let Some(order) = value_mut(cluster, "order") {
        let default = value_mut(order, "default").map(|node| &mut node.value);
        if let Some(Value::List(items)) = default {
            items.retain(|item| !is(item, name));
            if items.is_empty()
                && let Value::Map(pairs) = &mut order.value
            {
                pairs.retain(|pair| pair.key.text != "default");
                is_empty = pairs.is_empty();
            }
        }
    }
    if is_empty && let Value::Map(pairs) = &mut cluster.value {
        pairs.retain(|pair| pair.key.text != "order");
    }
}

/// Whether two trees say the same, wherever it stands.
fn alike(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => {
            (&one.text, one.style) == (&other.text, other.style)
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| alike(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let same = |(one, other): (&Pair, &Pair)| {
                one.key.text == other.key.text && alike(&one.value, &other.value)
            };
            one.len() == other.len() && one.iter().zip(other).all(same)
        }
        _ => false,
    }
}

fn value_mut<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    let Value::Map(pairs) = &mut node.value else {
        return None;
    };
    let pair = pairs.iter_mut().find(|pair| pair.key.text == key)?;
    Some(&mut pair.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(text: &str) -> Result<String, Unremovable> {
        let text = format!("cluster:\n{text}");
        let source = Source::new("dsoi.yaml", text.clone().into_bytes()).unwrap();
        let edits = remove_node_type(&source, "b")?;
        let text = edits.apply(&text);
        Ok(text.strip_prefix("cluster:\n").unwrap().to_owned())
    }

    #[test]
    fn a_node_type_goes_with_its_comments_and_nothing_else_does() {
        for (from, to) in [
            (
                "  nodeTypes:\n    # a\n    a: {}   # x\n    # b\n    # b too\n    b:\n      # in b\n      args: [x]\n      # below b\n    # c\n    c: {}\n  kind: K\n",
                "  nodeTypes:\n    # a\n    a: {}   # x\n    # c\n    c: {}\n  kind: K\n",
            ),
            // A comment that a blank line parts from it is of the section.
            (
                "  nodeTypes:\n    a: {}\n\n    # the others\n\n    b: {}\n\n    c: {}\n",
                "  nodeTypes:\n    a: {}\n\n    # the others\n\n    c: {}\n",
            ),
            (
                "  nodeTypes:\n    b:\n      args:\n      - |\n        x\n\n    c: {}\n",
                "  nodeTypes:\n\n    c: {}\n",
            ),
            (
                "  nodeTypes:\n    a: {}\n    b: {}",
                "  nodeTypes:\n    a: {}",
            ),
            (
                "  nodeTypes:\r\n    a: {}\r\n\r\n    b: {}",
                "  nodeTypes:\r\n    a: {}",
            ),
            (
                "  nodeTypes:\n    a: {}\n\n    b:\n",
                "  nodeTypes:\n    a: {}\n",
            ),
            (
                "  nodeTypes:\r\n    b:\r\n      args: [x]\r\n    a: {}\r\n",
                "  nodeTypes:\r\n    a: {}\r\n",
            ),
        ] {
            assert_eq!(removed(from).as_deref(), Ok(to), "{from}");
        }
    }

    #[test]
    fn brackets_lose_one_entry_and_one_comma() {
        for (from, to) in [
            ("{a: {}, b: {x: y}, c: {}}", "{a: {}, c: {}}"),
            ("{b: {x: y}, c: {}}", "{c: {}}"),
            ("{ a: {}, b: {x: y} }", "{ a: {} }"),
            ("{a: {}, b: {x: y}, }", "{a: {}, }"),
            (
                "{\n    a: {}, # a\n    # b\n    b: {x: y}, # b\n    c: {}\n  }",
                "{\n    a: {}, # a\n    c: {}\n  }",
            ),
            (
                "{\n    a: {}, # a\n    b: {x: y}\n  }",
                "{\n    a: {} # a\n  }",
            ),
            (
                "{\n    a: {}, # a\n    b: {x: y},\n  }",
                "{\n    a: {}, # a\n  }",
            ),
            ("{a: {}, # a\n    b: {x: y}}", "{a: {} # a\n    }"),
            (
                "{a: {}, b: {x: y}, # b\n    c: {}}",
                "{a: {},  # b\n    c: {}}",
            ),
        ] {
            let (from, to) = (
                format!("  nodeTypes: {from}\n"),
                format!("  nodeTypes: {to}\n"),
            );
            assert_eq!(removed(&from).as_deref(), Ok(to.as_str()), "{from}");
        }
    }

    #[test]
    fn the_default_order_loses_it_too() {
        let types = "  nodeTypes: {a: {}, b: {}}\n";
        let left = "  nodeTypes: {a: {}}\n";
        for (from, to) in [
            (
                "  order: {default: [b, a], by: node}\n",
                "  order: {default: [a], by: node}\n",
            ),
            (
                "  order:\n    default:\n    - a\n    # b\n    - b # late\n",
                "  order:\n    default:\n    - a\n",
            ),
            (
                "  order:\n    default:\n      -   \"b\"\n      -   a\n",
                "  order:\n    default:\n      -   a\n",
            ),
            (
                "  order:\n    default: [b]\n    missing: append\n",
                "  order:\n    missing: append\n",
            ),
            ("  # how\n  order:\n    default:\n    - b\n", ""),
            ("  order: {default: [b]}\n", ""),
        ] {
            assert_eq!(
                removed(&format!("{from}{types}")),
                Ok(format!("{to}{left}")),
                "{from}"
            );
        }
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        assert_eq!(removed("  nodeTypes: {b: {}}\n"), Err(Unremovable::Last));
        assert_eq!(removed("  nodeTypes: {a: {}}\n"), Err(Unremovable::Unknown));
        assert_eq!(
            removed("  nodeTypes:\n    a: {}\n    ? b\n    : {}\n"),
            Err(Unremovable::Form)
        );
    }
}
