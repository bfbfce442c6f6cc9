//! One resource as the server takes it: its shape, then what its kind says, then the rules of its definition.
//!
//! What has the wrong shape is told, replaced by something that can be decoded, and what follows from that is left out: so one run
//! names every mistake.

use std::collections::BTreeMap;

use kube::Resource;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::schema::Walk;
use super::{Problem, Problems, Verdict, rule, unread};
use crate::names;

/// Checks a resource against the schema of its definition. `judge` says what else is wrong with it, once it can be decoded.
pub(super) fn read<K>(
    written: &Value,
    schema: &Value,
    judge: impl FnOnce(K, &mut Verdict) -> Problems,
) -> Verdict
where
    K: Resource<DynamicType = ()> + Serialize + DeserializeOwned,
{
    let mut walk = Walk::default();
    let mut value = walk.root(written, schema);
    let Walk {
        mut problems,
        unknown,
        mut invented,
        substitutes,
        ..
    } = walk;
    let mut verdict = Verdict {
        unknown,
        ..Verdict::default()
    };
    name(&mut value, &mut invented);
    // As on the server, rules are for what has the right shape.
    let shapely = problems.is_empty();
    let (decoded, invented) = decode::<K>(value.clone(), substitutes, invented, &mut problems);
    if let Some((mut cr, read)) = decoded {
        for problem in unread::unread(&read, &encoded(&cr), schema) {
            verdict.unknown.push(problem.path.clone());
            problems.push(problem);
        }
        cr.meta_mut()
            .namespace
            .get_or_insert_with(|| names::DEFAULT_NAMESPACE.to_owned());
        let refused = judge(cr, &mut verdict);
        merge(&mut problems, refused, &invented);
    }
    let (broken, left) = if shapely {
        rule::broken(&value, schema)
    } else {
        Default::default()
    };
    for problem in broken {
        // The definition says with one rule what `resolve` says with the field's own path. Rules of the whole resource are the
        // manifest's, and nobody else says them.
        let said =
            |known: &Problem| !problem.path.is_empty() && related(&known.path, &problem.path);
        if !problems.iter().any(said) {
            problems.push(problem);
        }
    }
    verdict.left = left;
    verdict.problems = problems;
    verdict
}

/// Names what the server or nobody will name.
fn name(value: &mut Value, invented: &mut Vec<String>) {
    let Some(Value::Object(metadata)) = value.get_mut("metadata") else {
        return;
    };
    if metadata.get("name").is_some_and(|name| !name.is_null()) {
        return;
    }
    let generated = metadata.get("generateName").and_then(Value::as_str);
    let generated = generated.unwrap_or_else(|| {
        invented.push("metadata.name".to_owned());
        "a"
    });
    // The server cuts the text there, and adds five characters.
    let start: String = generated.chars().take(58).collect();
    metadata.insert("name".to_owned(), format!("{start}xxxxx").into());
}

fn encoded<C: Serialize>(cr: &C) -> Value {
    // The keys of a resource are texts: it can be written as JSON.
    serde_json::to_value(cr).unwrap_or_default()
}

/// Decodes a resource; what cannot be decoded, and is reported, is replaced by something that can.
fn decode<C: DeserializeOwned>(
    mut value: Value,
    mut substitutes: BTreeMap<String, (String, Value)>,
    mut invented: Vec<String>,
    problems: &mut Problems,
) -> (Option<(C, Value)>, Vec<String>) {
    loop {
        let error = match serde_path_to_error::deserialize(&value) {
            Ok(cr) => return (Some((cr, value)), invented),
            Err(error) => error,
        };
        let path = error.path().to_string();
        let Some((pointer, substitute)) = substitutes.remove(&path) else {
            if problems.is_empty() {
                problems.add(path, error.inner().to_string());
            }
            return (None, invented);
        };
        if let Some(place) = value.pointer_mut(&pointer) {
            *place = substitute;
        }
        invented.push(path);
    }
}

/// Adds what was found in a resource of which some parts were invented: not what is said of these.
pub(super) fn merge(problems: &mut Problems, found: Problems, invented: &[String]) {
    // Everything refers to names.
    if invented
        .iter()
        .any(|path| path.rsplit('.').next() == Some("name"))
    {
        return;
    }
    let parent = |path: &str| path.rfind(['.', '[']).map_or(0, |at| at);
    let doubtful = |problem: &Problem| {
        invented.iter().any(|path| {
            let around = path.get(..parent(path)).unwrap_or(path);
            // What is said of a whole list may be said because of the invented part of an entry of any.
            related(&problem.path, around) || !problem.path.contains('[')
        })
    };
    let found: Vec<Problem> = found.into_iter().filter(|found| !doubtful(found)).collect();
    // One mistake in a place is said by whoever says more of it.
    for problem in &found {
        problems.forget(&problem.path);
    }
    problems.extend(found);
}

/// Whether one path is the other or leads to it.
fn related(a: &str, b: &str) -> bool {
    let leads = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
    };
    leads(a, b) || leads(b, a)
}
