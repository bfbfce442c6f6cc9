//! A preview for people: what changes, in which order, and which pods that restarts.

use std::fmt::Write;

use serde_json::Value;

use super::fields::Field;
use super::{Action, Change, Counts, Preview, Turn, Workload};
use crate::event::cut;
use crate::labels;
use crate::spec::RolloutStrategy;

/// Of a value on a line, in bytes.
const LONGEST: usize = 80;
/// Fields of one object. Programs get all.
const SHOWN: usize = 20;

/// The preview as lines.
pub(crate) fn text(preview: &Preview) -> String {
    let mut out = String::new();
    let Preview {
        kind,
        namespace,
        name,
        objects,
        turns,
        ..
    } = preview;
    if objects.is_empty() && turns.is_empty() {
        return format!("{kind} {namespace}/{name}: nothing changes\n");
    }
    line(
        &mut out,
        0,
        &format!("{kind} {namespace}/{name}: {}", summary(preview)),
    );
    out.push('\n');
    for object in objects {
        change(&mut out, object);
    }
    if turns.iter().any(|turn| !turn.workloads.is_empty()) {
        out.push('\n');
        line(&mut out, 0, order(preview));
        for (index, turn) in turns.iter().enumerate() {
            self::turn(&mut out, index + 1, turn);
        }
    }
    if !preview.steady.is_empty() {
        out.push('\n');
        let steady = preview.steady.join(", ");
        line(&mut out, 0, &format!("No pod is touched of {steady}"));
    }
    out
}

/// `2 objects change, 1 object is created; 3 pods restart`
fn summary(preview: &Preview) -> String {
    let mut parts = Vec::new();
    for (action, one, more) in [
        (Action::Create, "is created", "are created"),
        (Action::Change, "changes", "change"),
        (Action::Recreate, "is made anew", "are made anew"),
        (Action::Delete, "is deleted", "are deleted"),
        (Action::Keep, "is kept", "are kept"),
        (Action::Refuse, "is refused", "are refused"),
        (Action::Wait, "stays as it is", "stay as they are"),
    ] {
        let objects = preview.objects.iter();
        match objects.filter(|object| object.action == action).count() {
            0 => {}
            1 => parts.push(format!("1 object {one}")),
            count => parts.push(format!("{count} objects {more}")),
        }
    }
    format!("{}; {}", parts.join(", "), pods(preview.pods))
}

/// `3 pods restart, 2 pods are replaced`
fn pods(counts: Counts) -> String {
    let mut parts = Vec::new();
    for (count, one, more) in [
        (counts.restart, "restarts", "restart"),
        (counts.replaced, "is replaced", "are replaced"),
        (counts.stop, "stops", "stop"),
    ] {
        match count {
            0 => {}
            1 => parts.push(format!("1 pod {one}")),
            count => parts.push(format!("{count} pods {more}")),
        }
    }
    if counts.restart == 0 && counts.replaced == 0 {
        parts.insert(0, "no pod restarts".to_owned());
    }
    parts.join(", ")
}

fn change(out: &mut String, change: &Change) {
    let mark = match change.action {
        Action::Create => '+',
        Action::Change => '~',
        Action::Recreate => '±',
        Action::Delete => '-',
        Action::Keep => '=',
        Action::Refuse => '!',
        Action::Wait => '.',
    };
    let word = match change.action {
        Action::Create | Action::Change | Action::Recreate | Action::Delete => "",
        Action::Keep => " is kept",
        Action::Refuse => " is refused",
        Action::Wait => " stays as it is",
    };
    let reason = match &change.reason {
        Some(reason) => format!(": {reason}"),
        None => String::new(),
    };
    let Change { kind, name, .. } = change;
    line(out, 1, &format!("{mark} {kind} {name}{word}{reason}"));
    for field in change.fields.iter().take(SHOWN) {
        self::field(out, field);
    }
    let more = change.fields.len().saturating_sub(SHOWN);
    if more > 0 {
        line(out, 3, &format!("and {more} fields more"));
    }
}

fn field(out: &mut String, field: &Field) {
    let path = &field.path;
    let said = match (field.lines, &field.from, &field.to) {
        (Some(lines), ..) => format!("lines: {} added, {} removed", lines.added, lines.removed),
        // The file itself is told of beside it.
        _ if path.contains(labels::CONFIG_DIGEST) => "another content".to_owned(),
        (None, None, Some(to)) => format!("(none) → {}", value(to)),
        (None, Some(from), None) => format!("{} → (none)", value(from)),
        (None, Some(from), Some(to)) => format!("{} → {}", value(from), value(to)),
        (None, None, None) => String::new(),
    };
    line(out, 3, &format!("{path}: {said}"));
}

fn value(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let shown = cut(&text, LONGEST);
    if shown.len() < text.len() {
        format!("{shown}…")
    } else {
        text
    }
}

fn order(preview: &Preview) -> &'static str {
    match preview.strategy {
        _ if preview.turns.len() == 1 => "At once:",
        RolloutStrategy::Ordered => {
            "In this order, the next turn when every pod of the last is ready:"
        }
        RolloutStrategy::Parallel => "All node types at once, and then:",
    }
}

fn turn(out: &mut String, number: usize, turn: &Turn) {
    if turn.workloads.is_empty() {
        line(out, 1, &format!("{number}. the rest, without pods"));
        return;
    }
    line(out, 1, &format!("{number}. {}", turn.node_types.join(", ")));
    for workload in &turn.workloads {
        line(out, 3, &moves(workload));
    }
}

/// `StatefulSet t-store: 3 pods restart, one by one`
fn moves(workload: &Workload) -> String {
    let mut parts = Vec::new();
    let mut say = |count, one: &str, more: &str| match count {
        0 => {}
        1 => parts.push(format!("1 pod {one}")),
        count => parts.push(format!("{count} pods {more}")),
    };
    let pace = pace(workload);
    say(
        workload.restarts,
        &format!("restarts{pace}"),
        &format!("restart{pace}"),
    );
    let place = match &workload.replaces {
        Some(gone) => format!(" in place of {gone}"),
        None => String::new(),
    };
    say(
        workload.starts,
        &format!("starts{place}"),
        &format!("start{place}"),
    );
    say(workload.stops, "stops", "stop");
    format!("{} {}: {}", workload.kind, workload.name, parts.join(", "))
}

/// How fast pods are replaced, and which are not.
fn pace(workload: &Workload) -> String {
    let pace = match (workload.strategy.as_str(), workload.at_once.as_str()) {
        ("OnDelete", _) => "when somebody deletes it".to_owned(),
        (_, "1") => "one by one".to_owned(),
        (_, "100%") => "all at once".to_owned(),
        (_, "0") => "each after its replacement is ready".to_owned(),
        (_, at_once) => format!("at most {at_once} at once"),
    };
    match workload.partition {
        0 => format!(" ({pace})"),
        kept => format!(" ({pace}; below ordinal {kept} none)"),
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    // Names and values come from files: no control character reaches a terminal.
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{:width$}{clean}", "", width = depth * 2);
}
