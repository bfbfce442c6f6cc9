//! Chains of methods.

use super::call::arguments;
use super::{CHAIN, Expr, Link, Shape, TAB, expression, fits, one_link, width};

pub(super) fn chain(root: &Expr, links: &[Link], shape: Shape) -> String {
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

pub(super) fn link_text(link: &Link, shape: Shape) -> String {
    match link {
        Link::Field(name) => format!(".{name}"),
        Link::Method(name, args) => {
            let at = shape.offset(width(name) + 2);
            format!(".{name}({})", arguments(args, at, false))
        }
    }
}
