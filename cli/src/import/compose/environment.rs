//! The environment of a service.

use super::super::clear;
use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::Peers;
use super::interpolation::Variables;

/// `env` of the node type.
pub(super) fn env(
    peers: &Peers<'_>,
    spec: &Yaml,
    title: &str,
    variables: &mut Variables,
    losses: &mut Losses,
) -> Option<Part> {
    let mut entries: Vec<Part> = Vec::new();
    let written: Vec<(String, Option<String>)> = match spec.get("environment")? {
        Yaml::List(items) => items
            .iter()
            .filter_map(Yaml::words)
            .map(|item| match item.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (item, None),
            })
            .collect(),
        other => other
            .entries()
            .iter()
            .map(|(name, value)| (name.clone(), value.words()))
            .collect(),
    };
    for (variable, value) in written {
        let from = format!("{title}, environment {variable}");
        let Some(value) = value else {
            losses.add(
                Weight::Stops,
                from,
                "its value comes from the shell that starts compose, so it is missing",
                "`env` of the node type",
            );
            continue;
        };
        let value = if clear::is_secret(&variable, &value) {
            clear::variable(&from, losses);
            variables.secret(&variable)
        } else {
            peers.note(&value, &variable, &from, losses);
            variables.text(&value, &from, losses)
        };
        entries.retain(|known| known.key != variable);
        entries.push(Part::new(variable, value).from(from));
    }
    (!entries.is_empty()).then(|| Part::new("env", Draft::Map(entries)))
}
