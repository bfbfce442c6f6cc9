//! A StatefulSet or Deployment → a node type.

use super::super::app::NodeType;
use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::container::{self, Site};
use super::maps::Maps;
use super::{Object, World, around, meta, rights, services, volume};

/// Fields of a pod that the custom resource sets, each with what they are called there.
const OF_GROUP: &[&str] = &[
    "affinity",
    "imagePullSecrets",
    "nodeSelector",
    "priorityClassName",
    "serviceAccountName",
    "tolerations",
    "topologySpreadConstraints",
];
/// Fields of a pod that are seen to elsewhere.
const OF_OTHERS: &[&str] = &["containers", "initContainers", "volumes"];
/// Fields of a pod that say what is so anyway.
const USUAL: &[(&str, &str)] = &[
    ("dnsPolicy", "ClusterFirst"),
    ("hostIPC", "false"),
    ("hostNetwork", "false"),
    ("hostPID", "false"),
    ("restartPolicy", "Always"),
    ("schedulerName", "default-scheduler"),
    ("terminationGracePeriodSeconds", "30"),
];
/// Fields of a workload that are seen to elsewhere; what selects pods is the operator's.
const OF_OPERATOR: &[&str] = &[
    "replicas",
    "selector",
    "serviceName",
    "template",
    "volumeClaimTemplates",
];

/// A node type, and whether its pods say that they need no root.
pub(super) struct Made {
    pub(super) node_type: NodeType,
    pub(super) rootless: bool,
}

/// The main container and those beside it: the one that is called like the workload or its component, else the first.
fn main(object: Object<'_>) -> Option<(&Yaml, Vec<&Yaml>)> {
    let containers = object
        .root
        .items_at(&["spec", "template", "spec", "containers"]);
    let labels = ["app.kubernetes.io/component", "app.kubernetes.io/name"];
    let names: Vec<&str> = labels
        .iter()
        .filter_map(|label| object.label(label))
        .chain([object.name])
        .collect();
    let called = |container: &Yaml| {
        let name = container.text_at(&["name"]);
        name.is_some_and(|name| names.contains(&name))
    };
    let at = containers.iter().position(called).unwrap_or(0);
    let main = containers.get(at)?;
    let beside = containers.iter().enumerate();
    let beside = beside.filter(|(index, _)| *index != at);
    Some((main, beside.map(|(_, container)| container).collect()))
}

/// Makes a node type of a workload.
pub(super) fn node_type(
    object: Object<'_>,
    name: String,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Option<Made> {
    let title = object.title();
    let Some((main, beside)) = main(object) else {
        losses.add(Weight::LeftOut, title, "it has no container", "");
        return None;
    };
    let spec = object.root.at(&["spec"])?;
    let pod = spec.at(&["template", "spec"])?;
    let image = main.text_at(&["image"]).map(str::to_owned);
    if image.is_none() {
        losses.add(
            Weight::Stops,
            format!("{title}, image"),
            "its container names none",
            "name it in the custom resource, as `image` of its `k8sConfigGroup`",
        );
    }
    meta::of_object(object, false, losses);
    around::numbers(object, &name, losses);
    let mut parts = vec![Part::new("kinds", Draft::list([Draft::text(object.kind)]))];
    let mut maps = Maps::default();
    let volumes = volume::volumes(object, main, pod, &mut maps, world, losses);
    let site = Site {
        title: &title,
        main: None,
        kept: &volumes.kept,
    };
    parts.extend(container::keys(&site, main, &mut maps, world, losses));
    container::rest(&site, main, losses);
    let site = Site {
        title: &title,
        main: Some(main),
        kept: &volumes.kept,
    };
    let mut pod_parts = Vec::new();
    let mut taken = vec!["app".to_owned()];
    let init: Vec<&Yaml> = pod.items_at(&["initContainers"]).iter().collect();
    for (key, list) in [("initContainers", init), ("containers", beside)] {
        let items: Vec<Part> = list
            .into_iter()
            .map(|one| container::beside(&site, one, &mut taken, &mut maps, world, losses))
            .collect();
        if !items.is_empty() {
            pod_parts.push(Part::new(key, Draft::List(items)));
        }
    }
    if !volumes.pod.is_empty() {
        pod_parts.push(Part::new("volumes", Draft::List(volumes.pod)));
    }
    rights::of_pod(pod, &title, losses);
    pod_parts.extend(pod_fields(pod, &title, world, losses));
    if !pod_parts.is_empty() {
        parts.push(Part::new("pod", Draft::Map(pod_parts)));
    }
    let workload: Vec<Part> = fields(spec, OF_OPERATOR)
        .map(|(key, value)| {
            Part::new(key, container::clean(value)).from(format!("{title}, spec.{key}"))
        })
        .collect();
    if !workload.is_empty() {
        parts.push(Part::new("workload", Draft::Map(workload)));
    }
    parts.extend(volumes.parts);
    parts.extend(maps.part());
    parts.extend(services::services(object, main, world, losses));
    meta::of_pod(spec.at(&["template", "metadata"]), &title, losses);
    let node_type = NodeType {
        name,
        from: title,
        comment: None,
        image,
        parts,
    };
    Some(Made {
        rootless: rootless(main, pod),
        node_type,
    })
}

fn fields<'y>(value: &'y Yaml, but: &'y [&str]) -> impl Iterator<Item = (&'y str, &'y Yaml)> {
    let empty = |value: &Yaml| {
        matches!(value, Yaml::Null)
            || matches!(value, Yaml::Map(entries) if entries.is_empty())
            || matches!(value, Yaml::List(items) if items.is_empty())
    };
    value
        .entries()
        .iter()
        .filter(move |(key, value)| !but.contains(&key.as_str()) && !empty(value))
        .map(|(key, value)| (key.as_str(), value))
}

fn pod_fields(pod: &Yaml, title: &str, world: &World<'_>, losses: &mut Losses) -> Vec<Part> {
    let mut parts = Vec::new();
    let account = pod.get("serviceAccountName");
    for (key, value) in fields(pod, OF_OTHERS) {
        let written = value.words().unwrap_or_default();
        // Its older name.
        let doubled = key == "serviceAccount" && account == Some(value);
        if doubled || USUAL.contains(&(key, written.as_str())) {
            continue;
        }
        if OF_GROUP.contains(&key) {
            let what = if written.is_empty() {
                format!("{title}, {key}")
            } else {
                format!("{title}, {key}: {written}")
            };
            losses.add(
                Weight::Resource,
                what,
                "where and as whom pods run",
                &format!("`k8sConfigGroup[].{key}`"),
            );
            continue;
        }
        if key == "nodeName" {
            losses.add(
                Weight::Resource,
                format!("{title}, nodeName: {written}"),
                "one machine for the pods of every node would be none for most of them",
                "`k8sConfigGroup[].nodeSelector`",
            );
            continue;
        }
        let from = format!("{title}, spec.template.spec.{key}");
        world.look_through(value, key, &from, losses);
        parts.push(Part::new(key, container::clean(value)).from(from));
    }
    parts
}

/// Whether the pod says that its main container runs without root.
fn rootless(main: &Yaml, pod: &Yaml) -> bool {
    let of = |key: &str| {
        let own = main.at(&["securityContext", key]);
        own.or_else(|| pod.at(&["securityContext", key]))
    };
    let adds = !main
        .items_at(&["securityContext", "capabilities", "add"])
        .is_empty();
    let privileged = of("privileged") == Some(&Yaml::Bool(true));
    let user = of("runAsUser").and_then(Yaml::int);
    let says = of("runAsNonRoot") == Some(&Yaml::Bool(true)) || user.is_some_and(|user| user > 0);
    says && user != Some(0) && !adds && !privileged
}
