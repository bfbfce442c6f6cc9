//! Functions that generated code calls, and that a `src/hooks.rs` with its author's code in it does not have.

use super::Prospect;
use crate::render::stubs;
use crate::update::{Done, Found};

/// What to add, in lines; nothing where the file has all of it, or where dsoi writes it.
pub(super) fn lacking(prospect: &Prospect) -> Vec<String> {
    let mut outcomes = prospect.decision.outcomes.iter();
    let kept = outcomes
        .find(|outcome| outcome.path.as_str() == "src/hooks.rs" && outcome.done == Done::Yours);
    let Some(Found::File(bytes)) = kept.map(|kept| prospect.found.found(&kept.path)) else {
        return Vec::new();
    };
    let text = String::from_utf8_lossy(bytes);
    let mut lines = Vec::new();
    for stub in stubs(&prospect.operator.cluster) {
        let (module, name) = (&stub.module, stub.name);
        if has(&text, module, name) {
            continue;
        }
        lines.push(format!(
            "`src/hooks.rs` is yours, and has no `{module}::{name}`, which is called from now on: add to `pub mod {module}`"
        ));
        lines.extend(stub.text.lines().map(|line| format!("  {line}")));
    }
    lines
}

/// Whether the module has a function of the name.
fn has(text: &str, module: &str, name: &str) -> bool {
    let Some((_, inside)) = text.split_once(&format!("pub mod {module} {{")) else {
        return false;
    };
    let inside = inside.split("\npub mod ").next().unwrap_or(inside);
    ["(", "<"]
        .iter()
        .any(|next| inside.contains(&format!("fn {name}{next}")))
}
