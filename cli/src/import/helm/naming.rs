//! What an application of a stream and its node types are called: without the name of the release.

use super::super::name;
use super::world::Object;

/// The most frequent of some texts, the first of those that are equally frequent.
fn most<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for text in texts {
        match counts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => counts.push((text, 1)),
        }
    }
    let best = counts.iter().map(|(_, count)| *count).max()?;
    let found = counts.iter().find(|(_, count)| *count == best);
    found.map(|(text, _)| (*text).to_owned())
}

/// The application.
pub(super) fn app(workloads: &[Object<'_>], objects: &[Object<'_>]) -> Option<String> {
    let labels = |key: &'static str| workloads.iter().filter_map(move |one| one.label(key));
    let chart = labels("helm.sh/chart").map(|chart| {
        // `kafka-32.1.0`
        let end = chart.rmatch_indices('-').find(|(at, _)| {
            let rest = chart.get(at + 1..).unwrap_or("");
            rest.starts_with(|c: char| c.is_ascii_digit())
        });
        end.map_or(chart, |(at, _)| chart.get(..at).unwrap_or(chart))
    });
    let part_of = labels("app.kubernetes.io/part-of");
    // Workloads that are called by different names are parts of something.
    let agreed = |key: &'static str| {
        let mut names: Vec<&str> = labels(key).collect();
        names.sort_unstable();
        names.dedup();
        match names.as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        }
    };
    agreed("app.kubernetes.io/name")
        .or_else(|| most(part_of))
        .or_else(|| most(chart))
        .or_else(|| agreed("app").filter(|_| labels("app").count() == workloads.len()))
        .or_else(|| match workloads {
            [one] => Some(one.name.to_owned()),
            _ => None,
        })
        .or_else(|| common(objects))
        .or_else(|| most(labels("app.kubernetes.io/name")))
        .or_else(|| most(labels("app")))
}

/// The node types of workloads, each with a name of its own.
pub(super) fn types(
    workloads: &[Object<'_>],
    objects: &[Object<'_>],
    app: Option<&str>,
) -> Vec<String> {
    let release = common(objects);
    let mut names: Vec<String> = Vec::new();
    for object in workloads {
        let wanted = node_type(object, workloads, release.as_deref(), app);
        let taken = |name: &str| names.iter().any(|known| known == name);
        names.push(name::unique(&wanted, taken));
    }
    names
}

/// What a node type is called: by its component, else by its name without those of the release and the chart.
fn node_type(
    object: &Object<'_>,
    workloads: &[Object<'_>],
    release: Option<&str>,
    app: Option<&str>,
) -> String {
    let component = object.label("app.kubernetes.io/component");
    let same = |one: &&Object<'_>| one.label("app.kubernetes.io/component") == component;
    if let Some(component) = component
        && workloads.iter().filter(same).count() == 1
    {
        return name::label_or(component, "node");
    }
    let labelled = object
        .label("app.kubernetes.io/instance")
        .or_else(|| object.label("release"));
    let mut prefixes: Vec<&str> = [labelled, release, app].into_iter().flatten().collect();
    prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
    let stripped = |name| {
        let without = |prefix: &&str| str::strip_prefix(name, prefix)?.strip_prefix('-');
        let mut shorter = prefixes.iter().filter_map(without);
        shorter.find(|rest| !rest.is_empty())
    };
    // A release, and the chart behind it.
    let once = stripped(object.name).unwrap_or(object.name);
    name::label_or(stripped(once).unwrap_or(once), "node")
}

/// The words that the names of all objects begin with, of two or more: those of the release.
fn common(objects: &[Object<'_>]) -> Option<String> {
    const OF_RELEASE: &[&str] = &[
        "ConfigMap",
        "Deployment",
        "PersistentVolumeClaim",
        "Secret",
        "Service",
        "ServiceAccount",
        "StatefulSet",
    ];
    let of_release = |object: &&Object<'_>| OF_RELEASE.contains(&object.kind);
    let mut names: Vec<&str> = objects
        .iter()
        .filter(of_release)
        .map(|object| object.name)
        .collect();
    names.sort_unstable();
    names.dedup();
    let (first, others) = names.split_first()?;
    if others.is_empty() {
        return None;
    }
    let mut words: Vec<&str> = first.split('-').collect();
    for other in others {
        let same = words.iter().zip(other.split('-'));
        let same = same.take_while(|(mine, theirs)| **mine == *theirs).count();
        words.truncate(same);
    }
    (!words.is_empty()).then(|| words.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::yaml::Yaml;

    fn called(objects: &[(&'static str, &'static str)]) -> Vec<String> {
        let objects: Vec<Object<'_>> = objects
            .iter()
            .map(|(kind, name)| Object {
                kind,
                name,
                namespace: "",
                doubled: false,
                root: &Yaml::Null,
            })
            .collect();
        let workloads: Vec<Object<'_>> = objects
            .iter()
            .filter(|object| object.kind == "Deployment")
            .copied()
            .collect();
        let app = app(&workloads, &objects);
        let mut names = types(&workloads, &objects, app.as_deref());
        names.extend(app);
        names
    }

    #[test]
    fn the_name_of_the_release_is_in_no_node_type() {
        let names = called(&[
            ("Deployment", "my-kafka-broker"),
            ("Deployment", "my-kafka-exporter"),
            ("Service", "my-kafka"),
            ("ClusterRole", "other"),
        ]);
        assert_eq!(names, ["broker", "exporter", "my-kafka"]);
        let names = called(&[("Deployment", "web"), ("Deployment", "worker")]);
        assert_eq!(names, ["web", "worker"]);
        let names = called(&[("Deployment", "shop"), ("Service", "shop-front")]);
        assert_eq!(names, ["shop", "shop"]);
        let names = called(&[("Deployment", "shop"), ("Deployment", "shop-2")]);
        assert_eq!(names, ["shop", "n2", "shop"]);
    }
}
