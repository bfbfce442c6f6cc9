//! What a schema says and a field of a manifest cannot: noted, never dropped silently (SE-27).

use super::super::super::lost::Weight;
use super::super::super::yaml::Yaml;
use super::Fields;

/// What a schema can say that a field says too, or that says nothing of what is allowed.
const SAID: &[&str] = &[
    "type",
    "description",
    "title",
    "example",
    "format",
    "default",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "pattern",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "nullable",
    "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
];

/// What a field can say of itself, and not of each of its items.
const OF_FIELDS: &[&str] = &[
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
];

impl Fields<'_> {
    /// Notes what the schema says and a field cannot.
    pub(in super::super) fn unsaid(&mut self, schema: &Yaml, path: &str) {
        let either = schema.get("x-kubernetes-int-or-string").is_some();
        for (key, value) in schema.entries() {
            // A number or a text: said by the type.
            let said = SAID.contains(&key.as_str()) || (either && key == "anyOf");
            if !said {
                self.losses.add(
                    Weight::Changed,
                    format!("{path}, {key}"),
                    "no field of a manifest says it, so more is allowed than before",
                    "`cluster.rules`, in CEL over the whole resource",
                );
            }
            if key == "nullable" && *value == Yaml::Bool(true) {
                self.losses.add(
                    Weight::Changed,
                    format!("{path}, nullable"),
                    "the field may be left out, which means the same, but not be null",
                    "",
                );
            }
            // What these have by default, a manifest's fields have.
            let (usual, means) = match key.as_str() {
                "x-kubernetes-list-type" => (
                    &["atomic", "map"][..],
                    "an item can stand in the list twice now, and who applies a part of it replaces the whole",
                ),
                "x-kubernetes-map-type" => (
                    &["granular"][..],
                    "who applies some of its keys owns those, and no longer the whole",
                ),
                "format" => (
                    &["int64", "password", "double", "float"][..],
                    "the API server does not look at the format any more",
                ),
                _ => continue,
            };
            if let Some(word) = value.text().filter(|word| !usual.contains(word)) {
                self.losses
                    .add(Weight::Changed, format!("{path}, {key}: {word}"), means, "");
            }
        }
    }

    /// The one key that a schema states for its list. Of several, which a manifest cannot say, it notes that they are gone.
    pub(in super::super) fn list_key<'y>(
        &mut self,
        schema: &'y Yaml,
        path: &str,
    ) -> Option<&'y str> {
        if schema.text_at(&["x-kubernetes-list-type"]) != Some("map") {
            return None;
        }
        match schema.items_at(&["x-kubernetes-list-map-keys"]) {
            [Yaml::Text(key)] => Some(key),
            keys => {
                let keys: Vec<&str> = keys.iter().filter_map(Yaml::text).collect();
                self.losses.add(
                    Weight::Changed,
                    format!("{path}, the keys {} of the list", keys.join(", ")),
                    "a list of a manifest has one key at most: items are no longer told apart by all of these",
                    "",
                );
                None
            }
        }
    }

    /// The same of each item of a list or mapping.
    pub(super) fn unsaid_of_each(&mut self, schema: &Yaml, path: &str) {
        let path = format!("{path}[]");
        self.unsaid(schema, &path);
        // Of a quantity the pattern is what makes it one.
        let either = schema.get("x-kubernetes-int-or-string").is_some();
        for key in OF_FIELDS {
            if schema.get(key).is_some() && !either {
                self.losses.add(
                    Weight::Changed,
                    format!("{path}, {key}"),
                    "no field of a manifest says it of each item, so more is allowed than before",
                    "`cluster.rules`, in CEL over the whole resource",
                );
            }
        }
    }
}
