//! Lists: arguments, and items that are joined into a text.

use super::Ctx;
use crate::model::{Cond, Expr, ExprKind, Item, Literal, Piece, Template, Type};
use crate::render::rust::Expr as Rust;

impl Ctx<'_> {
    /// The items as an iterator over `String`.
    pub(super) fn strings(self, items: &[Item]) -> Rust {
        let plain = |item: &Item| self.item_text(item);
        chained(items, plain, |item| self.item_strings(item))
            .unwrap_or_else(|| Rust::call("std::iter::empty::<String>", []))
    }

    /// The items as an iterator over JSON values.
    pub(super) fn values(self, items: &[Item]) -> Rust {
        let plain = |item: &Item| match item {
            Item::Value(tree) => Some(Rust::Json(Box::new(self.json(tree)))),
            _ => None,
        };
        chained(items, plain, |item| self.item_values(item))
            .unwrap_or_else(|| Rust::call("std::iter::empty::<serde_json::Value>", []))
    }

    pub(super) fn item_strings(self, item: &Item) -> Rust {
        match item {
            Item::Value(template) => {
                let (code, optional) = match template {
                    Template::Scalar(expr) => (self.string(expr), expr.optional),
                    other => {
                        let json = Rust::Json(Box::new(self.json(other)));
                        (json.method("to_string", []), false)
                    }
                };
                if optional {
                    code.method("into_iter", [])
                } else {
                    Rust::call("std::iter::once", [code])
                }
            }
            Item::Splice(expr) => {
                let value = self.value(expr);
                match &value.ty {
                    Type::List(item) if matches!(**item, Type::String) => {
                        value.elements().method("cloned", [])
                    }
                    _ => value
                        .elements()
                        .method("map", [Rust::atom("ToString::to_string")]),
                }
            }
            Item::For {
                var,
                list,
                filter,
                items,
            } => self.each(var.0.as_str(), list, filter.as_ref(), items, |item| {
                self.item_text(item)
            }),
            Item::If { cond, items } => {
                let inner = self.strings(items);
                self.when(cond, inner)
                    .method("into_iter", [])
                    .method("flatten", [])
            }
        }
    }

    /// The one text that an item gives, if it gives just one.
    fn item_text(self, item: &Item) -> Option<Rust> {
        match item {
            Item::Value(Template::Scalar(expr)) if !expr.optional => Some(self.string(expr)),
            _ => None,
        }
    }

    /// `$for` as an iterator: a `map` where each element gives one item, else a `flat_map`.
    fn each(
        self,
        var: &str,
        list: &Expr,
        filter: Option<&Cond>,
        items: &[Item],
        one: impl Fn(&Item) -> Option<Rust>,
    ) -> Rust {
        let mut code = self.value(list).elements();
        if let Some(cond) = filter {
            let test = self.condition(cond);
            code = code.method("filter", [Rust::closure(var, test)]);
        }
        if let [item] = items
            && let Some(body) = one(item)
        {
            return code.method("map", [Rust::closure(var, body)]);
        }
        code.method(
            "flat_map",
            [Rust::closure(
                var,
                self.strings(items).method("collect::<Vec<_>>", []),
            )],
        )
    }

    /// The items as arguments that are appended one after the other: runs of plain values, and iterators.
    pub(in crate::render) fn arguments(self, items: &[Item]) -> Vec<Rust> {
        let mut out = Vec::new();
        let mut run = Vec::new();
        for item in items {
            match item {
                Item::Value(Template::Scalar(expr))
                    if !expr.optional && self.pod_text(expr).is_none() =>
                {
                    let value = self.value(expr);
                    // The first element decides the type of an array: it has to be a `&str`.
                    run.push(if run.is_empty() {
                        value.str_slice()
                    } else {
                        value.str_arg()
                    });
                }
                other => {
                    if !run.is_empty() {
                        out.push(Rust::Array(std::mem::take(&mut run)));
                    }
                    out.push(self.argument(other));
                }
            }
        }
        if !run.is_empty() {
            out.push(Rust::Array(run));
        }
        out
    }

    /// One item that is no plain text, as something to iterate over.
    fn argument(self, item: &Item) -> Rust {
        match item {
            Item::Splice(expr) => {
                let value = self.value(expr);
                match &value.ty {
                    Type::List(item) if matches!(**item, Type::String) => {
                        if value.optional {
                            value.elements()
                        } else {
                            value.as_ref()
                        }
                    }
                    _ => self.item_strings(item),
                }
            }
            Item::Value(Template::Scalar(expr)) => {
                if let Some(text) = self.pod_text(expr) {
                    return Rust::Array(vec![text]);
                }
                let value = self.value(expr);
                match value.ty {
                    Type::String => value.as_ref(),
                    _ => value.string(),
                }
            }
            other => self.item_strings(other),
        }
    }

    /// The text as the runtime's `PodText`, where it refers to variables of the container.
    pub(in crate::render) fn pod_text(self, expr: &Expr) -> Option<Rust> {
        let one;
        let pieces: &[Piece] = match &expr.kind {
            ExprKind::Text(text) => &text.pieces,
            ExprKind::Late(_) | ExprKind::Literal(Literal::String(_)) => {
                one = [Piece::Value(expr.clone())];
                &one
            }
            _ => return None,
        };
        let mut links = Vec::new();
        let mut late = false;
        for piece in pieces {
            let text = match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Value(expr) => match &expr.kind {
                    ExprKind::Late(variable) => {
                        late = true;
                        links.push(("variable", Rust::str(variable.variable.as_str())));
                        continue;
                    }
                    ExprKind::Literal(Literal::String(text)) => text.clone(),
                    _ => {
                        links.push(("text", self.value(expr).str_arg()));
                        continue;
                    }
                },
            };
            let mut rest = text.as_str();
            while let Some((before, name, after)) = variable_reference(rest) {
                late = true;
                if !before.is_empty() {
                    links.push(("text", Rust::str(before)));
                }
                links.push(("variable", Rust::str(name)));
                rest = after;
            }
            if !rest.is_empty() {
                links.push(("text", Rust::str(rest)));
            }
        }
        if !late {
            return None;
        }
        let mut links = links.into_iter().peekable();
        let start = match links.next_if(|(link, _)| *link == "text") {
            Some((_, text)) => Rust::call("PodText::new", [text]),
            None => Rust::call("PodText::default", []),
        };
        Some(links.fold(start, |code, (link, text)| code.method(link, [text])))
    }
}

/// One iterator over all items: runs of plain ones stand in an array.
fn chained(
    items: &[Item],
    plain: impl Fn(&Item) -> Option<Rust>,
    other: impl Fn(&Item) -> Rust,
) -> Option<Rust> {
    let mut parts = Vec::new();
    let mut run = Vec::new();
    let close = |run: &mut Vec<Rust>, parts: &mut Vec<Rust>| match run.len() {
        0 => {}
        1 => parts.extend(run.pop().map(|one| Rust::call("std::iter::once", [one]))),
        _ => {
            // Inside `json!` an expression cannot begin with a bracket.
            let run = Rust::Array(std::mem::take(run));
            parts.push(Rust::call("Vec::from", [run]).method("into_iter", []));
        }
    };
    for item in items {
        if let Some(value) = plain(item) {
            run.push(value);
        } else {
            close(&mut run, &mut parts);
            parts.push(other(item));
        }
    }
    close(&mut run, &mut parts);
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    Some(parts.fold(first, |all, part| all.method("chain", [part])))
}

/// Splits at the first `$(NAME)`; a doubled dollar sign is none.
fn variable_reference(text: &str) -> Option<(&str, &str, &str)> {
    let at = text.find("$(")?;
    let (before, rest) = (text.get(..at)?, text.get(at + 2..)?);
    if before.ends_with('$') {
        return None;
    }
    let (name, after) = rest.split_once(')')?;
    Some((before, name, after))
}
