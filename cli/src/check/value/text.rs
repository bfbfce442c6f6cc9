//! What can stand inside a text: what is present, has one text, and is no secret.

use crate::check::literal::words;
use crate::check::scope::{Place, Scope};
use crate::check::typer::Typer;
use crate::check::value::{is_text, names_of, variable_name};
use crate::diagnostic::{Code, Problem};
use crate::expr::{Expr as Written, Path as WrittenPath, Step as WrittenStep};
use crate::manifest::Span;
use crate::model::{Expr, Type};

/// A default that fits a type, for help.
fn sample(ty: &Type) -> &'static str {
    match ty {
        Type::Int | Type::Port => "1",
        Type::Bool => "false",
        _ => "\"localhost\"",
    }
}

impl Typer<'_, '_> {
    /// `E0304`, `E0305`, `E0308` or a secret's code, unless the value can be a part of a text.
    pub(super) fn present_text_of(
        &self,
        scope: &Scope<'_>,
        expr: &Expr,
        written: &Written,
        name: &str,
    ) -> Option<()> {
        self.one_text(scope, expr, written.span, written.as_path())?;
        if !expr.optional {
            return Some(());
        }
        self.absent(written.span, name, written.as_path(), &expr.ty);
        None
    }

    /// Likewise, for a path in brackets.
    pub(in crate::check) fn present_text(
        &self,
        scope: &Scope<'_>,
        expr: &Expr,
        span: Span,
        name: &str,
    ) -> Option<()> {
        self.one_text(scope, expr, span, None)?;
        if expr.optional {
            self.absent(span, name, None, &expr.ty);
            return None;
        }
        Some(())
    }

    /// `E0304`.
    pub(in crate::check) fn absent(
        &self,
        span: Span,
        name: &str,
        path: Option<&WrittenPath>,
        ty: &Type,
    ) {
        let names: Vec<&str> = path.into_iter().flat_map(names_of).collect();
        let declarations = path.map_or_else(Vec::new, |path| {
            self.facts.declarations(&path.root.value, &names)
        });
        let optional = declarations.iter().find(|declaration| declaration.optional);
        let label = match optional {
            Some(known) => format!(
                "`{}` is optional {}",
                known.name,
                self.report.line(known.span)
            ),
            None => "may be absent".to_owned(),
        };
        let condition = match (path, optional) {
            (Some(path), Some(known)) => {
                let upto = path.steps.iter().position(
                    |step| matches!(step, WrittenStep::Name(name) if name.value == known.name),
                );
                let steps = upto.map_or(path.steps.clone(), |index| {
                    path.steps.iter().take(index + 1).cloned().collect()
                });
                WrittenPath {
                    root: path.root.clone(),
                    steps,
                    span,
                }
                .to_string()
            }
            _ => name.to_owned(),
        };
        let only = if path.is_some_and(|path| path.root.value == "external") {
            "with the dependency"
        } else {
            "where it is set"
        };
        self.report.push(
            Problem::new(Code::E0304, format!("`{name}` may be absent, but this text needs it"))
                .at(span, label)
                .help(format!("write a default, `${{{name} ?? {}}}`, or keep the entry only {only}: `$if: {condition}`", sample(ty))),
        );
    }

    /// Whether the value has one text; its absence is not looked at.
    pub(in crate::check) fn one_text(
        &self,
        scope: &Scope<'_>,
        expr: &Expr,
        span: Span,
        path: Option<&WrittenPath>,
    ) -> Option<()> {
        if is_text(&expr.ty) {
            return Some(());
        }
        let name = path.map_or_else(|| "x".to_owned(), ToString::to_string);
        let entry = scope
            .entry
            .as_ref()
            .map_or_else(String::new, |entry| format!("{entry}: "));
        match &expr.ty {
            Type::SecretKey | Type::SecretRef => self.secret(scope, &expr.ty, span, path),
            Type::List(item) => {
                let (var, value) = match **item {
                    Type::Pod => ("p", "${p.host}"),
                    Type::Node => ("n", "${n.name}"),
                    _ => ("x", "${x}"),
                };
                self.report.push(
                    Problem::new(Code::E0305, "a list cannot stand inside a text")
                        .at(span, words(&expr.ty))
                        .help(format!(
                            "{entry}{{$join: \",\", $for: {var} in {name}, $value: \"{value}\"}}"
                        )),
                );
            }
            Type::KeyedList { key, .. } => self.report.push(
                Problem::new(Code::E0305, "a list cannot stand inside a text")
                    .at(span, words(&expr.ty))
                    .help(format!(
                        "{entry}{{$join: \",\", $for: x in {name}, $value: \"${{x.{key}}}\"}}"
                    )),
            ),
            ty => self.report.push(
                Problem::new(
                    Code::E0308,
                    format!("{} cannot stand inside a text", words(ty)),
                )
                .at(span, format!("{} has no one text", words(ty)))
                .help("name one of its fields, or write it as JSON with `$json`"),
            ),
        }
        None
    }

    /// `E0401` where it would be stored, `E0403` elsewhere.
    pub(in crate::check) fn secret(
        &self,
        scope: &Scope<'_>,
        ty: &Type,
        span: Span,
        path: Option<&WrittenPath>,
    ) {
        let names: Vec<&str> = path.into_iter().flat_map(names_of).collect();
        let declarations = path.map_or_else(Vec::new, |path| {
            self.facts.declarations(&path.root.value, &names)
        });
        let line = declarations.last().map_or_else(String::new, |known| {
            format!(" {}", self.report.line(known.span))
        });
        let word = if *ty == Type::SecretRef {
            "secretRef"
        } else {
            "secretKey"
        };
        let variable = names
            .last()
            .map_or_else(|| "SECRET".to_owned(), variable_name);
        let value = path.map_or_else(String::new, |path| format!("${{{path}}}"));
        let problem = if matches!(
            scope.place,
            Place::Request | Place::Resource | Place::Server
        ) {
            Problem::new(Code::E0403, "a secret cannot be a part of a request")
                .at(span, format!("type {word}{line}"))
                .help("paths and bodies are logged and kept by servers; a request proves itself by `auth` of its server")
        } else if scope.place.is_stored() {
            Problem::new(Code::E0401, "a secret would be stored in a ConfigMap")
                .at(span, format!("type {word}{line}"))
                .help(format!(
                    "put it in `env` (`{variable}: {value}`) and name that variable in the file"
                ))
        } else {
            Problem::new(Code::E0403, "a secret can only be the whole value of a variable")
                .at(span, format!("type {word}{line}"))
                .help(format!("put it in `env` (`{variable}: {value}`) and write `$({variable})` where it is needed"))
        };
        self.report.push(problem);
    }
}
