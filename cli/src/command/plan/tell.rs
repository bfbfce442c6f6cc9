//! A plan for people: what becomes of files, of the custom resource, of rights and of children, each line with its class.

use super::super::update::{Prospect, gate, refusal, report};
use crate::gate::{
    Change, Class, Fate, Subject, TypeChange, locate_change, other, place, roles, word,
};
use crate::model::ChildKind;

/// What is said.
pub(super) struct Told {
    pub(super) text: String,
    pub(super) notes: Vec<String>,
    /// Whether an update would be refused.
    pub(super) refused: bool,
}

/// A group of lines under its name.
struct Group {
    name: &'static str,
    lines: Vec<(Option<Class>, String)>,
}

pub(super) fn told(prospect: &Prospect) -> Told {
    let refused = refused(prospect);
    let is_refused = !refused.lines.is_empty();
    let groups = [
        files(prospect),
        schema(prospect),
        rights(prospect),
        children(prospect),
        refused,
    ];
    let mut text = String::new();
    for group in groups.iter().filter(|group| !group.lines.is_empty()) {
        text.push_str(&format!("{}\n", group.name));
        for (class, line) in &group.lines {
            let class = class.map_or_else(String::new, |class| class.to_string());
            text.push_str(&format!("  {class:<9}{line}\n"));
        }
    }
    let mut notes = Vec::new();
    let meant = &prospect.meant;
    if prospect.decision.changes.is_empty() && !is_refused {
        notes.push("the project is up to date".to_owned());
    } else if text.is_empty() {
        notes.push("nothing changes but what dsoi keeps in `.dsoi`".to_owned());
    }
    notes.extend(meant.summary());
    notes.extend(unknown(prospect).map(|said| {
        let way = if said.ends_with("missing") {
            ": bring it back from version control"
        } else {
            ""
        };
        said + way
    }));
    if !meant.released
        && meant
            .schema
            .iter()
            .any(|change| change.class == Class::Breaking)
    {
        notes.push("nothing is released yet, so an update breaks it unasked; `dsoi update --release` says what is".to_owned());
    }
    if is_refused {
        notes.push("`dsoi update` would be refused".to_owned());
    }
    Told {
        text,
        notes,
        refused: is_refused,
    }
}

/// That what becomes of children is not known, where it is not.
pub(in crate::command) fn unknown(prospect: &Prospect) -> Option<String> {
    if prospect.meant.children.is_some() {
        return None;
    }
    let mut kept = prospect.found.own.keys();
    let why = if kept.any(|path| path.as_str() == ".dsoi/dsoi.yaml") {
        "is not a manifest of this dsoi"
    } else {
        "is missing"
    };
    Some(format!(
        "what becomes of children is not known: `.dsoi/dsoi.yaml` {why}"
    ))
}

/// What is more than safe, or gives up a promise, a line each with its class, the worst first.
pub(in crate::command) fn notable(prospect: &Prospect) -> Vec<(Class, String)> {
    let groups = [schema(prospect), rights(prospect)].into_iter();
    let lines = groups.flat_map(|group| group.lines);
    let mut found: Vec<(Class, String)> = lines
        .filter_map(|(class, line)| Some((class?, line)))
        .collect();
    for change in prospect.meant.children.iter().flatten() {
        let name = change.node_type.as_deref().unwrap_or("the cluster");
        let of = |restarts: bool| {
            let causes = change.causes.iter();
            causes.filter(move |cause| cause.restarts == restarts)
        };
        let others = of(false);
        found.extend(others.map(|cause| {
            let line = format!("{name}: {}: {}", cause.key, cause.effect);
            (cause.class, line)
        }));
        let keys: Vec<&str> = of(true).map(|cause| cause.key.as_str()).collect();
        if !keys.is_empty() {
            let how = if change.restarts() {
                "restarts"
            } else {
                "may restart"
            };
            let line = format!("{name}: {how}, by {}", keys.join(", "));
            found.push((Class::Rolling, line));
        }
    }
    found.retain(|(class, _)| *class > Class::Safe);
    let given_up = prospect.meant.schema.iter().filter(|change| {
        // What follows from node types is told of those.
        let keys = place(change, &prospect.operator);
        change.gives_up() && !keys.iter().any(|key| key == "nodeTypes")
    });
    found.extend(given_up.map(|change| (change.class, line(change, prospect))));
    found.sort_by_key(|(class, _)| std::cmp::Reverse(*class));
    found
}

fn files(prospect: &Prospect) -> Group {
    let lines = report::lines(&prospect.decision.outcomes);
    Group {
        name: "files",
        lines: lines
            .into_iter()
            .map(|line| (Some(Class::Safe), line))
            .collect(),
    }
}

fn schema(prospect: &Prospect) -> Group {
    let mut lines = Vec::new();
    let mut texts = 0;
    let mut sorted: Vec<&Change> = prospect.meant.schema.iter().collect();
    sorted.sort_by_key(|change| std::cmp::Reverse(change.class));
    for change in sorted {
        if change.subject == Subject::Text {
            texts += 1;
            continue;
        }
        lines.push((Some(change.class), line(change, prospect)));
        if let Some(why) = change.why() {
            lines.push((None, why.to_owned()));
        }
    }
    if texts > 0 {
        let fields = if texts == 1 { "1 field" } else { "fields" };
        let fields = if texts == 1 {
            fields.to_owned()
        } else {
            format!("{texts} {fields}")
        };
        lines.push((
            Some(Class::Safe),
            format!("the description of {fields} is another"),
        ));
    }
    Group {
        name: "custom resource",
        lines,
    }
}

/// One change: where, what, and the key that makes it.
fn line(change: &Change, prospect: &Prospect) -> String {
    let place = locate_change(change, &prospect.source, &prospect.operator);
    let place = place.filter(|_| change.class != Class::Safe);
    let place = place.map_or_else(String::new, |(line, column)| {
        format!(" (dsoi.yaml:{line}:{column})")
    });
    let kind = other(change, &prospect.operator);
    let kind = kind.map_or_else(String::new, |kind| format!("{kind} "));
    let path = if change.path.is_empty() {
        String::new()
    } else {
        format!("{} ", change.path)
    };
    format!("{kind}{path}{}{place}", change.what())
}

fn rights(prospect: &Prospect) -> Group {
    let meant = &prospect.meant;
    let line = |sign: char, right: &crate::gate::Right| {
        format!(
            "{sign} {}: {} ({})",
            right.on,
            right.verbs.join(", "),
            roles(right)
        )
    };
    let gained = meant
        .gained
        .iter()
        .map(|right| (Some(Class::Security), line('+', right)));
    let lost = meant
        .lost
        .iter()
        .map(|right| (Some(Class::Safe), line('-', right)));
    let profile = meant.profile.map(|(was, is)| {
        let class = if meant.is_looser() {
            Class::Security
        } else {
            Class::Rolling
        };
        (
            Some(class),
            format!("the security profile was {}, is {}", word(was), word(is)),
        )
    });
    let renamed = meant.renamed.iter().map(|(was, is)| {
        (
            Some(Class::Safe),
            format!("~ {was} is {is}, with the same rights"),
        )
    });
    let power = meant.power.iter().map(|power| {
        let decides = power
            .decides
            .map(|decides| format!(": custom resources decide {decides}"));
        let line = format!(
            "+ pods of {}: {}: {}{}",
            power.node_type,
            power.key,
            power.value,
            decides.unwrap_or_default()
        );
        (Some(Class::Security), line)
    });
    Group {
        name: "rights",
        lines: gained
            .chain(profile)
            .chain(power)
            .chain(lost)
            .chain(renamed)
            .collect(),
    }
}

fn children(prospect: &Prospect) -> Group {
    let mut lines = Vec::new();
    for change in prospect.meant.children.iter().flatten() {
        lines.push((Some(change.class()), head(change)));
        for cause in &change.causes {
            let hint = match cause.depends {
                false => "",
                true if cause.key.starts_with("hooks.") => ": see src/hooks.rs",
                true => "; `dsoi preview -f cr.yaml --from old.yaml` shows it of one",
            };
            lines.push((None, format!("{}: {}{hint}", cause.key, cause.effect)));
        }
    }
    if prospect.meant.other_runtime {
        lines.push((
            Some(Class::Rolling),
            "the runtime is another: what it builds of the same manifest may be too".to_owned(),
        ));
    }
    Group {
        name: "children",
        lines,
    }
}

/// Kinds that a node has only while a field of its custom resource is set.
const ASKED_FOR: [ChildKind; 5] = [
    ChildKind::PersistentVolumeClaim,
    ChildKind::NetworkPolicy,
    ChildKind::PodDisruptionBudget,
    ChildKind::HorizontalPodAutoscaler,
    ChildKind::Ingress,
];

/// A node type, what becomes of it, and the kinds of objects.
fn head(change: &TypeChange) -> String {
    let name = change.node_type.as_deref().unwrap_or("the cluster");
    let list = |sign: &str, kinds: &[ChildKind]| -> Vec<String> {
        let (asked, always): (Vec<&ChildKind>, Vec<_>) =
            kinds.iter().partition(|kind| ASKED_FOR.contains(kind));
        let named = |kinds: Vec<&ChildKind>, when: &str| {
            let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
            (!names.is_empty()).then(|| format!("{sign} {when}{}", names.join(", ")))
        };
        let lists = [
            named(always, ""),
            named(asked, "where a custom resource asks for it: "),
        ];
        lists.into_iter().flatten().collect()
    };
    let mut parts = [
        list("+", &change.appears),
        list("~", &change.changes),
        list("-", &change.goes),
    ]
    .concat();
    match change.fate {
        Fate::Added => parts.insert(0, "is new".to_owned()),
        Fate::Removed => parts.insert(0, "is gone".to_owned()),
        Fate::Changed if change.restarts() => parts.insert(0, "restarts".to_owned()),
        Fate::Changed if change.may_restart() => parts.insert(0, "may restart".to_owned()),
        Fate::Changed => {}
    }
    if parts.is_empty() {
        return name.to_owned();
    }
    format!("{name}: {}", parts.join("; "))
}

/// Why an update would be refused.
fn refused(prospect: &Prospect) -> Group {
    let mut lines = Vec::new();
    for file in &prospect.decision.refused {
        lines.push((
            None,
            format!("{}: {}", file.path, refusal::reason(&file.why)),
        ));
    }
    for reason in prospect.reasons() {
        for (at, line) in gate::lines(&reason).lines().enumerate() {
            let line = line.trim_start();
            let line = line
                .strip_prefix(reason.class.as_str())
                .filter(|_| at == 0)
                .unwrap_or(line);
            lines.push((
                (at == 0).then_some(reason.class),
                line.trim_start().to_owned(),
            ));
        }
    }
    Group {
        name: "an update is refused",
        lines,
    }
}
