//! The ports of a node type: constants, so that `type.ports.NAME` can be folded.

use crate::check::report::Report;
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest::{Entry as WrittenEntry, Span, Template as Written, TemplateKind};
use crate::model::{Port, PortName};

/// The ports that a node type declares, as constants.
///
/// One that cannot be read is there with the number `0`: what is wrong with it has been said, and nothing else is to follow.
pub(in crate::check) fn ports(report: &Report<'_>, written: Option<&Written>) -> Vec<Port> {
    let Some(written) = written else {
        return Vec::new();
    };
    let declared: Vec<(Option<Port>, Span)> = match &written.kind {
        TemplateKind::Map(entries) => entries
            .iter()
            .map(|entry| (named_port(report, entry), entry.key.span))
            .collect(),
        TemplateKind::List(items) => items
            .iter()
            .map(|item| (listed_port(report, item), item.span))
            .collect(),
        _ => vec![(bad_port(report, written.span), written.span)],
    };
    let mut ports: Vec<Port> = Vec::new();
    for (port, span) in declared {
        let Some(port) = port else {
            ports.push(UNREAD);
            continue;
        };
        let clash = ports.iter().find(|known| {
            (known.name.is_some() && known.name == port.name)
                || (known.number == port.number && known.protocol == port.protocol)
        });
        if let Some(clash) = clash {
            let other = clash
                .name
                .as_ref()
                .map_or_else(|| clash.number.to_string(), ToString::to_string);
            report.push(
                Problem::new(Code::E0503, "two ports of one container clash")
                    .at(
                        span,
                        format!(
                            "port `{other}` has the same name, or the same number and protocol"
                        ),
                    )
                    .help("give each port its own name and number"),
            );
            continue;
        }
        ports.push(port);
    }
    ports
}

const UNREAD: Port = Port {
    name: None,
    number: 0,
    protocol: "TCP",
};

pub(super) fn named_port(report: &Report<'_>, entry: &WrittenEntry) -> Option<Port> {
    let TemplateKind::Int(number) = entry.value.kind else {
        return bad_port(report, entry.value.span);
    };
    let Some(name) = entry.key.as_literal() else {
        return bad_port(report, entry.key.span);
    };
    let name = port_name(report, name, entry.key.span)?;
    Some(Port {
        name: Some(name),
        number: port_number(report, number, entry.value.span)?,
        protocol: "TCP",
    })
}

pub(super) fn listed_port(report: &Report<'_>, item: &Written) -> Option<Port> {
    let TemplateKind::Map(entries) = &item.kind else {
        return bad_port(report, item.span);
    };
    let mut port = Port {
        name: None,
        number: 0,
        protocol: "TCP",
    };
    for entry in entries {
        let text = match &entry.value.kind {
            TemplateKind::Text(text) => text.as_literal(),
            _ => None,
        };
        match (entry.key.as_literal(), &entry.value.kind, text) {
            (Some("containerPort"), TemplateKind::Int(number), _) => {
                port.number = port_number(report, *number, entry.value.span)?;
            }
            (Some("name"), _, Some(name)) => {
                port.name = Some(port_name(report, name, entry.value.span)?);
            }
            (Some("protocol"), _, Some(word)) => match ["TCP", "UDP", "SCTP"]
                .into_iter()
                .find(|known| *known == word)
            {
                Some(word) => port.protocol = word,
                None => return bad_port(report, entry.value.span),
            },
            (Some("containerPort" | "name" | "protocol"), ..) => {
                return bad_port(report, entry.value.span);
            }
            (key, ..) => {
                let key = key.unwrap_or_default();
                let problem =
                    Problem::new(Code::E0509, format!("`{key}` is not a field of a port"))
                        .at(entry.key.span, "unknown here");
                report.push(match nearest(key, ["containerPort", "name", "protocol"]) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("a port has `containerPort`, `name` and `protocol`; host ports are not offered"),
                });
                return None;
            }
        }
    }
    if port.number == 0 {
        report.push(
            Problem::new(Code::E0510, "a port needs `containerPort`")
                .at(item.span, "not given here"),
        );
        return None;
    }
    Some(port)
}

pub(super) fn port_number(report: &Report<'_>, number: i64, span: Span) -> Option<u16> {
    match u16::try_from(number) {
        Ok(number) if number > 0 => Some(number),
        _ => {
            report.push(
                Problem::new(Code::E0511, format!("{number} is no port"))
                    .at(span, "expected 1 to 65535"),
            );
            None
        }
    }
}

pub(super) fn port_name(report: &Report<'_>, name: &str, span: Span) -> Option<PortName> {
    report.name(
        &crate::manifest::Spanned::new(name.to_owned(), span),
        "the name of a port",
        PortName::new,
    )
}

pub(super) fn bad_port(report: &Report<'_>, span: Span) -> Option<Port> {
    report.push(
        Problem::new(
            Code::E0511,
            "ports are `{name: number}` or a list of Kubernetes ports, with constants in them",
        )
        .at(span, "expected a number")
        .help("write `ports: {http: 8080}`"),
    );
    None
}
