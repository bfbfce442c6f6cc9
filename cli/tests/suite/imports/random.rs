//! Whatever the input is, nothing panics, and what comes out passes `dsoi check`.

use dsoi::import::{Form, Hints, Input, Refusal, import};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Keys that the readers know, and some that they do not.
const KEYS: &[&str] = &[
    "name",
    "kind",
    "metadata",
    "labels",
    "spec",
    "template",
    "containers",
    "initContainers",
    "env",
    "envFrom",
    "value",
    "valueFrom",
    "secretKeyRef",
    "configMapKeyRef",
    "configMapRef",
    "key",
    "ports",
    "containerPort",
    "volumes",
    "volumeMounts",
    "mountPath",
    "subPath",
    "configMap",
    "data",
    "items",
    "path",
    "image",
    "command",
    "args",
    "readinessProbe",
    "httpGet",
    "port",
    "exec",
    "resources",
    "limits",
    "memory",
    "securityContext",
    "selector",
    "replicas",
    "strategy",
    "type",
    "app",
    "services",
    "environment",
    "healthcheck",
    "test",
    "depends_on",
    "deploy",
    "user",
    "configs",
    "content",
    "target",
    "source",
    "group",
    "names",
    "plural",
    "versions",
    "schema",
    "openAPIV3Schema",
    "properties",
    "nodes",
    "k8sConfig",
    "enum",
    "default",
    "required",
    "pattern",
    "minimum",
    "x",
    "$if",
    "${x}",
    "a b",
    "",
];

const TEXTS: &[&str] = &[
    "a",
    "A_B",
    "data",
    "/etc/x",
    "/srv/data",
    "/",
    "app.yaml",
    "8080",
    "80:90",
    "1",
    "${config.x}",
    "$${y}",
    "${A:-b}",
    "$X",
    "{{ .Values.x }}",
    "$(A)",
    "`id`",
    "\"",
    "'",
    "*/",
    "\u{202e}",
    "a\nb\n",
    " lead\nb",
    "a: b",
    "# no",
    "yes",
    "null",
    "",
    "Deployment",
    "StatefulSet",
    "Service",
    "ConfigMap",
    "metadata.name",
    "string",
    "object",
    "array",
    "integer",
    "v1",
    "10Gi",
    "ghcr.io/example/a:1",
    "CMD",
    "1m30s",
    "- x",
    "[x",
    "größe",
    "\u{0}",
    "\r\n",
    "self.x > 0",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(TEXTS).prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => (0..99_999_i64).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => prop::collection::vec((prop::sample::select(KEYS), inner), 0..6)
                .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

/// A tree of which some is as an object has it, so that readers come further than its head.
fn container() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(TEXTS);
    let variable = (name.clone(), tree())
        .prop_map(|(name, value)| json!({ "name": name, "value": value, "valueFrom": null }));
    let source = (name.clone(), tree())
        .prop_map(|(name, value)| json!({ "name": name, "valueFrom": value }));
    let env = prop::collection::vec(prop_oneof![variable, source], 0..4);
    let mounts = prop::collection::vec((name.clone(), name.clone()), 0..3).prop_map(|mounts| {
        mounts
            .into_iter()
            .map(|(name, path)| json!({ "name": name, "mountPath": path }))
            .collect::<Value>()
    });
    (name.clone(), name, env, mounts, tree(), tree(), tree()).prop_map(|(name, image, env, mounts, args, ports, probe)| {
        json!({ "name": name, "image": image, "env": env, "volumeMounts": mounts, "args": args, "command": [args], "ports": [ports, { "containerPort": ports, "name": name }], "readinessProbe": probe, "lifecycle": { "preStop": probe }, "resources": probe })
    })
}

fn object() -> impl Strategy<Value = Value> {
    let kinds = prop::sample::select(
        &[
            "Deployment",
            "StatefulSet",
            "Service",
            "ConfigMap",
            "Role",
            "List",
        ][..],
    );
    let containers = prop::collection::vec(container(), 0..3);
    (kinds, prop::sample::select(TEXTS), containers, tree(), tree(), tree()).prop_map(|(kind, name, containers, volumes, data, spec)| {
        json!({
            "kind": kind, "metadata": { "name": name, "labels": { "app": name }, "annotations": data }, "data": { "app.yaml": "a: 1\n", name: spec },
            "spec": {
                "selector": { "app": name }, "ports": [data], "updateStrategy": data, "replicas": spec, "volumeClaimTemplates": [{ "metadata": { "name": name } }],
                "template": { "metadata": { "labels": { "app": name } }, "spec": { "containers": containers, "initContainers": containers, "volumes": [{ "name": name, "configMap": { "name": name } }, volumes], "securityContext": spec } },
            },
        })
    })
}

fn service() -> impl Strategy<Value = Value> {
    (container(), tree(), tree()).prop_map(|(container, one, two)| {
        let mut service = json!({ "environment": one, "ports": two, "volumes": [one, "data:/srv"], "healthcheck": { "test": two }, "configs": [two] });
        for key in ["image", "command", "args"] {
            service[key] = container[key].clone();
        }
        service
    })
}

fn definition() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(TEXTS);
    let fields = prop::collection::vec((prop::sample::select(KEYS), tree(), name.clone()), 0..6)
        .prop_map(|fields| {
            let fields = fields.into_iter().map(|(key, schema, ty)| {
                let mut schema = if schema.is_object() {
                    schema
                } else {
                    json!({ "default": schema })
                };
                schema["type"] = ty.into();
                (key.to_owned(), schema)
            });
            fields.collect::<Value>()
        });
    (name.clone(), name, fields, tree()).prop_map(|(group, kind, fields, other)| {
        json!({ "kind": "CustomResourceDefinition", "apiVersion": "apiextensions.k8s.io/v1", "spec": { "group": group, "names": { "kind": kind, "plural": kind, "shortNames": other }, "versions": [{ "name": "v1", "storage": true, "additionalPrinterColumns": [other], "schema": { "openAPIV3Schema": { "properties": { "spec": {
            "properties": { "nodes": { "items": { "properties": fields } }, "k8sConfig": { "items": { "properties": fields } }, "own": { "type": "object", "properties": fields } }, "required": other } } } } }] } })
    })
}

fn cases() -> u32 {
    let cases = std::env::var("DSOI_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

fn assert_sound(form: Form, documents: &[Value]) {
    let text: Vec<String> = documents.iter().map(Value::to_string).collect();
    let text = text.join("\n---\n");
    let input = Input {
        name: "in.yaml".to_owned(),
        text: text.clone(),
    };
    match import(form, &[input], &Hints::default()) {
        Ok(made) => super::assert_usable(&text, &made.text),
        Err(Refusal::Stuck) => panic!("{text}"),
        Err(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_objects_give_a_manifest_that_checks(objects in prop::collection::vec(object(), 1..5)) {
        // SE-27.
        assert_sound(Form::Helm, &objects);
    }

    #[test]
    fn random_services_give_a_manifest_that_checks(services in prop::collection::vec((prop::sample::select(TEXTS), service()), 1..4), rest in tree()) {
        let services: Value = services.into_iter().map(|(name, service)| (name.to_owned(), service)).collect();
        assert_sound(Form::Compose, &[json!({ "services": services, "configs": rest, "name": rest })]);
    }

    #[test]
    fn random_definitions_give_a_manifest_that_checks(definition in definition()) {
        assert_sound(Form::Crd, &[definition]);
    }

    #[test]
    fn random_trees_of_any_form_never_panic(trees in prop::collection::vec(tree(), 1..4)) {
        for form in [Form::Helm, Form::Compose, Form::Crd] {
            assert_sound(form, &trees);
        }
    }
}
