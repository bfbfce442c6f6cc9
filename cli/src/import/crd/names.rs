//! What a definition says of its kind beside the schema: names, columns, and what a manifest has no word for.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use crate::model::DnsLabel;

/// Plural, short names and categories.
pub(super) fn names(spec: &Yaml, kind: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Some(plural) = spec.text_at(&["names", "plural"])
        && DnsLabel::new(plural).is_ok()
        && plural != format!("{}s", kind.to_lowercase())
    {
        parts.push(Part::new("plural", Draft::text(plural)).from("plural"));
    }
    for key in ["shortNames", "categories"] {
        let names = spec.items_at(&["names", key]).iter();
        let names: Vec<Draft> = names.filter_map(Yaml::text).map(Draft::text).collect();
        if !names.is_empty() {
            parts.push(Part::new(key, Draft::list(names)).from(key));
        }
    }
    parts
}

pub(super) fn columns(version: &Yaml, losses: &mut Losses) -> Option<Part> {
    let mut columns = Vec::new();
    for column in version.items_at(&["additionalPrinterColumns"]) {
        let of = |key: &str| column.text_at(&[key]);
        let (Some(name), Some(path)) = (of("name"), of("jsonPath")) else {
            losses.add(
                Weight::LeftOut,
                format!("column {}", of("name").unwrap_or("without a name")),
                "it has no name, or no `jsonPath`",
                "",
            );
            continue;
        };
        if ["age", "ready"].contains(&name.to_lowercase().as_str()) {
            if path != ".metadata.creationTimestamp" {
                losses.add(
                    Weight::Changed,
                    format!("column {name}: {path}"),
                    "every resource has a column of that name from the operator",
                    "",
                );
            }
            continue;
        }
        if path.starts_with(".status") {
            losses.add(
                Weight::LeftOut,
                format!("column {name}"),
                "it shows a field of the status, and the operator has a status of its own",
                "",
            );
            continue;
        }
        let mut fields = vec![
            Part::new("name", Draft::text(name)),
            Part::new("path", Draft::text(path)),
        ];
        fields.extend(
            of("type")
                .filter(|ty| *ty != "string")
                .map(|ty| Part::new("type", Draft::text(ty))),
        );
        for key in ["format", "description", "priority"] {
            if column.get(key).is_some_and(|value| *value != Yaml::Int(0)) {
                losses.add(
                    Weight::LeftOut,
                    format!("column {name}, {key}"),
                    "a column of a manifest has a name, a path and a type",
                    "",
                );
            }
        }
        columns.push(Part::item(Draft::Map(fields)).from(format!("column {name}")));
    }
    (!columns.is_empty()).then(|| Part::new("columns", Draft::List(columns)))
}

/// Keys of a definition and of its version that are seen to, or that each of them has anyway.
const OF_SPEC: &[&str] = &[
    "group",
    "names",
    "scope",
    "versions",
    "conversion",
    // As definitions were before v1.
    "version",
    "validation",
];
const OF_VERSION: &[&str] = &[
    "name",
    "served",
    "storage",
    "schema",
    "subresources",
    "additionalPrinterColumns",
    "deprecated",
    "deprecationWarning",
    "selectableFields",
];
const OF_RESOURCE: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

/// Notes what of it no manifest says.
pub(super) fn unsaid(definition: &Yaml, version: &Yaml, kind: &str, losses: &mut Losses) {
    let properties = ["schema", "openAPIV3Schema", "properties"];
    for (place, entries, known) in [
        ("spec", definition.entries_at(&["spec"]), OF_SPEC),
        ("spec.versions[]", version.entries(), OF_VERSION),
        ("the resource", version.entries_at(&properties), OF_RESOURCE),
    ] {
        for (key, value) in entries {
            let is_said = known.contains(&key.as_str());
            if !is_said && ![Yaml::Bool(false), Yaml::Null].contains(value) {
                let why = "a manifest has nothing like it, so it is gone";
                losses.add(Weight::LeftOut, format!("{place}, {key}"), why, "");
            }
        }
    }
    if version.at(&["subresources", "scale"]).is_some() {
        losses.add(
            Weight::LeftOut,
            "subresources.scale",
            "`kubectl scale` and autoscalers act on nodes: each has its own number of replicas",
            "`k8sConfigGroup[].horizontalPodAutoscaler`",
        );
    }
    for (key, means) in [
        ("deprecated", "nobody is warned any more"),
        ("deprecationWarning", "nobody is warned any more"),
        (
            "selectableFields",
            "resources can be selected by their name and namespace alone",
        ),
    ] {
        if version
            .get(key)
            .is_some_and(|value| *value != Yaml::Bool(false))
        {
            losses.add(Weight::LeftOut, key, means, "");
        }
    }
    for (key, usual) in [
        ("singular", kind.to_lowercase()),
        ("listKind", format!("{kind}List")),
    ] {
        let name = definition.text_at(&["spec", "names", key]);
        if let Some(name) = name.filter(|name| **name != *usual) {
            losses.add(
                Weight::Changed,
                format!("names.{key}: {name}"),
                &format!("it is `{usual}` now, as the kind says"),
                "",
            );
        }
    }
    for key in ["labels", "annotations"] {
        for (name, _) in definition.entries_at(&["metadata", key]) {
            // What programs write about a definition that they made or applied.
            let of_programs = [
                "controller-gen.kubebuilder.io/",
                "kubectl.kubernetes.io/",
                "app.kubernetes.io/",
                "helm.sh/",
                "meta.helm.sh/",
            ];
            if !of_programs.iter().any(|prefix| name.starts_with(prefix)) {
                losses.add(
                    Weight::LeftOut,
                    format!("{key} of the definition, {name}"),
                    "the definition has those of the operator alone: who acts on this one does not any more",
                    "",
                );
            }
        }
    }
}
