//! Trees inside `json!`, and constants.

use super::{Ctx, constant_text};
use crate::model::{Cond, Entry, ExprKind, Item, Literal, Piece, Template};
use crate::render::rust::{Expr as Rust, Json, literal};

impl Ctx<'_> {
    /// The tree inside `json!`: what is absent is null there, and nulls are dropped by the runtime.
    pub(in crate::render) fn json(self, tree: &Template) -> Json {
        match tree {
            Template::Scalar(expr) => match &expr.kind {
                ExprKind::Literal(value) => constant_json(value),
                _ => Json::Expr(self.value(expr).json()),
            },
            Template::Map(entries) => Json::Object(self.entries(entries, None)),
            Template::List(items) if items.iter().all(|item| matches!(item, Item::Value(_))) => {
                let items = items.iter().filter_map(|item| match item {
                    Item::Value(tree) => Some(self.json(tree)),
                    _ => None,
                });
                Json::Array(items.collect())
            }
            Template::List(items) => Json::Expr(self.values(items).method("collect::<Vec<_>>", [])),
        }
    }

    fn entries(self, entries: &[Entry], when: Option<&Cond>) -> Vec<(String, Json)> {
        let mut out = Vec::new();
        for entry in entries {
            match entry {
                Entry::Set { key, value } => {
                    let key = match key.pieces.as_slice() {
                        [Piece::Literal(text)] => text.clone(),
                        pieces => {
                            let texts = pieces.iter().map(|piece| match piece {
                                Piece::Literal(text) => text.clone(),
                                Piece::Value(expr) => constant_text(expr).unwrap_or_default(),
                            });
                            texts.collect()
                        }
                    };
                    let value = self.json(value);
                    out.push((
                        key,
                        match when {
                            None => value,
                            Some(cond) => Json::Expr(self.when(cond, Rust::Json(Box::new(value)))),
                        },
                    ));
                }
                Entry::If { cond, entries } => {
                    let both = when.map(|when| Cond::All(vec![when.clone(), cond.clone()]));
                    out.extend(self.entries(entries, Some(both.as_ref().unwrap_or(cond))));
                }
            }
        }
        out
    }

    /// The item as an iterator over JSON values; of a lone `$for`, over what its body gives.
    pub(super) fn item_values(self, item: &Item) -> Rust {
        match item {
            Item::Value(tree) => {
                Rust::call("std::iter::once", [Rust::Json(Box::new(self.json(tree)))])
            }
            Item::Splice(expr) => self.value(expr).elements().method(
                "map",
                [Rust::closure(
                    "item",
                    Rust::Json(Box::new(Json::Expr(Rust::atom("item")))),
                )],
            ),
            Item::For {
                var,
                list,
                filter,
                items,
            } => {
                let mut code = self.value(list).elements();
                if let Some(cond) = filter {
                    code = code.method(
                        "filter",
                        [Rust::closure(var.0.as_str(), self.condition(cond))],
                    );
                }
                match items.as_slice() {
                    [Item::Value(Template::Scalar(expr))] if !expr.optional => code.method(
                        "map",
                        [Rust::closure(var.0.as_str(), self.value(expr).owned())],
                    ),
                    [Item::Value(tree)] => {
                        let body = Rust::Json(Box::new(self.json(tree)));
                        code.method("map", [Rust::closure(var.0.as_str(), body)])
                    }
                    items => {
                        let body = self.values(items);
                        code.method(
                            "flat_map",
                            [Rust::closure(
                                var.0.as_str(),
                                body.method("collect::<Vec<_>>", []),
                            )],
                        )
                    }
                }
            }
            Item::If { cond, items } => {
                let body = self.values(items);
                self.when(cond, body)
                    .method("into_iter", [])
                    .method("flatten", [])
            }
        }
    }
}

/// A constant as Rust.
pub(super) fn constant(value: &Literal) -> Rust {
    match value {
        Literal::Null => Rust::atom("serde_json::Value::Null"),
        Literal::Bool(value) => Rust::atom(value.to_string()),
        Literal::Int(value) => Rust::atom(grouped(*value)),
        Literal::Float(text) => Rust::atom(text.clone()),
        Literal::String(text) => Rust::str(text),
        Literal::List(items) => Rust::Array(items.iter().map(constant).collect()),
        Literal::Map(_) => Rust::Json(Box::new(constant_json(value))),
    }
}

/// A constant inside `json!`.
pub(in crate::render) fn constant_json(value: &Literal) -> Json {
    match value {
        Literal::Null => Json::Expr(Rust::atom("null")),
        Literal::Int(value) => Json::Expr(Rust::atom(value.to_string())),
        Literal::List(items) => Json::Array(items.iter().map(constant_json).collect()),
        Literal::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), constant_json(value)))
                .collect(),
        ),
        Literal::Float(text) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Json::Expr(Rust::atom(format!("{number:?}"))),
            _ => Json::Expr(Rust::atom(literal(text))),
        },
        other => Json::Expr(constant(other)),
    }
}

/// A number with `_` between its thousands, as people read it.
fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    if digits.len() < 6 {
        return value.to_string();
    }
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    if value < 0 { format!("-{out}") } else { out }
}
