//! The reference of the custom resource: each field, what it means, which part of which child it sets (D8).
//!
//! Out: the context of `templates/docs/reference/fields.md`, and `fields.json` for programs.

mod fields;
mod k8s;
mod resource;
mod status;

use serde::Serialize;

use crate::model::{ChildPath, Operator};

pub use k8s::Widening;
pub use resource::{ResourceDocs, resource};

/// The context of `fields.md`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Docs {
    pub kind: String,
    pub group: String,
    pub version: String,
    pub sections: Vec<Section>,
    /// Whether any field says which children it sets.
    pub effects: bool,
}

/// Fields that stand together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    pub title: &'static str,
    pub text: &'static str,
    pub rows: Vec<Row>,
}

/// One line of a section's table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub field: String,
    pub ty: String,
    pub required: bool,
    /// As JSON; empty: there is none.
    pub default: String,
    pub doc: String,
    pub sets: Vec<Set>,
}

/// A place in children, as the table names it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Set {
    pub kind: &'static str,
    pub path: String,
    /// The node types, where they are not all.
    pub of: String,
    /// The node type whose nodes' field it is, where it is of one alone.
    pub from: String,
    pub restarts: bool,
}

/// One field of the custom resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDoc {
    /// `spec.nodes[].replicas`
    pub field: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    pub children: Vec<ChildDoc>,
}

/// A place in children that a field sets.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChildDoc {
    /// The node types whose children these are; empty: a child of the cluster.
    pub node_types: Vec<String>,
    /// The node type whose nodes' field it is, where it is of one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub kind: &'static str,
    pub path: String,
    /// Whether a change restarts pods.
    pub restarts: bool,
}

/// Computes the reference.
pub fn docs(operator: &Operator) -> Docs {
    let sections: Vec<_> = fields::sections(operator)
        .into_iter()
        .filter(|(_, fields)| !fields.is_empty())
        .map(|((title, text), fields)| Section {
            title,
            text,
            rows: fields
                .into_iter()
                .map(|field| row(operator, field))
                .collect(),
        })
        .collect();
    let mut rows = sections.iter().flat_map(|section| &section.rows);
    Docs {
        kind: operator.cluster.kind.to_string(),
        group: operator.api.group.to_string(),
        version: operator.api.version.to_string(),
        effects: rows.any(|row| !row.sets.is_empty()),
        sections,
    }
}

fn row(operator: &Operator, field: FieldDoc) -> Row {
    let all = operator.cluster.node_types.len();
    let sets = field.children.into_iter().map(|child| Set {
        kind: child.kind,
        path: child.path,
        of: if child.node_types.len() == all {
            String::new()
        } else {
            child.node_types.join(", ")
        },
        from: child.from.unwrap_or_default(),
        restarts: child.restarts,
    });
    Row {
        field: field.field,
        ty: field.ty,
        required: field.required,
        default: field
            .default
            .map(|value| value.to_string())
            .unwrap_or_default(),
        doc: field.doc.unwrap_or_default(),
        sets: sets.collect(),
    }
}

/// The text of `fields.json`: the same fields, sorted by their path.
pub fn fields_json(operator: &Operator) -> String {
    let mut fields = fields(operator);
    fields.sort_by(|a, b| a.field.cmp(&b.field));
    let mut text =
        serde_json::to_string_pretty(&fields).expect("texts, lists and booleans are JSON");
    text.push('\n');
    text
}

/// The fields through which whoever writes a custom resource decides what runs (SE-5).
pub fn widenings(operator: &Operator) -> Vec<Widening> {
    k8s::widenings(operator)
}

/// The word of a custom resource for what follows a crash.
pub(super) fn on_crash(policy: crate::model::OnCrash) -> &'static str {
    fields::on_crash(policy)
}

/// Every field of the custom resource, in the order in which a reader meets them.
pub fn fields(operator: &Operator) -> Vec<FieldDoc> {
    fields::sections(operator)
        .into_iter()
        .flat_map(|(_, fields)| fields)
        .collect()
}

/// What a field sets.
fn children(operator: &Operator, field: &str) -> Vec<ChildDoc> {
    let effect = operator
        .effects
        .iter()
        .find(|effect| effect.field.as_str() == field);
    grouped(effect.map_or(&[], |effect| &effect.children))
}

/// The same place of several node types written once; sorted.
pub fn grouped(children: &[ChildPath]) -> Vec<ChildDoc> {
    let mut docs: Vec<ChildDoc> = Vec::new();
    for child in children {
        let known = docs.iter_mut().find(|doc| is_same(doc, child));
        match (known, &child.node_type) {
            (Some(doc), Some(node_type)) => doc.node_types.push(node_type.clone()),
            (Some(_), None) => {}
            (None, node_type) => docs.push(ChildDoc {
                node_types: node_type.iter().cloned().collect(),
                from: child.from.clone(),
                kind: child.kind.as_str(),
                path: child.path.clone(),
                restarts: child.restarts,
            }),
        }
    }
    for doc in &mut docs {
        doc.node_types.sort();
        doc.node_types.dedup();
    }
    docs.sort_by(|a, b| (a.kind, &a.path, &a.node_types).cmp(&(b.kind, &b.path, &b.node_types)));
    docs
}

fn is_same(doc: &ChildDoc, child: &ChildPath) -> bool {
    doc.kind == child.kind.as_str()
        && doc.path == child.path
        && doc.restarts == child.restarts
        && doc.from == child.from
        && doc.node_types.is_empty() == child.node_type.is_none()
}

#[cfg(test)]
mod tests;
