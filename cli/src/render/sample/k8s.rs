//! A value for a field of the k8s config group.

use serde_json::Value;

use crate::model::{K8sField, K8sGroupField, NodeType, Operator, Port, Type};
use crate::render::yaml::Yaml;
use crate::schema;

/// Whether a service for the node type can be written from what the manifest says.
pub(super) fn has_addresses(node_type: &NodeType) -> bool {
    let service = node_type.services.main.as_ref();
    let given = |service: &crate::model::MainService| {
        service
            .spec
            .iter()
            .any(|field| field.wire.as_str() == "ports")
    };
    !node_type.container.ports.is_empty() && service.is_some_and(|service| !given(service))
}

/// Whether the value depends on the node type.
pub(super) fn is_of_node_type(field: K8sField) -> bool {
    matches!(
        field,
        K8sField::Ports
            | K8sField::Service
            | K8sField::LivenessProbe
            | K8sField::ReadinessProbe
            | K8sField::StartupProbe
            | K8sField::StorageConfig
    )
}

/// The value of `field` in the sample's group for `node_type`.
pub(super) fn value(operator: &Operator, node_type: &NodeType, field: &K8sGroupField) -> Yaml {
    let cluster = &operator.cluster;
    match field.field {
        K8sField::Image => cluster.image.as_ref().map_or_else(
            || Yaml::Str(format!("example/{}:1.0", cluster.app)),
            |image| Yaml::str(image.as_str()),
        ),
        K8sField::ImagePullPolicy => Yaml::str("IfNotPresent"),
        K8sField::ServiceAccountName => Yaml::str("default"),
        K8sField::TerminationGracePeriodSeconds => Yaml::Int(30),
        K8sField::Ports => Yaml::Seq(ports(node_type).iter().map(container_port).collect()),
        K8sField::Service => service(node_type),
        K8sField::LivenessProbe | K8sField::ReadinessProbe | K8sField::StartupProbe => {
            Yaml::map([("tcpSocket", Yaml::map([("port", target(first(node_type)))]))])
        }
        K8sField::Resources => Yaml::map([(
            "requests",
            Yaml::map([("cpu", Yaml::str("100m")), ("memory", Yaml::str("128Mi"))]),
        )]),
        K8sField::StorageConfig => storage(operator, node_type),
        _ => any(&field.ty),
    }
}

/// The smallest value of a Kubernetes type that its schema takes.
pub(super) fn smallest(name: &str) -> Yaml {
    schema::definition(name).map_or_else(|| Yaml::Map(Vec::new()), |schema| required(schema, 0))
}

fn any(ty: &Type) -> Yaml {
    match ty {
        Type::List(_) => Yaml::Seq(Vec::new()),
        Type::Map(_) => Yaml::Map(Vec::new()),
        Type::Int => Yaml::Int(1),
        Type::K8s(ty) => smallest(ty.as_str()),
        _ => Yaml::str("example"),
    }
}

/// Deeper than any chain of required fields in Kubernetes.
const DEPTH: u8 = 12;

fn required(schema: &Value, depth: u8) -> Yaml {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return match schema::definition(name) {
            Some(inner) if depth < DEPTH => required(inner, depth + 1),
            _ => Yaml::Map(Vec::new()),
        };
    }
    if schema.get("x-kubernetes-int-or-string") == Some(&Value::Bool(true)) {
        return Yaml::Int(1);
    }
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return Yaml::from(first);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Yaml::str("example"),
        Some("integer" | "number") => Yaml::Int(1),
        Some("boolean") => Yaml::Bool(false),
        Some("array") => Yaml::Seq(Vec::new()),
        _ => {
            let names = schema.get("required").and_then(Value::as_array);
            let entries = names.into_iter().flatten().filter_map(|name| {
                let name = name.as_str()?;
                let field = schema.get("properties")?.get(name)?;
                Some((name, required(field, depth + 1)))
            });
            Yaml::map(entries)
        }
    }
}

fn ports(node_type: &NodeType) -> Vec<Port> {
    if node_type.container.ports.is_empty() {
        vec![FALLBACK]
    } else {
        node_type.container.ports.clone()
    }
}

/// What stands where a port is required and the manifest names none.
const FALLBACK: Port = Port {
    name: None,
    number: 8080,
    protocol: "TCP",
};

fn first(node_type: &NodeType) -> &Port {
    node_type.container.ports.first().unwrap_or(&FALLBACK)
}

fn container_port(port: &Port) -> Yaml {
    let mut entries = Vec::new();
    if let Some(name) = &port.name {
        entries.push(("name", Yaml::str(name.as_str())));
    }
    entries.push(("containerPort", Yaml::Int(port.number.into())));
    entries.extend(protocol(port));
    Yaml::map(entries)
}

fn service(node_type: &NodeType) -> Yaml {
    let ports = ports(node_type);
    let several = ports.len() > 1;
    let items = ports.iter().map(|port| {
        let mut entries = Vec::new();
        // With more than one port, Kubernetes wants each to have a name.
        if let Some(name) = &port.name {
            entries.push(("name", Yaml::str(name.as_str())));
        } else if several {
            entries.push(("name", Yaml::Str(format!("port-{}", port.number))));
        }
        entries.push(("port", Yaml::Int(port.number.into())));
        entries.push(("targetPort", target(port)));
        entries.extend(protocol(port));
        Yaml::map(entries)
    });
    Yaml::map([("ports", Yaml::Seq(items.collect()))])
}

fn target(port: &Port) -> Yaml {
    port.name.as_ref().map_or_else(
        || Yaml::Int(port.number.into()),
        |name| Yaml::str(name.as_str()),
    )
}

/// Written only where it is not what Kubernetes fills in.
fn protocol(port: &Port) -> Option<(&'static str, Yaml)> {
    (port.protocol != "TCP").then(|| ("protocol", Yaml::str(port.protocol)))
}

fn storage(operator: &Operator, node_type: &NodeType) -> Yaml {
    let entry = |name: &str, path: &str| {
        let requests = Yaml::map([("requests", Yaml::map([("storage", Yaml::str("1Gi"))]))]);
        let spec = [
            ("accessModes", Yaml::texts(["ReadWriteOnce"])),
            ("resources", requests),
        ];
        Yaml::map([
            ("name", Yaml::str(name)),
            ("mountPath", Yaml::str(path)),
            ("spec", Yaml::map(spec)),
        ])
    };
    let volumes = &node_type.rules.volumes;
    if volumes.is_empty() {
        let path = format!("/var/lib/{}", operator.cluster.app);
        return Yaml::Seq(vec![entry("data", &path)]);
    }
    let entries = volumes
        .iter()
        .map(|v| entry(v.name.as_str(), v.path.as_str()));
    Yaml::Seq(entries.collect())
}
