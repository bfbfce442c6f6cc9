//! Whether the Rust types of a custom resource hold all that its schema allows (D8).

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

/// The fields of the `CustomResourceDefinition` that `T` would lose or refuse, each with what became of it.
///
/// Every leaf of the schema of every version is set alone in a resource that has nothing else but
/// what is required, and is read and written again. The list is empty when none was lost.
pub fn lost_fields<T: Serialize + DeserializeOwned>(crd: &str) -> Vec<String> {
    let crd: Value = match serde_saphyr::from_str(crd) {
        Ok(crd) => crd,
        Err(error) => return vec![format!("the definition is no YAML: {error}")],
    };
    let versions = crd.pointer("/spec/versions").and_then(Value::as_array);
    // A field of one variant of several is lost where none of them keeps it.
    let mut fates: BTreeMap<String, Option<String>> = BTreeMap::new();
    for version in versions.into_iter().flatten() {
        let Some(schema) = version.pointer("/schema/openAPIV3Schema") else {
            continue;
        };
        let head = json!({
            "apiVersion": format!("{}/{}", text(&crd, "/spec/group"), text(version, "/name")),
            "kind": text(&crd, "/spec/names/kind"),
            "metadata": {"name": "x"},
        });
        for part in ["spec", "status"] {
            let Some(schema_of_part) = schema.pointer(&format!("/properties/{part}")) else {
                continue;
            };
            for (path, value) in each_leaf(schema_of_part, part) {
                let mut resource = head.clone();
                // A status alone would make no resource.
                resource["spec"] = least(&schema["properties"]["spec"]);
                resource[part] = value;
                let fate = fate::<T>(&resource);
                fates
                    .entry(path)
                    .and_modify(|known| {
                        if fate.is_none() {
                            *known = None;
                        }
                    })
                    .or_insert(fate);
            }
        }
    }
    if fates.is_empty() {
        return vec!["the definition has no schema with a field".to_owned()];
    }
    fates
        .into_iter()
        .filter_map(|(path, fate)| Some(format!("{path}: {}", fate?)))
        .collect()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_default()
}

/// What becomes of the resource when it is read and written, if that is not what it was.
fn fate<T: Serialize + DeserializeOwned>(written: &Value) -> Option<String> {
    let typed: T = match serde_json::from_value(written.clone()) {
        Ok(typed) => typed,
        Err(error) => return Some(error.to_string()),
    };
    match serde_json::to_value(typed) {
        Ok(read) => (!holds(&read, written)).then(|| "is lost".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// Whether `read` has all that was written; a list that is empty may be left out.
fn holds(read: &Value, written: &Value) -> bool {
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => {
            written.iter().all(|(key, written)| match read.get(key) {
                Some(read) => holds(read, written),
                None => written.as_array().is_some_and(Vec::is_empty),
            })
        }
        (Value::Array(read), Value::Array(written)) => {
            read.len() == written.len() && read.iter().zip(written).all(|(r, w)| holds(r, w))
        }
        (read, written) => read == written,
    }
}

/// Each leaf below `schema`: its path, and the value of `schema` with this leaf and what is required.
fn each_leaf(schema: &Value, path: &str) -> Vec<(String, Value)> {
    let below = |key: &str| schema.get(key).filter(|below| below.is_object());
    let properties = below("properties").and_then(Value::as_object);
    if let Some(properties) = properties.filter(|properties| !properties.is_empty()) {
        let mut leaves = Vec::new();
        for (name, property) in properties {
            for (path, value) in each_leaf(property, &format!("{path}.{name}")) {
                for mut object in variants(schema) {
                    let rest = object[name.as_str()].take();
                    let mut value = value.clone();
                    // What the variant needs beside the leaf.
                    if let (Value::Object(value), Value::Object(rest)) = (&mut value, rest) {
                        for (key, needed) in rest {
                            value.entry(key).or_insert(needed);
                        }
                    }
                    object[name.as_str()] = value;
                    leaves.push((path.clone(), object));
                }
            }
        }
        leaves
    } else if let Some(items) = below("items") {
        let leaves = each_leaf(items, &format!("{path}[]")).into_iter();
        leaves.map(|(path, item)| (path, json!([item]))).collect()
    } else if let Some(values) = below("additionalProperties") {
        let leaves = each_leaf(values, &format!("{path}.*")).into_iter();
        leaves
            .map(|(path, value)| (path, json!({"key": value})))
            .collect()
    } else {
        vec![(path.to_owned(), least(schema))]
    }
}

/// The smallest values of an object: one, or one for each word of a `type` that rules say needs fields of `spec`.
fn variants(schema: &Value) -> Vec<Value> {
    let words = schema.pointer("/properties/type/enum");
    let fields = schema.pointer("/properties/spec/properties");
    let (Some(words), Some(fields)) = (words.and_then(Value::as_array), fields) else {
        return vec![required(schema)];
    };
    let rules = schema.get("x-kubernetes-validations");
    let rules = rules.and_then(Value::as_array).map(Vec::as_slice);
    let of = |word: &Value| {
        let mut object = required(schema);
        object["type"] = word.clone();
        let head = format!("self.type != '{}' || has(self.spec.", word.as_str()?);
        for rule in rules.unwrap_or_default() {
            let needed = text(rule, "/rule").strip_prefix(&head);
            if let Some(field) = needed.and_then(|rest| rest.strip_suffix(')')) {
                object["spec"][field] = least(fields.get(field)?);
            }
        }
        Some(object)
    };
    words.iter().filter_map(of).collect()
}

/// An object of what its schema requires.
fn required(schema: &Value) -> Value {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names
        .map(|name| (name.to_owned(), least(&schema["properties"][name])))
        .collect::<Map<_, _>>()
        .into()
}

/// The smallest value that the schema allows, as far as types can tell it from others.
fn least(schema: &Value) -> Value {
    if let Some(first) = schema.pointer("/enum/0") {
        return first.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => variants(schema).into_iter().next().unwrap_or_default(),
        Some("array") => json!([]),
        Some("boolean") => json!(true),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some(_) if text(schema, "/format") == "date-time" => json!("2001-02-03T04:05:06Z"),
        // What has no type is an integer or a string, or may be anything.
        _ => json!("1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRD: &str = "
spec:
  group: example.com
  names: {kind: Tally}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
          spec:
            type: object
            required: [mode]
            properties:
              mode: {type: string, enum: [fast, safe]}
              size: {x-kubernetes-int-or-string: true}
              hosts: {type: array, items: {type: object, properties: {name: {type: string}}}}
              labels: {type: object, additionalProperties: {type: string}}
";

    #[test]
    fn a_type_that_holds_everything_loses_nothing() {
        assert_eq!(lost_fields::<Value>(CRD), Vec::<String>::new());
    }

    #[test]
    fn each_lost_or_refused_field_is_named() {
        #[derive(Serialize, serde::Deserialize)]
        struct Tally {
            spec: Spec,
        }
        #[derive(Serialize, serde::Deserialize)]
        struct Spec {
            mode: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            size: Option<i32>,
            #[serde(default)]
            hosts: Vec<Host>,
        }
        #[derive(Serialize, serde::Deserialize)]
        struct Host {}

        let lost = lost_fields::<Wrapped<Tally>>(CRD);
        let lost: Vec<_> = lost.iter().map(|line| line.split(": ").next()).collect();
        assert_eq!(
            lost,
            ["spec.hosts[].name", "spec.labels.*", "spec.size"].map(Some)
        );
    }

    #[test]
    fn a_field_of_a_variant_is_kept_by_its_variant() {
        #[derive(Serialize, serde::Deserialize)]
        struct Store {
            spec: StoreSpec,
        }
        #[derive(Serialize, serde::Deserialize)]
        struct StoreSpec {
            #[serde(skip_serializing_if = "Option::is_none")]
            count: Option<i32>,
            store: Kind,
        }
        #[derive(Serialize, serde::Deserialize)]
        #[serde(tag = "type", content = "spec", rename_all = "lowercase")]
        enum Kind {
            S3 { bucket: String },
            Disk { path: String },
        }

        // DS-16, DR-16
        let crd = "
spec:
  group: example.com
  names: {kind: Store}
  versions:
  - name: v1
    schema:
      openAPIV3Schema:
        properties:
          spec:
            type: object
            required: [store]
            properties:
              count: {type: integer}
              store:
                type: object
                required: [type, spec]
                x-kubernetes-validations:
                - {rule: \"self.type != 's3' || has(self.spec.bucket)\"}
                - {rule: \"self.type != 'disk' || has(self.spec.path)\"}
                properties:
                  type: {type: string, enum: [s3, disk]}
                  spec:
                    type: object
                    properties:
                      bucket: {type: string}
                      path: {type: string}
                      lost: {type: string}
";
        let lost = lost_fields::<Wrapped<Store>>(crd);
        assert_eq!(lost, ["spec.store.spec.lost: is lost"]);
    }

    /// A resource has a head that is not the subject here.
    #[derive(Serialize, serde::Deserialize)]
    struct Wrapped<T> {
        #[serde(flatten)]
        inner: T,
        #[serde(rename = "apiVersion")]
        api_version: String,
        kind: String,
        metadata: Value,
    }

    #[test]
    fn a_definition_without_fields_proves_nothing() {
        assert_eq!(lost_fields::<Value>("spec: {}").len(), 1);
        assert_eq!(lost_fields::<Value>("{").len(), 1);
    }
}
