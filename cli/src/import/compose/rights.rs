//! As whom a service runs, and what it may do.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;

/// Whether the service says that it needs no root.
pub(super) fn rootless(spec: &Yaml) -> bool {
    user(spec).is_some_and(|(user, _)| user > 0)
        && spec.items_at(&["cap_add"]).is_empty()
        && !is_set(spec, "privileged")
}

fn is_set(spec: &Yaml, key: &str) -> bool {
    let words = spec.get(key).and_then(Yaml::words);
    words.is_some_and(|words| words == "true")
}

/// User and group, as numbers.
fn user(spec: &Yaml) -> Option<(i64, Option<i64>)> {
    let text = spec.get("user")?.words()?;
    let (user, group) = match text.split_once(':') {
        Some((user, group)) => (user.to_owned(), group.parse().ok()),
        None => (text, None),
    };
    Some((user.parse().ok().filter(|user| *user >= 0)?, group))
}

/// `securityContext` of the node type.
pub(super) fn security(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<Part> {
    let mut fields = Vec::new();
    match (user(spec), spec.get("user").and_then(Yaml::words)) {
        (Some((user, group)), written) => {
            if user == 0 {
                losses.add(
                    Weight::Security,
                    format!("{title}, user: {}", written.unwrap_or_default()),
                    "it is taken over: pods of the node type run as root, and a namespace may refuse them",
                    "another `securityContext.runAsUser` of the node type, if the program runs as one",
                );
            }
            fields.push(Part::new("runAsUser", Draft::Int(user)));
            fields.extend(group.map(|group| Part::new("runAsGroup", Draft::Int(group))));
        }
        (None, Some(written)) if written.split(':').next() == Some("root") => {
            fields.push(Part::new("runAsUser", Draft::Int(0)));
            losses.add(
                Weight::Security,
                format!("{title}, user: {written}"),
                "it is taken over: pods of the node type run as root, and a namespace may refuse them",
                "another `securityContext.runAsUser` of the node type, if the program runs as one",
            );
        }
        (None, Some(written)) => losses.add(
            Weight::Security,
            format!("{title}, user: {written}"),
            "a user of Kubernetes has a number, so it runs as whom its image says, which may be root",
            "`securityContext.runAsUser` of the node type",
        ),
        _ => {}
    }
    for (key, field) in [
        ("privileged", "privileged"),
        ("read_only", "readOnlyRootFilesystem"),
    ] {
        if is_set(spec, key) {
            fields.push(Part::new(field, Draft::Bool(true)));
        }
    }
    if is_set(spec, "privileged") {
        losses.add(
            Weight::Security,
            format!("{title}, privileged: true"),
            "it is taken over: every pod of the node type may do what root may on its machine",
            "take `privileged` out of the node type's `securityContext`, if the program runs without it",
        );
    }
    let mut capabilities = Vec::new();
    for (key, field) in [("cap_add", "add"), ("cap_drop", "drop")] {
        let names: Vec<String> = spec
            .items_at(&[key])
            .iter()
            .filter_map(Yaml::words)
            .collect();
        if names.is_empty() {
            continue;
        }
        if key == "cap_add" {
            losses.add(
                Weight::Security,
                format!("{title}, cap_add {}", names.join(", ")),
                "it is taken over: pods of the node type have more rights than others, and a namespace may refuse them",
                "take it out of the node type's `securityContext`, if the program runs without it",
            );
        }
        let names = names.into_iter().map(Draft::Text);
        capabilities.push(Part::new(field, Draft::list(names)));
    }
    if !capabilities.is_empty() {
        fields.push(Part::new("capabilities", Draft::Map(capabilities)));
    }
    let part = Part::new("securityContext", Draft::Map(fields));
    (!part.value.is_empty()).then(|| part.from(format!("{title}, user and rights")))
}
