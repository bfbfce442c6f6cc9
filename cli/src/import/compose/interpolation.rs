//! `${VAR}` of compose: never evaluated. One with a default becomes a field of the custom resource, any other stays a text.

use std::collections::BTreeMap;

use super::super::draft::{Draft, Part};
use super::super::lost::{Losses, Weight};
use super::super::name;
use super::super::out::escaped;

/// A stretch of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// As it will stand.
    Literal(String),
    /// `${VAR}`, as written, and what stands behind `:-` or `-`.
    Variable {
        name: String,
        default: Option<String>,
        written: String,
    },
}

/// The fields that variables have become, with their defaults.
#[derive(Debug, Default)]
pub(super) struct Variables {
    fields: BTreeMap<String, (String, String)>,
    /// Variables of containers that hold secrets, by their fields.
    secrets: BTreeMap<String, String>,
}

impl Variables {
    /// A text that reaches a container as it stands but for its variables.
    pub(super) fn text(&mut self, text: &str, from: &str, losses: &mut Losses) -> Draft {
        // Kubernetes would take it for a variable of the container.
        self.insert(text, from, losses, |literal| literal.replace("$(", "$$("))
    }

    /// The text of a file, which nobody looks at for variables of a container.
    pub(super) fn file(&mut self, text: &str, from: &str, losses: &mut Losses) -> Draft {
        self.insert(text, from, losses, |literal| literal)
    }

    fn insert(
        &mut self,
        text: &str,
        from: &str,
        losses: &mut Losses,
        encode: fn(String) -> String,
    ) -> Draft {
        let pieces = pieces(text);
        let mut code = String::new();
        let mut has_fields = false;
        let mut plain = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => {
                    let text = encode(text);
                    code.push_str(&escaped(&text));
                    plain.push_str(&text);
                }
                Piece::Variable {
                    name,
                    default: Some(default),
                    ..
                } if is_plain(&default) => {
                    let field = self.field(&name, &default);
                    code.push_str(&format!("${{config.{field}}}"));
                    has_fields = true;
                }
                Piece::Variable { written, .. } => {
                    losses.add(
                        Weight::Stops,
                        format!("{from}, {written}"),
                        UNEVALUATED,
                        "a field of `cluster.appConfigGroup`, and `${config.FIELD}` here",
                    );
                    code.push_str(&escaped(&written));
                    plain.push_str(&written);
                }
            }
        }
        if has_fields {
            Draft::Code(code)
        } else {
            Draft::Text(plain)
        }
    }

    /// The field for a variable; another one where a default differs.
    fn field(&mut self, variable: &str, default: &str) -> String {
        let wanted = name::field(&variable.to_ascii_lowercase());
        let mut field = wanted.clone();
        let mut number = 2;
        loop {
            match self.fields.get(&field) {
                Some((known, same)) if known == variable && same == default => return field,
                Some(_) => {
                    field = format!("{wanted}{number}");
                    number += 1;
                }
                None => {
                    let made = (variable.to_owned(), default.to_owned());
                    self.fields.insert(field.clone(), made);
                    return field;
                }
            }
        }
    }

    /// A value that the custom resource takes from a Secret.
    pub(super) fn secret(&mut self, variable: &str) -> Draft {
        let field = name::field(variable);
        let code = format!("${{spec.{field}}}");
        self.secrets.insert(field, variable.to_owned());
        Draft::Code(code)
    }

    /// `cluster.appConfigGroup` and `cluster.spec`, where they have fields.
    pub(super) fn parts(&self) -> Vec<Part> {
        let secrets = self.secrets.iter().map(|(field, variable)| {
            Part::new(field.as_str(), Draft::code("secretKey"))
                .from(format!("variable {variable}"))
                .comment(format!("was the value of `{variable}` in the input"))
        });
        let secrets = Draft::map(secrets);
        let spec = (!secrets.is_empty()).then(|| Part::new("spec", secrets));
        self.config().into_iter().chain(spec).collect()
    }

    fn config(&self) -> Option<Part> {
        let fields = self.fields.iter().map(|(field, (variable, default))| {
            let ty = Draft::map([
                Part::new("type", Draft::text("string")),
                Part::new("default", Draft::text(default.as_str())),
            ]);
            Part::new(field.as_str(), ty)
                .from(format!("variable {variable}"))
                .comment(format!("was the variable `{variable}`"))
        });
        let fields = Draft::map(fields);
        (!fields.is_empty())
            .then(|| Part::new("appConfigGroup", Draft::map([Part::new("fields", fields)])))
    }
}

/// The text with defaults in the place of variables, where no field can be; those without one as they are written.
pub(super) fn with_defaults(text: &str, from: &str, losses: &mut Losses) -> String {
    let mut out = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Literal(text) => out.push_str(&text),
            Piece::Variable {
                default: Some(default),
                written,
                ..
            } if is_plain(&default) => {
                losses.add(
                    Weight::Changed,
                    format!("{from}, {written}"),
                    "no value of a custom resource can stand there, so it is always the default",
                    "",
                );
                out.push_str(&default);
            }
            Piece::Variable { written, .. } => {
                losses.add(Weight::Stops, format!("{from}, {written}"), UNEVALUATED, "");
                out.push_str(&written);
            }
        }
    }
    out
}

const UNEVALUATED: &str =
    "nobody gives this variable of compose a value: the text has it letter for letter";

/// A default that is a text, and no variable again.
fn is_plain(default: &str) -> bool {
    !default.contains('$')
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, after) = rest.split_at(at);
        literal.push_str(before);
        if let Some(behind) = after.strip_prefix("$$") {
            literal.push('$');
            rest = behind;
            continue;
        }
        let Some((variable, behind)) = variable(after) else {
            literal.push('$');
            rest = after.get(1..).unwrap_or("");
            continue;
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(variable);
        rest = behind;
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    pieces
}

/// The variable that a text starts with, and what follows it.
fn variable(text: &str) -> Option<(Piece, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let named = |name: &str| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let bare = text.strip_prefix('$')?;
    if let Some(inner) = bare.strip_prefix('{') {
        // Defaults may have braces of their own in pairs.
        let mut depth = 1_usize;
        let end = inner.char_indices().find(|(_, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let (end, _) = end?;
        let (inside, behind) = (inner.get(..end)?, inner.get(end + 1..)?);
        let stop = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
        let (name, more) = inside.split_at(stop);
        if !named(name) {
            return None;
        }
        let default = more.strip_prefix(":-").or_else(|| more.strip_prefix('-'));
        let piece = Piece::Variable {
            name: name.to_owned(),
            default: default.map(str::to_owned),
            written: format!("${{{inside}}}"),
        };
        return Some((piece, behind));
    }
    let stop = bare.find(|c| !is_name(c)).unwrap_or(bare.len());
    let (name, behind) = bare.split_at(stop);
    let piece = Piece::Variable {
        name: name.to_owned(),
        default: None,
        written: format!("${name}"),
    };
    named(name).then_some((piece, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_with_a_default_is_a_field_and_any_other_a_text() {
        let mut variables = Variables::default();
        let mut losses = Losses::default();
        let mut text = |text: &str| match variables.text(text, "x", &mut losses) {
            Draft::Code(code) => format!("code {code}"),
            Draft::Text(text) => format!("text {text}"),
            other => panic!("{other:?}"),
        };
        for (written, expected) in [
            ("a ${LOG_LEVEL:-info}", "code a ${config.logLevel}"),
            ("${LOG_LEVEL-warn}", "code ${config.logLevel2}"),
            ("$$HOME $(ls) $", "text $HOME $$(ls) $"),
            ("$${X}", "text ${X}"),
            ("${A:-${B}} $C", "text ${A:-${B}} $C"),
            ("${A:-x}${B}", "code ${config.a}$${B}"),
            ("${", "text ${"),
        ] {
            assert_eq!(text(written), expected, "{written}");
        }
        assert_eq!(
            with_defaults("${TAG:-1.0}-$$ ${X}", "x", &mut losses),
            "1.0-$ ${X}"
        );
        assert!(!losses.is_empty());
    }
}
