//! Checks one resource of an external kind: its shape, its object's name and calls, the rules of its definition.

use serde_json::Value;

use super::{Problems, Verdict, Walk, decode, encoded, merge, name, related, rule, unread};
use crate::external::{External, Target};
use crate::names;
use crate::render::schema_of;

/// What is wrong with a resource.
pub(crate) fn external_verdict<K: External>(written: &Value) -> Verdict {
    let schema = schema_of(K::CRD, &K::version(&()));
    let mut walk = Walk::default();
    let mut value = walk.root(written, &schema);
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
        for problem in unread::unread(&read, &encoded(&cr), &schema) {
            verdict.unknown.push(problem.path.clone());
            problems.push(problem);
        }
        cr.meta_mut()
            .namespace
            .get_or_insert_with(|| names::DEFAULT_NAMESPACE.to_owned());
        let mut refused = Problems::new();
        cr.validate(&mut refused);
        let calls = Target::offline(cr, None).and_then(|target| K::remote(&target).map(drop));
        if let Err(problem) = calls {
            refused.push(problem);
        }
        merge(&mut problems, refused, &invented);
    }
    let (broken, left) = if shapely {
        rule::broken(&value, &schema)
    } else {
        Default::default()
    };
    for problem in broken {
        let said = |known: &super::Problem| {
            !problem.path.is_empty() && related(&known.path, &problem.path)
        };
        if !problems.iter().any(said) {
            problems.push(problem);
        }
    }
    verdict.left = left;
    verdict.problems = problems;
    verdict
}
