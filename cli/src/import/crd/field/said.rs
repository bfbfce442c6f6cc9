//! What a schema says and a field of a manifest cannot: noted, never dropped silently (SE-27).

use super::super::super::lost::Weight;
use super::super::super::yaml::Yaml;
use super::{Fields, rules};

/// What a schema can say that a field of any type says too, or that says nothing of what is allowed.
const SAID: &[&str] = &["type", "description", "default"];

impl Fields<'_> {
    /// Notes what the schema says and a field cannot. `said` are the keys that the type of the field says, or that are noted.
    pub(in super::super) fn unsaid(&mut self, schema: &Yaml, path: &str, said: &[&[&str]]) {
        for (key, value) in schema.entries() {
            // What a schema denies itself is so anyway.
            if said.iter().any(|keys| keys.contains(&key.as_str()))
                || SAID.contains(&key.as_str())
                || (key == "anyOf" && is_either(schema, value))
                || [Yaml::Bool(false), Yaml::Null].contains(value)
            {
                continue;
            }
            // What these have by default, a manifest's fields have.
            let (usual, means) = match key.as_str() {
                "nullable" => (
                    &[][..],
                    "the field may be left out, which means the same, but not be null",
                ),
                "x-kubernetes-list-type" => (
                    &["atomic", "map"][..],
                    "an item can stand in the list twice now, and who applies a part of it replaces the whole",
                ),
                "x-kubernetes-map-type" => (
                    &["granular"][..],
                    "who applies some of its keys owns those, and no longer the whole",
                ),
                "x-kubernetes-preserve-unknown-fields" => (
                    &[][..],
                    "the API server keeps the fields that are named, and drops every other",
                ),
                "title" | "example" | "externalDocs" => (
                    &[][..],
                    "the definition no longer has it: of what explains a field it has `doc`",
                ),
                "format" => (
                    &["int64", "password", "double", "float"][..],
                    "the API server does not look at the format any more",
                ),
                "x-kubernetes-validations" if rules::fixes(value) => {
                    self.losses.add(
                        Weight::Changed,
                        format!("{path}, {key}"),
                        "whether it may change is said of single values alone, for the API server refuses to compare what is large",
                        "`immutable: true` of the fields in it, or of this one where that is small",
                    );
                    continue;
                }
                _ => {
                    self.losses.add(
                        Weight::Changed,
                        format!("{path}, {key}"),
                        "no field of a manifest says it, so more is allowed than before",
                        "`cluster.rules`, in CEL over the whole resource",
                    );
                    continue;
                }
            };
            let instead = match key.as_str() {
                "x-kubernetes-preserve-unknown-fields" => "a field of the type `tree` takes any",
                "format" if value.text() == Some("duration") => {
                    "a field of the type `duration` takes `90s` and `1h30m`, and neither fractions nor a sign"
                }
                _ => "",
            };
            let word = value.text();
            if word.is_some_and(|word| usual.contains(&word)) {
                continue;
            }
            let what = match word {
                Some(word) => format!("{path}, {key}: {word}"),
                None => format!("{path}, {key}"),
            };
            self.losses.add(Weight::Changed, what, means, instead);
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

    /// The same of each item of a list or mapping, which has no default either.
    pub(in super::super) fn unsaid_of_each(&mut self, schema: &Yaml, path: &str, said: &[&[&str]]) {
        let path = format!("{path}[]");
        self.unsaid(schema, &path, said);
        if schema.get("default").is_some() {
            self.losses.add(
                Weight::Changed,
                format!("{path}, default"),
                "an item of a list or mapping has no default",
                "",
            );
        }
    }
}

/// Whether these are a number and a text, as of a schema that is either.
fn is_either(schema: &Yaml, any_of: &Yaml) -> bool {
    let mut types = any_of.items().iter();
    let known =
        |one: &Yaml| ["integer", "string"].contains(&one.text_at(&["type"]).unwrap_or_default());
    schema.get("x-kubernetes-int-or-string").is_some() && types.all(known)
}
