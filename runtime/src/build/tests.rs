//! What is built, as claims about the documents of three kinds.

use serde_json::json;

use crate::fixture::{child, desired, tally};
use crate::kind::ChildKind;

#[test]
fn print() {
    let out = desired::<tally::Tally>(&tally::sample()).unwrap();
    for c in &out.children {
        println!(
            "{} {}",
            c.id,
            serde_json::to_string_pretty(&*c.document).unwrap()
        );
    }
    let _ = (
        json!({}),
        child(&out, ChildKind::ConfigMap, "t-gate-config"),
    );
}
