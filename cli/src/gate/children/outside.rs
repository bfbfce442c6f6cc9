//! What changes for kinds outside of Kubernetes, beside their definitions.

use super::{Cause, say};
use crate::gate::Class;
use crate::model::{Operator, Payload, Resource};

/// One kind's key, what it is as text, and what a change of it does.
type Aspect = (&'static str, fn(&Resource) -> String, Class, &'static str);

const ASPECTS: &[Aspect] = &[
    (
        "id",
        |kind| say::text(&kind.id),
        Class::Breaking,
        "objects are known by another name: those of before stay where they are, and belong to nobody any more",
    ),
    (
        "finalizer",
        |kind| format!("{:?}", kind.finalizer),
        Class::Breaking,
        "resources that have the old finalizer are not let go when they are deleted, until somebody takes it off",
    ),
    (
        "server",
        |kind| format!("{:?}", kind.server),
        Class::Breaking,
        "another application is asked: objects in the one of before stay there",
    ),
    (
        "parent",
        |kind| format!("{:?}", kind.parent.as_ref().map(say::text)),
        Class::Rolling,
        "resources belong to another cluster, or to none",
    ),
    (
        "body",
        body,
        Class::Rolling,
        "objects are written anew where the application has them otherwise",
    ),
    (
        "calls",
        calls,
        Class::Rolling,
        "the application is asked otherwise",
    ),
    (
        "policy",
        |kind| format!("{:?}", kind.policy),
        Class::Rolling,
        "what is found there, or left, is treated otherwise",
    ),
    (
        "ignoreAnnotation",
        |kind| format!("{:?}", kind.ignore_annotation),
        Class::Rolling,
        "what was paused by the old annotation is worked on again",
    ),
];

/// What becomes of the objects of such kinds.
pub(super) fn causes(old: &Operator, new: &Operator) -> Vec<Cause> {
    let of = |operator: &'_ Operator, kind: &Resource| -> Option<Resource> {
        let mut kinds = operator.resources.iter();
        kinds.find(|known| known.kind == kind.kind).cloned()
    };
    let mut found = Vec::new();
    for now in &new.resources {
        let key = |aspect: &str| format!("resources.{}.{aspect}", now.kind);
        let Some(was) = of(old, now) else {
            let effect = "there are none until somebody writes a custom resource of it";
            found.push(Cause::new(
                Class::Safe,
                format!("resources.{}", now.kind),
                effect,
            ));
            continue;
        };
        for (aspect, text, class, effect) in ASPECTS {
            if text(&was) != text(now) {
                found.push(Cause::new(*class, key(aspect), effect));
            }
        }
    }
    for was in &old.resources {
        if of(new, was).is_none() {
            found.push(Cause::new(
                Class::Breaking,
                format!("resources.{}", was.kind),
                "nobody takes the finalizers off such resources any more: delete them first, while the operator of now runs. What is in the application stays as it is then",
            ));
        }
    }
    found
}

fn body(kind: &Resource) -> String {
    match &kind.body {
        Payload::Field(field) => field.wire.to_string(),
        Payload::Tree(tree) => say::template(tree),
    }
}

fn calls(kind: &Resource) -> String {
    let calls = [
        Some(&kind.get),
        Some(&kind.create),
        kind.update.as_ref(),
        kind.delete.as_ref(),
    ];
    let told = calls.map(|call| {
        call.map_or_else(String::new, |call| {
            format!("{} {}", call.verb.as_str(), say::text(&call.path))
        })
    });
    format!("{told:?} {:?} {:?}", kind.absent, kind.compare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::fixture::operator;

    const MANIFEST: &str = include_str!("../../../../testdata/manifests/depot.yaml");

    #[track_caller]
    fn told(from: &str, to: &str) -> Vec<String> {
        assert!(MANIFEST.contains(from), "{from}");
        let new = operator(&MANIFEST.replacen(from, to, 1));
        let causes = causes(&operator(MANIFEST), &new);
        let line = |cause: &Cause| format!("{} {}", cause.class, cause.key);
        causes.iter().map(line).collect()
    }

    // MF-17
    #[test]
    fn what_becomes_of_objects_in_an_application_is_told_by_kind() {
        assert_eq!(
            told("id: ${spec.label ?? cr.name}", "id: ${cr.name}"),
            ["breaking resources.Shelf.id"]
        );
        assert_eq!(
            told("POST /config, update", "PUT /config, update"),
            ["rolling resources.DepotSetting.calls"]
        );
        assert_eq!(
            told("body: {label:", "body: {name:"),
            ["rolling resources.Shelf.body"]
        );
        assert_eq!(
            told("deletion: orphan, ", ""),
            Vec::<String>::from(["rolling resources.DepotSetting.policy".to_owned()])
        );
        assert_eq!(
            told("note: string = none", "note: string = no"),
            Vec::<String>::new()
        );
        let kind = MANIFEST.find("  Shelf:\n").unwrap();
        let whole = operator(MANIFEST);
        let less = operator(&MANIFEST[..kind]);
        let classes =
            |causes: Vec<Cause>| -> Vec<Class> { causes.iter().map(|cause| cause.class).collect() };
        assert_eq!(classes(causes(&whole, &less)), [Class::Breaking]);
        assert_eq!(classes(causes(&less, &whole)), [Class::Safe]);
    }
}
