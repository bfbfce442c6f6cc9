//! The fields of the status, from the schema that the definition has.

use serde_json::{Map, Value};

use super::FieldDoc;
use crate::schema;

/// Every field below `status` that says what it means.
pub(super) fn fields() -> Vec<FieldDoc> {
    let mut out = Vec::new();
    walk("status", &schema::expand("ClusterStatus"), &mut out);
    out
}

pub(super) fn walk(at: &str, schema: &Value, out: &mut Vec<FieldDoc>) {
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, field) in properties.into_iter().flat_map(Map::iter) {
        // What a condition consists of is the same everywhere in Kubernetes.
        let Some(doc) = field.get("description").and_then(Value::as_str) else {
            continue;
        };
        let path = format!("{at}.{name}");
        let items = field.get("items");
        out.push(FieldDoc {
            field: path.clone(),
            ty: type_text(field),
            required: false,
            default: None,
            doc: Some(format!("{doc}.")),
            children: Vec::new(),
        });
        match items {
            Some(items) => walk(&format!("{path}[]"), items, out),
            None => walk(&path, field, out),
        }
    }
}

fn type_text(schema: &Value) -> String {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", words.join(", "));
    }
    match (text("type"), text("format")) {
        (_, Some("date-time")) => "time".to_owned(),
        (Some("array"), _) => "list".to_owned(),
        (Some(ty), _) => ty.to_owned(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_status_says_what_it_means() {
        let fields = fields();
        for field in [
            "status.conditions",
            "status.nodes[].phase",
            "status.nodeTypes[].ready",
            "status.rollout.waitingFor",
        ] {
            let known = fields.iter().find(|known| known.field == field);
            let doc = known.and_then(|known| known.doc.as_deref());
            assert!(doc.is_some_and(|doc| doc.len() > 8), "{field}: {doc:?}");
        }
    }
}
