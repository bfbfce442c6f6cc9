//! A file that is no manifest, and that an import reads: what to do with it takes the place of its mistakes.

use crate::diagnostic::{Code, Problem, Problems};
use crate::import::{self, Form};
use crate::manifest::{Source, Span};
use crate::render::shell_word;

/// The one mistake of such a file. `start` is its text, or as much of it as was read.
pub(super) fn instead(source: &Source, start: &str) -> Option<Problems> {
    let look = import::look(start)?;
    let file = shell_word(source.name());
    let (what, verb) = match look.form {
        Form::Helm => (
            "has objects of Kubernetes, as `helm template` prints them",
            "helm",
        ),
        Form::Compose => ("is a compose file", "compose"),
        Form::Crd => ("is the definition of a custom resource", "crd"),
    };
    let help = if look.template && look.form == Form::Helm {
        "render it first, which dsoi never does: helm template NAME CHART > rendered.yaml && dsoi import helm -f rendered.yaml -o dsoi.yaml".to_owned()
    } else {
        format!("make a first manifest of it: dsoi import {verb} -f {file} -o dsoi.yaml")
    };
    let mut problem =
        Problem::new(Code::E0013, format!("this file {what}, and no manifest")).help(help);
    // Of what is too large nothing is shown.
    if source.text().get(look.at.clone()).is_some() {
        problem = problem.at(
            Span::new(look.at.start, look.at.end),
            "no key of a manifest",
        );
    }
    Some(problem.into())
}
