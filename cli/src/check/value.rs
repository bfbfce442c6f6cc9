//! Values and texts: `${…}` with its rules about absence, lists, secrets and shells.

use super::literal::words;
use super::path::Leads;
use super::scope::{Place, Scope};
use super::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::{
    Expr as Written, Literal as WrittenLiteral, Part, Path as WrittenPath, Step as WrittenStep,
    Term, Text as WrittenText,
};
use crate::manifest::{Span, Spanned};
use crate::model::{Expr, ExprKind, Literal, Piece, Text, Type};

impl Typer<'_, '_> {
    /// A value with its type kept.
    pub(super) fn expr(&self, scope: &Scope<'_>, written: &Written) -> Option<Expr> {
        let mut terms = Vec::new();
        let mut sound = true;
        for term in &written.terms {
            match self.term(scope, term) {
                Some(expr) => terms.push((expr, term.span())),
                None => sound = false,
            }
        }
        if !sound {
            return None;
        }
        if terms.len() == 1 {
            return terms.pop().map(|(expr, _)| expr);
        }
        if let Some((always, span)) = terms.iter().rev().skip(1).find(|(expr, _)| !expr.optional) {
            self.report.push(
                Problem::new(Code::E0312, "what follows `??` is never used")
                    .at(*span, format!("{} that is always there", words(&always.ty)))
                    .help("drop `??` and what follows it"),
            );
            return None;
        }
        let ty = self.common_type(&terms)?;
        Some(Expr {
            ty,
            optional: terms.last().is_some_and(|(expr, _)| expr.optional),
            kind: ExprKind::Coalesce(terms.into_iter().map(|(expr, _)| expr).collect()),
        })
    }

    fn common_type(&self, terms: &[(Expr, Span)]) -> Option<Type> {
        let ((first, _), rest) = terms.split_first()?;
        let mut ty = first.ty.clone();
        for (expr, span) in rest {
            if same_type(&expr.ty, &ty) {
                continue;
            }
            if is_text(&expr.ty) && is_text(&ty) && is_word(&expr.ty) == is_word(&ty) {
                if let (Type::Enum(of), ExprKind::Literal(Literal::String(text))) =
                    (&ty, &expr.kind)
                    && of.values.iter().any(|value| value.wire == *text)
                {
                    continue;
                }
                if is_word(&ty) {
                    ty = Type::String;
                }
                continue;
            }
            self.report.push(
                Problem::new(Code::E0317, "the two sides of `??` are of different types").at(
                    *span,
                    format!("{}; what stands before is {}", words(&expr.ty), words(&ty)),
                ),
            );
            return None;
        }
        Some(ty)
    }

    fn term(&self, scope: &Scope<'_>, term: &Term) -> Option<Expr> {
        match term {
            Term::Path(path) => Some(Self::lead(self.path(scope, path)?)),
            Term::Literal(literal) => Some(constant(&literal.value)),
        }
    }

    /// A text; exactly one `${…}` keeps its type.
    pub(super) fn text(&self, scope: &Scope<'_>, written: &WrittenText) -> Option<Expr> {
        if let Some(value) = written.as_value() {
            return self.expr(scope, value);
        }
        let pieces = self.pieces(scope, &written.parts)?;
        let kind = match pieces.as_slice() {
            [] => ExprKind::Literal(Literal::String(String::new())),
            [Piece::Literal(text)] => ExprKind::Literal(Literal::String(text.clone())),
            _ => ExprKind::Text(Text { pieces }),
        };
        Some(Expr {
            kind,
            ty: Type::String,
            optional: false,
        })
    }

    /// The parts of a text, constants folded into their neighbours.
    pub(super) fn pieces(&self, scope: &Scope<'_>, parts: &[Part]) -> Option<Vec<Piece>> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut sound = true;
        for part in parts {
            match part {
                Part::Literal(text) => push_literal(&mut pieces, &text.value),
                Part::Value(value) => match self.piece(scope, value) {
                    Some(expr) => push_value(&mut pieces, expr),
                    None => sound = false,
                },
            }
        }
        sound.then_some(pieces)
    }

    /// A value inside a text: present, and with one text.
    fn piece(&self, scope: &Scope<'_>, value: &Spanned<Written>) -> Option<Expr> {
        let expr = self.expr(scope, &value.value)?;
        let written = value
            .value
            .as_path()
            .map_or_else(|| "this value".to_owned(), ToString::to_string);
        self.present_text_of(scope, &expr, &value.value, &written)?;
        Some(expr)
    }

    /// `E0304`, `E0305`, `E0308` or a secret's code, unless the value can be a part of a text.
    fn present_text_of(
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
    pub(super) fn present_text(
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
    pub(super) fn absent(&self, span: Span, name: &str, path: Option<&WrittenPath>, ty: &Type) {
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
    pub(super) fn one_text(
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
    pub(super) fn secret(
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

    /// `E0402`: a value from the custom resource in a script.
    pub(super) fn no_shell(
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

    /// A text of a name or label: scalars that are present, of what the scope sees.
    pub(super) fn whole_text(&self, scope: &Scope<'_>, written: &WrittenText) -> Option<Text> {
        let pieces = self.pieces(scope, &written.parts)?;
        Some(Text { pieces })
    }

    /// Whether the value is known now, whatever the custom resource says.
    pub(super) fn is_constant(scope: &Scope<'_>, value: &Written) -> bool {
        value.terms.iter().all(|term| match term {
            Term::Literal(_) => true,
            Term::Path(path) => match path.root.value.as_str() {
                "kind" | "files" => true,
                "type" => scope.node_type.is_some(),
                _ => false,
            },
        })
    }

    /// What a path leads to, as a value.
    pub(super) fn path_value(
        &self,
        scope: &Scope<'_>,
        path: &WrittenPath,
    ) -> Option<(Expr, Option<String>, Option<String>)> {
        match self.path(scope, path)? {
            Leads::To(walk) => {
                let (cr_path, of) = (walk.cr_path.clone(), walk.of.clone());
                Some((walk.expr(), cr_path, of))
            }
            other => Some((Self::lead(other), None, None)),
        }
    }
}

/// Whether a value of the type has one text.
pub(super) fn is_text(ty: &Type) -> bool {
    match ty {
        Type::String
        | Type::Int
        | Type::Bool
        | Type::Port
        | Type::Quantity
        | Type::Duration
        | Type::NodeType
        | Type::Enum(_)
        | Type::Json(_) => true,
        Type::K8s(name) => name.as_str() == "IntOrString",
        _ => false,
    }
}

/// Whether it is a text already, not a number or a bool.
fn is_word(ty: &Type) -> bool {
    !matches!(ty, Type::Int | Type::Port | Type::Bool)
}

pub(super) fn same_type(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Int | Type::Port, Type::Int | Type::Port) => true,
        (Type::List(a), Type::List(b)) | (Type::Map(a), Type::Map(b)) => same_type(a, b),
        _ => a == b,
    }
}

pub(super) fn constant(literal: &WrittenLiteral) -> Expr {
    let (literal, ty) = match literal {
        WrittenLiteral::String(text) => (Literal::String(text.clone()), Type::String),
        WrittenLiteral::Int(number) => (Literal::Int(*number), Type::Int),
        WrittenLiteral::Float(number) => (Literal::Float(number.to_string()), Type::String),
        WrittenLiteral::Bool(value) => (Literal::Bool(*value), Type::Bool),
    };
    Expr {
        kind: ExprKind::Literal(literal),
        ty,
        optional: false,
    }
}

pub(super) fn names_of(path: &WrittenPath) -> impl Iterator<Item = &str> {
    path.steps.iter().filter_map(|step| match step {
        WrittenStep::Name(name) => Some(name.value.as_str()),
        _ => None,
    })
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Literal(last)) => last.push_str(text),
        _ if text.is_empty() => {}
        _ => pieces.push(Piece::Literal(text.to_owned())),
    }
}

fn push_value(pieces: &mut Vec<Piece>, expr: Expr) {
    match expr.kind {
        ExprKind::Literal(literal) => push_literal(pieces, &text_of(&literal)),
        ExprKind::Text(text) => {
            for piece in text.pieces {
                match piece {
                    Piece::Literal(text) => push_literal(pieces, &text),
                    Piece::Value(expr) => pieces.push(Piece::Value(expr)),
                }
            }
        }
        _ => pieces.push(Piece::Value(expr)),
    }
}

/// A constant as text.
pub(super) fn text_of(literal: &Literal) -> String {
    match literal {
        Literal::Bool(value) => value.to_string(),
        Literal::Int(number) => number.to_string(),
        Literal::Float(text) | Literal::String(text) => text.clone(),
        Literal::Null | Literal::List(_) | Literal::Map(_) => String::new(),
    }
}

/// A default that fits a type, for help.
fn sample(ty: &Type) -> &'static str {
    match ty {
        Type::Int | Type::Port => "1",
        Type::Bool => "false",
        _ => "\"localhost\"",
    }
}

/// `adminPassword` → `ADMIN_PASSWORD`.
fn variable_name(name: impl AsRef<str>) -> String {
    use heck::ToShoutySnakeCase;

    name.as_ref().to_shouty_snake_case()
}

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

/// What a place is called in messages.
pub(super) fn place_name(place: Place) -> &'static str {
    match place {
        Place::Name => "a name",
        Place::Label => "a label",
        Place::File => "a file",
        Place::ConfigMap => "a config map",
        Place::Arguments => "an argument",
        Place::Env => "a variable",
        Place::Kubernetes => "a Kubernetes field",
        Place::Condition => "a condition",
        Place::Request => "a request",
        Place::Resource => "a resource",
        Place::Server => "a server",
    }
}
