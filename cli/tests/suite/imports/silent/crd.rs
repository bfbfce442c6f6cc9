//! What a definition can say.

use dsoi::import::Form;
use serde_json::{Value, json};

use super::{Field, hidden, imported, silent, swallowed};

const RESOURCE: &str = "/spec/versions/0/schema/openAPIV3Schema";
const SPEC: &str = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";

fn definition(spec: &Value) -> Value {
    json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "as.example.com" },
        "spec": { "group": "example.com", "names": { "kind": "Widget", "plural": "widgets" }, "scope": "Namespaced", "versions": [{ "name": "v1", "storage": true,
            "additionalPrinterColumns": [{ "name": "A", "jsonPath": ".spec.a", "type": "string" }],
            "schema": { "openAPIV3Schema": { "properties": { "metadata": { "type": "object" }, "spec": spec } } } }] } })
}

/// A definition with a field of each type.
fn widget() -> Value {
    definition(&json!({ "type": "object", "properties": {
        "text": { "type": "string" },
        "number": { "type": "integer" },
        "flag": { "type": "boolean" },
        "list": { "type": "array", "items": { "type": "string" } },
        "rows": { "type": "array", "items": { "type": "object", "required": ["a"], "properties": { "a": { "type": "string" } } } },
        "object": { "type": "object", "properties": { "a": { "type": "string" } } },
        "map": { "type": "object", "additionalProperties": { "type": "string" } },
        "tree": { "type": "object" },
        "any": { "x-kubernetes-preserve-unknown-fields": true },
        "amount": { "x-kubernetes-int-or-string": true, "pattern": "Ki" },
        "either": { "x-kubernetes-int-or-string": true },
        "resources": { "type": "object", "properties": { "limits": { "type": "object" }, "requests": { "type": "object" } } },
        "env": { "type": "array", "items": { "type": "object", "properties": { "name": { "type": "string" } } } } } }))
}

/// A definition of the specification's shape.
fn shaped() -> Value {
    let group = |fields: Value| json!({ "type": "array", "items": { "type": "object", "properties": fields } });
    let text = json!({ "type": "string" });
    definition(&json!({ "type": "object", "properties": {
        "nodes": group(json!({ "name": text, "replicas": { "type": "integer" }, "kind": text, "nodeType": { "type": "string", "enum": ["a", "b"] },
            "k8sConfigGroup": text, "appConfigGroup": text, "more": text })),
        "k8sConfigGroup": group(json!({ "name": text, "image": text, "resources": { "type": "object" } })),
        "appConfigGroup": group(json!({ "name": text, "size": text })),
        "deploymentOrder": { "type": "array", "items": text },
        "external": { "type": "object", "properties": { "zookeeper": { "type": "object", "properties": { "spec": { "type": "object", "properties": { "address": text } } } } } } } }))
}

/// What a schema can say, whatever it is of.
fn anything(at: &str) -> Vec<Field> {
    [
        ("nullable", json!(true)),
        ("enum", json!(["a", "b"])),
        ("pattern", json!("^a")),
        ("format", json!("date-time")),
        ("title", json!("marker")),
        ("example", json!("marker")),
        ("minLength", json!(2)),
        ("maxLength", json!(3)),
        ("minimum", json!(4)),
        ("maximum", json!(5)),
        ("multipleOf", json!(2)),
        ("exclusiveMinimum", json!(true)),
        ("minItems", json!(6)),
        ("maxItems", json!(7)),
        ("uniqueItems", json!(true)),
        ("minProperties", json!(1)),
        ("maxProperties", json!(2)),
        ("not", json!({})),
        ("allOf", json!([{}])),
        ("oneOf", json!([{}])),
        ("anyOf", json!([{}])),
        ("properties", json!({ "b": { "type": "integer" } })),
        ("additionalProperties", json!({ "type": "integer" })),
        ("items", json!({ "type": "integer" })),
        ("x-kubernetes-validations", json!([{ "rule": "true" }])),
        ("x-kubernetes-preserve-unknown-fields", json!(true)),
        ("x-kubernetes-int-or-string", json!(true)),
        ("x-kubernetes-embedded-resource", json!(true)),
        ("x-kubernetes-list-type", json!("set")),
        ("x-kubernetes-map-type", json!("atomic")),
    ]
    .into_iter()
    .map(|(name, value)| Field::new(at, name, value))
    .collect()
}

/// The same keys once more, with values that mean something of their own.
fn besides(at: &str) -> Vec<Field> {
    let rule = |rule: &str| json!([{ "rule": rule, "message": "marker" }]);
    [
        ("format", json!("duration")),
        ("x-kubernetes-validations", rule("self == oldSelf")),
        ("x-kubernetes-validations", rule("self  >= oldSelf")),
    ]
    .into_iter()
    .map(|(name, value)| Field::new(at, name, value))
    .collect()
}

/// Those that may interplay; the others are of a kind with one of these.
fn interplaying(at: &str) -> Vec<Field> {
    let like_another = [
        "maxLength",
        "maximum",
        "exclusiveMinimum",
        "maxItems",
        "uniqueItems",
        "maxProperties",
        "minProperties",
        "allOf",
        "oneOf",
        "x-kubernetes-embedded-resource",
    ];
    let all = anything(at).into_iter();
    all.filter(|field| !like_another.contains(&field.name.as_str()))
        .collect()
}

/// An object without fields is any mapping, whether it says so or not.
fn said_already() -> Vec<String> {
    vec![format!(
        "{SPEC}/properties/tree/x-kubernetes-preserve-unknown-fields"
    )]
}

#[test]
fn nothing_that_a_schema_says_of_a_field_is_dropped_silently() {
    // SE-27.
    let base = widget();
    let mut found = Vec::new();
    let names = base.pointer(&format!("{SPEC}/properties")).unwrap();
    for (name, schema) in names.as_object().unwrap() {
        let at = format!("{SPEC}/properties/{name}");
        found.extend(silent(Form::Crd, &base, &anything(&at)));
        found.extend(silent(Form::Crd, &base, &besides(&at)));
        let described = [Field::new(&at, "description", json!("marker"))];
        found.extend(silent(Form::Crd, &base, &described));
        for inner in ["items", "additionalProperties"] {
            if schema.get(inner).is_some() {
                let at = format!("{at}/{inner}");
                found.extend(silent(Form::Crd, &base, &anything(&at)));
                let default = [Field::new(&at, "default", json!("a"))];
                found.extend(silent(Form::Crd, &base, &default));
            }
        }
    }
    let known = said_already();
    found.retain(|place| !known.contains(place));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_that_a_schema_says_is_swallowed_by_what_stands_beside_it() {
    // SE-27.
    let mut found = Vec::new();
    let names = widget().pointer(&format!("{SPEC}/properties")).cloned();
    for (name, schema) in names.unwrap().as_object().unwrap() {
        // One at a time: a small definition is read sooner.
        let base = definition(&json!({ "type": "object", "properties": { (name): schema } }));
        let at = format!("{SPEC}/properties/{name}");
        let known = said_already();
        found.extend(swallowed(Form::Crd, &base, &interplaying(&at), &known));
        found.extend(hidden(Form::Crd, &base, &anything(&at), &known));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_that_a_definition_says_beside_its_fields_is_dropped_silently() {
    // SE-27.
    let one = |at: &str, name: &str, value: Value| Field::new(at, name, value);
    let version = "/spec/versions/0";
    let column = "/spec/versions/0/additionalPrinterColumns/0";
    let mut fields = vec![
        one(version, "subresources", json!({ "scale": {} })),
        one(version, "deprecated", json!(true)),
        one(version, "deprecationWarning", json!("x")),
        one(
            version,
            "selectableFields",
            json!([{ "jsonPath": ".spec.a" }]),
        ),
        one(version, "more", json!("x")),
        one(column, "priority", json!(1)),
        one(column, "description", json!("x")),
        one(column, "format", json!("x")),
        one("/spec/names", "shortNames", json!(["x"])),
        one("/spec/names", "categories", json!(["all"])),
        one("/spec/names", "singular", json!("thing")),
        one("/spec/names", "listKind", json!("Things")),
        one("/spec", "conversion", json!({ "strategy": "Webhook" })),
        one("/spec", "preserveUnknownFields", json!(true)),
        one("/metadata", "labels", json!({ "marker": "x" })),
        one("/metadata", "annotations", json!({ "marker": "x" })),
        one(
            &format!("{RESOURCE}/properties"),
            "more",
            json!({ "type": "string" }),
        ),
        one(
            &format!("{RESOURCE}/properties"),
            "status",
            json!({ "type": "object" }),
        ),
        one(
            &format!("{RESOURCE}/properties/metadata"),
            "properties",
            json!({ "name": { "maxLength": 9 } }),
        ),
    ];
    for at in [RESOURCE, SPEC] {
        for name in [
            "x-kubernetes-validations",
            "oneOf",
            "x-kubernetes-preserve-unknown-fields",
        ] {
            fields.push(one(at, name, json!(true)));
        }
    }
    let base = widget();
    let mut found = silent(Form::Crd, &base, &fields);
    found.extend(swallowed(Form::Crd, &base, &fields, &[]));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_rule_of_the_specifications_own_fields_is_dropped_silently() {
    // SE-27.
    let base = shaped();
    let mut found = Vec::new();
    for at in [
        "nodes",
        "nodes/items",
        "nodes/items/properties/name",
        "nodes/items/properties/replicas",
        "nodes/items/properties/kind",
        "nodes/items/properties/nodeType",
        "nodes/items/properties/k8sConfigGroup",
        "nodes/items/properties/more",
        "k8sConfigGroup",
        "k8sConfigGroup/items",
        "k8sConfigGroup/items/properties/name",
        "k8sConfigGroup/items/properties/image",
        "appConfigGroup",
        "appConfigGroup/items",
        "appConfigGroup/items/properties/size",
        "deploymentOrder",
        "external",
        "external/properties/zookeeper",
        "external/properties/zookeeper/properties/spec",
    ] {
        let at = format!("{SPEC}/properties/{at}");
        let mut fields: Vec<Field> = [
            "minLength",
            "maxItems",
            "minimum",
            "x-kubernetes-validations",
            "oneOf",
        ]
        .iter()
        .map(|name| Field::new(&at, name, json!(1)))
        .collect();
        fields.push(Field::new(&at, "pattern", json!("^a")));
        found.extend(silent(Form::Crd, &base, &fields));
    }
    let beside = format!("{SPEC}/properties/external/properties/zookeeper/properties");
    let beside = [Field::new(&beside, "beside", json!({ "type": "string" }))];
    found.extend(silent(Form::Crd, &base, &beside));
    assert!(found.is_empty(), "{found:#?}");
}

/// The manifest, and the list at its end, of a definition with these fields of `spec`.
fn parts(fields: &Value) -> (String, String) {
    let text = imported(
        Form::Crd,
        &definition(&json!({ "type": "object", "properties": fields })),
    );
    let (manifest, list) = text.split_once("\n\n# ").unwrap();
    // Lines of the list are broken.
    let list = list.replace("\n#   ", " ");
    (manifest.to_owned(), list)
}

#[test]
fn words_of_a_list_are_texts_and_keep_its_limits_and_default() {
    // SE-27.
    let words = json!({ "type": "string", "enum": ["a", "b"] });
    let (manifest, list) = parts(&json!({
        "list": { "type": "array", "items": words, "minItems": 1, "maxItems": 3, "default": ["a"] },
        "map": { "type": "object", "additionalProperties": words, "minProperties": 1, "maxProperties": 9 },
        "deep": { "type": "array", "items": { "type": "array", "items": words } } }));
    for line in [
        "list: {type: list<string>, min: 1, max: 3, default: [a]}",
        "map: {type: map<string>, optional: true, min: 1, max: 9}",
        "deep: optional list<list<string>>",
    ] {
        assert!(manifest.contains(line), "{manifest}");
    }
    for path in ["spec.list[]", "spec.map[]", "spec.deep[]"] {
        assert!(
            list.contains(&format!("{path}, its words a, b")),
            "{path}: {list}"
        );
    }
    assert!(!list.contains("no manifest can say it"), "{list}");
    assert!(!list.contains("Properties"), "{list}");
}

#[test]
fn what_a_manifest_has_a_word_for_is_said_by_it() {
    // SE-27.
    let rule = |rule: &str| json!([{ "rule": rule }]);
    let (manifest, list) = parts(&json!({
        "fixed": { "type": "string", "x-kubernetes-validations": rule("self == oldSelf") },
        "grows": { "type": "integer", "x-kubernetes-validations": rule("self >= oldSelf") },
        "every": { "type": "string", "format": "duration", "pattern": "^([0-9]+(ms|s|m|h))+$" },
        "any": { "type": "string", "format": "duration" } }));
    for line in [
        "fixed: {type: string, optional: true, immutable: true}",
        "grows: {type: int, optional: true, growOnly: true}",
        "every: optional duration",
        "any: optional string",
    ] {
        assert!(manifest.contains(line), "{manifest}");
    }
    assert!(!list.contains("x-kubernetes-validations"), "{list}");
    assert!(list.contains("it cannot be removed either"), "{list}");
    assert!(list.contains("spec.any, format: duration"), "{list}");
}

#[test]
fn limits_that_were_not_there_are_listed() {
    // SE-27.
    let (_, list) = parts(
        &json!({ "text": { "type": "string" }, "short": { "type": "string", "maxLength": 9 },
        "list": { "type": "array", "items": { "type": "string" } }, "map": { "type": "object", "additionalProperties": { "type": "integer" } } }),
    );
    for line in [
        "- spec.text: a text here has at most",
        "- spec.list: a list here has at most 256",
        "- spec.list[]: a text here has at most",
        "- spec.map: a mapping here has at most 256",
        "- spec; spec.nodes; spec.k8sConfigGroup; spec.appConfigGroup: every resource needs it",
    ] {
        assert!(list.contains(line), "{line}: {list}");
    }
    assert!(!list.contains("spec.short"), "{list}");
}
