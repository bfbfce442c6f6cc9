//! Where lines break: rustfmt's rules for the forms of [`Expr`].

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

fn call(callee: &str, args: &[Expr], shape: Shape) -> String {
    format!(
        "{callee}({})",
        arguments(args, shape.offset(width(callee) + 1), is_format(callee))
    )
}

fn is_format(callee: &str) -> bool {
    matches!(callee, "format!" | "write!" | "panic!" | "println!")
}

/// What stands between the parentheses; `shape` begins after the opening one.
fn arguments(args: &[Expr], shape: Shape, format: bool) -> String {
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
fn overflowing(args: &[Expr], shape: Shape) -> Option<String> {
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

fn is_call(expr: &Expr) -> bool {
    match expr {
        Expr::Call(..) | Expr::Macro(..) | Expr::Json(_) | Expr::VecOf(_) => true,
        Expr::Ref(inner) | Expr::Try(inner) => is_call(inner),
        _ => false,
    }
}

fn ends_in_bracket(line: &str) -> bool {
    line.ends_with(['(', '[', '{'])
}

fn overflows(expr: &Expr, count: usize) -> bool {
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

fn is_simple(expr: &Expr) -> bool {
    match expr {
        Expr::Atom(text) => text.starts_with('"') || !text.contains("::"),
        Expr::Ref(inner) => is_simple(inner),
        Expr::Chain(root, links) => {
            is_simple(root) && links.iter().all(|link| matches!(link, Link::Field(_)))
        }
        _ => false,
    }
}

/// One item a line, or several short ones.
fn vertical(items: &[Expr], shape: Shape) -> String {
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

fn array(items: &[Expr], shape: Shape) -> String {
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

fn structure(name: &str, fields: &[(String, Expr)], rest: bool, shape: Shape) -> String {
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
fn field_value(expr: &Expr, shape: Shape) -> String {
    let same = expression(expr, shape.offset(1));
    let first = same.lines().next().unwrap_or_default();
    if shape.used + 1 + width(first) <= MAX - usize::from(!same.contains('\n')) {
        return format!(" {same}");
    }
    let indent = shape.indent + TAB;
    let next = expression(expr, Shape::new(indent, indent, shape.after));
    format!("\n{}{next}", " ".repeat(indent))
}

fn closure(param: &str, body: &Expr, shape: Shape) -> String {
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

fn block(head: &str, body: &Expr, shape: Shape) -> String {
    let nested = shape.indent + TAB;
    format!(
        "{head}{{\n{}{}\n{}}}",
        " ".repeat(nested),
        expression(body, Shape::new(nested, nested, 0)),
        " ".repeat(shape.indent)
    )
}

fn chain(root: &Expr, links: &[Link], shape: Shape) -> String {
    let whole = Expr::Chain(Box::new(root.clone()), links.to_vec());
    if let Some(text) = fits(&whole, shape) {
        return text;
    }
    let root_text = expression(root, shape);
    // A root no wider than a tab at the start of its line takes the next link along.
    let glued = usize::from(
        shape.used == shape.indent && width(&root_text) <= TAB && !root_text.contains('\n'),
    );
    let (head, tail) = links.split_at(glued.min(links.len()));
    let mut head_text = root_text;
    for link in head {
        head_text.push_str(&link_text(link, shape.offset(width(&head_text))));
    }
    let Some((last, middle)) = tail.split_last() else {
        return head_text;
    };

    let child = Shape::new(shape.indent + TAB, shape.indent + TAB, 0);
    let last_child = Shape::new(child.indent, child.used, shape.after);
    let own_line = link_text(last, last_child);
    // All but the last link on one line, and the last one runs over it: taken where that saves lines.
    let line = middle.iter().try_fold(head_text.clone(), |mut line, link| {
        line.push_str(&one_link(link)?);
        Some(line)
    });
    if let Some(line) = line.filter(|line| !line.contains('\n')) {
        let at = shape.offset(width(&line));
        let text = link_text(last, at);
        let count = links.len();
        let budget = if count == 1 {
            shape.room()
        } else {
            shape.room().min(CHAIN)
        };
        let first = text.lines().next().unwrap_or_default();
        let fits = width(first) <= budget.saturating_sub(width(&line)) && text.contains('\n');
        let height = text.lines().count();
        if fits && (height >= 5 || own_line.lines().count() >= height) {
            return format!("{line}{text}");
        }
        if count == 1 && text.contains('\n') && own_line.lines().count() >= height {
            return format!("{line}{text}");
        }
    }

    let pad = " ".repeat(child.indent);
    let mut out = head_text;
    for link in middle {
        out.push_str(&format!("\n{pad}{}", link_text(link, child)));
    }
    out.push_str(&format!("\n{pad}{own_line}"));
    out
}

fn link_text(link: &Link, shape: Shape) -> String {
    match link {
        Link::Field(name) => format!(".{name}"),
        Link::Method(name, args) => {
            let at = shape.offset(width(name) + 2);
            format!(".{name}({})", arguments(args, at, false))
        }
    }
}

fn one_line_json(tree: &Json) -> Option<String> {
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
fn json(tree: &Json, indent: usize, used: usize) -> String {
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

fn width(text: &str) -> usize {
    text.chars().count()
}
