//! What a resource says of itself outside of requests: its id, its parent's name, its status.

use std::collections::BTreeSet;

use crate::check::scope::{Place, Scope, View};
use crate::check::typer::Typer;
use crate::check::value::is_text;
use crate::diagnostic::{Code, Problem};
use crate::expr::{Expr as WrittenExpr, Path as WrittenPath, Term, Text as WrittenText};
use crate::manifest::{self as ast, Resource as Written};
use crate::model::{
    Access, Change, Expr, ExprKind, Field, Piece, Root, StatusField, StatusValue, Text, WireName,
};

/// Fields of every status of a resource, the last five with `flatCondition`.
const STATUS: &[&str] = &[
    "observedGeneration",
    "conditions",
    "externalId",
    "applied",
    "type",
    "status",
    "reason",
    "message",
    "lastUpdateTime",
];

impl Typer<'_, '_> {
    /// What the server calls it: always there.
    pub(super) fn id(&self, written: &WrittenText) -> Option<Text> {
        self.no_id_of_itself(written)?;
        let scope = Scope::outside(View::Resource { json: true }, Place::Resource);
        self.one_present(&scope, written)
    }

    fn no_id_of_itself(&self, written: &WrittenText) -> Option<()> {
        let of_itself = |path: &WrittenPath| path.root.value == "id";
        let mut terms = written.values().flat_map(|value| &value.terms);
        if terms.any(|term| matches!(term, Term::Path(path) if of_itself(path))) {
            self.report.push(
                Problem::new(Code::E0306, "`id` is not known here")
                    .at(written.span, "would be made of itself"),
            );
            return None;
        }
        Some(())
    }

    /// A text outside of requests that is always there.
    pub(super) fn present(&self, written: &WrittenText) -> Option<Text> {
        let scope = Scope::outside(View::Resource { json: false }, Place::Resource);
        self.one_present(&scope, written)
    }

    /// The text, which a lone value may not leave absent.
    fn one_present(&self, scope: &Scope<'_>, written: &WrittenText) -> Option<Text> {
        if written.parts.is_empty() {
            self.report.push(
                Problem::new(Code::E0107, "a name cannot be empty").at(written.span, "is empty"),
            );
            return None;
        }
        self.whole_text(scope, written)
    }

    pub(super) fn status(&self, written: &Written) -> Option<Vec<StatusField>> {
        let mut list: Vec<StatusField> = Vec::new();
        let mut sound = true;
        for field in &written.status {
            let name = &field.name;
            let wire = self.report.name(name, "the name of a field", WireName::new);
            if STATUS.contains(&name.value.as_str()) {
                self.report.push(
                    Problem::new(
                        Code::E0605,
                        format!("`{}` is a field of every status already", name.value),
                    )
                    .at(name.span, "already taken")
                    .help("choose another name"),
                );
                sound = false;
                continue;
            }
            let value = self.status_value(field);
            match (wire, value) {
                (Some(wire), Some(value)) => list.push(StatusField { wire, value }),
                _ => sound = false,
            }
        }
        sound.then_some(list)
    }

    fn status_value(&self, field: &ast::StatusField) -> Option<StatusValue> {
        let path = field.value.as_value().and_then(WrittenExpr::as_path);
        if path.is_some_and(|path| path.root.value == "body" && path.steps.is_empty()) {
            return Some(StatusValue::Body);
        }
        let scope = Scope::outside(View::Resource { json: false }, Place::Request);
        let expr = self.text(&scope, &field.value)?;
        if !is_text(&expr.ty) {
            self.one_text(&scope, &expr, field.value.span, path)?;
        }
        if expr.optional {
            let name = path.map_or_else(|| "this value".to_owned(), ToString::to_string);
            self.absent(field.value.span, &name, path, &expr.ty);
            return None;
        }
        Some(StatusValue::Value(expr))
    }
}

/// The fields, with those fixed that the id is made of: another id would be another thing (NC-10).
pub(super) fn fixed(fields: &[Field], id: &Text) -> Vec<Field> {
    let mut fields = fields.to_vec();
    let mut wires = BTreeSet::new();
    for piece in &id.pieces {
        if let Piece::Value(expr) = piece {
            roots(expr, &mut wires);
        }
    }
    for field in &mut fields {
        if wires.contains(field.wire.as_str()) && field.change == Change::Free {
            field.change = Change::Immutable;
        }
    }
    fields
}

/// Fields of the spec whose own value the expression takes.
fn roots(expr: &Expr, out: &mut BTreeSet<String>) {
    match &expr.kind {
        ExprKind::Path(path) if path.root == Root::Spec => {
            if let [step] = path.steps.as_slice()
                && let Access::Field { wire, .. } = &step.access
            {
                out.insert(wire.to_string());
            }
        }
        ExprKind::Coalesce(parts) => parts.iter().for_each(|part| roots(part, out)),
        ExprKind::Text(text) => {
            for piece in &text.pieces {
                if let Piece::Value(expr) = piece {
                    roots(expr, out);
                }
            }
        }
        _ => {}
    }
}
