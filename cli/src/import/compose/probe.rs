//! The health check of a service → readiness: it says when others may start.

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::yaml::Yaml;
use super::Peers;
use super::interpolation::with_defaults;
use super::units;

/// What is read of a health check.
const KNOWN: &[&str] = &[
    "test",
    "interval",
    "timeout",
    "retries",
    "start_period",
    "disable",
];

/// `readinessProbe` of the node type.
pub(super) fn probe(
    peers: &Peers<'_>,
    spec: &Yaml,
    title: &str,
    losses: &mut Losses,
) -> Option<Part> {
    let check = spec.get("healthcheck")?;
    let from = format!("{title}, healthcheck");
    if check.get("disable") == Some(&Yaml::Bool(true)) {
        return None;
    }
    for (key, value) in check.entries() {
        if !KNOWN.contains(&key.as_str()) {
            let written = value.words().unwrap_or_default();
            losses.add(
                Weight::Changed,
                format!("{from}, {key}: {written}"),
                "a probe has one interval, also while a pod starts",
                "`readinessProbe.periodSeconds`, or a `startupProbe` with a period of its own",
            );
        }
    }
    let Some(command) = command(check) else {
        losses.add(
            Weight::Changed,
            from,
            "nothing in it can be run, so a pod counts as ready as soon as it runs",
            "`readinessProbe` of the node type",
        );
        return None;
    };
    // `NONE` takes away the check of the image.
    if command.is_empty() {
        return None;
    }
    for word in &command {
        peers.note(word, "", &from, losses);
    }
    let command = command
        .iter()
        .map(|word| Draft::Text(with_defaults(word, &from, losses).replace("$(", "$$(")));
    let exec = Draft::map([Part::new("command", Draft::list(command))]);
    let mut fields = vec![Part::new("exec", exec)];
    // Without a word of the file compose has 30 seconds, and Kubernetes has 10 between checks and 1 for each.
    for (key, field, default) in [
        ("start_period", "initialDelaySeconds", None),
        ("interval", "periodSeconds", Some(30)),
        ("timeout", "timeoutSeconds", Some(30)),
    ] {
        let written = check.get(key).and_then(Yaml::words);
        let seconds = written.as_deref().and_then(units::seconds);
        if let (Some(written), None) = (&written, seconds) {
            losses.add(
                Weight::Changed,
                format!("{from}, {key}: {written}"),
                "not a time that can be read, so it is compose's default",
                &format!("`readinessProbe.{field}`"),
            );
        }
        let seconds = seconds.or(default);
        fields.extend(seconds.map(|seconds| Part::new(field, Draft::Int(seconds))));
    }
    let retries = check.get("retries").and_then(Yaml::int);
    if let (None, Some(written)) = (retries, check.get("retries")) {
        losses.add(
            Weight::Changed,
            format!("{from}, retries: {}", written.words().unwrap_or_default()),
            "not a number, so it is Kubernetes' default",
            "`readinessProbe.failureThreshold`",
        );
    }
    fields.extend(retries.map(|retries| Part::new("failureThreshold", Draft::Int(retries))));
    let part = Part::new("readinessProbe", Draft::Map(fields));
    Some(part.from(from))
}

/// The command of a check; empty where there shall be none.
fn command(check: &Yaml) -> Option<Vec<String>> {
    let shell = |script: &str| ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    match check.get("test")? {
        Yaml::List(items) => {
            let items: Vec<String> = items.iter().filter_map(Yaml::words).collect();
            match items.split_first() {
                Some((first, rest)) if first == "CMD" && !rest.is_empty() => Some(rest.to_vec()),
                Some((first, rest)) if first == "CMD-SHELL" => Some(shell(&rest.join(" "))),
                Some((first, _)) if first == "NONE" => Some(Vec::new()),
                _ => None,
            }
        }
        other => Some(shell(&other.words()?)),
    }
}
