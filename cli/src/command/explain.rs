//! `dsoi explain`: what a problem code or a key of the manifest means.

use serde_json::json;

use super::{Failure, Report};
use crate::args::ExplainArgs;
use crate::diagnostic::{Code, nearest};
use crate::manifest::explain;

/// Explains a code or a path.
///
/// # Errors
/// There is no such code or path.
pub fn run(args: &ExplainArgs) -> Result<Report, Failure> {
    let what = args.what.trim();
    if let Some(code) = Code::ALL
        .iter()
        .find(|code| code.id().eq_ignore_ascii_case(what))
    {
        return Ok(Report {
            text: format!(
                "{}: {}\n\n{}\n",
                code.id(),
                code.title(),
                code.explanation()
            ),
            data: json!({ "code": code.id(), "title": code.title(), "explanation": code.explanation() }),
            ..Report::default()
        });
    }
    match explain::path(what) {
        Ok(text) => Ok(Report {
            data: json!({ "path": what, "explanation": text }),
            text,
            ..Report::default()
        }),
        Err(unknown) => {
            let codes = Code::ALL.iter().map(|code| code.id());
            let known = unknown.known.iter().copied().chain(codes);
            let elsewhere = explain::paths_to(&unknown.step);
            let help = match (nearest(&unknown.step, known), elsewhere.as_slice()) {
                (Some(nearest), _) => Some(format!("did you mean `{nearest}`?")),
                (None, []) => None,
                (None, paths) => Some(format!("did you mean {}?", paths.join(" or "))),
            };
            Err(Failure::Usage {
                message: format!("`{what}` is neither a problem code nor a path in a manifest"),
                help,
            })
        }
    }
}
