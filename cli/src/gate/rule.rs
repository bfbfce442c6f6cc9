//! When a new rule of a definition refuses nothing that was legal.
//!
//! In: rules in CEL, and the schema as it was at their place. Out: yes, or "cannot be shown". Only the shapes are known that
//! dsoi writes itself; every other rule counts as one that refuses something.

use serde_json::Value;

use crate::render::{access, cel};

/// Whether a rule is about values alone that `old` does not have: a node type that is new, say.
pub(super) fn is_about_nothing_yet(rule: &str, old: &Value) -> bool {
    guarded(rule, old) || counted(rule, old)
}

/// `self.nodeType != 'new' || …`: true of every value of the enum as it was.
fn guarded(rule: &str, old: &Value) -> bool {
    let fields = old["properties"].as_object();
    fields.into_iter().flatten().any(|(name, schema)| {
        let head = format!("self{} != ", access(name));
        let Some(rest) = rule.strip_prefix(&head) else {
            return false;
        };
        let Some((literal, rest)) = rest.split_once(" || ") else {
            return false;
        };
        // Nothing binds weaker than `||` but a condition.
        lacks(schema, literal) && !rest.contains('?')
    })
}

/// `self.nodes.filter(n, n.nodeType == 'new').size() <= 3`: there are none.
fn counted(rule: &str, old: &Value) -> bool {
    let lists = old["properties"].as_object();
    lists.into_iter().flatten().any(|(list, schema)| {
        let fields = schema["items"]["properties"].as_object();
        fields.into_iter().flatten().any(|(name, schema)| {
            let head = format!("self{}.filter(n, n{} == ", access(list), access(name));
            let Some(rest) = rule.strip_prefix(&head) else {
                return false;
            };
            let Some((literal, most)) = rest.split_once(").size() <= ") else {
                return false;
            };
            lacks(schema, literal) && most.parse::<u64>().is_ok()
        })
    })
}

/// What a rule says of values that `old` has: of the names of a node type, those that it knows.
///
/// A node type that is called otherwise from now on is the same one: a rule about both names says of the old one what
/// it said before.
pub(super) fn of_known(rule: &str, old: &Value) -> String {
    let fields = old["properties"].as_object();
    for (name, schema) in fields.into_iter().flatten() {
        let path = access(name);
        if let Some(rest) = rule.strip_prefix(&format!("!(self{path} in ["))
            && let Some((values, rest)) = rest.split_once("]) || ")
        {
            return match known(values, schema).as_slice() {
                [one] => format!("self{path} != {one} || {rest}"),
                many => format!("!(self{path} in [{}]) || {rest}", many.join(", ")),
            };
        }
        let fields = schema["items"]["properties"].as_object();
        for (key, schema) in fields.into_iter().flatten() {
            let head = format!("self{path}.filter(n, n{}", access(key));
            if let Some(rest) = rule.strip_prefix(&format!("{head} in ["))
                && let Some((values, rest)) = rest.split_once("])")
            {
                return match known(values, schema).as_slice() {
                    [one] => format!("{head} == {one}){rest}"),
                    many => format!("{head} in [{}]){rest}", many.join(", ")),
                };
            }
        }
    }
    rule.to_owned()
}

/// The values of a list that an enum has, sorted; if it has none, the first.
fn known<'v>(values: &'v str, schema: &Value) -> Vec<&'v str> {
    let all: Vec<&str> = values.split(", ").collect();
    let mut known: Vec<&str> = all
        .iter()
        .copied()
        .filter(|value| !lacks(schema, value))
        .collect();
    known.sort_unstable();
    if known.is_empty() {
        known.extend(all.first());
    }
    known
}

/// Whether an enum has no value that reads like this in CEL.
fn lacks(schema: &Value, literal: &str) -> bool {
    let Some(values) = schema["enum"].as_array() else {
        return false;
    };
    let is_text = literal.len() > 1 && literal.starts_with('\'') && literal.ends_with('\'');
    let mut words = values.iter().filter_map(Value::as_str);
    is_text && words.all(|word| cel(word) != literal)
}

/// Whether everything that `old` accepts is accepted by `new`: one text but for the bound at its end, which is wider.
pub(super) fn is_wider(old: &str, new: &str) -> bool {
    let bound = |rule: &str, sign: &str| {
        let (head, bound) = rule.rsplit_once(sign)?;
        Some((head.to_owned(), bound.parse::<i64>().ok()?))
    };
    let list = |rule: &str| {
        let (head, list) = rule.rsplit_once(" in [")?;
        let list = list.strip_suffix(']')?.split(", ");
        let list: Option<Vec<i64>> = list.map(|number| number.parse().ok()).collect();
        Some((head.to_owned(), list?))
    };
    let least = (bound(old, " >= "), bound(new, " >= "));
    let most = (bound(old, " <= "), bound(new, " <= "));
    match (least, most, (list(old), list(new))) {
        ((Some((a, old)), Some((b, new))), _, _) => a == b && new <= old,
        (_, (Some((a, old)), Some((b, new))), _) => a == b && new >= old,
        (_, _, (Some((a, old)), Some((b, new)))) => {
            a == b && old.iter().all(|number| new.contains(number))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_about_a_value_that_is_new_refuses_nothing_that_is_stored() {
        let node = json!({"properties": {"nodeType": {"enum": ["store", "it's"]}, "kind": {}}});
        let spec = json!({"properties": {"nodes": {"items": node}}});
        for (rule, is) in [
            (
                "self.nodeType != 'cache' || self.kind != 'Deployment'",
                true,
            ),
            (
                "self.nodeType != 'store' || self.kind != 'Deployment'",
                false,
            ),
            (
                "self.nodeType != 'it\\'s' || self.kind != 'Deployment'",
                false,
            ),
            ("self.nodeType != 'cache' || true ? false : true", false),
            ("self.kind != 'cache' || false", false),
            ("self.other != 'cache' || false", false),
            ("self.nodeType != self.kind || false", false),
        ] {
            assert_eq!(is_about_nothing_yet(rule, &node), is, "{rule}");
        }
        for (rule, is) in [
            (
                "self.nodes.filter(n, n.nodeType == 'cache').size() <= 1",
                true,
            ),
            (
                "self.nodes.filter(n, n.nodeType == 'store').size() <= 1",
                false,
            ),
            (
                "self.nodes.filter(n, n.nodeType == 'cache').size() >= 1",
                false,
            ),
        ] {
            assert_eq!(is_about_nothing_yet(rule, &spec), is, "{rule}");
        }
    }

    #[test]
    fn a_rule_about_two_names_says_of_the_old_one_what_it_said() {
        let node = json!({"properties": {"nodeType": {"enum": ["store", "cache"]}}});
        let spec = json!({"properties": {"nodes": {"items": node}}});
        for (old, rule, is) in [
            (
                &node,
                "!(self.nodeType in ['depot', 'store']) || self.replicas > 1",
                "self.nodeType != 'store' || self.replicas > 1",
            ),
            (
                &node,
                "!(self.nodeType in ['store', 'cache']) || x",
                "!(self.nodeType in ['cache', 'store']) || x",
            ),
            (
                &node,
                "!(self.nodeType in ['a', 'b']) || x",
                "self.nodeType != 'a' || x",
            ),
            (
                &spec,
                "self.nodes.filter(n, n.nodeType in ['depot', 'store']).size() >= 1",
                "self.nodes.filter(n, n.nodeType == 'store').size() >= 1",
            ),
            (&spec, "self.nodes.size() >= 1", "self.nodes.size() >= 1"),
        ] {
            assert_eq!(of_known(rule, old), is);
        }
    }

    #[test]
    fn a_bound_at_the_end_of_a_rule_is_compared() {
        for (old, new, is) in [
            (
                "size(self.metadata.name) <= 40",
                "size(self.metadata.name) <= 50",
                true,
            ),
            (
                "size(self.metadata.name) <= 40",
                "size(self.metadata.name) <= 30",
                false,
            ),
            ("self.replicas >= 3", "self.replicas >= 1", true),
            ("self.replicas >= 3", "self.replicas >= 5", false),
            ("self.replicas >= 3", "self.nodes >= 1", false),
            (
                "self.replicas in [1, 3]",
                "self.replicas in [1, 3, 5]",
                true,
            ),
            ("self.replicas in [1, 3]", "self.replicas in [1, 5]", false),
            ("self == oldSelf", "self >= oldSelf", false),
        ] {
            assert_eq!(is_wider(old, new), is, "{old} → {new}");
        }
    }
}
