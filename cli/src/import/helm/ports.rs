//! Ports of a container.

use std::collections::BTreeSet;

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::container::Site;

/// Ports: `{name: number}` where all have a name and TCP.
pub(super) fn ports(site: &Site<'_>, container: &Yaml, losses: &mut Losses) -> Option<Part> {
    let mut short = true;
    let mut items = Vec::new();
    for port in container.items_at(&["ports"]) {
        let Some(number) = port.get("containerPort").and_then(Yaml::int) else {
            losses.add(
                Weight::LeftOut,
                site.at(container, "a port"),
                "it has no number",
                "",
            );
            continue;
        };
        let from = site.at(container, &format!("port {number}"));
        let name = port.text_at(&["name"]);
        let protocol = port.text_at(&["protocol"]).unwrap_or("TCP");
        short &= name.is_some() && protocol == "TCP";
        for (key, value) in port.entries() {
            let known = ["containerPort", "name", "protocol"].contains(&key.as_str());
            if !known && !matches!(value, Yaml::Null | Yaml::Int(0)) {
                losses.add(
                    Weight::Changed,
                    format!("{from}, {key}: {}", value.words().unwrap_or_default()),
                    "the port is not opened on the machine: inside of the cluster a Service has it",
                    "`k8sConfigGroup[].service` or `.ports`",
                );
            }
        }
        items.push((name, number, protocol, from));
    }
    if items.is_empty() {
        return None;
    }
    let mut known = BTreeSet::new();
    let value = if short {
        let entries = items.into_iter().filter_map(|(name, number, _, from)| {
            let name = name?;
            if !known.insert(name.to_owned()) {
                losses.add(
                    Weight::LeftOut,
                    from,
                    &format!("another port is called {name} too"),
                    "a name of its own under `ports` of the node type",
                );
                return None;
            }
            Some(Part::new(name, Draft::Int(number)).from(from))
        });
        Draft::map(entries)
    } else {
        let items = items.into_iter().map(|(name, number, protocol, from)| {
            let mut fields = vec![Part::new("containerPort", Draft::Int(number))];
            fields.extend(name.map(|name| Part::new("name", Draft::text(name))));
            if protocol != "TCP" {
                fields.push(Part::new("protocol", Draft::text(protocol)));
            }
            Part::item(Draft::Map(fields)).from(from)
        });
        Draft::List(items.collect())
    };
    Some(Part::new("ports", value))
}
