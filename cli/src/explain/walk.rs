//! The way down the schema of the definition: the one place that knows every field there is, those of Kubernetes' types too.

use serde_json::Value;

use super::path::Step;

/// Where a path leads.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// With `[]` behind each list that was entered.
    pub(super) path: String,
    pub(super) schema: &'a Value,
    /// The objects above, from the top: their path, their schema, and the step that leaves them.
    pub(super) above: Vec<(String, &'a Value, String)>,
    /// Whether the object above cannot do without it.
    pub(super) required: bool,
}

/// A path that leads nowhere.
#[derive(Debug)]
pub(super) struct Lost<'a> {
    /// The nearest place that there is.
    pub(super) place: Place<'a>,
    pub(super) step: String,
}

/// Follows the steps from the top of the schema.
pub(super) fn walk<'a>(root: &'a Value, steps: &[Step]) -> Result<Place<'a>, Lost<'a>> {
    let mut place = Place {
        path: String::new(),
        schema: root,
        above: Vec::new(),
        required: false,
    };
    for step in steps {
        enter_lists(&mut place);
        let name = &step.name;
        let Some((schema, keyed)) = inner(place.schema, name) else {
            // The key of a list's entry.
            if place.path.ends_with("[]") && step.quoted {
                continue;
            }
            return Err(Lost {
                place,
                step: name.clone(),
            });
        };
        // A definition leaves the metadata to Kubernetes.
        let schema = match name.as_str() {
            "metadata" if place.path.is_empty() => &ANY,
            _ => schema,
        };
        let required = place.schema["required"].as_array();
        place.required = required.is_some_and(|all| all.iter().any(|one| one == name));
        let above = place.path.clone();
        place.above.push((above, place.schema, name.clone()));
        place.path = match (place.path.as_str(), keyed) {
            ("", _) => name.clone(),
            (path, true) => format!("{path}[\"{name}\"]"),
            (path, false) => format!("{path}.{name}"),
        };
        place.schema = schema;
        if step.index {
            enter_lists(&mut place);
        }
    }
    Ok(place)
}

/// What a definition says nothing of.
static ANY: Value = Value::Null;

/// From a list to its entries.
fn enter_lists(place: &mut Place<'_>) {
    while let Some(items) = place.schema.get("items") {
        place.schema = items;
        place.path.push_str("[]");
    }
}

/// What an object has of that name, and whether its author chose the name.
fn inner<'a>(schema: &'a Value, name: &str) -> Option<(&'a Value, bool)> {
    if let Some(field) = schema["properties"].get(name) {
        return Some((field, false));
    }
    match schema.get("additionalProperties") {
        Some(value @ Value::Object(_)) => Some((value, true)),
        _ if schema["x-kubernetes-preserve-unknown-fields"] == true => Some((&ANY, false)),
        _ if schema.is_null() => Some((&ANY, false)),
        _ => None,
    }
}

/// The fields of the object at a place, lists entered.
pub(super) fn fields(schema: &Value) -> impl Iterator<Item = (&String, &Value, bool)> {
    let mut at = schema;
    while let Some(items) = at.get("items") {
        at = items;
    }
    let required = at["required"].as_array();
    let properties = at["properties"].as_object().into_iter().flatten();
    properties.map(move |(name, field)| {
        let needed = required.is_some_and(|all| all.iter().any(|one| one == name));
        (name, field, needed)
    })
}

/// The type of a schema in words, where the reference has no line for it.
pub(super) fn type_text(schema: &Value) -> String {
    if schema["x-kubernetes-int-or-string"] == true {
        return "integer or string".to_owned();
    }
    if let Some(items) = schema.get("items") {
        let keys = schema["x-kubernetes-list-map-keys"].as_array();
        let keys: Vec<_> = keys
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        return if keys.is_empty() {
            format!("list of {}", type_text(items))
        } else {
            format!("list by {}", keys.join(" and "))
        };
    }
    if let Some(values) = schema
        .get("additionalProperties")
        .filter(|all| all.is_object())
    {
        return format!("map of {}", type_text(values));
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().map(plain).collect();
        return format!("one of {}", words.join(", "));
    }
    match schema["type"].as_str() {
        Some("object") if schema.get("properties").is_none() => "any object".to_owned(),
        Some(ty) => ty.to_owned(),
        None => "any value".to_owned(),
    }
}

/// A value without quotes, where it is a text.
pub(super) fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}
