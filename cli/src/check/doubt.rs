//! Which mistakes of this stage stand although not everything could be read or made out.
//!
//! In: the mistakes that were found in what could be read, and what was lost. Out: those that are mistakes whatever the lost parts
//! say. In doubt a mistake is left out: it comes back in the next run if it is one, while one that follows from another would send
//! its reader astray.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Problem, Problems};
use crate::manifest::{Loss, Source, Span, words};

/// The mistakes that do not hang on a loss.
pub(super) fn standing(source: &Source, found: &Problems, losses: &[Loss]) -> Problems {
    let mut standing = Problems::new();
    for problem in found.sorted() {
        if !losses.iter().any(|loss| follows(source, problem, loss)) {
            standing.push(problem.clone());
        }
    }
    standing
}

fn follows(source: &Source, problem: &Problem, loss: &Loss) -> bool {
    let spans = || problem.labels.iter().map(|label| label.span);
    let touched = spans().any(|span| overlap(span, loss.span));
    let named = || {
        let shown = spans().map(|span| source.slice(span));
        let said = problem.message.split('`').skip(1).step_by(2);
        let texts: Vec<&str> = said.chain(shown).collect();
        let mut said: BTreeSet<String> = texts.iter().flat_map(|text| words(text)).collect();
        if problem.code == Code::E0301 {
            said.retain(|word| !loss.owners.contains(word));
        }
        // A name that is more than one word, as it stands.
        let whole = |name: &&String| words(name).ne([(*name).clone()]);
        !said.is_disjoint(&loss.names)
            || (names_what_is_missing(problem.code) && !said.is_disjoint(&loss.parts))
            || (loss.names.iter().filter(whole))
                .any(|name| texts.iter().any(|text| text.contains(name)))
    };
    touched
        || (!stands_alone(problem.code) && named())
        || (lacks(problem.code)
            && spans().any(|span| loss.above.iter().any(|key| overlap(span, *key))))
        || rests_on(problem.code)
            .iter()
            .any(|word| loss.words.contains(*word))
}

/// Mistakes that say that nothing is called so.
fn names_what_is_missing(code: Code) -> bool {
    matches!(
        code,
        Code::E0202 | Code::E0203 | Code::E0209 | Code::E0212 | Code::E0216 | Code::E0301
    )
}

/// Mistakes of what is written there, whatever it would mean: a name that cannot be one, an address that is none, a circle.
fn stands_alone(code: Code) -> bool {
    matches!(code, Code::E0204 | Code::E0601 | Code::E0523)
}

fn overlap(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// Mistakes that say that something is not there: shown where it should be, not at what was lost.
fn lacks(code: Code) -> bool {
    matches!(
        code,
        Code::E0104
            | Code::E0201
            | Code::E0206
            | Code::E0208
            | Code::E0216
            | Code::E0510
            | Code::E0511
            | Code::E0515
            | Code::E0518
            | Code::E0519
            | Code::E0524
    )
}

/// Keys that decide whether something elsewhere is a mistake of this kind.
fn rests_on(code: Code) -> &'static [&'static str] {
    match code {
        Code::E0104 => &[
            "spec",
            "id",
            "server",
            "calls",
            "get",
            "create",
            "labels",
            "basic",
            "bearer",
            "everyResource",
        ],
        Code::E0201 | Code::E0202 | Code::E0203 => &["nodeTypes"],
        Code::E0208 => &["image", "k8sConfigGroup", "fields", "spelling"],
        Code::E0209 => &["configMaps", "like"],
        Code::E0212 => &["ports", "like", "required"],
        Code::E0216 => &[
            "kind",
            "parent",
            "server",
            "servers",
            "name",
            "everyResource",
        ],
        Code::E0301 => &["like", "spelling"],
        Code::E0304 | Code::E0309 | Code::E0312 | Code::E0323 => {
            &["required", "image", "like", "$if", "everyResource"]
        }
        Code::E0306 | Code::E0307 => &["per", "kinds", "like", "of"],
        Code::E0402 => &["command", "like"],
        Code::E0501 | Code::E0512 => &["kinds", "like", "storage", "StatefulSet", "Deployment"],
        Code::E0502 | Code::E0505 | Code::E0506 | Code::E0507 | Code::E0514 => {
            &["path", "mount", "per", "configMaps", "volumes", "like"]
        }
        Code::E0508 => &["format", "path", "content", "like"],
        Code::E0513 => &["services", "governing", "kinds", "like"],
        Code::E0515 => &["path", "content", "data", "like"],
        Code::E0516 => &["env", "envFrom", "like"],
        Code::E0518 => &["nodes", "replicas", "min", "max", "allowed", "like"],
        Code::E0521 => &["kubernetes"],
        Code::E0524 => &["spec", "type", "body", "optional", "everyResource"],
        Code::E0602 | Code::E0603 => &["names", "collisions", "kind", "spelling"],
        Code::E0604 | Code::E0605 => &["spelling"],
        _ => &[],
    }
}
