//! What the server does not let change, and what can be done about it.
//!
//! In: a desired document, and the server's answer to a dry run of it. Out: whether the object has
//! to be made anew, or which fields are in the way and what a person can do. Sends nothing.

use serde_json::Value;

use crate::build::DesiredChild;
use crate::error::RequestError;
use crate::kind::{ChildKind, Immutable, Remedy};

/// The field for whose sake a present object has to be deleted and created, if that is all that is
/// in the way and nothing but an address is lost.
pub(super) fn must_recreate(
    wanted: &DesiredChild,
    answer: Result<&Value, &RequestError>,
) -> Option<String> {
    wanted.id.kind.row().immutable.iter().find_map(|immutable| {
        let Remedy::Recreate { sticky } = immutable.remedy else {
            return None;
        };
        let desired = text(&wanted.document, immutable);
        let field = dotted(immutable);
        let needed = match answer {
            Ok(tried) => desired.is_none() && text(tried, immutable) == Some(sticky),
            // Another value may be taken or illegal: then the object would be lost for nothing.
            Err(error) => desired == Some(sticky) && error.is_only_about_immutable(&field),
        };
        needed.then_some(field)
    })
}

/// The field for whose sake an object of which all is known has to be deleted and created.
pub(crate) fn gives_way(kind: ChildKind, wanted: &Value, live: &Value) -> Option<String> {
    kind.row().immutable.iter().find_map(|immutable| {
        let Remedy::Recreate { sticky } = immutable.remedy else {
            return None;
        };
        let (wanted, live) = (text(wanted, immutable), text(live, immutable));
        let needed = match wanted {
            Some(wanted) => wanted == sticky && live != Some(sticky),
            None => live == Some(sticky),
        };
        needed.then(|| dotted(immutable))
    })
}

/// One sentence for each field of a present object that cannot become what is desired.
pub(crate) fn complaints(kind: ChildKind, wanted: &Value, live: &Value) -> Vec<String> {
    kind.row()
        .immutable
        .iter()
        .filter(|immutable| !is_met(kind, immutable, wanted, live))
        .map(|immutable| {
            let field = dotted(immutable);
            match immutable.remedy {
                Remedy::Orphan => format!(
                    "{field} is immutable: put its old value back, or delete the {kind} with `--cascade=orphan`, and it is made anew over its pods"
                ),
                Remedy::Refuse | Remedy::Recreate { .. } => {
                    format!("{field} is immutable: put its old value back")
                }
            }
        })
        .collect()
}

fn is_met(kind: ChildKind, immutable: &Immutable, wanted: &Value, live: &Value) -> bool {
    let live = live
        .pointer(immutable.path)
        .filter(|value| !is_empty(value));
    match wanted
        .pointer(immutable.path)
        .filter(|value| !is_empty(value))
    {
        Some(wanted) => live.is_some_and(|live| is_within(wanted, live)),
        // The server gives a claim a class and a volume of its own choice.
        None => live.is_none() || !kind.is_workload(),
    }
}

/// Whether `live` has everything that `wanted` has, and lists that are as long.
fn is_within(wanted: &Value, live: &Value) -> bool {
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) => wanted
            .iter()
            .all(|(key, value)| live.get(key).is_some_and(|live| is_within(value, live))),
        (Value::Array(wanted), Value::Array(live)) => {
            wanted.len() == live.len()
                && wanted
                    .iter()
                    .zip(live)
                    .all(|(wanted, live)| is_within(wanted, live))
        }
        _ => wanted == live,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn text<'a>(object: &'a Value, immutable: &Immutable) -> Option<&'a str> {
    object
        .pointer(immutable.path)?
        .as_str()
        .filter(|text| !text.is_empty())
}

/// As the server writes paths.
fn dotted(immutable: &Immutable) -> String {
    immutable.path.trim_start_matches('/').replace('/', ".")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::kind::ObjectId;

    fn wanted(kind: ChildKind, spec: &Value) -> DesiredChild {
        DesiredChild {
            id: ObjectId::new(kind, "prod", "a"),
            node: None,
            node_type: None,
            document: Arc::new(json!({ "spec": spec })),
            hash: "h".to_owned(),
            start: None,
        }
    }

    fn refusal(field: &str, message: &str) -> RequestError {
        let status = json!({"code": 422, "message": "m", "details": {"causes": [{"field": field, "message": message}]}});
        RequestError::Answer {
            status: Box::new(serde_json::from_value(status).unwrap()),
            retry_after: None,
        }
    }

    #[test]
    fn a_service_is_made_anew_only_between_an_address_and_none() {
        let service = |spec: Value| wanted(ChildKind::Service, &spec);
        let fixed = refusal("spec.clusterIPs[0]", "may not change once set");
        let other = refusal("spec.ports[0].port", "must be between 1 and 65535");
        let needed = Some("spec.clusterIP".to_owned());
        let headless = service(json!({"clusterIP": "None"}));
        assert_eq!(must_recreate(&headless, Err(&fixed)), needed);
        assert_eq!(must_recreate(&headless, Err(&other)), None);
        let addressed = service(json!({"clusterIP": "10.0.0.9"}));
        assert_eq!(must_recreate(&addressed, Err(&fixed)), None);
        let plain = service(json!({}));
        let tried = |address: &str| json!({"spec": {"clusterIP": address}});
        assert_eq!(must_recreate(&plain, Ok(&tried("None"))), needed);
        assert_eq!(must_recreate(&plain, Ok(&tried("10.0.0.9"))), None);
        assert_eq!(must_recreate(&headless, Ok(&tried("None"))), None);
    }

    #[test]
    fn the_fields_that_are_in_the_way_are_named_with_what_helps() {
        let live = json!({"spec": {
            "serviceName": "a", "podManagementPolicy": "Parallel",
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {"volumeMode": "Filesystem", "resources": {"requests": {"storage": "1Gi"}}}, "status": {}}],
        }});
        let claim = |size: &str| json!([{"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": size}}}}]);
        let about = |spec: Value| complaints(ChildKind::StatefulSet, &json!({"spec": spec}), &live);
        let same = json!({"serviceName": "a", "podManagementPolicy": "Parallel", "volumeClaimTemplates": claim("1Gi")});
        assert_eq!(about(same.clone()), Vec::<String>::new());
        let mut grown = same.clone();
        grown["volumeClaimTemplates"] = claim("2Gi");
        let found = about(grown);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("spec.volumeClaimTemplates is immutable:")
                && found[0].contains("--cascade=orphan"),
            "{found:?}"
        );
        let mut bare = same;
        bare["serviceName"] = json!("b");
        bare["volumeClaimTemplates"] = json!(null);
        assert_eq!(about(bare).len(), 2);
    }

    #[test]
    fn a_claim_may_have_what_the_server_chose_and_nothing_else_that_differs() {
        let live = json!({"spec": {"storageClassName": "standard", "volumeMode": "Filesystem", "volumeName": "pv-1", "accessModes": ["ReadWriteOnce"]}});
        let about = |spec: Value| {
            complaints(
                ChildKind::PersistentVolumeClaim,
                &json!({"spec": spec}),
                &live,
            )
        };
        assert_eq!(
            about(json!({"accessModes": ["ReadWriteOnce"]})),
            Vec::<String>::new()
        );
        let other = about(json!({"accessModes": ["ReadWriteOnce"], "storageClassName": "fast"}));
        assert_eq!(
            other,
            ["spec.storageClassName is immutable: put its old value back"]
        );
    }
}
