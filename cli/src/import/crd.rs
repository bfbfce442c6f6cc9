//! The definition of a custom resource → an application: its API, its fields, and its node types where it names them.
//!
//! A definition says what a resource looks like, not how its nodes start. One that has the shape of the Dsoi specification
//! gives groups and node types; of any other the fields of `spec` are kept, with one node type to begin with.

mod field;
mod names;
mod shape;

use super::app::{App, NodeType};
use super::draft::{Draft, Part};
use super::lost::{Losses, Weight};
use super::name;
use super::yaml::{Document, Yaml};
use crate::check::is_taken_kind;
use crate::model::{DnsSubdomain, KindName};
use field::{Fields, Ty};
use shape::Shape;

/// The application of the definitions; `None` where there is none.
pub(super) fn app(documents: &[Document], losses: &mut Losses) -> Option<App> {
    let mut definitions = Vec::new();
    for document in documents {
        let roots = match document.root.text_at(&["kind"]) {
            Some("List") => document.root.items_at(&["items"]),
            _ => std::slice::from_ref(&document.root),
        };
        for root in roots {
            let kind = root.text_at(&["kind"]);
            if kind == Some("CustomResourceDefinition") {
                definitions.push(root);
            } else {
                losses.add(
                    Weight::LeftOut,
                    format!("{} at line {}", kind.unwrap_or("a document"), document.line),
                    "no definition of a custom resource",
                    "",
                );
            }
        }
    }
    let chosen = definitions
        .iter()
        .position(|one| version(one).is_some_and(|(_, schema)| Shape::of(schema).is_some()))
        .unwrap_or(0);
    for (index, other) in definitions.iter().enumerate() {
        if index != chosen {
            losses.add(
                Weight::LeftOut,
                format!("kind {}", kind(other)),
                "a manifest has one kind of cluster",
                "import it by itself",
            );
        }
    }
    let definition = definitions.get(chosen)?;
    let (version, schema) = version(definition)?;
    Some(one(definition, version, schema, losses))
}

fn kind(definition: &Yaml) -> &str {
    definition
        .text_at(&["spec", "names", "kind"])
        .unwrap_or("a definition without a kind")
}

/// The stored version, else the last one, and its schema.
fn version(definition: &Yaml) -> Option<(&Yaml, &Yaml)> {
    let versions = definition.items_at(&["spec", "versions"]);
    let stored = versions
        .iter()
        .find(|one| one.get("storage") == Some(&Yaml::Bool(true)));
    let version = stored.or(versions.last())?;
    let schema = version
        .at(&["schema", "openAPIV3Schema"])
        // As definitions were before v1.
        .or_else(|| definition.at(&["spec", "validation", "openAPIV3Schema"]))?;
    Some((version, schema))
}

fn one(definition: &Yaml, version: &Yaml, schema: &Yaml, losses: &mut Losses) -> App {
    let spec = definition.at(&["spec"]).unwrap_or(&Yaml::Null);
    let written = kind(definition);
    let title = format!("kind {written}");
    let known = KindName::new(written).is_ok() && !is_taken_kind(written);
    let kind = if known {
        written.to_owned()
    } else {
        losses.add(
            Weight::Changed,
            title.as_str(),
            "it cannot be a kind here, so it is called otherwise: existing resources are none of it",
            "`--kind` chooses the name",
        );
        name::kind(written)
    };
    let group = spec.text_at(&["group"]);
    let group = group.filter(|group| DnsSubdomain::new(*group).is_ok() && group.contains('.'));
    let served = version.text_at(&["name"]).unwrap_or_default();
    for other in spec.items_at(&["versions"]) {
        let name = other.text_at(&["name"]).unwrap_or("?");
        if name != served {
            losses.add(
                Weight::LeftOut,
                format!("version {name}"),
                "a manifest has one version: resources and clients of this one are not served",
                "",
            );
        }
    }
    if spec.text_at(&["scope"]) == Some("Cluster") {
        losses.add(
            Weight::Changed,
            "scope: Cluster",
            "clusters live in namespaces: resources without one cannot be taken over",
            "",
        );
    }
    if spec.text_at(&["conversion", "strategy"]) == Some("Webhook") {
        losses.add(
            Weight::LeftOut,
            "conversion",
            "a manifest has one version, so nothing is converted",
            "",
        );
    }
    if schema.at(&["properties", "status"]).is_some() {
        losses.add(
            Weight::LeftOut,
            "status",
            "the operator has a status of its own",
            "`cluster.status` keeps fields that others read",
        );
    }
    names::unsaid(definition, version, &kind, losses);
    let mut cluster = names::names(spec, &kind);
    cluster.extend(names::columns(version, losses));
    let shape = Shape::of(schema);
    let lists = shape.as_ref().map_or(LISTS, Shape::lists);
    let (parts, node_types) = match shape {
        Some(shape) => shape.parts(losses),
        None => (own(schema, losses), Vec::new()),
    };
    needed(schema, lists, losses);
    Fields::new(losses).unsaid(schema, "the resource", &[Ty::Object.says()]);
    if let Some(metadata) = schema.at(&["properties", "metadata"]) {
        let said = [Ty::Object.says(), Ty::Tree.says()];
        Fields::new(losses).unsaid(metadata, "metadata", &said);
        for (field, _) in metadata.entries_at(&["properties"]) {
            losses.add(
                Weight::Changed,
                format!("metadata.{field}"),
                "the rules of the operator for names count",
                "`cluster.rules`, in CEL over the whole resource",
            );
        }
    }
    cluster.extend(parts);
    let node_types = if node_types.is_empty() {
        vec![NodeType {
            name: "node".to_owned(),
            from: "the node type".to_owned(),
            image: None,
            comment: Some(
                "the definition does not say what types of nodes there are, nor how they start: rename this one, and add what it lacks"
                    .to_owned(),
            ),
            parts: Vec::new(),
        }]
    } else {
        node_types
    };
    let version = is_version(served).then(|| served.to_owned());
    if version.is_none() {
        losses.add(
            Weight::Changed,
            format!("version {served}"),
            "not a version that an API can have, so it is another one",
            "",
        );
    }
    App {
        name: Some(name::label_or(&kind, "app")),
        group: group.map(str::to_owned),
        version,
        kind: Some(kind),
        image: None,
        cluster,
        node_types,
    }
}

/// What nodes and the groups of their settings are called in `spec`.
const LISTS: [&str; 3] = ["nodes", "k8sConfigGroup", "appConfigGroup"];

/// Notes what every resource must have that the definition did not ask for, and how long these lists may be.
fn needed(schema: &Yaml, lists: [&str; 3], losses: &mut Losses) {
    let spec = schema.at(&["properties", "spec"]).unwrap_or(&Yaml::Null);
    let required = |at: &Yaml, name: &str| {
        let names = at.items_at(&["required"]);
        names.iter().any(|one| one.text() == Some(name))
    };
    let mut names = vec![("spec".to_owned(), required(schema, "spec"))];
    names.extend(lists.map(|name| (format!("spec.{name}"), required(spec, name))));
    for (name, _) in names.iter().filter(|(_, required)| !required) {
        losses.add(
            Weight::Changed,
            name.as_str(),
            "every resource needs it now, so one without it is refused",
            "",
        );
    }
    for (name, most) in lists.into_iter().zip([200, 64, 64]) {
        let had = spec.at(&["properties", name]);
        let had = had.map(|list| list.get("maxItems").and_then(Yaml::int));
        if had.is_some_and(|had| had.is_none_or(|had| had > most)) {
            losses.add(
                Weight::Changed,
                format!("spec.{name}"),
                &format!("at most {most} entries, where more were allowed"),
                "",
            );
        }
    }
}

/// `v1`, `v1beta2`.
fn is_version(text: &str) -> bool {
    let rest = text.strip_prefix('v').unwrap_or("");
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (major, rest) = rest.split_at(end);
    let minor = rest
        .strip_prefix("alpha")
        .or_else(|| rest.strip_prefix("beta"));
    let number = |text: &str| {
        text.len() < 4
            && text.starts_with(|c: char| ('1'..='9').contains(&c))
            && text.chars().all(|c| c.is_ascii_digit())
    };
    number(major) && (rest.is_empty() || minor.is_some_and(number))
}

/// The fields of a `spec` that has not the shape of the specification.
fn own(schema: &Yaml, losses: &mut Losses) -> Vec<Part> {
    let spec = schema.at(&["properties", "spec"]).unwrap_or(&Yaml::Null);
    let mut fields = Fields::new(losses);
    fields.unsaid(spec, "spec", &[Ty::Object.says()]);
    let parts = fields.of(spec, "spec", &[], 0);
    if parts.is_empty() {
        return Vec::new();
    }
    vec![Part::new("spec", Draft::Map(parts)).comment(
        "the fields of `spec` as they are; what of them says how pods run is in `k8sConfigGroup` of every resource already",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_one_of_kubernetes() {
        for good in ["v1", "v1beta2", "v12alpha1"] {
            assert!(is_version(good), "{good}");
        }
        for bad in ["", "1", "v0", "v1gamma1", "v1beta", "v1beta2x", "V1"] {
            assert!(!is_version(bad), "{bad}");
        }
    }
}
