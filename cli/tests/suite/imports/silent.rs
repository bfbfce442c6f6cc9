//! Nothing is dropped silently (SE-27): whatever field an input has more than another, its manifest or the list at the end of it
//! says something else. Fields of Kubernetes are those of the committed schemas, each with a value that is not its default.

use dsoi::import::{Form, Hints, Input, import};
use dsoi::schema;
use serde_json::{Map, Value, json};

/// The manifest of an input, with its list.
fn imported(form: Form, documents: &Value) -> String {
    let documents = match documents {
        Value::Array(documents) => documents.as_slice(),
        one => std::slice::from_ref(one),
    };
    let text: String = documents
        .iter()
        .map(|document| format!("---\n{document}\n"))
        .collect();
    let input = Input {
        name: "in.yaml".to_owned(),
        text,
    };
    import(form, &[input], &Hints::default()).unwrap().text
}

/// A value of a schema that is no default.
fn value(schema: &Value, depth: usize) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return schema::definition(name).map_or(Value::Null, |schema| value(schema, depth));
    }
    if let Some(words) = schema["enum"].as_array() {
        return words.last().unwrap().clone();
    }
    if schema["x-kubernetes-int-or-string"] == json!(true) {
        return json!(7);
    }
    match schema["type"].as_str() {
        Some("boolean") => json!(true),
        Some("integer" | "number") => json!(7),
        Some("string") => json!("marker"),
        Some("array") => json!([value(&schema["items"], depth + 1)]),
        _ => {
            if schema["additionalProperties"].is_object() {
                return json!({ "marker": value(&schema["additionalProperties"], depth + 1) });
            }
            let Some(properties) = schema["properties"].as_object().filter(|_| depth < 5) else {
                return json!({ "marker": "marker" });
            };
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let is_needed = |name: &String| required.iter().any(|one| one == name);
            let first = properties.keys().next().into_iter();
            let names = properties.keys().filter(|name| is_needed(name));
            let made = first
                .chain(names)
                .map(|name| (name.clone(), value(&properties[name], depth + 1)));
            Value::Object(made.collect())
        }
    }
}

/// The fields of a type of Kubernetes, each with such a value.
fn fields(ty: &str) -> Vec<(String, Value)> {
    let schema = schema::definition(ty).unwrap_or_else(|| panic!("{ty}"));
    let properties = schema["properties"].as_object().unwrap();
    properties
        .iter()
        .map(|(name, schema)| (name.clone(), value(schema, 0)))
        .collect()
}

/// A workload with all that stands around it.
fn release(kind: &str) -> Value {
    let labels = json!({ "app.kubernetes.io/name": "app" });
    let container = |name: &str| {
        json!({ "name": name, "image": format!("example/{name}:1"), "ports": [{ "name": "http", "containerPort": 80 }],
            "env": [{ "name": "A", "value": "b" }],
            "volumeMounts": [{ "name": "files", "mountPath": "/etc/app" }, { "name": "empty", "mountPath": "/empty" }, { "name": "data", "mountPath": "/data" }] })
    };
    json!([
        { "apiVersion": "apps/v1", "kind": kind, "metadata": { "name": "app" }, "spec": {
            "template": { "metadata": { "labels": labels }, "spec": {
                "containers": [container("app"), container("beside")],
                "initContainers": [container("before")],
                "volumes": [
                    { "name": "files", "configMap": { "name": "files" } },
                    { "name": "empty", "emptyDir": {} },
                    { "name": "data", "persistentVolumeClaim": { "claimName": "data" } }
                ]
            } }
        } },
        { "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "files" }, "data": { "a.conf": "x" } },
        { "apiVersion": "v1", "kind": "Service", "metadata": { "name": "app" }, "spec": { "selector": labels, "ports": [{ "port": 80 }] } },
    ])
}

/// Adds each field at a place, and gives those that change nothing.
fn silent(form: Form, base: &Value, at: &str, fields: &[(String, Value)]) -> Vec<String> {
    let before = imported(form, base);
    let mut silent = Vec::new();
    for (name, value) in fields {
        let mut input = base.clone();
        let place = input.pointer_mut(at).unwrap_or_else(|| panic!("{at}"));
        let place: &mut Map<String, Value> = place.as_object_mut().unwrap();
        if place.contains_key(name) || value.is_null() {
            continue;
        }
        place.insert(name.clone(), value.clone());
        if imported(form, &input) == before {
            silent.push(format!("{at}/{name}"));
        }
    }
    silent
}

#[test]
fn no_field_of_a_workload_is_dropped_silently() {
    // SE-27.
    let main = "/0/spec/template/spec/containers/0";
    let mut found = Vec::new();
    for kind in ["StatefulSet", "Deployment"] {
        let base = release(kind);
        let mut places = vec![
            ("/0/spec", fields(&format!("{kind}Spec"))),
            ("/0/spec/template/spec", fields("PodSpec")),
            ("/2/spec", fields("ServiceSpec")),
        ];
        for container in [
            main,
            "/0/spec/template/spec/containers/1",
            "/0/spec/template/spec/initContainers/0",
        ] {
            places.push((container, fields("Container")));
        }
        for (at, fields) in places {
            found.extend(silent(Form::Helm, &base, at, &fields));
        }
        for (at, ty) in [
            ("ports/0", "ContainerPort"),
            ("volumeMounts/0", "VolumeMount"),
            ("volumeMounts/1", "VolumeMount"),
            ("volumeMounts/2", "VolumeMount"),
            ("env/0", "EnvVar"),
        ] {
            let at = format!("{main}/{at}");
            found.extend(silent(Form::Helm, &base, &at, &fields(ty)));
        }
        let source = "/0/spec/template/spec/volumes/0/configMap";
        found.extend(silent(
            Form::Helm,
            &base,
            source,
            &fields("ConfigMapVolumeSource"),
        ));
        let text = |name: &str, value: Value| (name.to_owned(), value);
        for at in [
            "/0/metadata",
            "/1/metadata",
            "/2/metadata",
            "/0/spec/template/metadata",
        ] {
            let fields = [
                text("namespace", json!("prod")),
                text("labels", json!({ "marker": "x" })),
                text("annotations", json!({ "marker": "x" })),
            ];
            found.extend(silent(Form::Helm, &base, at, &fields));
        }
        let map = [
            text("immutable", json!(true)),
            text("binaryData", json!({ "marker": "eA==" })),
        ];
        found.extend(silent(Form::Helm, &base, "/1", &map));
    }
    // What selects pods is the operator's; a namespace is said of a pod's own metadata by nobody; a file is read-only anyway,
    // and what is optional is there.
    let known = [
        "/0/spec/selector",
        "/0/spec/template/metadata/namespace",
        "/0/spec/template/spec/containers/0/volumeMounts/0/readOnly",
        "/0/spec/template/spec/volumes/0/configMap/optional",
    ];
    found.retain(|place| !known.contains(&place.as_str()));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_kind_of_volume_is_dropped_silently() {
    // SE-27.
    for mounted in [true, false] {
        let mut base = release("Deployment");
        let place = "/0/spec/template/spec/containers/0/volumeMounts";
        let mounts = base.pointer_mut(place).unwrap().as_array_mut().unwrap();
        if mounted {
            mounts.push(json!({ "name": "more", "mountPath": "/more" }));
        }
        let before = imported(Form::Helm, &base);
        for (kind, source) in fields("Volume") {
            if kind == "name" {
                continue;
            }
            let mut input = base.clone();
            let volumes = "/0/spec/template/spec/volumes";
            let volumes = input.pointer_mut(volumes).unwrap().as_array_mut().unwrap();
            let mut volume = json!({ "name": "more" });
            volume[&kind] = source;
            volumes.push(volume);
            let after = imported(Form::Helm, &input);
            assert_ne!(before, after, "{kind}");
            assert!(after.contains("more"), "{kind}");
        }
    }
}

#[test]
fn no_key_of_a_service_is_dropped_silently() {
    // SE-27.
    let base = json!({ "services": { "web": { "image": "example/web:1", "ports": [{ "target": 80 }],
        "volumes": [{ "type": "volume", "source": "data", "target": "/data" }],
        "configs": [{ "source": "one", "target": "/etc/one" }],
        "healthcheck": { "test": ["CMD", "true"] }, "depends_on": { "db": {} }, "deploy": { "resources": { "limits": {} } } },
        "db": { "image": "example/db:1" } }, "configs": { "one": { "content": "x" } } });
    let words = |names: &[&str]| -> Vec<(String, Value)> {
        let made = names
            .iter()
            .map(|name| ((*name).to_owned(), json!("marker")));
        made.collect()
    };
    let mut service = words(&[
        "attach",
        "annotations",
        "blkio_config",
        "build",
        "cap_add",
        "cap_drop",
        "cgroup",
        "cgroup_parent",
        "command",
        "container_name",
        "cpu_count",
        "cpu_percent",
        "cpu_period",
        "cpu_quota",
        "cpu_shares",
        "cpus",
        "cpuset",
        "credential_spec",
        "device_cgroup_rules",
        "devices",
        "dns",
        "dns_opt",
        "dns_search",
        "domainname",
        "entrypoint",
        "env_file",
        "expose",
        "extends",
        "external_links",
        "extra_hosts",
        "gpus",
        "group_add",
        "hostname",
        "init",
        "ipc",
        "isolation",
        "labels",
        "links",
        "logging",
        "mac_address",
        "mem_limit",
        "mem_reservation",
        "mem_swappiness",
        "memswap_limit",
        "network_mode",
        "networks",
        "oom_kill_disable",
        "oom_score_adj",
        "pid",
        "pids_limit",
        "platform",
        "privileged",
        "profiles",
        "pull_policy",
        "read_only",
        "restart",
        "runtime",
        "scale",
        "secrets",
        "security_opt",
        "shm_size",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "storage_opt",
        "sysctls",
        "tmpfs",
        "tty",
        "ulimits",
        "user",
        "userns_mode",
        "uts",
        "volumes_from",
        "working_dir",
        "x-more",
    ]);
    for (key, value) in &mut service {
        if ["cap_add", "cap_drop", "expose"].contains(&key.as_str()) {
            *value = json!(["marker"]);
        }
        if ["privileged", "read_only"].contains(&key.as_str()) {
            *value = json!(true);
        }
    }
    service.push(("environment".to_owned(), json!({ "A": "b" })));
    let mut found = silent(Form::Compose, &base, "/services/web", &service);
    for (at, names) in [
        (
            "/services/web/ports/0",
            &["published", "mode", "host_ip", "app_protocol", "name"][..],
        ),
        (
            "/services/web/volumes/0",
            &["read_only", "consistency", "volume", "bind"],
        ),
        ("/services/web/configs/0", &["uid", "gid", "mode"]),
        (
            "/services/web/healthcheck",
            &[
                "interval",
                "timeout",
                "retries",
                "start_period",
                "start_interval",
            ],
        ),
        (
            "/services/web/depends_on/db",
            &["condition", "restart", "required"],
        ),
        (
            "/services/web/deploy",
            &[
                "mode",
                "replicas",
                "placement",
                "update_config",
                "rollback_config",
                "restart_policy",
                "labels",
                "endpoint_mode",
            ],
        ),
        (
            "/services/web/deploy/resources/limits",
            &["cpus", "memory", "pids", "devices"],
        ),
        (
            "",
            &[
                "include", "networks", "volumes", "secrets", "x-more", "models",
            ],
        ),
    ] {
        let mut fields = words(names);
        for (key, value) in &mut fields {
            match key.as_str() {
                "retries" | "replicas" => *value = json!(7),
                "volume" | "bind" | "volumes" => *value = json!({ "marker": { "x": "y" } }),
                "read_only" => *value = json!(true),
                _ => {}
            }
        }
        found.extend(silent(Form::Compose, &base, at, &fields));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_that_a_schema_says_is_dropped_silently() {
    // SE-27.
    let base = json!({ "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "as.example.com" },
        "spec": { "group": "example.com", "names": { "kind": "Widget", "plural": "widgets" }, "scope": "Namespaced", "versions": [{ "name": "v1", "storage": true,
            "additionalPrinterColumns": [{ "name": "A", "jsonPath": ".spec.a", "type": "string" }],
            "schema": { "openAPIV3Schema": { "properties": { "spec": { "type": "object", "properties": {
                "text": { "type": "string" }, "number": { "type": "integer" },
                "list": { "type": "array", "items": { "type": "string" } },
                "rows": { "type": "array", "items": { "type": "object", "required": ["a"], "properties": { "a": { "type": "string" } } } },
                "object": { "type": "object", "properties": { "a": { "type": "string" } } },
                "map": { "type": "object", "additionalProperties": { "type": "string" } } } } } } } }] } });
    let spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec";
    let one = |name: &str, value: Value| (name.to_owned(), value);
    let any = [
        one("description", json!("marker")),
        one("nullable", json!(true)),
        one("x-kubernetes-validations", json!([{ "rule": "true" }])),
        one("not", json!({})),
        one("allOf", json!([{}])),
        one("oneOf", json!([{}])),
        one("anyOf", json!([{}])),
    ];
    let mut found = Vec::new();
    for (field, more) in [
        (
            "text",
            vec![
                one("format", json!("date-time")),
                one("pattern", json!("^a")),
                one("minLength", json!(2)),
                one("maxLength", json!(2)),
                one("enum", json!(["a", "b"])),
                one("default", json!("a")),
            ],
        ),
        (
            "number",
            vec![
                one("format", json!("int32")),
                one("minimum", json!(2)),
                one("maximum", json!(2)),
                one("multipleOf", json!(2)),
                one("exclusiveMinimum", json!(true)),
            ],
        ),
        (
            "list",
            vec![
                one("minItems", json!(2)),
                one("maxItems", json!(2)),
                one("uniqueItems", json!(true)),
                one("x-kubernetes-list-type", json!("set")),
            ],
        ),
        ("rows", vec![one("maxItems", json!(2))]),
        (
            "object",
            vec![
                one("minProperties", json!(1)),
                one("x-kubernetes-map-type", json!("atomic")),
                one("x-kubernetes-embedded-resource", json!(true)),
            ],
        ),
        ("map", vec![one("maxProperties", json!(1))]),
    ] {
        let at = format!("{spec}/properties/{field}");
        found.extend(silent(Form::Crd, &base, &at, &[&any[1..], &more].concat()));
        found.extend(silent(Form::Crd, &base, &at, &any[..1]));
    }
    for (at, more) in [
        (
            format!("{spec}/properties/list/items"),
            vec![
                one("pattern", json!("^a")),
                one("enum", json!(["a", "b"])),
                one("maxLength", json!(2)),
                one("format", json!("uri")),
            ],
        ),
        (
            format!("{spec}/properties/map/additionalProperties"),
            vec![one("pattern", json!("^a"))],
        ),
        (
            format!("{spec}/properties/rows"),
            vec![one("x-kubernetes-list-map-keys", json!(["a"]))],
        ),
        (
            "/spec/versions/0".to_owned(),
            vec![
                one("subresources", json!({ "scale": {} })),
                one("deprecated", json!(true)),
                one("deprecationWarning", json!("x")),
                one("selectableFields", json!([{ "jsonPath": ".spec.a" }])),
            ],
        ),
        (
            "/spec/versions/0/additionalPrinterColumns/0".to_owned(),
            vec![
                one("priority", json!(1)),
                one("description", json!("x")),
                one("format", json!("x")),
            ],
        ),
        (
            "/spec/names".to_owned(),
            vec![
                one("shortNames", json!(["x"])),
                one("categories", json!(["all"])),
                one("singular", json!("thing")),
                one("listKind", json!("Things")),
            ],
        ),
        (
            "/spec".to_owned(),
            vec![one("conversion", json!({ "strategy": "Webhook" }))],
        ),
        (
            "/metadata".to_owned(),
            vec![
                one("labels", json!({ "marker": "x" })),
                one("annotations", json!({ "marker": "x" })),
            ],
        ),
    ] {
        let mut base = base.clone();
        if at.ends_with("/rows") {
            base.pointer_mut(&at).unwrap()["x-kubernetes-list-type"] = json!("map");
        }
        found.extend(silent(Form::Crd, &base, &at, &more));
    }
    assert!(found.is_empty(), "{found:#?}");
}
