//! Requests and answers of the modelled server.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::kind::{self, ChildKind};

/// A request as it arrives.
#[derive(Clone, Debug)]
pub(in crate::model) struct Request {
    pub(in crate::model) method: String,
    pub(in crate::model) path: String,
    pub(in crate::model) query: BTreeMap<String, String>,
    pub(in crate::model) content: String,
    pub(in crate::model) body: Value,
}

pub(super) type Answer = (u16, Value);

pub(super) fn failure(code: u16, message: &str) -> Answer {
    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message});
    (code, status)
}

pub(super) fn other_uid() -> Answer {
    let (code, mut status) = failure(422, "is invalid");
    status["details"] = json!({"causes": [{"field": "metadata.uid", "message": "field is immutable", "reason": "FieldValueInvalid"}]});
    (code, status)
}

/// Kind, namespace and, of one object, name.
pub(super) fn target(path: &str) -> Option<(ChildKind, String, Option<String>)> {
    let (group, rest) = if let Some(rest) = path.strip_prefix("/api/") {
        ("", rest)
    } else {
        path.strip_prefix("/apis/")?.split_once('/')?
    };
    let mut parts = rest.split('/');
    let (_version, _namespaces, namespace) = (parts.next()?, parts.next()?, parts.next()?);
    let plural = parts.next()?;
    let row = kind::all()
        .iter()
        .find(|row| row.group == group && row.plural == plural)?;
    Some((
        row.kind,
        namespace.to_owned(),
        parts.next().map(str::to_owned),
    ))
}
