//! `extends` of another service in the same file → the service with what both say.

use std::collections::BTreeMap;

use super::super::yaml::Yaml;

/// So many services may stand behind each other.
const MAX_DEPTH: usize = 8;
/// So large may all services together become by what they extend, in values and pieces of text.
const MAX_SIZE: usize = 500_000;
/// Items of longer lists are not compared with each other.
const MAX_ITEMS: usize = 1_000;

/// The services, each with what it extends in this file. One that extends a file, or nothing that is there, keeps the key.
pub(super) fn resolved(services: &[(String, Yaml)]) -> Vec<(String, Yaml)> {
    let known: BTreeMap<&str, &Yaml> = services
        .iter()
        .map(|(name, spec)| (name.as_str(), spec))
        .collect();
    let mut left = MAX_SIZE;
    let whole = |(name, spec): &(String, Yaml)| {
        let spec = of(spec, &known, 0, &mut left).unwrap_or_else(|| spec.clone());
        (name.clone(), spec)
    };
    services.iter().map(whole).collect()
}

/// A service with what it extends; `None` where that is not there.
fn of(spec: &Yaml, known: &BTreeMap<&str, &Yaml>, depth: usize, left: &mut usize) -> Option<Yaml> {
    let Some(extends) = spec.get("extends") else {
        return Some(spec.clone());
    };
    if depth > MAX_DEPTH || extends.get("file").is_some() {
        return None;
    }
    let base = extends.text().or_else(|| extends.text_at(&["service"]))?;
    let base = *known.get(base)?;
    *left = left.checked_sub(size(base))?;
    let base = of(base, known, depth + 1, left)?;
    let mut own = spec.entries().to_vec();
    own.retain(|(key, _)| key != "extends");
    Some(merged("", &base, &Yaml::Map(own)))
}

/// How many values there are, and pieces of text.
fn size(value: &Yaml) -> usize {
    match value {
        Yaml::Text(text) => 1 + text.len() / 64,
        Yaml::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Yaml::Map(entries) => 1 + entries.iter().map(|(_, value)| size(value)).sum::<usize>(),
        _ => 1,
    }
}

/// What two services say of a key: mappings together, lists behind each other, anything else as the second says.
fn merged(key: &str, base: &Yaml, own: &Yaml) -> Yaml {
    let pairs = ["environment", "labels", "annotations"].contains(&key);
    match (base, own) {
        (Yaml::List(_), _) | (_, Yaml::List(_)) if pairs => {
            merged("", &mapping(base), &mapping(own))
        }
        (Yaml::Map(base), Yaml::Map(own)) => {
            let mut out = base.clone();
            for (name, value) in own {
                match out.iter_mut().find(|(known, _)| known == name) {
                    Some((_, there)) => *there = merged(name, there, value),
                    None => out.push((name.clone(), value.clone())),
                }
            }
            Yaml::Map(out)
        }
        (Yaml::List(base), Yaml::List(own))
            if !["command", "entrypoint", "test"].contains(&key) =>
        {
            let few = base.len() + own.len() <= MAX_ITEMS;
            let replaced = |one: &Yaml| {
                few && own
                    .iter()
                    .any(|other| one == other || (key == "volumes" && target(one) == target(other)))
            };
            let mut out: Vec<Yaml> = base.iter().filter(|one| !replaced(one)).cloned().collect();
            out.extend(own.iter().cloned());
            Yaml::List(out)
        }
        (_, own) => own.clone(),
    }
}

/// `[A=b]` as `{A: b}`.
fn mapping(value: &Yaml) -> Yaml {
    let Yaml::List(items) = value else {
        return value.clone();
    };
    let pairs = items.iter().filter_map(Yaml::words);
    let pairs = pairs.map(|pair| match pair.split_once('=') {
        Some((name, value)) => (name.to_owned(), Yaml::Text(value.to_owned())),
        None => (pair, Yaml::Null),
    });
    Yaml::Map(pairs.collect())
}

/// Where a volume is mounted.
fn target(volume: &Yaml) -> Option<String> {
    let Some(text) = volume.words() else {
        return volume.text_at(&["target"]).map(str::to_owned);
    };
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or_default().to_owned();
    Some(parts.next().map_or(first, str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::yaml;

    #[test]
    fn a_service_has_what_it_extends_and_says_the_last_word() {
        let text = "base: {image: a, environment: [A=1, B=2], volumes: ['x:/d', 'y:/e'], command: [a]}\n\
            web: {extends: {service: base}, environment: {B: '3'}, volumes: ['z:/d'], command: [b]}\n\
            last: {extends: web, image: c}\nfar: {extends: {service: base, file: f}}\nnone: {extends: gone}\n\
            one: {extends: two}\ntwo: {extends: one}\n";
        let documents = yaml::read(text).unwrap();
        let resolved: BTreeMap<String, Yaml> = self::resolved(documents[0].root.entries())
            .into_iter()
            .collect();
        let expected =
            "{image: c, environment: {A: '1', B: '3'}, volumes: ['y:/e', 'z:/d'], command: [b]}";
        assert_eq!(resolved["last"], yaml::read(expected).unwrap()[0].root);
        for kept in ["far", "none", "one", "two"] {
            assert!(resolved[kept].get("extends").is_some(), "{kept}");
        }
    }
}
