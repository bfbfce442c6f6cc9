//! Rules in CEL, and formats, that a field of a manifest says in a word of its own.

use super::super::super::lost::Weight;
use super::super::super::yaml::Yaml;
use super::Fields;

const VALIDATIONS: &str = "x-kubernetes-validations";
const FIXED: &str = "self == oldSelf";
const GROWS: &str = "self >= oldSelf";

/// The schema of a single value without the rule that says how it may change, and the key of the manifest that says so.
pub(super) fn change(schema: &Yaml) -> Option<(Yaml, &'static str)> {
    let rules = schema.items_at(&[VALIDATIONS]);
    let key_of = |one: &Yaml| key_of(one, schema);
    let at = rules.iter().position(|one| key_of(one).is_some())?;
    let key = rules.get(at).and_then(key_of)?;
    let Yaml::Map(mut entries) = schema.clone() else {
        return None;
    };
    for (_, value) in entries.iter_mut().filter(|(name, _)| name == VALIDATIONS) {
        if let Yaml::List(rules) = value {
            rules.retain(|one| key_of(one) != Some(key));
        }
    }
    entries.retain(|(name, value)| name != VALIDATIONS || *value != Yaml::List(Vec::new()));
    Some((Yaml::Map(entries), key))
}

/// The key that says what a rule does, if one does.
fn key_of(rule: &Yaml, schema: &Yaml) -> Option<&'static str> {
    // With other keys a rule may hold at other times.
    let plain = ["rule", "message", "reason"];
    let plain = rule
        .entries()
        .iter()
        .all(|(key, _)| plain.contains(&&**key));
    let ty = schema.text_at(&["type"]);
    let amount = schema.get("x-kubernetes-int-or-string") == Some(&Yaml::Bool(true));
    let single = amount || ["string", "integer", "boolean"].contains(&ty.unwrap_or_default());
    match rule
        .text_at(&["rule"])?
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .as_str()
    {
        FIXED if plain && single => Some("immutable"),
        GROWS if plain && ty == Some("integer") => Some("growOnly"),
        _ => None,
    }
}

/// Whether rules keep a value from changing.
pub(super) fn fixes(rules: &Yaml) -> bool {
    let mut rules = rules.items().iter();
    rules.any(|one| one.text_at(&["rule"]).map(str::trim) == Some(FIXED))
}

/// Whether the texts of a schema are times as the type `duration` has them: digits and units, neither fractions nor a sign.
pub(super) fn is_duration(schema: &Yaml) -> bool {
    let pattern = schema.text_at(&["pattern"]).unwrap_or_default();
    let units = pattern
        .strip_prefix("^([0-9]+(")
        .and_then(|rest| rest.strip_suffix("))+$"));
    schema.text_at(&["format"]) == Some("duration")
        && units.is_some_and(|units| {
            // The language has these, and takes a text with any of them.
            let mut units: Vec<&str> = units.split('|').collect();
            units.sort_unstable();
            units == ["d", "h", "m", "ms", "s"] || units == ["h", "m", "ms", "s"]
        })
}

impl Fields<'_> {
    /// Notes what the word of the manifest does beyond the rule that it stands for.
    pub(super) fn changes(&mut self, key: &str, optional: bool, path: &str) {
        let why = if optional {
            "the same rule in the operator's words, and once it is set it cannot be removed either"
        } else {
            "the same rule in the operator's words"
        };
        self.losses
            .add(Weight::Changed, format!("{path}, {key}"), why, "");
    }
}
