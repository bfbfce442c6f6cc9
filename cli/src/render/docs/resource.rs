//! The reference of a kind outside of Kubernetes.

use serde::Serialize;

use super::fields::declared;
use super::status::walk;
use super::{FieldDoc, Row, row};
use crate::model::{
    Access, Adopt, Call, Deletion, Expr, ExprKind, Operator, ParentGone, Path, Piece, Resource,
    Root,
};
use crate::render::crd;

/// The context of `resource.md`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceDocs {
    pub kind: String,
    pub group: String,
    pub version: String,
    pub singular: String,
    /// What the manifest says about the kind; may be empty.
    pub doc: String,
    /// The kind that it belongs to; empty: none.
    pub parent: String,
    pub server: String,
    pub fields: Vec<Row>,
    pub status: Vec<Row>,
    pub calls: Vec<CallRow>,
    /// Sentences about what becomes of what is there already, and of what is left.
    pub policy: Vec<&'static str>,
    /// The annotation that holds changes.
    pub pause: String,
}

/// A request, as the table shows it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallRow {
    pub when: &'static str,
    pub request: String,
}

/// Computes the reference of a kind.
pub fn resource(operator: &Operator, resource: &Resource) -> ResourceDocs {
    let mut fields = Vec::new();
    declared(operator, "spec", &resource.spec, &mut fields);
    let mut status = Vec::new();
    walk("status", &crd::resource_status(resource), &mut status);
    let rows = |fields: Vec<FieldDoc>| {
        let fields = fields.into_iter().map(|field| FieldDoc {
            // The map from fields to children is the cluster's.
            children: Vec::new(),
            ..field
        });
        fields.map(|field| row(operator, field)).collect()
    };
    let server = operator
        .servers
        .iter()
        .find(|server| server.ident == resource.server)
        .map(|server| server.name.to_string());
    ResourceDocs {
        kind: resource.kind.to_string(),
        group: operator.api.group.to_string(),
        version: operator.api.version.to_string(),
        singular: resource.singular.to_string(),
        doc: resource.doc.clone().unwrap_or_default(),
        parent: match resource.parent {
            Some(_) => operator.cluster.kind.to_string(),
            None => String::new(),
        },
        server: server.unwrap_or_default(),
        fields: rows(fields),
        status: rows(status),
        calls: resource
            .calls()
            .map(|(name, call)| CallRow {
                when: when(name),
                request: request(call),
            })
            .collect(),
        policy: policy(resource),
        pause: resource.ignore_annotation.as_ref().map_or_else(
            || format!("{}/paused", operator.api.group),
            ToString::to_string,
        ),
    }
}

fn when(name: &str) -> &'static str {
    match name {
        "get" => "to see what is there",
        "create" => "where it is not there",
        "update" => "where it is other than asked for",
        _ => "when the custom resource is deleted",
    }
}

/// `PUT /schemas/{id}`
fn request(call: &Call) -> String {
    let path: String = call
        .path
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Value(expr) => format!("{{{}}}", value(expr)),
        })
        .collect();
    format!("{} {path}", call.verb.as_str())
}

fn value(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Path(path) => path_text(path),
        ExprKind::Coalesce(parts) => parts.first().map(value).unwrap_or_default(),
        _ => "value".to_owned(),
    }
}

fn path_text(path: &Path) -> String {
    let root = match path.root {
        Root::ResourceId => "id",
        Root::CrName => "name",
        Root::CrNamespace => "namespace",
        _ => "spec",
    };
    let steps = path.steps.iter().filter_map(|step| match &step.access {
        Access::Field { wire, .. } | Access::Json { wire } => Some(format!(".{wire}")),
        _ => None,
    });
    format!("{root}{}", steps.collect::<String>())
}

fn policy(resource: &Resource) -> Vec<&'static str> {
    let policy = resource.policy;
    let mut out = vec![match policy.adopt {
        Adopt::Adopt => {
            "What the server has already under that name is taken over and made what is asked for."
        }
        Adopt::Observe => "It is looked at and never changed.",
        Adopt::Refuse => {
            "What the server has already under that name is left alone, and the condition says so."
        }
    }];
    out.push(match (policy.deletion, &resource.delete) {
        (Deletion::Delete, Some(_)) => "It is deleted together with its custom resource.",
        _ => "It stays when its custom resource is deleted.",
    });
    if resource.parent.is_some() {
        out.push(match policy.parent_gone {
            ParentGone::Release => {
                "A custom resource that is deleted after the one that it belongs to goes without a request, with a warning."
            }
            ParentGone::Keep => {
                "A custom resource that is deleted after the one that it belongs to waits for that to be there again."
            }
        });
    }
    out
}
