//! The environment of a container.

use std::collections::BTreeSet;

use super::super::clear;
use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::container::{Site, clean};
use super::maps::{self, Maps};
use super::{World, source};
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

/// `env` and `envFrom`.
pub(super) fn parts(
    site: &Site<'_>,
    container: &Yaml,
    declared: &Declared,
    maps: &mut Maps,
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
            losses.add(
                Weight::LeftOut,
                known.3.as_str(),
                "a later variable of that name counts",
                "",
            );
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
    parts.extend(env_from(site, container, maps, world, losses));
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
    let Some(of_source) = one.get("valueFrom") else {
        let text = one.get("value").and_then(Yaml::words).unwrap_or_default();
        let variable = one.text_at(&["name"]).unwrap_or_default();
        if clear::is_secret(variable, &text) {
            let field = world.secret("", variable, false);
            clear::variable(from, losses);
            return (Draft::Code(format!("${{spec.{field}}}")), None);
        }
        world.look(&text, variable, from, losses);
        return (Draft::Text(declared.dependent(&text)), None);
    };
    let of = |kind: &str, key: &str| of_source.text_at(&[kind, key]);
    if let Some(path) = of("fieldRef", "fieldPath")
        && let Some((_, code)) = FIELDS.iter().find(|(known, _)| *known == path)
    {
        return (Draft::code(*code), None);
    }
    if let (Some(secret), Some(key)) = (of("secretKeyRef", "name"), of("secretKeyRef", "key")) {
        let optional = of_source.at(&["secretKeyRef", "optional"]) == Some(&Yaml::Bool(true));
        let field = world.secret(secret, key, optional);
        return (Draft::Code(format!("${{spec.{field}}}")), None);
    }
    if let (Some(map), Some(key)) = (of("configMapKeyRef", "name"), of("configMapKeyRef", "key")) {
        let found = world.config_map(map);
        let text = found.and_then(|found| Some((found, found.root.text_at(&["data", key])?)));
        if let Some((found, text)) = text {
            world.used.insert(found.title());
            world.used_keys.insert((found.title(), key.to_owned()));
            let variable = one.text_at(&["name"]).unwrap_or_default();
            world.look(text, variable, from, losses);
            let text = text.replace("$(", "$$(");
            return (Draft::Text(text), Some(format!("from ConfigMap `{map}`")));
        }
    }
    let mut draft = clean(of_source);
    if let Some(parts) = draft.parts_mut() {
        for part in parts.iter_mut() {
            if let Some(fields) = part.value.parts_mut() {
                // The container has another name in the manifest, and is meant unless another is named.
                fields.retain(|field| field.key != "containerName");
            }
        }
    }
    let fixed = of("configMapKeyRef", "name");
    let optional = of_source.at(&["configMapKeyRef", "optional"]) == Some(&Yaml::Bool(true));
    if let Some(map) = fixed.filter(|_| !optional) {
        source::foreign("ConfigMap", map, from, losses);
    }
    let comment = fixed
        .is_some()
        .then(|| "the same object for every custom resource".to_owned());
    (draft, comment)
}

fn env_from(
    site: &Site<'_>,
    container: &Yaml,
    maps: &mut Maps,
    world: &mut World<'_>,
    losses: &mut Losses,
) -> Option<Part> {
    let mut items = Vec::new();
    for one in container.items_at(&["envFrom"]) {
        let map = one.text_at(&["configMapRef", "name"]);
        let secret = one.text_at(&["secretRef", "name"]);
        let from = site.at(
            container,
            &format!("envFrom {}", map.or(secret).unwrap_or("?")),
        );
        if let Some(map) = map.filter(|map| world.config_map(map).is_some()) {
            let Some(label) = maps.whole(map, world, losses) else {
                losses.add(Weight::LeftOut, from, "the ConfigMap has no texts", "");
                continue;
            };
            let item = match one.text_at(&["prefix"]) {
                None => Draft::map([Part::new("configMap", Draft::text(label))]),
                Some(prefix) => {
                    let name = Part::new("name", maps::name_of(&label));
                    Draft::map([
                        Part::new("prefix", Draft::text(prefix)),
                        Part::new("configMapRef", Draft::map([name])),
                    ])
                }
            };
            items.push(Part::item(item).from(from));
            continue;
        }
        let optional = ["configMapRef", "secretRef"]
            .iter()
            .any(|key| one.at(&[key, "optional"]) == Some(&Yaml::Bool(true)));
        for (kind, name) in [("ConfigMap", map), ("Secret", secret)] {
            if let Some(name) = name.filter(|_| !optional) {
                source::foreign(kind, name, &from, losses);
            }
        }
        items.push(
            Part::item(clean(one))
                .from(from)
                .comment("the same object for every custom resource"),
        );
    }
    (!items.is_empty()).then(|| Part::new("envFrom", Draft::List(items)))
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
