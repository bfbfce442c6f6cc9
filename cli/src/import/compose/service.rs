//! A service of compose → a node type.

use super::super::app::NodeType;
use super::super::draft::{Draft, Part};
use super::super::lost::Losses;
use super::super::name;
use super::super::yaml::Yaml;
use super::interpolation::{Variables, with_defaults};
use super::{ports, units, volumes};

/// A node type, its image, and whether the service says that it needs no root.
pub(super) struct Made {
    pub(super) node_type: NodeType,
    pub(super) image: Option<String>,
    pub(super) rootless: bool,
}

/// Keys that are seen to, here or by who calls.
const KNOWN: &[&str] = &[
    "image",
    "command",
    "entrypoint",
    "environment",
    "ports",
    "expose",
    "volumes",
    "configs",
    "healthcheck",
    "depends_on",
    "deploy",
    "user",
    "privileged",
    "cap_add",
    "cap_drop",
    "read_only",
    "stop_grace_period",
    "scale",
    "mem_limit",
    "cpus",
];

/// Other keys, why they are not carried over, and where they belong.
const OTHERS: &[(&str, &str, &str)] = &[
    (
        "build",
        "an image has to be built and pushed",
        "in the custom resource: `k8sConfigGroup[].image`",
    ),
    (
        "env_file",
        "no other file is read",
        "`env` of the node type",
    ),
    (
        "secrets",
        "secrets are not read",
        "a field `secretKey` of `cluster.spec`, as the value of a variable",
    ),
    ("networks", "pods reach each other without them", ""),
    ("restart", "pods are always started again", ""),
    (
        "container_name",
        "names are the operator's",
        "`cluster.names.container`",
    ),
    ("hostname", "names are the operator's", ""),
    (
        "working_dir",
        "no key of a node type's main container",
        "the hook `mutate` can set it",
    ),
    (
        "tmpfs",
        "a volume of the kind emptyDir",
        "in the custom resource: `k8sConfigGroup[].volumes` and `k8sConfigGroup[].volumeMount`",
    ),
    (
        "extends",
        "no other file is read",
        "`like: TYPE` copies a node type",
    ),
    (
        "labels",
        "labels are the operator's",
        "`k8sConfigGroup[].podMetadata`",
    ),
    (
        "pull_policy",
        "a custom resource says it",
        "`k8sConfigGroup[].imagePullPolicy`",
    ),
    (
        "profiles",
        "every node type can be left out of a custom resource",
        "",
    ),
];

/// Makes a node type of a service.
pub(super) fn node_type(
    root: &Yaml,
    name: String,
    title: &str,
    spec: &Yaml,
    variables: &mut Variables,
    losses: &mut Losses,
) -> Made {
    let mut parts = Vec::new();
    let storage = volumes::storage(spec, title, losses);
    let kind = if storage.is_some() {
        "StatefulSet"
    } else {
        "Deployment"
    };
    parts.push(Part::new("kinds", Draft::list([Draft::text(kind)])));
    for (key, wanted) in [("entrypoint", "command"), ("command", "args")] {
        if let Some(items) = line(spec, key) {
            let from = format!("{title}, {key}");
            // A value of the custom resource must not become code of a shell.
            let script = items.iter().any(|item| item == "-c");
            let items: Vec<Draft> = items
                .iter()
                .map(|item| {
                    if script {
                        return Draft::Text(
                            with_defaults(item, &from, losses).replace("$(", "$$("),
                        );
                    }
                    peers(root, item, &from, losses);
                    variables.text(item, &from, losses)
                })
                .collect();
            parts.push(Part::new(wanted, Draft::list(items)).from(from));
        }
    }
    parts.extend(environment(root, spec, title, variables, losses));
    parts.extend(ports::parts(spec, title, losses));
    parts.extend(probe(spec, title, losses));
    parts.extend(resources(spec, title, losses));
    parts.extend(security(spec, title, losses));
    if let Some(grace) = spec
        .text_at(&["stop_grace_period"])
        .and_then(units::seconds)
    {
        let field = Part::new("terminationGracePeriodSeconds", Draft::Int(grace));
        let field = field.from(format!("{title}, stop_grace_period"));
        parts.push(Part::new("pod", Draft::map([field])));
    }
    parts.extend(volumes::files(root, spec, title, variables, losses));
    parts.extend(storage);
    for (key, _) in spec.entries() {
        if KNOWN.contains(&key.as_str()) {
            continue;
        }
        let known = OTHERS.iter().find(|(other, ..)| other == key);
        let (why, instead) = known.map_or(("no key of a node type", ""), |(_, why, instead)| {
            (*why, *instead)
        });
        losses.add(format!("{title}, {key}"), why, instead);
    }
    let user = user(spec);
    let image = spec.text_at(&["image"]);
    let image = image.map(|image| with_defaults(image, &format!("{title}, image"), losses));
    Made {
        image,
        rootless: user.is_some_and(|(user, _)| user > 0)
            && spec.items_at(&["cap_add"]).is_empty()
            && spec.get("privileged") != Some(&Yaml::Bool(true)),
        node_type: NodeType {
            name,
            from: title.to_owned(),
            comment: None,
            parts,
        },
    }
}

/// A command line: a list, or a text that is split.
fn line(spec: &Yaml, key: &str) -> Option<Vec<String>> {
    let items = match spec.get(key)? {
        Yaml::List(items) => items.iter().filter_map(Yaml::words).collect(),
        other => units::words(&other.words()?),
    };
    (!items.is_empty()).then_some(items)
}

/// Notes the services that a text names as hosts: each custom resource has names of its own.
fn peers(root: &Yaml, text: &str, from: &str, losses: &mut Losses) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    for (service, _) in root.entries_at(&["services"]) {
        let host = text.match_indices(service.as_str()).any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + service.len()..).unwrap_or("");
            let ends = after.is_empty() && before.is_none()
                || after.starts_with('/')
                || after
                    .strip_prefix(':')
                    .is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()));
            ends && !before.is_some_and(is_word)
        });
        if host && !service.is_empty() {
            losses.add(
                from,
                &format!("carried over, but the service `{service}` has another name for each custom resource"),
                "`${services.S.host}` of one's own, `${p.host}` in a `$for: p in pods.TYPE` of others",
            );
        }
    }
}

fn environment(
    root: &Yaml,
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
                from,
                "its value is the shell's that starts compose",
                "`env` of the node type",
            );
            continue;
        };
        peers(root, &value, &from, losses);
        let value = if name::is_secret(&variable, &value) {
            losses.add(from.as_str(), name::CLEAR, name::CLEAR_INSTEAD);
            variables.secret(&variable)
        } else {
            variables.text(&value, &from, losses)
        };
        entries.retain(|known| known.key != variable);
        entries.push(Part::new(variable, value).from(from));
    }
    (!entries.is_empty()).then(|| Part::new("env", Draft::Map(entries)))
}

/// A health check says when others may start: that is readiness.
fn probe(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<Part> {
    let check = spec.get("healthcheck")?;
    if check.get("disable") == Some(&Yaml::Bool(true)) {
        return None;
    }
    let shell = |script: &str| ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    let command = match check.get("test")? {
        Yaml::List(items) => {
            let items: Vec<String> = items.iter().filter_map(Yaml::words).collect();
            match items.split_first() {
                Some((first, rest)) if first == "CMD" => rest.to_vec(),
                Some((first, rest)) if first == "CMD-SHELL" => shell(&rest.join(" ")),
                _ => return None,
            }
        }
        other => shell(&other.words()?),
    };
    let from = format!("{title}, healthcheck");
    let command = command
        .iter()
        .map(|word| Draft::Text(with_defaults(word, &from, losses).replace("$(", "$$(")));
    let exec = Draft::map([Part::new("command", Draft::list(command))]);
    let mut fields = vec![Part::new("exec", exec)];
    for (key, field) in [
        ("start_period", "initialDelaySeconds"),
        ("interval", "periodSeconds"),
        ("timeout", "timeoutSeconds"),
    ] {
        let seconds = check.text_at(&[key]).and_then(units::seconds);
        fields.extend(seconds.map(|seconds| Part::new(field, Draft::Int(seconds))));
    }
    let retries = check.get("retries").and_then(Yaml::int);
    fields.extend(retries.map(|retries| Part::new("failureThreshold", Draft::Int(retries))));
    let part = Part::new("readinessProbe", Draft::Map(fields));
    Some(part.from(from))
}

fn resources(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<Part> {
    let replicas = spec
        .at(&["deploy", "replicas"])
        .or_else(|| spec.get("scale"));
    if let Some(replicas) = replicas.and_then(Yaml::words) {
        losses.add(
            format!("{title}, {replicas} replicas"),
            "how many there are is said by each custom resource",
            "`nodes[].replicas`",
        );
    }
    for (key, _) in spec.entries_at(&["deploy"]) {
        if !["replicas", "resources"].contains(&key.as_str()) {
            losses.add(
                format!("{title}, deploy.{key}"),
                "no key of a node type",
                "",
            );
        }
    }
    let mut kinds = Vec::new();
    for (key, wanted) in [("limits", "limits"), ("reservations", "requests")] {
        let of = |field: &str| spec.at(&["deploy", "resources", key, field]);
        let direct = |field: &str| (key == "limits").then(|| spec.get(field)).flatten();
        let cpus = of("cpus").or_else(|| direct("cpus")).and_then(Yaml::words);
        let memory = of("memory").or_else(|| direct("mem_limit"));
        let memory = memory
            .and_then(Yaml::words)
            .and_then(|text| units::size(&text));
        let mut fields = Vec::new();
        fields.extend(cpus.map(|cpus| Part::new("cpu", Draft::Text(cpus))));
        fields.extend(memory.map(|memory| Part::new("memory", Draft::Text(memory))));
        if !fields.is_empty() {
            kinds.push(Part::new(wanted, Draft::Map(fields)));
        }
    }
    let part = Part::new("resources", Draft::Map(kinds));
    (!part.value.is_empty()).then(|| part.from(format!("{title}, resources")))
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

fn security(spec: &Yaml, title: &str, losses: &mut Losses) -> Option<Part> {
    let mut fields = Vec::new();
    match (user(spec), spec.get("user")) {
        (Some((user, group)), _) => {
            fields.push(Part::new("runAsUser", Draft::Int(user)));
            fields.extend(group.map(|group| Part::new("runAsGroup", Draft::Int(group))));
        }
        (None, Some(_)) => losses.add(
            format!("{title}, user"),
            "a user has a number",
            "`securityContext.runAsUser`",
        ),
        _ => {}
    }
    for (key, field) in [
        ("privileged", "privileged"),
        ("read_only", "readOnlyRootFilesystem"),
    ] {
        if spec.get(key) == Some(&Yaml::Bool(true)) {
            fields.push(Part::new(field, Draft::Bool(true)));
        }
    }
    let mut capabilities = Vec::new();
    for (key, field) in [("cap_add", "add"), ("cap_drop", "drop")] {
        let names: Vec<Draft> = spec
            .items_at(&[key])
            .iter()
            .filter_map(Yaml::words)
            .map(Draft::Text)
            .collect();
        if !names.is_empty() {
            capabilities.push(Part::new(field, Draft::list(names)));
        }
    }
    if !capabilities.is_empty() {
        fields.push(Part::new("capabilities", Draft::Map(capabilities)));
    }
    let part = Part::new("securityContext", Draft::Map(fields));
    (!part.value.is_empty()).then(|| part.from(format!("{title}, user and rights")))
}
