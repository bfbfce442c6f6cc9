//! Values of the custom resource in scripts, where they would be code.

use crate::check::typer::Typer;
use crate::check::value::{names_of, variable_name};
use crate::diagnostic::{Code, Problem};
use crate::expr::{Expr as Written, Part, Text as WrittenText};

/// A script as the words of a command, if it is as simple as that.
fn plain_words(script: &WrittenText) -> Vec<String> {
    let mut text = String::new();
    for part in &script.parts {
        match part {
            Part::Literal(literal) => text.push_str(&literal.value),
            Part::Value(value) => match value.value.as_path() {
                Some(path) => text.push_str(&format!("${{{path}}}").replace(' ', "")),
                None => return Vec::new(),
            },
        }
    }
    let outside = text.replace("${", "").replace('}', "");
    if outside.contains(|c: char| "|&;<>()$`\\\"'*?#~%!{\n".contains(c)) {
        return Vec::new();
    }
    let words = text.split_whitespace().skip_while(|word| *word == "exec");
    words
        .map(|word| {
            if word.contains("${") {
                format!("\"{word}\"")
            } else {
                word.to_owned()
            }
        })
        .collect()
}

impl Typer<'_, '_> {
    /// `E0402`: a value from the custom resource in a script.
    pub(in crate::check) fn no_shell(
        &self,
        script: &WrittenText,
        constant: impl Fn(&Written) -> bool,
    ) -> Option<()> {
        let value = script.values().find(|value| !constant(value))?;
        let name = value
            .as_path()
            .and_then(|path| names_of(path).last().map(variable_name))
            .unwrap_or_else(|| "VALUE".to_owned());
        let written = value
            .as_path()
            .map_or_else(|| "…".to_owned(), ToString::to_string);
        let words: Vec<String> = plain_words(script);
        let drop = match words.as_slice() {
            [] => "drop the shell and write the command as a list".to_owned(),
            words => format!("drop the shell: [{}]", words.join(", ")),
        };
        self.report.push(
            Problem::new(Code::E0402, "a value from the custom resource would become shell code")
                .at(value.span, "whoever may create a CR could run commands in the pod")
                .help(format!("{drop}; or set `env: {{{name}: \"${{{written}}}\"}}` and write \"${name}\" in the script")),
        );
        Some(())
    }
}
