//! JSON as the macro `json!` takes it.

use super::{CHAIN, Json, MAX, Shape, TAB, expression, literal, one_line, width};

pub(super) fn one_line_json(tree: &Json) -> Option<String> {
    Some(match tree {
        Json::Expr(expr) => one_line(expr)?,
        Json::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Json::Object(entries) => {
            let entries: Option<Vec<_>> = entries
                .iter()
                .map(|(key, value)| Some(format!("{}: {}", literal(key), one_line_json(value)?)))
                .collect();
            format!("{{ {} }}", entries?.join(", "))
        }
        Json::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(one_line_json).collect();
            format!("[{}]", items?.join(", "))
        }
    })
}

/// A tree inside `json!`: the top is always open, what is small stays on its line.
pub(super) fn json(tree: &Json, indent: usize, used: usize) -> String {
    let nested = indent + TAB;
    let pad = " ".repeat(nested);
    let close = " ".repeat(indent);
    let small = |value: &Json, used: usize| {
        one_line_json(value).filter(|text| used + width(text) < MAX && width(text) <= CHAIN)
    };
    match tree {
        Json::Object(entries) if !entries.is_empty() => {
            let mut out = String::from("{\n");
            for (key, value) in entries {
                let key = literal(key);
                let at = nested + width(&key) + 2;
                let value = small(value, at).unwrap_or_else(|| json(value, nested, at));
                out.push_str(&format!("{pad}{key}: {value},\n"));
            }
            out.push_str(&format!("{close}}}"));
            out
        }
        Json::Array(items) if !items.is_empty() => {
            let mut out = String::from("[\n");
            for item in items {
                let item = small(item, nested).unwrap_or_else(|| json(item, nested, nested));
                out.push_str(&format!("{pad}{item},\n"));
            }
            out.push_str(&format!("{close}]"));
            out
        }
        Json::Object(_) => "{}".to_owned(),
        Json::Array(_) => "[]".to_owned(),
        Json::Expr(expr) => expression(expr, Shape::new(indent, used, 1)),
    }
}
