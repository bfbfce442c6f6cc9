//! Values and texts: `${…}` with its rules about absence, lists, secrets and shells.

mod shell;
mod text;

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

/// `adminPassword` → `ADMIN_PASSWORD`.
fn variable_name(name: impl AsRef<str>) -> String {
    use heck::ToShoutySnakeCase;

    name.as_ref().to_shouty_snake_case()
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
