//! Adapts the stages that ship with kwok to what operators' samples use.
//!
//! In: kwok's own stages. Out: the same, with claims of the classes [`CLASSES`] bound instead of
//! one class, and with our own stage for pods that crash.

use serde_json::{Value, json};

use super::Error;

/// The storage classes whose claims are bound; the first is the default one.
pub(super) const CLASSES: [&str; 3] = ["standard", "kwok-volume", FIXED];

/// The class whose volumes do not expand.
pub(super) const FIXED: &str = "fixed";

const OURS: &str = include_str!("assets/stages.yaml");

/// How the shipped volume stages name the only class that they act on.
const ONE_CLASS: &str = "self.spec.storageClassName == 'kwok-volume'";

/// A pod that our crash stage takes must not become ready.
const NOT_CRASHING: &str = "!self.spec.containers.exists(c, c.image.endsWith(':crash'))";

/// The stage file's text for `--config`.
pub(super) fn adapt(shipped: &str) -> Result<String, Error> {
    let mut stages = documents(shipped)?;
    let mut widened = 0;
    let mut spared = false;
    for stage in &mut stages {
        let is_ready = stage["metadata"]["name"] == "pod-ready";
        let Some(Value::Array(selector)) = stage.pointer_mut("/spec/selector/matchExpressions")
        else {
            continue;
        };
        for term in selector.iter_mut() {
            if let Some(Value::String(text)) = term.pointer_mut("/cel/expression")
                && text == ONE_CLASS
            {
                *text = format!("self.spec.storageClassName in {CLASSES:?}");
                widened += 1;
            }
        }
        if is_ready {
            selector.push(json!({ "cel": { "expression": NOT_CRASHING } }));
            spared = true;
        }
    }
    if widened == 0 || !spared {
        return Err(Error::Stages {
            reason: "no stage provisions volumes, or none makes pods ready".to_owned(),
        });
    }
    stages.extend(documents(OURS)?);
    // JSON is YAML, and kwok reads YAML documents.
    let texts: Vec<_> = stages.iter().map(Value::to_string).collect();
    Ok(texts.join("\n---\n"))
}

fn documents(text: &str) -> Result<Vec<Value>, Error> {
    serde_saphyr::from_multiple(text).map_err(|error| Error::Stages {
        reason: error.to_string(),
    })
}
