//! What is odd in a manifest without being wrong, and is known only once everything is typed.
//!
//! In: the effects of fields. Out: warnings, those that were found on the way among them.

use super::effect;
use super::report::{Report, listed};
use super::typer::Typer;
use crate::diagnostic::{Code, Problem, Problems};
use crate::model::Effect;

/// `E0210` for fields that set nothing, `E0214` for node types whose scaling restarts others.
pub(super) fn warnings(report: &Report<'_>, typer: &Typer<'_, '_>, effects: &[Effect]) -> Problems {
    let mut warnings = report.take_warnings();
    for unused in effect::unused(typer, effects) {
        warnings.push(
            Problem::new(Code::E0210, format!("`{}` sets nothing", unused.path))
                .at(unused.span, "no expression of the manifest uses it")
                .help("use it, or drop it: whoever sets it will wonder"),
        );
    }
    for (scaled, known) in typer.scaled() {
        let restarted = listed(&known.restarted, "nothing");
        warnings.push(
            Problem::new(
                Code::E0214,
                format!("scaling `{scaled}` restarts {restarted}"),
            )
            .at(
                known.span,
                format!("another number of `{scaled}` pods changes what is written here"),
            )
            .help("if the program reads the file again by itself, set `onChange: keep` and `mount: dir` on it: a file mounted alone is never refreshed"),
        );
    }
    warnings
}
