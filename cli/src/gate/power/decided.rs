//! Places in a pod at which a value of the custom resource is power (SE-28): THE table of it.
//!
//! In: a place and what stands there, as it is said in messages. Out: what whoever writes custom resources decides by it. What
//! lies in a k8s config group is [`opened`](super::opened)'s business; a name that is made of the resource's own is none of
//! theirs to choose freely.

use super::row;
use crate::model::Type;

const SECRETS: &str = "which Secrets pods read";
const PROGRAM: &str = "which program runs in pods";
const DATA: &str = "which volumes and whose data pods are given";
const REACHED: &str = "who reaches pods, and under which addresses";

/// THE table: a field of Kubernetes, below which other one it is meant if that matters, and what is decided by it.
const PLACES: &[(&str, Option<&str>, &str)] = &[
    ("secretName", None, SECRETS),
    ("name", Some("secretKeyRef"), SECRETS),
    ("name", Some("secretRef"), SECRETS),
    ("name", Some("secret"), SECRETS),
    ("name", Some("nodePublishSecretRef"), SECRETS),
    ("claimName", None, DATA),
    ("image", None, PROGRAM),
    ("command", None, PROGRAM),
    (
        "runtimeClassName",
        None,
        "how pods are kept apart from their node",
    ),
    (
        "priorityClassName",
        None,
        "which other pods give way to them",
    ),
    ("nameservers", None, "whom pods ask for addresses"),
    ("externalIPs", None, REACHED),
    ("externalName", None, REACHED),
    ("loadBalancerClass", None, REACHED),
    ("loadBalancerSourceRanges", None, REACHED),
];

/// Types that say how much a pod gets, where it runs and how it is replaced.
const HARMLESS: &[&str] = &[
    "Affinity",
    "ContainerResizePolicy",
    "DeploymentStrategy",
    "LocalObjectReference",
    "NodeAffinity",
    "PodAffinity",
    "PodAntiAffinity",
    "PodReadinessGate",
    "ResourceRequirements",
    "RollingUpdateDeployment",
    "RollingUpdateStatefulSetStrategy",
    "StatefulSetOrdinals",
    "StatefulSetPersistentVolumeClaimRetentionPolicy",
    "StatefulSetUpdateStrategy",
    "Toleration",
    "TopologySpreadConstraint",
    "VolumeMount",
];

/// What is decided by the value of a field below another one.
pub(super) fn of_field(wire: &str, above: &str, said: &str) -> Option<&'static str> {
    let decides = row(PLACES, wire, above)?;
    is_chosen(said).then_some(*decides)
}

/// What is decided by a variable that is read from the Secret of that name.
pub(super) fn of_secret(said: &str) -> Option<&'static str> {
    is_chosen(said).then_some(SECRETS)
}

/// What is decided by a whole value of a type of Kubernetes, or by several; texts and numbers are what their field says.
pub(super) fn of_whole(ty: &Type, said: &str) -> Option<&'static str> {
    let ty = match ty {
        Type::List(item) | Type::Map(item) => return of_whole(item, said),
        Type::K8s(ty) => ty.as_str(),
        _ => return None,
    };
    if HARMLESS.contains(&ty) || !is_chosen(said) {
        return None;
    }
    Some(match ty {
        "Container" => "which programs run beside it",
        "ContainerPort" => "which ports of their node pods take",
        "EnvFromSource" | "EnvVar" | "EnvVarSource" | "SecretKeySelector" => SECRETS,
        "Lifecycle" | "LifecycleHandler" | "Probe" | "ExecAction" => {
            "what is run in containers, or asked by the kubelet"
        }
        "ServiceSpec" | "ServicePort" => REACHED,
        ty if ty.contains("Volume") => "which Secrets and which of the node's files pods read",
        _ => "what pods may do on their node",
    })
}

/// Whether a custom resource chooses it: by a field of its own, and not by its name alone or by a k8s config group.
fn is_chosen(said: &str) -> bool {
    let fixed = [
        "type",
        "kind",
        "k8s",
        "pods",
        "files",
        "configMaps",
        "services",
    ];
    let names = [
        "cr.name",
        "cr.namespace",
        "cr.uid",
        "node.name",
        "config.name",
    ];
    said.split("${").skip(1).any(|rest| {
        let path = rest.split('}').next().unwrap_or_default();
        let root = path.split(['.', '[']).next().unwrap_or_default();
        !fixed.contains(&root) && !names.contains(&path)
    })
}
