//! Schemas that need no fields of their own → types of one word.

use super::super::super::lost::Weight;
use super::super::super::yaml::Yaml;
use super::{Fields, Ty, rules};

/// What a schema is of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of {
    Field,
    /// The items of a list, or the values of a mapping.
    Each,
}

impl Fields<'_> {
    /// A type that needs no fields of its own, and a note of what the schema says beyond it.
    pub(super) fn word(&mut self, schema: &Yaml, path: &str, of: Of) -> Option<Ty> {
        let (ty, noted) = self.simple(schema, path, of)?;
        match of {
            Of::Field => self.unsaid(schema, path, &[ty.says(), noted]),
            Of::Each => self.unsaid_of_each(schema, path, &[ty.says_of_each(), noted]),
        }
        Some(ty)
    }

    /// The same, with the keys of the schema that are seen to in another way.
    fn simple(
        &mut self,
        schema: &Yaml,
        path: &str,
        of: Of,
    ) -> Option<(Ty, &'static [&'static str])> {
        let set = |key: &str| schema.get(key) == Some(&Yaml::Bool(true));
        if set("x-kubernetes-int-or-string") {
            let pattern = schema.text_at(&["pattern"]).unwrap_or_default();
            if pattern.contains("Ki") || pattern.contains("KMGTPE") {
                return Some((Ty::Quantity, &[]));
            }
            self.losses.add(
                Weight::Changed,
                path,
                "a text now, and a number is refused",
                "",
            );
            return Some((Ty::Text, &["x-kubernetes-int-or-string"]));
        }
        match schema.text_at(&["type"]) {
            Some("string") => Some(self.text(schema, path, of)),
            Some("integer") => Some((Ty::Int, &[])),
            Some("boolean") => Some((Ty::Bool, &[])),
            Some("array") => {
                let items = schema.get("items")?;
                if items.get("properties").is_some() {
                    return None;
                }
                let item = self.word(items, path, Of::Each)?;
                Some((Ty::List(Box::new(item)), &[]))
            }
            Some("object") | None => self.mapping(schema, path),
            _ => None,
        }
    }

    fn text(&mut self, schema: &Yaml, path: &str, of: Of) -> (Ty, &'static [&'static str]) {
        let words = schema.items_at(&["enum"]).iter();
        let words: Vec<String> = words
            .filter_map(|word| word.text().map(str::to_owned))
            .collect();
        let all = words.len() == schema.items_at(&["enum"]).len();
        let plain = |word: &String| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        if matches!(of, Of::Field) && all && words.len() > 1 && words.iter().all(plain) {
            return (Ty::Words(words), &[]);
        }
        if schema.get("enum").is_some() {
            let (path, why, instead) = match of {
                Of::Field => (path.to_owned(), "any text is allowed now", "`pattern`"),
                Of::Each => (
                    format!("{path}[]"),
                    "words are the type of a field alone: each of a list or mapping may be any text now",
                    "`cluster.rules`, in CEL over the whole resource",
                ),
            };
            let what = format!("{path}, its words {}", words.join(", "));
            self.losses.add(Weight::Changed, what, why, instead);
        } else if matches!(of, Of::Field) && rules::is_duration(schema) {
            return (Ty::Duration, &["format", "pattern"]);
        }
        (Ty::Text, &["enum"])
    }

    /// A mapping whose keys no schema lists.
    fn mapping(&mut self, schema: &Yaml, path: &str) -> Option<(Ty, &'static [&'static str])> {
        const VALUES: &[&str] = &["additionalProperties"];
        let values = schema.get("additionalProperties");
        if let Some(values) = values.filter(|values| **values != Yaml::Bool(false)) {
            if values.get("properties").is_some() {
                self.losses.add(
                    Weight::Changed,
                    format!("{path}, the fields of each"),
                    "they are taken as they come, and the API server no longer looks at them",
                    "",
                );
                let of_each = [Ty::Object.says(), Ty::Tree.says()];
                self.unsaid_of_each(values, path, &of_each);
                return Some((Ty::Map(Box::new(Ty::Tree)), &[]));
            }
            if values.get("type").is_none() && values.get("x-kubernetes-int-or-string").is_none() {
                // Any value, which is what a mapping that is taken as it is has.
                self.unsaid_of_each(values, path, &[Ty::Tree.says()]);
                return Some((Ty::Tree, VALUES));
            }
            let Some(value) = self.word(values, path, Of::Each) else {
                self.losses.add(
                    Weight::Changed,
                    format!("{path}[]"),
                    "no type of a manifest is like it: each is taken as it comes",
                    "`dsoi explain types` lists them",
                );
                return Some((Ty::Tree, VALUES));
            };
            return Some((Ty::Map(Box::new(value)), &[]));
        }
        if schema.get("properties").is_some() {
            return None;
        }
        if schema.text_at(&["type"]).is_some() {
            return Some((Ty::Tree, &[]));
        }
        if schema.get("x-kubernetes-preserve-unknown-fields") != Some(&Yaml::Bool(true)) {
            return None;
        }
        self.losses.add(
            Weight::Changed,
            path,
            "it could be any value and is a mapping now: a text, a number and a list are refused",
            "",
        );
        Some((Ty::Tree, &[]))
    }
}
