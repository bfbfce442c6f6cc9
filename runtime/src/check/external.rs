//! Checks one resource of an external kind: its shape, its object's name and calls, the rules of its definition.

use serde_json::Value;

use super::{Problems, Verdict, one};
use crate::external::{External, Target};
use crate::render::schema_of;

/// What is wrong with a resource.
pub(crate) fn external_verdict<K: External>(written: &Value) -> Verdict {
    one::read(written, &schema_of(K::CRD, &K::version(&())), |cr: K, _| {
        let mut refused = Problems::new();
        cr.validate(&mut refused);
        let calls = Target::offline(cr, None).and_then(|target| K::remote(&target).map(drop));
        if let Err(problem) = calls {
            refused.push(problem);
        }
        refused
    })
}
