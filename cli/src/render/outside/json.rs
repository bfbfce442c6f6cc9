//! Texts out of the JSON of a field: which ones a function uses, and the statements that read them.

use std::collections::BTreeMap;

use crate::model::{Access, Cond, Entry, Expr, ExprKind, Field, Item, Path, Piece, Template, Text};
use crate::render::rust::Expr as Rust;
use crate::render::source::statement;
use crate::render::value::{json_text, pointer};

/// Fields that hold JSON, by their name in Rust, with what of it is used.
#[derive(Default)]
pub(super) struct Texts {
    fields: BTreeMap<String, (String, Vec<Vec<String>>)>,
}

impl Texts {
    pub(super) fn of_text(text: &Text) -> Self {
        let mut texts = Self::default();
        texts.text(text);
        texts
    }

    /// Notes that the JSON itself is used.
    pub(super) fn parse(&mut self, field: &Field) {
        self.fields
            .entry(field.ident.to_string())
            .or_insert_with(|| (field.wire.to_string(), Vec::new()));
    }

    pub(super) fn text(&mut self, text: &Text) {
        for piece in &text.pieces {
            if let Piece::Value(expr) = piece {
                self.expr(expr);
            }
        }
    }

    pub(super) fn tree(&mut self, tree: &Template) {
        match tree {
            Template::Scalar(expr) => self.expr(expr),
            Template::List(items) => items.iter().for_each(|item| self.item(item)),
            Template::Map(entries) => entries.iter().for_each(|entry| self.entry(entry)),
        }
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Value(tree) => self.tree(tree),
            Item::Splice(expr) => self.expr(expr),
            Item::For {
                list,
                filter,
                items,
                ..
            } => {
                self.expr(list);
                if let Some(cond) = filter {
                    self.cond(cond);
                }
                for item in items {
                    self.item(item);
                }
            }
            Item::If { cond, items } => {
                self.cond(cond);
                for item in items {
                    self.item(item);
                }
            }
        }
    }

    fn entry(&mut self, entry: &Entry) {
        match entry {
            Entry::Set { key, value } => {
                self.text(key);
                self.tree(value);
            }
            Entry::If { cond, entries } => {
                self.cond(cond);
                for entry in entries {
                    self.entry(entry);
                }
            }
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Present { value, .. } | Cond::Bool(value) => self.expr(value),
            Cond::Not(inner) => self.cond(inner),
            Cond::All(parts) | Cond::Any(parts) => parts.iter().for_each(|part| self.cond(part)),
            Cond::Equal { left, right }
            | Cond::In {
                value: left,
                list: right,
            } => {
                self.expr(left);
                self.expr(right);
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Path(path) => self.path(path),
            ExprKind::Coalesce(parts) => parts.iter().for_each(|part| self.expr(part)),
            ExprKind::Text(text) => self.text(text),
            ExprKind::Join { items, .. } => items.iter().for_each(|item| self.item(item)),
            ExprKind::Json(tree) => self.tree(tree),
            ExprKind::Literal(_) | ExprKind::Late(_) => {}
        }
    }

    fn path(&mut self, path: &Path) {
        let Some((field, names)) = inside(path) else {
            return;
        };
        let entry = self
            .fields
            .entry(field.0.to_owned())
            .or_insert_with(|| (field.1.to_owned(), Vec::new()));
        let optional = path.steps.iter().any(|step| step.optional);
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        if !optional && !entry.1.contains(&names) {
            entry.1.push(names);
        }
    }

    /// The statement that reads the text, where it is nothing but one text out of JSON.
    pub(super) fn alone(text: &Text) -> Option<String> {
        let [Piece::Value(expr)] = text.pieces.as_slice() else {
            return None;
        };
        let ExprKind::Path(path) = &expr.kind else {
            return None;
        };
        let ((ident, wire), names) = inside(path)?;
        (!expr.optional).then(|| text_at(wire, ident, &names).print(8, 8, 0))
    }

    /// Parses each field.
    pub(super) fn parsed(&self, spec: &str) -> String {
        let fields = self.fields.iter();
        fields
            .map(|(ident, (wire, _))| {
                let at = Rust::str(&format!("spec.{wire}"));
                let text = Rust::atom(format!("&{spec}.{ident}"));
                statement(ident, &Rust::call("parse_json", [at, text]).tried())
            })
            .collect()
    }

    /// Parses each field, and reads each text that is used of it.
    pub(super) fn statements(&self, spec: &str) -> String {
        let mut out = self.parsed(spec);
        for (ident, (wire, texts)) in &self.fields {
            for names in texts {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let value = text_at(wire, ident, &names).tried();
                out.push_str(&statement(&json_text(ident, &names), &value));
            }
        }
        out
    }
}

/// Whether an entry or item of the tree may be absent.
pub(super) fn may_lack(tree: &Template) -> bool {
    match tree {
        Template::Scalar(expr) => expr.optional,
        Template::List(items) => items.iter().any(|item| match item {
            Item::Value(tree) => may_lack(tree),
            Item::Splice(_) | Item::For { .. } | Item::If { .. } => true,
        }),
        Template::Map(entries) => entries.iter().any(|entry| match entry {
            Entry::Set { value, .. } => may_lack(value),
            Entry::If { .. } => true,
        }),
    }
}

fn text_at(wire: &str, ident: &str, names: &[&str]) -> Rust {
    Rust::call(
        "text_at",
        [
            Rust::str(&format!("spec.{wire}")),
            Rust::atom(ident).borrowed(),
            Rust::str(&pointer(names)),
        ],
    )
}

/// The field that holds JSON, as Rust and JSON call it, and the names within.
fn inside(path: &Path) -> Option<((&str, &str), Vec<&str>)> {
    let (field, steps) = path.steps.split_first()?;
    let Access::Field { wire, ident } = &field.access else {
        return None;
    };
    let names: Option<Vec<&str>> = steps
        .iter()
        .map(|step| match &step.access {
            Access::Json { wire } => Some(wire.as_str()),
            _ => None,
        })
        .collect();
    let names = names.filter(|names| !names.is_empty())?;
    Some(((ident.as_str(), wire.as_str()), names))
}
