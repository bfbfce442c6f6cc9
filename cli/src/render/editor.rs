//! Schemas for editors: completion and checks while somebody writes a manifest or a custom resource.
//!
//! In: the tables of the manifest's keys, and the model. Out: JSON schemas (draft 07) for `config/schema/`, and the line by
//! which a YAML file names its own. The schema of a kind is that of its definition, in an editor's words, so that neither can
//! say another thing than the other. What only a rule of the definition knows is left to the API server and to `check`.
//!
//! # Why the files lie in `config/schema/`
//! Editors do not look into folders that begin with a dot, and the files belong to what `config/` deploys: whoever takes
//! `config/` along has them. The manifest's is called by the whole name of its file, which no kind can be called by.

mod print;
mod strict;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::crd;
use crate::manifest::schema;
use crate::model::{LimitedName, Operator, Resource};

/// Where a project has the schema of its manifest.
pub const MANIFEST: &str = "config/schema/dsoi.yaml.json";

/// How a YAML file tells an editor which schema it has.
const LINE: &str = "# yaml-language-server: $schema=";

/// Where a project has the schema of a kind, by the singular of its name.
pub fn path(singular: &str) -> String {
    format!("config/schema/{singular}.json")
}

/// The first line of a file in `config/samples/`.
pub(super) fn sample_line(singular: &str) -> String {
    format!("{LINE}../schema/{singular}.json\n")
}

/// A manifest with the line for editors before everything else; `None` where it names a schema already.
pub fn wired(manifest: &str) -> Option<String> {
    let names_one = |line: &str| {
        let comment = line.trim_start().strip_prefix('#').map(str::trim_start);
        comment.is_some_and(|comment| comment.starts_with("yaml-language-server:"))
    };
    if manifest.lines().any(names_one) {
        return None;
    }
    let (mark, text) = match manifest.strip_prefix('\u{feff}') {
        Some(text) => ("\u{feff}", text),
        None => ("", manifest),
    };
    let windows = text
        .split_once('\n')
        .is_some_and(|(first, _)| first.ends_with('\r'));
    let end = if windows { "\r\n" } else { "\n" };
    Some(format!("{mark}{LINE}{MANIFEST}{end}{text}"))
}

/// The text of the manifest's schema.
pub(super) fn manifest() -> String {
    print::print(&schema::json())
}

/// The text of the schema of a custom resource.
pub(super) fn cluster(operator: &Operator) -> String {
    let cluster = &operator.cluster;
    let max = crd::limit(cluster, LimitedName::Cr);
    let root = crd::schema(operator);
    text(operator, cluster.kind.as_str(), max, &root)
}

/// The text of the schema of a kind outside of Kubernetes.
pub(super) fn resource(operator: &Operator, resource: &Resource) -> String {
    let root = crd::resource_schema(operator, resource);
    text(operator, resource.kind.as_str(), None, &root)
}

fn text(operator: &Operator, kind: &str, max: Option<u32>, root: &Value) -> String {
    let mut schema = strict::strict(root);
    let (group, version) = (&operator.api.group, &operator.api.version);
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = format!("{kind} ({group}/{version})").into();
    schema["required"] = json!(["apiVersion", "kind", "metadata", "spec"]);
    schema["properties"]["apiVersion"] = json!({"const": format!("{group}/{version}")});
    schema["properties"]["kind"] = json!({"const": kind});
    schema["properties"]["metadata"] = metadata(max);
    print::print(&strict::shared(&schema))
}

/// What Kubernetes has of every object; the definition only says that it is an object.
fn metadata(max: Option<u32>) -> Value {
    let text = json!({"type": "string"});
    let texts = json!({"type": "object", "additionalProperties": text});
    let list = |item: Value| json!({"type": "array", "items": item});
    let number = json!({"type": "integer"});
    json!({
        "type": "object",
        "additionalProperties": false,
        "anyOf": [{"required": ["name"]}, {"required": ["generateName"]}],
        "properties": {
            "name": {
                "type": "string",
                "maxLength": max.unwrap_or(253),
                "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$",
            },
            "generateName": text,
            "namespace": text,
            "labels": texts,
            "annotations": texts,
            "finalizers": list(text.clone()),
            "ownerReferences": list(json!({"type": "object"})),
            // What the API server adds, as it stands in what was read from one.
            "creationTimestamp": {"type": ["string", "null"]},
            "deletionGracePeriodSeconds": number,
            "deletionTimestamp": text,
            "generation": number,
            "managedFields": list(json!({"type": "object"})),
            "resourceVersion": text,
            "selfLink": text,
            "uid": text,
        },
    })
}
