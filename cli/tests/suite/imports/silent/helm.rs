//! Objects of Kubernetes: fields are those of the committed schemas, each with a value that is not its default.

use dsoi::import::Form;
use serde_json::{Value, json};

use super::kubernetes::fields;
use super::{Field, hidden, imported, silent, swallowed};

const SPEC: &str = "/0/spec";
const POD: &str = "/0/spec/template/spec";
const MAIN: &str = "/0/spec/template/spec/containers/0";

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

/// Every field that a release can have more.
fn all(kind: &str) -> Vec<Field> {
    let mut all = Vec::new();
    for (at, ty) in [
        (SPEC, &*format!("{kind}Spec")),
        (POD, "PodSpec"),
        ("/2/spec", "ServiceSpec"),
        (MAIN, "Container"),
        ("/0/spec/template/spec/containers/1", "Container"),
        ("/0/spec/template/spec/initContainers/0", "Container"),
        (
            "/0/spec/template/spec/volumes/0/configMap",
            "ConfigMapVolumeSource",
        ),
    ] {
        all.extend(fields(at, ty));
    }
    for (at, ty) in [
        ("ports/0", "ContainerPort"),
        ("volumeMounts/0", "VolumeMount"),
        ("volumeMounts/1", "VolumeMount"),
        ("volumeMounts/2", "VolumeMount"),
        ("env/0", "EnvVar"),
    ] {
        all.extend(fields(&format!("{MAIN}/{at}"), ty));
    }
    for at in [
        "/0/metadata",
        "/1/metadata",
        "/2/metadata",
        "/0/spec/template/metadata",
    ] {
        all.push(Field::new(
            at,
            "namespace",
            json!(format!("of{}", at.replace('/', "-"))),
        ));
        all.push(Field::new(at, "annotations", json!({ "marker": "x" })));
        if !at.contains("template") {
            all.push(Field::new(at, "labels", json!({ "marker": "x" })));
        }
    }
    let label = "/0/spec/template/metadata/labels";
    all.push(Field::new(label, "marker", json!("x")));
    all.push(Field::new("/1", "immutable", json!(true)));
    all.push(Field::new("/1", "binaryData", json!({ "marker": "eA==" })));
    all.push(Field::new("/1/data", "unused.conf", json!("y")));
    all
}

/// What selects pods is the operator's; a namespace is said of a pod's own metadata by nobody; a file is read-only anyway.
/// Others say the same twice: an account by its older name, the addresses of a Service.
fn said_already() -> Vec<String> {
    let known = [
        "/0/spec/selector",
        "/0/spec/template/metadata/namespace",
        "/0/spec/template/spec/containers/0/volumeMounts/0/readOnly",
        "/0/spec/template/spec/serviceAccount",
        "/2/spec/clusterIP",
        "/2/spec/clusterIPs",
    ];
    known.map(str::to_owned).to_vec()
}

#[test]
fn no_field_of_a_workload_is_dropped_silently() {
    // SE-27.
    for kind in ["StatefulSet", "Deployment"] {
        let mut found = silent(Form::Helm, &release(kind), &all(kind));
        found.retain(|place| !said_already()[..3].contains(place));
        assert!(found.is_empty(), "{kind}: {found:#?}");
    }
}

#[test]
fn no_field_of_a_workload_is_hidden_by_all_the_others() {
    // SE-27.
    for kind in ["StatefulSet", "Deployment"] {
        let found = hidden(Form::Helm, &release(kind), &all(kind), &said_already());
        assert!(found.is_empty(), "{kind}: {found:#?}");
    }
}

#[test]
fn no_field_of_a_container_is_swallowed_by_another_one() {
    // SE-27.
    let base = release("Deployment");
    let found = swallowed(Form::Helm, &base, &fields(MAIN, "Container"), &[]);
    assert!(found.is_empty(), "{found:#?}");
}

/// What a pod and its container both say, or say in two ways.
#[test]
fn nothing_is_swallowed_by_what_says_the_same_elsewhere() {
    // SE-27.
    let mut fields: Vec<Field> = Vec::new();
    for at in [POD, MAIN] {
        fields.push(Field::new(at, "securityContext", json!({})));
        fields.push(Field::new(at, "resources", json!({})));
    }
    let base = super::with(&release("StatefulSet"), &fields);
    let mut fields = Vec::new();
    for at in [POD, MAIN] {
        let context = format!("{at}/securityContext");
        for (name, value) in [
            ("runAsUser", json!(0)),
            ("runAsGroup", json!(3)),
            ("runAsNonRoot", json!(true)),
            ("seccompProfile", json!({ "type": "Unconfined" })),
            ("appArmorProfile", json!({ "type": "Unconfined" })),
            ("seLinuxOptions", json!({ "level": "s0" })),
        ] {
            fields.push(Field::new(&context, name, value));
        }
        for (name, amount) in [("limits", "2"), ("requests", "1")] {
            let value = json!({ "cpu": amount, "memory": format!("{amount}Gi") });
            fields.push(Field::new(&format!("{at}/resources"), name, value));
        }
    }
    let context = format!("{MAIN}/securityContext");
    for (name, value) in [
        ("privileged", json!(true)),
        ("allowPrivilegeEscalation", json!(true)),
        ("readOnlyRootFilesystem", json!(true)),
        ("procMount", json!("Unmasked")),
        (
            "capabilities",
            json!({ "add": ["NET_ADMIN"], "drop": ["ALL"] }),
        ),
    ] {
        fields.push(Field::new(&context, name, value));
    }
    for (name, value) in [
        (
            "envFrom",
            json!([{ "secretRef": { "name": "s" } }, { "configMapRef": { "name": "files" }, "prefix": "P_" }]),
        ),
        (
            "env",
            json!([{ "name": "B", "valueFrom": { "configMapKeyRef": { "name": "files", "key": "a.conf" } } }]),
        ),
        ("workingDir", json!("/srv")),
        ("imagePullPolicy", json!("Always")),
    ] {
        fields.push(Field::new(
            "/0/spec/template/spec/containers/1",
            name,
            value.clone(),
        ));
        fields.push(Field::new(MAIN, name, value));
    }
    for (name, value) in [
        ("serviceAccountName", json!("own")),
        ("serviceAccount", json!("older")),
        ("automountServiceAccountToken", json!(true)),
        ("hostNetwork", json!(true)),
        ("nodeName", json!("n")),
        ("nodeSelector", json!({ "a": "b" })),
        ("terminationGracePeriodSeconds", json!(5)),
    ] {
        fields.push(Field::new(POD, name, value));
    }
    let mut found = silent(Form::Helm, &base, &fields);
    found.extend(swallowed(Form::Helm, &base, &fields, &[]));
    found.extend(hidden(Form::Helm, &base, &fields, &[]));
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
        for field in fields("", "Volume") {
            let (kind, source) = (field.name, field.value);
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

/// The list at the end of a manifest, each entry on a line.
fn list(documents: &Value) -> (String, String) {
    let text = imported(Form::Helm, documents);
    let (manifest, list) = text.split_once("\n\n# ").unwrap();
    (manifest.to_owned(), list.replace("\n#   ", " "))
}

#[test]
fn no_field_of_a_headless_service_or_a_claim_is_dropped_silently() {
    // SE-27.
    let mut base = release("StatefulSet");
    base[2]["spec"]["clusterIP"] = json!("None");
    base[2]["spec"]["ports"] = json!([{ "port": 80 }]);
    base.as_array_mut().unwrap().push(json!({ "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": { "name": "alone" },
        "spec": { "resources": { "requests": { "storage": "1Gi" } } } }));
    let mut all = fields("/2/spec", "ServiceSpec");
    all.extend(fields("/2/spec/ports/0", "ServicePort"));
    all.extend(fields("/3/spec", "PersistentVolumeClaimSpec"));
    all.push(Field::new(
        "/3/spec/resources",
        "limits",
        json!({ "storage": "9Gi" }),
    ));
    let claim = "/0/spec/template/spec/volumes/2/persistentVolumeClaim";
    all.push(Field::new(claim, "readOnly", json!(true)));
    let mut found = silent(Form::Helm, &base, &all);
    // Its own addresses, which it has none of.
    found.retain(|place| place != "/2/spec/clusterIPs");
    assert!(found.is_empty(), "{found:#?}");
    base[2]["spec"]["ports"] = json!([{ "port": 7000 }]);
    let (_, list) = list(&base);
    assert!(
        list.contains("Service app, port 7000: the main container declares no such port"),
        "{list}"
    );
}

#[test]
fn an_object_stands_for_itself_in_its_own_namespace() {
    // SE-27.
    let map = |namespace: &str, text: &str| json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "files", "namespace": namespace }, "data": { "a.conf": text } });
    let mut input = release("Deployment");
    input[0]["metadata"]["namespace"] = json!("mine");
    let objects = input.as_array_mut().unwrap();
    objects.remove(1);
    objects.insert(0, map("mine", "of-mine"));
    objects.insert(0, map("mine", "of-none"));
    objects.push(map("other", "of-other"));
    let (manifest, list) = list(&input);
    assert!(manifest.contains("of-mine"), "{manifest}");
    assert!(
        !manifest.contains("of-other") && !manifest.contains("of-none"),
        "{manifest}"
    );
    assert!(
        list.contains("ConfigMap mine/files, which stands there more than once"),
        "{list}"
    );
    assert!(
        list.contains("ConfigMap other/files: no container mounts it"),
        "{list}"
    );
}

#[test]
fn what_can_exist_once_is_in_no_node_type() {
    // SE-27.
    let mut input = release("Deployment");
    input[0]["spec"]["template"]["spec"]["nodeName"] = json!("machine-1");
    input[2]["spec"] = json!({ "selector": input[2]["spec"]["selector"], "type": "LoadBalancer", "loadBalancerIP": "192.0.2.1",
        "externalIPs": ["192.0.2.2"], "ports": [{ "port": 80, "nodePort": 30080 }] });
    let (manifest, list) = list(&input);
    for value in ["machine-1", "192.0.2.1", "192.0.2.2", "30080"] {
        assert!(!manifest.contains(value), "{manifest}");
        assert!(list.contains(value), "{value}: {list}");
    }
}
