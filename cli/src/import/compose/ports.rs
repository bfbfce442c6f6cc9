//! Ports of a service.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::interpolation::with_defaults;
use crate::model::PortName;

/// A port of the container.
struct Port {
    number: u16,
    protocol: &'static str,
    /// As the file has it.
    called: Option<String>,
}

impl Port {
    fn name(&self) -> String {
        let called = self.called.clone();
        called.unwrap_or_else(|| format!("{}-{}", self.protocol.to_ascii_lowercase(), self.number))
    }
}

/// `ports`, and the Service that other services reach it by.
pub(super) fn parts(spec: &Yaml, title: &str, losses: &mut Losses) -> Vec<Part> {
    let mut ports: Vec<Port> = Vec::new();
    let mut add = |port: Port| {
        let known = ports
            .iter()
            .any(|known| (known.number, known.protocol) == (port.number, port.protocol));
        if !known {
            ports.push(port);
        }
    };
    for one in spec.items_at(&["ports"]) {
        let written = one.words();
        let written = written.map(|words| with_defaults(&words, title, losses));
        let (target, published, protocol) = match &written {
            Some(text) => short(text),
            None => (
                one.get("target").and_then(Yaml::words),
                one.get("published").and_then(Yaml::words),
                one.text_at(&["protocol"]).map(str::to_owned),
            ),
        };
        let shown = written.or(target.clone()).unwrap_or_default();
        let number = target.and_then(|target| target.parse().ok());
        let protocol = known(protocol.as_deref());
        let (Some(number), Some(protocol)) = (number, protocol) else {
            losses.add(
                Weight::LeftOut,
                format!("{title}, port {shown}"),
                "not one number, so the port is missing",
                "`ports` of the node type",
            );
            continue;
        };
        let called = one.text_at(&["name"]);
        let called = called.filter(|name| PortName::new(*name).is_ok());
        add(Port {
            number,
            protocol,
            called: called.map(str::to_owned),
        });
        for (key, value) in one.entries() {
            let value = value.words().unwrap_or_default();
            let known = match key.as_str() {
                "name" => PortName::new(value.as_str()).is_ok(),
                key => ["target", "published", "protocol"].contains(&key),
            };
            if !known {
                losses.add(
                    Weight::LeftOut,
                    format!("{title}, port {shown}, {key}: {value}"),
                    "a port of a node type has a name, a number and a protocol",
                    "",
                );
            }
        }
        if published.is_some() {
            losses.add(
                Weight::Resource,
                format!("{title}, port {shown}"),
                "the machine's own port is not opened: inside of the cluster the Service has the container's",
                "`k8sConfigGroup[].service` or `.ingress` publishes it",
            );
        }
    }
    for one in spec.items_at(&["expose"]) {
        let written = one.words();
        let written = written.map(|words| with_defaults(&words, title, losses));
        let (target, _, protocol) = short(&written.clone().unwrap_or_default());
        match (
            target.and_then(|target| target.parse().ok()),
            known(protocol.as_deref()),
        ) {
            (Some(number), Some(protocol)) => add(Port {
                number,
                protocol,
                called: None,
            }),
            _ => losses.add(
                Weight::LeftOut,
                format!("{title}, expose {}", written.unwrap_or_default()),
                "not one number, so the port is missing",
                "`ports` of the node type",
            ),
        }
    }
    if ports.is_empty() {
        return Vec::new();
    }
    let all_tcp = ports.iter().all(|port| port.protocol == "TCP");
    let from = |port: &Port| format!("{title}, port {}", port.number);
    let declared = if all_tcp {
        let entries = ports
            .iter()
            .map(|port| Part::new(port.name(), Draft::Int(port.number.into())).from(from(port)));
        Draft::map(entries)
    } else {
        let items = ports.iter().map(|port| {
            let fields = Draft::map([
                Part::new("name", Draft::text(port.name())),
                Part::new("containerPort", Draft::Int(port.number.into())),
                Part::new("protocol", Draft::text(port.protocol)),
            ]);
            Part::item(fields).from(from(port))
        });
        Draft::List(items.collect())
    };
    let service = ports.iter().map(|port| {
        let mut fields = vec![
            Part::new("name", Draft::text(port.name())),
            Part::new("port", Draft::Int(port.number.into())),
        ];
        if port.protocol != "TCP" {
            fields.push(Part::new("protocol", Draft::text(port.protocol)));
        }
        Draft::Map(fields)
    });
    let spec = Draft::map([Part::new("ports", Draft::list(service))]);
    let main = Part::new("main", Draft::map([Part::new("spec", spec)]));
    vec![
        Part::new("ports", declared),
        Part::new(
            "services",
            Draft::map([main.from(format!("{title}, ports"))]),
        ),
    ]
}

fn known(protocol: Option<&str>) -> Option<&'static str> {
    ["TCP", "UDP", "SCTP"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(protocol.unwrap_or("tcp")))
}

/// `[[ADDRESS:]PUBLISHED:]TARGET[/PROTOCOL]`: target, published, protocol.
fn short(text: &str) -> (Option<String>, Option<String>, Option<String>) {
    let (rest, protocol) = match text.split_once('/') {
        Some((rest, protocol)) => (rest, Some(protocol.to_owned())),
        None => (text, None),
    };
    match rest.rsplit_once(':') {
        Some((published, target)) => (
            Some(target.to_owned()),
            Some(published.to_owned()),
            protocol,
        ),
        None => (Some(rest.to_owned()), None, protocol),
    }
}
