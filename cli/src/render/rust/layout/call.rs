//! Calls and their arguments: on one line, with the last argument overflowing, or one below the other.

use super::block::vertical;
use super::{CALL, Expr, Link, MAX, Shape, expression, list, one_line, width};

pub(super) fn call(callee: &str, args: &[Expr], shape: Shape) -> String {
    format!(
        "{callee}({})",
        arguments(args, shape.offset(width(callee) + 1), is_format(callee))
    )
}

pub(super) fn is_format(callee: &str) -> bool {
    matches!(callee, "format!" | "write!" | "panic!" | "println!")
}

/// What stands between the parentheses; `shape` begins after the opening one.
pub(super) fn arguments(args: &[Expr], shape: Shape, format: bool) -> String {
    let inner = Shape::new(shape.indent, shape.used, shape.after + 1);
    if let Some(text) = list(args, CALL)
        && width(&text) <= inner.room()
    {
        return text;
    }
    if let Some(text) = overflowing(args, inner) {
        return text;
    }
    if format
        && let [first, rest @ ..] = args
        && !rest.is_empty()
        && args.iter().all(is_simple)
    {
        let nested = shape.nested();
        let rest = rest
            .iter()
            .filter_map(one_line)
            .collect::<Vec<_>>()
            .join(", ");
        if width(&rest) + nested.indent <= MAX {
            let pad = " ".repeat(nested.indent);
            let close = " ".repeat(shape.indent);
            let first = expression(first, nested);
            return format!("\n{pad}{first},\n{pad}{rest}\n{close}");
        }
    }
    vertical(args, shape)
}

/// The last argument may run over the line where it brings brackets of its own.
pub(super) fn overflowing(args: &[Expr], shape: Shape) -> Option<String> {
    let (last, before) = args.split_last()?;
    if !overflows(last, args.len()) {
        return None;
    }
    let mut text = String::new();
    for arg in before {
        text.push_str(&one_line(arg)?);
        text.push_str(", ");
    }
    let mut at = shape.offset(width(&text));
    // rustfmt gives a nested call no more room than the arguments of a call may have on one line.
    if before.is_empty() && is_call(last) {
        at.after = at.after.max(MAX.saturating_sub(at.used + CALL));
    }
    let last_text = expression(last, at);
    let first = last_text.lines().next().unwrap_or_default();
    if width(first) > MAX.saturating_sub(at.used) || (!last_text.contains('\n')) {
        return None;
    }
    // An argument that breaks into a chain hangs in the air: rustfmt gives it its own line.
    if !ends_in_bracket(first) {
        return None;
    }
    text.push_str(&last_text);
    Some(text)
}

pub(super) fn is_call(expr: &Expr) -> bool {
    match expr {
        Expr::Call(..) | Expr::Macro(..) | Expr::Json(_) | Expr::VecOf(_) => true,
        Expr::Ref(inner) | Expr::Try(inner) => is_call(inner),
        _ => false,
    }
}

pub(super) fn ends_in_bracket(line: &str) -> bool {
    line.ends_with(['(', '[', '{'])
}

pub(super) fn overflows(expr: &Expr, count: usize) -> bool {
    match expr {
        Expr::Closure(..) | Expr::Moving(_) => true,
        Expr::Ref(inner) => overflows(inner, count),
        Expr::Call(..)
        | Expr::Macro(..)
        | Expr::Json(..)
        | Expr::Struct { .. }
        | Expr::Array(..)
        | Expr::VecOf(..)
        | Expr::Tuple(..)
        | Expr::Try(_)
        | Expr::Chain(..) => count == 1,
        Expr::Atom(_) => false,
    }
}

pub(super) fn is_simple(expr: &Expr) -> bool {
    match expr {
        Expr::Atom(text) => text.starts_with('"') || !text.contains("::"),
        Expr::Ref(inner) => is_simple(inner),
        Expr::Chain(root, links) => {
            is_simple(root) && links.iter().all(|link| matches!(link, Link::Field(_)))
        }
        _ => false,
    }
}
