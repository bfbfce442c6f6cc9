//! Where lines break: rustfmt's rules for the forms of [`Expr`].

mod block;
mod call;
mod chain;
mod json;

use self::block::{array, closure, structure};
use self::call::call;
use self::chain::chain;
use self::json::{json, one_line_json};
use super::{Expr, Json, Link, literal};

const MAX: usize = 100;
const CHAIN: usize = 60;
const CALL: usize = 60;
const ARRAY: usize = 60;
const STRUCT: usize = 18;
/// Elements up to this width may share lines when a list of them breaks.
const SHORT: usize = 10;
const TAB: usize = 4;

/// The room that an expression has.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Indentation of the block that the expression stands in.
    indent: usize,
    /// Columns of the first line that are taken, the indentation included.
    used: usize,
    /// Columns that follow on the last line.
    after: usize,
}

impl Shape {
    pub(super) fn new(indent: usize, used: usize, after: usize) -> Self {
        Self {
            indent,
            used,
            after,
        }
    }

    /// One item on a line of its own, one level deeper, before a comma.
    fn nested(self) -> Self {
        Self::new(self.indent + TAB, self.indent + TAB, 1)
    }

    fn room(self) -> usize {
        MAX.saturating_sub(self.used + self.after)
    }

    fn offset(self, columns: usize) -> Self {
        Self::new(self.indent, self.used + columns, self.after)
    }
}

/// What stands after `=` or after the name of a field: on the same line, or on the next where that reads better.
pub(super) fn assigned(expr: &Expr, shape: Shape) -> String {
    let same = expression(expr, shape.offset(1));
    let line = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    if !same.contains('\n') && width(&same) < shape.room() {
        return format!(" {same}");
    }
    let indent = shape.indent + TAB;
    let next = expression(expr, Shape::new(indent, indent, shape.after));
    let fits = next.lines().enumerate().all(|(at, text)| {
        let used = if at == 0 { indent } else { 0 };
        used + width(text) <= MAX
    });
    let (same_lines, next_lines) = (same.lines().count(), next.lines().count());
    let opens = |c: char| line(&same).ends_with(c) && !line(&next).ends_with(c);
    let better =
        next_lines == 1 || same_lines > next_lines + 1 || opens('(') || opens('{') || opens('[');
    if fits && better {
        format!("\n{}{next}", " ".repeat(indent))
    } else {
        format!(" {same}")
    }
}

pub(super) fn expression(expr: &Expr, shape: Shape) -> String {
    match expr {
        Expr::Atom(text) => text.clone(),
        Expr::Ref(inner) => format!("&{}", expression(inner, shape.offset(1))),
        Expr::Call(callee, args) => call(callee, args, shape),
        Expr::Macro(name, args) => call(&format!("{name}!"), args, shape),
        Expr::Chain(root, links) => chain(root, links, shape),
        Expr::Struct { name, fields, rest } => structure(name, fields, *rest, shape),
        Expr::Array(items) => array(items, shape),
        Expr::VecOf(items) => format!("vec!{}", array(items, shape.offset(4))),
        Expr::Tuple(items) => call("", items, shape),
        Expr::Json(tree) => format!("json!({})", json(tree, shape.indent, shape.used + 6)),
        Expr::Closure(param, body) => closure(param, body, shape),
        Expr::Moving(inner) => format!("move {}", expression(inner, shape.offset(5))),
        Expr::Try(inner) => {
            let shape = Shape::new(shape.indent, shape.used, shape.after + 1);
            format!("{}?", expression(inner, shape))
        }
    }
}

/// The expression on one line, however long; `None` where it cannot be on one.
fn one_line(expr: &Expr) -> Option<String> {
    let text = match expr {
        Expr::Atom(text) => text.clone(),
        Expr::Ref(inner) => format!("&{}", one_line(inner)?),
        Expr::Call(callee, args) => format!("{callee}({})", list(args, CALL)?),
        Expr::Macro(name, args) => format!("{name}!({})", list(args, CALL)?),
        Expr::Chain(root, links) => {
            let mut text = one_line(root)?;
            let first = text.len();
            for link in links {
                text.push_str(&one_link(link)?);
            }
            // One call after the root is no chain; rustfmt counts calls and fields alike.
            if links.len() > 1 && text.chars().count() > CHAIN && first > 0 {
                return None;
            }
            text
        }
        Expr::Struct { name, fields, rest } => {
            let mut items = Vec::new();
            for (field, value) in fields {
                items.push(match one_line(value)? {
                    value if value == *field => value,
                    value => format!("{field}: {value}"),
                });
            }
            if *rest {
                items.push("..Default::default()".to_owned());
            }
            if items.is_empty() {
                return Some(format!("{name} {{}}"));
            }
            let inner = items.join(", ");
            if width(&inner) > STRUCT {
                return None;
            }
            format!("{name} {{ {inner} }}")
        }
        Expr::Array(items) => format!("[{}]", list(items, ARRAY)?),
        Expr::VecOf(items) => format!("vec![{}]", list(items, ARRAY)?),
        Expr::Tuple(items) => format!("({})", list(items, CALL)?),
        Expr::Json(tree) => format!("json!({})", one_line_json(tree)?),
        Expr::Closure(param, body) => format!("|{param}| {}", one_line(body)?),
        Expr::Moving(inner) => format!("move {}", one_line(inner)?),
        Expr::Try(inner) => format!("{}?", one_line(inner)?),
    };
    (!text.contains('\n')).then_some(text)
}

fn one_link(link: &Link) -> Option<String> {
    Some(match link {
        Link::Field(name) => format!(".{name}"),
        Link::Method(name, args) => format!(".{name}({})", list(args, CALL)?),
    })
}

fn list(items: &[Expr], limit: usize) -> Option<String> {
    let items: Option<Vec<_>> = items.iter().map(one_line).collect();
    let text = items?.join(", ");
    (width(&text) <= limit).then_some(text)
}

fn fits(expr: &Expr, shape: Shape) -> Option<String> {
    one_line(expr).filter(|text| width(text) <= shape.room())
}

fn width(text: &str) -> usize {
    text.chars().count()
}
