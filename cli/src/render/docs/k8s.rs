//! What the fields of a k8s config group mean, and what each lets its writer do (SE-5).

use serde::Serialize;

use crate::model::{ExternalShape, Field, K8sField, Operator, StructType, Type};

/// A field that gives whoever writes a custom resource a right of the operator's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Widening {
    /// `spec.k8sConfigGroup[].image`
    pub field: String,
    /// What its writer can do.
    pub lets: String,
}

/// All such fields of the custom resource, in its order.
pub(super) fn widenings(operator: &Operator) -> Vec<Widening> {
    let cluster = &operator.cluster;
    let spelling = &cluster.spelling;
    let mut found = Vec::new();
    for field in &cluster.k8s_group.fields {
        if let Some(lets) = lets(field.field) {
            found.push(Widening {
                field: format!("spec.{}[].{}", spelling.k8s_config_group.wire, field.wire),
                lets: lets.to_owned(),
            });
        }
    }
    if let Some(word) = &cluster.common.k8s {
        let groups = format!("spec.{}[].", spelling.k8s_config_group.wire);
        let below = found.iter().filter_map(|widening: &Widening| {
            let field = widening.field.strip_prefix(&groups)?;
            Some(Widening {
                field: format!("spec.{}.{field}", word.wire),
                lets: widening.lets.clone(),
            })
        });
        let below: Vec<_> = below.collect();
        found.extend(below);
    }
    let at = |word: &crate::model::Word| format!("spec.{}[]", word.wire);
    search(&at(&spelling.app_config_group), &cluster.config, &mut found);
    search(&at(&spelling.nodes), &cluster.node, &mut found);
    for external in &cluster.external {
        let at = format!("spec.{}.{}.spec", spelling.external.wire, external.wire);
        match &external.shape {
            ExternalShape::One(StructType { fields, .. }) => search(&at, fields, &mut found),
            ExternalShape::List { item, .. } => {
                search(&format!("{at}[]"), &item.fields, &mut found);
            }
            ExternalShape::OneOf { common, variants } => {
                search(&at, &common.fields, &mut found);
                for variant in variants {
                    search(&at, &variant.fields, &mut found);
                }
            }
        }
    }
    search("spec", &cluster.spec, &mut found);
    found
}

/// Finds fields of the author's that name a Secret or carry a whole Kubernetes object.
fn search(at: &str, fields: &[Field], found: &mut Vec<Widening>) {
    for field in fields {
        search_type(format!("{at}.{}", field.wire), &field.ty, found);
    }
}

fn search_type(field: String, ty: &Type, found: &mut Vec<Widening>) {
    match ty {
        Type::SecretKey | Type::SecretRef => found.push(Widening {
            field,
            lets: "hands any Secret of the namespace to the pods".to_owned(),
        }),
        Type::K8s(name) => found.push(Widening {
            field,
            lets: format!("sets a whole {name} of Kubernetes in the pods"),
        }),
        Type::List(inner) => search_type(format!("{field}[]"), inner, found),
        Type::Map(inner) => search_type(format!("{field}.*"), inner, found),
        Type::Struct(shape) => search(&field, &shape.fields, found),
        Type::KeyedList { item, .. } => search(&format!("{field}[]"), &item.fields, found),
        _ => {}
    }
}

fn lets(field: K8sField) -> Option<&'static str> {
    let lets = match field {
        K8sField::Image | K8sField::AdditionalContainers | K8sField::InitContainers => {
            "runs any program"
        }
        K8sField::ImagePullSecrets => "pulls images with any Secret of the namespace",
        K8sField::Command | K8sField::Args => "runs any command of the image",
        K8sField::Env | K8sField::EnvFrom => "reads any Secret and ConfigMap of the namespace",
        K8sField::LivenessProbe | K8sField::ReadinessProbe | K8sField::StartupProbe => {
            "runs commands in the container, and lets the kubelet call any address"
        }
        K8sField::Lifecycle => "runs commands in the container when it starts and stops",
        K8sField::SecurityContext | K8sField::PodSecurityContext => {
            "runs as root or privileged, unless the namespace enforces a pod security standard"
        }
        K8sField::ServiceAccountName => "acts as any ServiceAccount of the namespace",
        K8sField::NodeSelector
        | K8sField::Affinity
        | K8sField::Tolerations
        | K8sField::TopologySpreadConstraints => "chooses the machines, also tainted ones",
        K8sField::PriorityClassName => "pushes other pods off their machines",
        K8sField::Volumes | K8sField::VolumeMount => {
            "mounts any Secret, ConfigMap and claim of the namespace, and folders of the machine unless the namespace enforces a pod security standard"
        }
        K8sField::StorageConfig => "asks for storage of any class",
        K8sField::ClaimRetention => "lets data go with the resource or with a scale-down",
        K8sField::PodMetadata => {
            "puts labels on the pods, so that Services and NetworkPolicies of others select them"
        }
        K8sField::Service | K8sField::Services => "opens ports outside of the cluster",
        K8sField::NetworkPolicy => "decides who may reach the pods",
        K8sField::PodDisruptionBudget => "keeps machines from being drained",
        K8sField::HorizontalPodAutoscaler => {
            "decides how many pods there are, whatever the node says"
        }
        K8sField::Ingress | K8sField::IngressAnnotations => {
            "routes requests from outside to any Service of the namespace, with any TLS Secret of it"
        }
        K8sField::DnsPolicy | K8sField::DnsConfig => {
            "has the pods resolve names at any server, and puts them on the machine's own resolver"
        }
        K8sField::UpdateStrategy
        | K8sField::PodManagementPolicy
        | K8sField::WorkloadAnnotations
        | K8sField::ImagePullPolicy
        | K8sField::Ports
        | K8sField::Resources
        | K8sField::TerminationGracePeriodSeconds => return None,
    };
    Some(lets)
}
