//! A plan for programs.

use serde_json::{Value, json};

use super::super::update::{Prospect, gate, refusal, report};
use crate::gate::{Change, Class, Fate, Right, TypeChange, locate_change, way, word};
use crate::model::ChildKind;

pub(super) fn data(prospect: &Prospect) -> Value {
    let meant = &prospect.meant;
    let decision = &prospect.decision;
    let rights = |rights: &[Right], change: &str, class: Class| -> Vec<Value> {
        let rights = rights.iter();
        rights
            .map(|right| {
                json!({ "class": class.as_str(), "change": change, "on": right.on, "verbs": right.verbs, "roles": right.roles })
            })
            .collect()
    };
    let gained = rights(&meant.gained, "gained", Class::Security);
    let lost = rights(&meant.lost, "lost", Class::Safe);
    let children = meant
        .children
        .as_ref()
        .map(|children| -> Vec<Value> { children.iter().map(child).collect() });
    json!({
        "upToDate": decision.changes.is_empty() && decision.refused.is_empty(),
        "from": prospect.before,
        "to": env!("CARGO_PKG_VERSION"),
        "files": decision.outcomes.iter().map(report::outcome).collect::<Vec<_>>(),
        "customResource": meant.schema.iter().map(|change| schema(change, prospect)).collect::<Vec<_>>(),
        "released": meant.released,
        "rights": gained.into_iter().chain(lost).collect::<Vec<_>>(),
        "renamedRoles": meant.renamed.iter().map(|(was, is)| json!({ "was": was, "is": is })).collect::<Vec<_>>(),
        "profile": meant.profile.map(|(was, is)| {
            let class = if meant.is_looser() { Class::Security } else { Class::Rolling };
            json!({ "class": class.as_str(), "was": word(was), "is": word(is) })
        }),
        "loosened": meant.power.iter().map(|power| {
            json!({ "class": Class::Security.as_str(), "nodeType": power.node_type, "key": power.key, "value": power.value, "decides": power.decides })
        }).collect::<Vec<_>>(),
        "children": children,
        "otherRuntime": meant.other_runtime,
        "summary": meant.summary(),
        "refused": {
            "files": decision.refused.iter().map(refusal::program).collect::<Vec<_>>(),
            "changes": prospect.reasons().iter().map(gate::program).collect::<Vec<_>>(),
        },
    })
}

fn schema(change: &Change, prospect: &Prospect) -> Value {
    let place = locate_change(change, &prospect.source, &prospect.operator);
    json!({
        "class": change.class.as_str(),
        "kind": change.kind,
        "subject": change.subject.as_str(),
        "path": change.path,
        "was": change.was,
        "is": change.is,
        "what": change.what(),
        "why": change.why(),
        "instead": way(change, &prospect.operator),
        "line": place.map(|(line, _)| line),
        "column": place.map(|(_, column)| column),
    })
}

fn child(change: &TypeChange) -> Value {
    let kinds =
        |kinds: &[ChildKind]| -> Vec<&str> { kinds.iter().map(|kind| kind.as_str()).collect() };
    let causes: Vec<Value> = change
        .causes
        .iter()
        .map(|cause| {
            json!({ "class": cause.class.as_str(), "key": cause.key, "effect": cause.effect,
                "restarts": cause.restarts, "depends": cause.depends })
        })
        .collect();
    json!({
        "nodeType": change.node_type,
        "fate": match change.fate {
            Fate::Added => "added",
            Fate::Changed => "changed",
            Fate::Removed => "removed",
        },
        "class": change.class().as_str(),
        "restarts": change.restarts(),
        "mayRestart": change.may_restart(),
        "appears": kinds(&change.appears),
        "changes": kinds(&change.changes),
        "goes": kinds(&change.goes),
        "causes": causes,
    })
}
