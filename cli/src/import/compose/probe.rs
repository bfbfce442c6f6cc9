//! The health check of a service → readiness: it says when others may start; and a startup probe for the time that it gives a start.

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

/// `readinessProbe` of the node type, and `startupProbe` where starts have a time of their own.
pub(super) fn probes(
    peers: &Peers<'_>,
    spec: &Yaml,
    title: &str,
    losses: &mut Losses,
) -> Vec<Part> {
    let Some(check) = spec.get("healthcheck") else {
        return Vec::new();
    };
    let from = format!("{title}, healthcheck");
    if check.get("disable") == Some(&Yaml::Bool(true)) {
        return Vec::new();
    }
    let starts = seconds(check, "start_period").is_some_and(|seconds| seconds > 0);
    let every = seconds(check, "start_interval").filter(|seconds| starts && *seconds > 0);
    for (key, value) in check.entries() {
        let said = key == "start_interval" && every.is_some();
        if !KNOWN.contains(&key.as_str()) && !said {
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
        return Vec::new();
    };
    // `NONE` takes away the check of the image.
    if command.is_empty() {
        return Vec::new();
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
        ("start_period", "", None),
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
                &match key {
                    "start_period" => "`startupProbe` of the node type".to_owned(),
                    _ => format!("`readinessProbe.{field}`"),
                },
            );
        }
        if key == "start_period" {
            continue;
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
    let mut parts = Vec::new();
    if starts {
        parts.push(startup(check, &fields, every, &from, losses));
    }
    let part = Part::new("readinessProbe", Draft::Map(fields));
    parts.push(part.from(from));
    parts
}

/// The same check while a container starts: as long as compose would wait before it counts as unhealthy.
fn startup(
    check: &Yaml,
    fields: &[Part],
    every: Option<i64>,
    from: &str,
    losses: &mut Losses,
) -> Part {
    // What compose has where the file says nothing.
    let every = every.unwrap_or(5);
    let interval = seconds(check, "interval").unwrap_or(30).max(1);
    let retries = check.get("retries").and_then(Yaml::int).unwrap_or(3);
    let start = seconds(check, "start_period").unwrap_or(0);
    let whole = interval
        .saturating_mul(retries.max(1))
        .saturating_add(start);
    let failures = whole.saturating_add(every - 1) / every;
    let own = |field: &&Part| ["exec", "timeoutSeconds"].contains(&field.key.as_str());
    let mut startup: Vec<Part> = fields.iter().filter(own).cloned().collect();
    startup.push(Part::new("periodSeconds", Draft::Int(every)));
    startup.push(Part::new("failureThreshold", Draft::Int(failures)));
    losses.add(
        Weight::Changed,
        format!("{from}, start_period: {start}s"),
        &format!(
            "a container that does not pass its check within {whole} seconds is started again"
        ),
        "`startupProbe` of the node type",
    );
    Part::new("startupProbe", Draft::Map(startup)).from(format!("{from}, start_period"))
}

fn seconds(check: &Yaml, key: &str) -> Option<i64> {
    units::seconds(&check.get(key)?.words()?)
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
