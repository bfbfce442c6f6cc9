//! Where a manifest names a node type, beside `nodeTypes` itself.
//!
//! In: the tree of the manifest. Out: places that mean the node type for certain, and others that may.

use crate::diagnostic::Problems;
use crate::expr::{
    Cond, Expr, Literal, Part, Path, Step, Term, parse_condition, parse_for, parse_text,
    parse_unique,
};
use crate::manifest::scalar::Scalar;
use crate::manifest::source::{Source, Span};
use crate::manifest::tree::{self, Node, Value};

use super::tree::items;

/// Places of a manifest that name a node type; each covers the name alone, without quotes.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// `pods.T` and `nodes.T`, `like: T`, the default order.
    pub(super) certain: Vec<Span>,
    /// Constants that are compared with `type.name`.
    pub(super) compared: Vec<Span>,
    /// Texts of its name in rules of the CRD and in expressions, which may mean something else.
    pub(super) perhaps: Vec<Span>,
}

/// Finds the uses of a node type.
pub(super) fn uses(source: &Source, root: &Node, name: &str) -> Uses {
    let mut finder = Finder {
        source,
        name,
        uses: Uses::default(),
    };
    let Some(cluster) = root.get("cluster") else {
        return finder.uses;
    };
    if let Some(order) = cluster.get("order").and_then(|order| order.get("default")) {
        for item in items(order) {
            finder.scalar(item);
        }
    }
    let types = cluster
        .get("nodeTypes")
        .map(Node::pairs)
        .unwrap_or_default();
    let types = types.iter().map(|pair| &pair.value);
    for node_type in types.chain(cluster.get("everyNodeType")) {
        if let Some(like) = node_type.get("like") {
            finder.scalar(like);
        }
    }
    for rule in cluster.get("rules").map(items).unwrap_or_default() {
        if let Some(rule) = rule.get("rule").and_then(Node::as_scalar) {
            finder.cel(rule);
        }
    }
    finder.tree(root);
    finder.uses
}

/// The lines of a node type that say its name, beside those that mean it by an expression: a copy would say it too.
pub fn lines_that_say(source: &Source, name: &str) -> Vec<usize> {
    let Some((root, _)) = tree::read(source, &mut Problems::new()) else {
        return Vec::new();
    };
    let types = root
        .get("cluster")
        .and_then(|cluster| cluster.get("nodeTypes"));
    let Some(node_type) = types.and_then(|types| types.get(name)) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    say(source, node_type, name, &mut lines);
    lines.sort_unstable();
    lines.dedup();
    lines
}

fn say(source: &Source, node: &Node, name: &str, lines: &mut Vec<usize>) {
    match &node.value {
        Value::Scalar(scalar) => {
            for part in parse_text(scalar, &mut Problems::new()).parts {
                if let Part::Literal(text) = part
                    && is_said(&text.value, name)
                {
                    lines.push(source.line(text.span.start));
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| say(source, item, name, lines)),
        Value::Map(pairs) => pairs
            .iter()
            .filter(|pair| !pair.key.text.starts_with('$') && pair.key.text != "aliases")
            .filter(|pair| pair.key.text != "typeName")
            .for_each(|pair| say(source, &pair.value, name, lines)),
    }
}

/// Whether a text has a name as a word of its own.
fn is_said(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric();
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + name.len()..).unwrap_or_default();
        !before.ends_with(part) && !after.starts_with(part)
    })
}

struct Finder<'a> {
    source: &'a Source,
    name: &'a str,
    uses: Uses,
}

impl Finder<'_> {
    /// A scalar that is the name of a node type.
    fn scalar(&mut self, node: &Node) {
        if let Some(scalar) = node.as_scalar().filter(|scalar| scalar.text == self.name) {
            let place = scalar.place(0, scalar.text.len());
            self.uses.certain.push(place);
        }
    }

    /// Expressions, wherever they can stand. Recursion is bounded by the depth of the tree.
    fn tree(&mut self, node: &Node) {
        match &node.value {
            Value::Scalar(scalar) => self.text(scalar),
            Value::List(items) => items.iter().for_each(|item| self.tree(item)),
            Value::Map(pairs) => {
                for pair in pairs {
                    self.text(&pair.key);
                    match (pair.key.text.as_str(), pair.value.as_scalar()) {
                        ("$if" | "where", Some(scalar)) => {
                            if let Ok(condition) = parse_condition(scalar) {
                                self.condition(&condition);
                            }
                        }
                        ("$for", Some(scalar)) => {
                            if let Ok(each) = parse_for(scalar) {
                                self.path(&each.list);
                            }
                        }
                        ("unique", Some(scalar)) => {
                            if let Ok(path) = parse_unique(scalar) {
                                self.path(&path);
                            }
                        }
                        _ => self.tree(&pair.value),
                    }
                }
            }
        }
    }

    fn text(&mut self, scalar: &Scalar) {
        // What is no expression is none of anybody else's either: whoever reads it says so.
        let text = parse_text(scalar, &mut Problems::new());
        for part in &text.parts {
            if let Part::Value(value) = part {
                self.expr(&value.value);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        for term in &expr.terms {
            match term {
                Term::Path(path) => self.path(path),
                Term::Literal(literal) => self.perhaps(&literal.value, literal.span),
            }
        }
    }

    fn path(&mut self, path: &Path) {
        let of_types = matches!(path.root.value.as_str(), "pods" | "nodes");
        for (index, step) in path.steps.iter().enumerate() {
            match step {
                Step::Name(name) if name.value == self.name => {
                    // Where the name is not found as it is, it is for others to say that it is not understood.
                    let place = self.inner(name.span).unwrap_or(name.span);
                    if of_types && index == 0 {
                        self.uses.certain.push(place);
                    } else if place != name.span {
                        self.uses.perhaps.push(place);
                    }
                }
                Step::Key(path) => self.path(path),
                Step::Name(_) | Step::Each(_) => {}
            }
        }
    }

    fn condition(&mut self, condition: &Cond) {
        match condition {
            Cond::Or(parts) | Cond::And(parts) => {
                for part in parts {
                    self.condition(part);
                }
            }
            Cond::Not(inner, _) => self.condition(inner),
            Cond::Value(value) => self.expr(value),
            Cond::Compare { left, right, .. } => {
                let is_type = |expr: &Expr| {
                    let path = expr.as_path();
                    path.is_some_and(|path| path.to_string() == "type.name")
                };
                for (one, other) in [(left, right), (right, left)] {
                    if is_type(other) {
                        self.compared(one);
                    } else {
                        self.expr(one);
                    }
                }
            }
        }
    }

    fn compared(&mut self, expr: &Expr) {
        for term in &expr.terms {
            match term {
                Term::Literal(literal) if literal.value == Literal::String(self.name.into()) => {
                    let place = self.inner(literal.span);
                    self.uses.compared.extend(place);
                }
                Term::Literal(_) => {}
                Term::Path(path) => self.path(path),
            }
        }
    }

    fn perhaps(&mut self, literal: &Literal, span: Span) {
        if *literal == Literal::String(self.name.to_owned()) {
            self.uses.perhaps.extend(self.inner(span));
        }
    }

    /// The name within what may be quotes around it.
    fn inner(&self, span: Span) -> Option<Span> {
        let at = self.source.slice(span).find(self.name)?;
        let start = span.start + at;
        Some(Span::new(start, start + self.name.len()))
    }

    /// Texts of CEL that are the name.
    fn cel(&mut self, scalar: &Scalar) {
        for quote in ['\'', '"'] {
            let text = format!("{quote}{}{quote}", self.name);
            for (at, _) in scalar.text.match_indices(&text) {
                let span = scalar.place(at + 1, at + 1 + self.name.len());
                self.uses.perhaps.push(span);
            }
        }
    }
}
