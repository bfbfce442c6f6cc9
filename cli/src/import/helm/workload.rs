//! A StatefulSet or Deployment → a node type.

use super::super::app::NodeType;
use super::super::draft::{Draft, Part};
use super::super::lost::Losses;
use super::super::yaml::Yaml;
use super::container::{self, Site};
use super::{Object, World, around, volume};

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
/// Fields of a pod that are seen to elsewhere, or say what is so anyway.
const OF_OTHERS: &[&str] = &[
    "containers",
    "initContainers",
    "volumes",
    "serviceAccount",
    "restartPolicy",
    "schedulerName",
];
/// Fields of a workload that are seen to elsewhere.
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

/// The image of the main container.
pub(super) fn main_image(object: Object<'_>) -> Option<String> {
    let (main, _) = main(object)?;
    main.text_at(&["image"]).map(str::to_owned)
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
    image: Option<&str>,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Option<Made> {
    let title = object.title();
    let Some((main, beside)) = main(object) else {
        losses.add(title, "it has no container", "");
        return None;
    };
    let spec = object.root.at(&["spec"])?;
    let pod = spec.at(&["template", "spec"])?;
    let own_image = main.text_at(&["image"]);
    if let Some(own) = own_image.filter(|own| Some(*own) != image) {
        losses.add(
            format!("{title}, image {own}"),
            "a manifest names the image of most node types",
            "in the custom resource: `k8sConfigGroup[].image`",
        );
    }
    around::numbers(spec, &title, losses);
    let mut parts = vec![Part::new("kinds", Draft::list([Draft::text(object.kind)]))];
    let volumes = volume::volumes(object, main, pod, world, losses);
    let site = Site {
        title: &title,
        main: None,
        kept: &volumes.kept,
    };
    parts.extend(container::keys(&site, main, world, losses));
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
            .map(|one| container::beside(&site, one, &mut taken, world, losses))
            .collect();
        if !items.is_empty() {
            pod_parts.push(Part::new(key, Draft::List(items)));
        }
    }
    if !volumes.pod.is_empty() {
        pod_parts.push(Part::new("volumes", Draft::List(volumes.pod)));
    }
    pod_parts.extend(pod_fields(pod, &title, losses));
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
    parts.extend(around::services(object, main, world, losses));
    let metadata = spec.at(&["template", "metadata"]);
    around::metadata(metadata, &title, losses);
    let node_type = NodeType {
        name,
        from: title,
        comment: None,
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

fn pod_fields(pod: &Yaml, title: &str, losses: &mut Losses) -> Vec<Part> {
    let mut parts = Vec::new();
    for (key, value) in fields(pod, OF_OTHERS) {
        // So it is anyway.
        if key.starts_with("host") && *value == Yaml::Bool(false) {
            continue;
        }
        if OF_GROUP.contains(&key) {
            losses.add(
                format!("{title}, {key}"),
                "a custom resource says where and as whom its pods run",
                &format!("`k8sConfigGroup[].{key}`"),
            );
            continue;
        }
        let part = Part::new(key, container::clean(value));
        parts.push(part.from(format!("{title}, spec.template.spec.{key}")));
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
