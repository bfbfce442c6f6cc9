//! What breaks into lines of its own: lists, structures, closures.

use super::call::{ends_in_bracket, is_simple, overflowing};
use super::{Expr, MAX, SHORT, Shape, TAB, expression, fits, one_line, width};

/// One item a line, or several short ones.
pub(super) fn vertical(items: &[Expr], shape: Shape) -> String {
    let nested = shape.nested();
    let pad = " ".repeat(nested.indent);
    let close = " ".repeat(shape.indent);
    let short = items
        .iter()
        .all(|item| is_simple(item) && one_line(item).is_some_and(|text| width(&text) <= SHORT));
    if items.len() > 1 && short {
        let mut lines = vec![pad.clone()];
        for item in items.iter().filter_map(one_line) {
            let line = lines.last_mut().expect("begins with one line");
            if line.trim().is_empty() {
                line.push_str(&item);
            } else if width(line) + 1 + width(&item) < MAX {
                line.push(' ');
                line.push_str(&item);
            } else {
                lines.push(format!("{pad}{item}"));
            }
            lines.last_mut().expect("begins with one line").push(',');
        }
        return format!("\n{}\n{close}", lines.join("\n"));
    }
    let mut out = String::from("\n");
    for item in items {
        out.push_str(&format!("{pad}{},\n", expression(item, nested)));
    }
    out.push_str(&close);
    out
}

pub(super) fn array(items: &[Expr], shape: Shape) -> String {
    let expr = Expr::Array(items.to_vec());
    if let Some(text) = fits(&expr, shape) {
        return text;
    }
    let at = Shape::new(shape.indent, shape.used + 1, shape.after + 1);
    // One item alone may take the whole line.
    if let [item @ Expr::Tuple(_)] = items
        && let Some(text) = one_line(item)
        && width(&text) <= at.room()
    {
        return format!("[{text}]");
    }
    if let Some(text) = overflowing(items, at) {
        return format!("[{text}]");
    }
    format!("[{}]", vertical(items, shape))
}

pub(super) fn structure(name: &str, fields: &[(String, Expr)], rest: bool, shape: Shape) -> String {
    let expr = Expr::Struct {
        name: name.to_owned(),
        fields: fields.to_vec(),
        rest,
    };
    if let Some(text) = fits(&expr, shape) {
        return text;
    }
    let pad = " ".repeat(shape.indent + TAB);
    let mut out = format!("{name} {{\n");
    for (field, value) in fields {
        let at = shape.nested().offset(width(field) + 1);
        if matches!(value, Expr::Atom(text) if text == field) {
            out.push_str(&format!("{pad}{field},\n"));
        } else {
            out.push_str(&format!("{pad}{field}:{},\n", field_value(value, at)));
        }
    }
    if rest {
        out.push_str(&format!("{pad}..Default::default()\n"));
    }
    out.push_str(&format!("{}}}", " ".repeat(shape.indent)));
    out
}

/// What stands after the name of a field: on the same line if that is possible at all.
pub(super) fn field_value(expr: &Expr, shape: Shape) -> String {
    let same = expression(expr, shape.offset(1));
    let first = same.lines().next().unwrap_or_default();
    if shape.used + 1 + width(first) <= MAX - usize::from(!same.contains('\n')) {
        return format!(" {same}");
    }
    let indent = shape.indent + TAB;
    let next = expression(expr, Shape::new(indent, indent, shape.after));
    format!("\n{}{next}", " ".repeat(indent))
}

pub(super) fn closure(param: &str, body: &Expr, shape: Shape) -> String {
    let head = format!("|{param}| ");
    let expr = Expr::Closure(param.to_owned(), Box::new(body.clone()));
    if let Some(text) = fits(&expr, shape) {
        return text;
    }
    match body {
        Expr::Struct { .. } | Expr::Json(_) | Expr::Array(_) | Expr::VecOf(_) => {
            format!("{head}{}", expression(body, shape.offset(width(&head))))
        }
        Expr::Macro(..) => {
            let text = expression(body, shape.offset(width(&head)));
            if text.lines().next().is_some_and(ends_in_bracket) {
                return format!("{head}{text}");
            }
            block(&head, body, shape)
        }
        _ => block(&head, body, shape),
    }
}

pub(super) fn block(head: &str, body: &Expr, shape: Shape) -> String {
    let nested = shape.indent + TAB;
    format!(
        "{head}{{\n{}{}\n{}}}",
        " ".repeat(nested),
        expression(body, Shape::new(nested, nested, 0)),
        " ".repeat(shape.indent)
    )
}
