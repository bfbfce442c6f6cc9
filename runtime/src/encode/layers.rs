//! A tree made of layers: maps merge deeply, everything else is replaced by the later layer.

use serde::Serialize;
use serde_json::{Map, Value};

/// Layers of a configuration tree, the first at the bottom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layers {
    tree: Map<String, Value>,
    /// The layers of the custom resource alone.
    user: Map<String, Value>,
    faults: Vec<String>,
}

/// What layers come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Laid {
    pub(crate) tree: Value,
    /// Paths at which the custom resource says one thing and the operator another, which counts.
    pub(crate) overruled: Vec<String>,
    pub(crate) faults: Vec<String>,
}

impl Layers {
    pub fn new() -> Self {
        Self::default()
    }

    /// Lays what the custom resource says on top, as it is. An absent layer adds nothing.
    pub fn user(self, layer: &impl Serialize) -> Self {
        match serde_json::to_value(layer) {
            Ok(layer) => {
                let mut laid = self;
                if let Value::Object(layer) = &layer {
                    merge(&mut laid.user, layer.clone());
                }
                laid.lay(layer)
            }
            Err(error) => self.refuse(format!("has a layer that is no tree: {error}")),
        }
    }

    /// Lays what the operator decides on top. An absent value is no entry.
    pub fn ours(self, layer: Value) -> Self {
        self.lay(without_nulls(layer))
    }

    fn lay(mut self, layer: Value) -> Self {
        match layer {
            Value::Null => self,
            Value::Object(layer) => {
                merge(&mut self.tree, layer);
                self
            }
            _ => self.refuse("has a layer that is not a map".to_owned()),
        }
    }

    fn refuse(mut self, fault: String) -> Self {
        self.faults.push(fault);
        self
    }

    pub(crate) fn into_laid(self) -> Laid {
        let mut overruled = Vec::new();
        compare("", &self.user, &self.tree, &mut overruled);
        Laid {
            tree: Value::Object(self.tree),
            overruled,
            faults: self.faults,
        }
    }
}

/// The paths of `said` at which `tree` has something else.
fn compare(
    path: &str,
    said: &Map<String, Value>,
    tree: &Map<String, Value>,
    found: &mut Vec<String>,
) {
    for (key, said) in said {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        match (said, tree.get(key)) {
            (Value::Object(said), Some(Value::Object(tree))) => compare(&path, said, tree, found),
            (said, had) if had != Some(said) => found.push(path),
            _ => {}
        }
    }
}

fn merge(below: &mut Map<String, Value>, above: Map<String, Value>) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(items) => items
            .into_iter()
            .filter(|item| !item.is_null())
            .map(without_nulls)
            .collect(),
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn later_layers_win_maps_merge_and_absent_values_vanish() {
        let laid = Layers::new()
            .user(&Some(
                json!({"log": "debug", "a": {"x": 1, "keep": null}, "list": [1, 2]}),
            ))
            .user(&None::<Value>)
            .ours(json!({"log": "info", "a": {"y": null, "z": 2}, "list": [null, 3]}))
            .into_laid();
        assert_eq!(
            laid.tree,
            json!({"log": "info", "a": {"x": 1, "keep": null, "z": 2}, "list": [3]})
        );
        assert!(laid.faults.is_empty());
    }

    // SE-12.
    #[test]
    fn what_the_operator_decides_otherwise_is_named() {
        let laid = Layers::new()
            .ours(json!({"port": 1, "dir": "/a"}))
            .user(&json!({"port": 2, "log": "debug", "tls": {"on": true, "ca": "x"}, "same": 1}))
            .ours(json!({"log": "info", "tls": {"on": false}, "same": 1}))
            .into_laid();
        assert_eq!(laid.overruled, ["log", "tls.on"]);
        let laid = Layers::new()
            .user(&json!({"tls": {"on": true}}))
            .ours(json!({"tls": "off"}))
            .into_laid();
        assert_eq!(laid.overruled, ["tls"]);
    }

    #[test]
    fn a_layer_that_is_no_map_is_a_fault() {
        assert_eq!(Layers::new().user(&"text").into_laid().faults.len(), 1);
    }
}
