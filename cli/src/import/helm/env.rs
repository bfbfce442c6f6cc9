//! The environment of a container.

use std::collections::BTreeSet;

use super::super::draft::{Draft, Part};
use super::super::lost::Losses;
use super::super::name;
use super::super::yaml::Yaml;
use super::container::{Site, clean};
use super::{Secret, World};
use crate::model::EnvName;

/// Paths of the downward API that the language has a name for.
const FIELDS: &[(&str, &str)] = &[
    ("metadata.name", "${pod.name}"),
    ("metadata.namespace", "${cr.namespace}"),
    ("status.podIP", "${pod.ip}"),
    ("spec.nodeName", "${pod.nodeName}"),
];

/// The variables that texts of a container may name.
pub(super) struct Declared {
    names: BTreeSet<String>,
    /// Others may come from elsewhere.
    open: bool,
}

/// The variables that a container declares.
pub(super) fn declared(site: &Site<'_>, container: &Yaml) -> Declared {
    let names = container.items_at(&["env"]).iter();
    let names = names.filter_map(|one| one.text_at(&["name"]));
    Declared {
        names: names.map(str::to_owned).collect(),
        // The custom resource brings some to the main one.
        open: site.main.is_none() || !container.items_at(&["envFrom"]).is_empty(),
    }
}

impl Declared {
    /// The text with `$(NAME)` of an unknown variable written as it stands: that is what Kubernetes makes of it.
    pub(super) fn dependent(&self, text: &str) -> String {
        if self.open || !text.contains("$(") {
            return text.to_owned();
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            if let Some(after) = after.strip_prefix("$$") {
                out.push_str("$$");
                rest = after;
                continue;
            }
            let name = after
                .strip_prefix("$(")
                .and_then(|inner| inner.split_once(')'));
            if let Some((name, _)) = name
                && EnvName::new(name).is_ok()
                && !self.names.contains(name)
            {
                out.push('$');
            }
            out.push('$');
            rest = after.get(1..).unwrap_or("");
        }
        out + rest
    }
}

/// `env` and `envFrom`, and the config maps that the latter names.
pub(super) fn parts(
    site: &Site<'_>,
    container: &Yaml,
    declared: &Declared,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Vec<Part> {
    let mut variables: Vec<(String, Draft, Option<String>, String)> = Vec::new();
    for one in container.items_at(&["env"]) {
        let Some(key) = one.text_at(&["name"]) else {
            continue;
        };
        let from = site.at(container, &format!("env {key}"));
        let (value, comment) = value(one, &from, declared, world, losses);
        if let Some(known) = variables.iter_mut().find(|(name, ..)| name == key) {
            losses.add(known.3.as_str(), "a later one of that name counts", "");
            *known = (key.to_owned(), value, comment, from);
        } else {
            variables.push((key.to_owned(), value, comment, from));
        }
    }
    let mut parts = Vec::new();
    if !variables.is_empty() {
        let simple = |value: &Draft| !matches!(value, Draft::Map(_));
        let all = variables.iter().all(|(_, value, ..)| simple(value));
        let made = variables.into_iter().map(|(key, value, comment, from)| {
            let mut part = if all {
                Part::new(key, value)
            } else {
                let field = if simple(&value) { "value" } else { "valueFrom" };
                Part::item(Draft::map([
                    Part::new("name", Draft::text(key)),
                    Part::new(field, value),
                ]))
            };
            part.comment = comment;
            part.from(from)
        });
        let made = made.collect();
        let made = if all {
            Draft::Map(made)
        } else {
            Draft::List(made)
        };
        parts.push(Part::new("env", made));
    }
    parts.extend(env_from(site, container, world, losses));
    parts
}

/// The value of a variable, or a mapping that is its source; and what is to be said of it.
fn value(
    one: &Yaml,
    from: &str,
    declared: &Declared,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> (Draft, Option<String>) {
    let Some(source) = one.get("valueFrom") else {
        let text = one.get("value").and_then(Yaml::words).unwrap_or_default();
        let variable = one.text_at(&["name"]).unwrap_or_default();
        if name::is_secret(variable, &text) {
            let field = world.secret("", variable, false);
            losses.add(from, name::CLEAR, name::CLEAR_INSTEAD);
            return (Draft::Code(format!("${{spec.{field}}}")), None);
        }
        release_names(&text, from, world, losses);
        return (Draft::Text(declared.dependent(&text)), None);
    };
    let of = |kind: &str, key: &str| source.text_at(&[kind, key]);
    if let Some(path) = of("fieldRef", "fieldPath")
        && let Some((_, code)) = FIELDS.iter().find(|(known, _)| *known == path)
    {
        return (Draft::code(*code), None);
    }
    if let (Some(secret), Some(key)) = (of("secretKeyRef", "name"), of("secretKeyRef", "key")) {
        let optional = source.at(&["secretKeyRef", "optional"]) == Some(&Yaml::Bool(true));
        let field = world.secret(secret, key, optional);
        return (Draft::Code(format!("${{spec.{field}}}")), None);
    }
    if let (Some(map), Some(key)) = (of("configMapKeyRef", "name"), of("configMapKeyRef", "key")) {
        let data = world.config_maps.get(map).copied();
        if let Some(text) = data.and_then(|data| data.text_at(&["data", key])) {
            world.used.insert(format!("ConfigMap {map}"));
            release_names(text, from, world, losses);
            let text = text.replace("$(", "$$(");
            return (Draft::Text(text), Some(format!("from ConfigMap `{map}`")));
        }
    }
    let mut draft = clean(source);
    if let Some(parts) = draft.parts_mut() {
        for part in parts.iter_mut() {
            if let Some(fields) = part.value.parts_mut() {
                // The container has another name in the manifest, and is meant unless another is named.
                fields.retain(|field| field.key != "containerName");
            }
        }
    }
    let fixed = of("configMapKeyRef", "name").is_some();
    let comment = fixed.then(|| "the same object for every custom resource".to_owned());
    (draft, comment)
}

fn env_from(
    site: &Site<'_>,
    container: &Yaml,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Vec<Part> {
    let mut items = Vec::new();
    let mut maps = Vec::new();
    for source in container.items_at(&["envFrom"]) {
        let map = source.text_at(&["configMapRef", "name"]);
        let data = map.and_then(|map| world.config_maps.get(map).copied());
        let secret = source.text_at(&["secretRef", "name"]);
        let from = site.at(
            container,
            &format!("envFrom {}", map.or(secret).unwrap_or("?")),
        );
        // A config map of the manifest belongs to a node type, not to a container of it.
        if let (Some(map), Some(data), None, None) = (map, data, source.get("prefix"), site.main) {
            world.used.insert(format!("ConfigMap {map}"));
            let key = name::unique(&name::label_or(map, "env"), |name| {
                maps.iter().any(|part: &Part| part.key == name)
            });
            let entries = data.entries_at(&["data"]).iter().map(|(key, value)| {
                let text = value.words().unwrap_or_default();
                release_names(&text, &from, world, losses);
                Part::new(key.as_str(), Draft::Text(text)).from(format!("{from}, {key}"))
            });
            let entries: Vec<Part> = entries.collect();
            if entries.is_empty() {
                losses.add(from, "the ConfigMap has no data", "");
                continue;
            }
            let data = Draft::map([Part::new("data", Draft::Map(entries))]);
            maps.push(Part::new(key.as_str(), data).from(from.as_str()));
            let item = Draft::map([Part::new("configMap", Draft::text(key))]);
            items.push(Part::item(item).from(from));
        } else {
            items.push(
                Part::item(clean(source))
                    .from(from)
                    .comment("the same object for every custom resource"),
            );
        }
    }
    let mut parts = Vec::new();
    if !items.is_empty() {
        parts.push(Part::new("envFrom", Draft::List(items)));
    }
    if !maps.is_empty() {
        parts.push(Part::new("configMaps", Draft::Map(maps)));
    }
    parts
}

impl World<'_> {
    /// The field of the custom resource for a key of a Secret.
    fn secret(&mut self, secret: &str, key: &str, optional: bool) -> String {
        let at = (secret.to_owned(), key.to_owned());
        if let Some(known) = self.secrets.get_mut(&at) {
            known.optional &= optional;
            return known.field.clone();
        }
        let taken = |field: &str| {
            let fields = self.secrets.values();
            fields
                .map(|known| known.field.as_str())
                .any(|known| known == field)
        };
        let mut field = name::field(key);
        if taken(&field) {
            field = name::field(&format!("{secret}-{key}"));
        }
        let field = name::unique(&field, taken).replace('-', "");
        let made = Secret {
            field: field.clone(),
            optional,
        };
        self.secrets.insert(at, made);
        field
    }
}

/// Notes the Services of the release that a text names: each custom resource has names of its own.
pub(super) fn release_names(text: &str, from: &str, world: &World<'_>, losses: &mut Losses) {
    let boundary = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
    let named = world.named.iter().find(|name| {
        name.len() > 3
            && text.match_indices(**name).any(|(at, _)| {
                let before = text.get(..at).and_then(|text| text.chars().next_back());
                let after = text
                    .get(at + name.len()..)
                    .and_then(|text| text.chars().next());
                boundary(before) && boundary(after)
            })
    });
    if let Some(named) = named {
        losses.add(
            from,
            &format!("carried over, but it names the Service `{named}` of one release"),
            "`${p.host}` in a `$for: p in pods.TYPE`, or `${services.S.host}`, is right for every custom resource",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_leaves_as_it_stands_is_escaped() {
        let declared = Declared {
            names: ["A".to_owned()].into(),
            open: false,
        };
        assert_eq!(
            declared.dependent("$(A) $(B) $$(C) $(ls) $x $"),
            "$(A) $$(B) $$(C) $$(ls) $x $"
        );
        assert_eq!(declared.dependent("$(a b) $("), "$(a b) $(");
    }
}
