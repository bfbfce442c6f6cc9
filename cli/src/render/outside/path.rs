//! The paths of requests: every value in one is a variable that is percent-encoded.

use std::collections::BTreeSet;

use crate::model::{Access, Expr, ExprKind, Field, Piece, Resource, Root, RustIdent, Text, Type};
use crate::render::rust::Expr as Rust;
use crate::render::source::statement;
use crate::render::value::Ctx;

/// Which part of a path a value stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Segment,
    Query,
}

/// The longest path that stands in its call.
const SHORT: usize = 30;

/// The values of the paths of a kind, with the variables that hold them.
pub(super) struct Values {
    known: Vec<(Expr, Part, String)>,
    /// Those that a variable holds.
    paths: Vec<(String, Rust)>,
    taken: BTreeSet<String>,
}

impl Values {
    /// `resource` has other variables in the same function.
    pub(super) fn new(resource: &Resource) -> Self {
        let own = [
            "body",
            "cr",
            "id",
            "path",
            "remote",
            "sent",
            "spec",
            "target",
            "create_path",
            "update_path",
            "delete_path",
        ];
        let own = own.map(str::to_owned);
        let json = |field: &&Field| matches!(field.ty, Type::Json(_));
        let fields = resource.spec.iter().filter(json);
        let fields = fields.map(|field| field.ident.to_string());
        Self {
            known: Vec::new(),
            paths: Vec::new(),
            taken: own.into_iter().chain(fields).collect(),
        }
    }

    /// The path of a call: a short text, or a variable that holds it.
    pub(super) fn path(&mut self, call: &str, path: &Text) -> Rust {
        let mut text = String::new();
        let mut plain = true;
        for piece in &path.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(&escaped(literal)),
                Piece::Value(expr) => {
                    plain = false;
                    let part = if text.contains('?') {
                        Part::Query
                    } else {
                        Part::Segment
                    };
                    text.push_str(&format!("{{{}}}", self.variable(expr, part)));
                }
            }
        }
        let code = if plain {
            Rust::str(&text.replace("{{", "{").replace("}}", "}"))
        } else {
            Rust::mac("format", [Rust::str(&text)])
        };
        if plain && text.len() <= SHORT {
            return code;
        }
        let known = self.paths.iter().find(|(_, known)| *known == code);
        let name = if let Some((name, _)) = known {
            name.clone()
        } else {
            let name = if call == "get" {
                "path".to_owned()
            } else {
                format!("{call}_path")
            };
            self.paths.push((name.clone(), code));
            name
        };
        Rust::atom(name).borrowed()
    }

    fn variable(&mut self, expr: &Expr, part: Part) -> String {
        if matches!(&expr.kind, ExprKind::Path(path) if path.root == Root::ResourceId) {
            return "id".to_owned();
        }
        let known = self
            .known
            .iter()
            .find(|known| known.0 == *expr && known.1 == part);
        if let Some((_, _, name)) = known {
            return name.clone();
        }
        let stem = stem(expr);
        let numbered = (2..).map(|number| format!("{stem}_{number}"));
        // A keyword is no variable without `r#`, which a format does not take.
        let plain = RustIdent::new(stem.as_str()).is_ok().then(|| stem.clone());
        let name = plain
            .into_iter()
            .chain(numbered)
            .find(|name| !self.taken.contains(name))
            .unwrap_or(stem);
        self.taken.insert(name.clone());
        self.known.push((expr.clone(), part, name.clone()));
        name
    }

    /// The statements that encode them, and put the paths together.
    pub(super) fn statements(&self, ctx: Ctx<'_>) -> String {
        let mut out = String::new();
        for (expr, part, name) in &self.known {
            let value = ctx.value(expr).str_arg();
            let code = match (part, place(expr)) {
                (Part::Segment, Some(at)) => Rust::call("segment", [Rust::str(&at), value]).tried(),
                _ => Rust::call("encode", [value]),
            };
            out.push_str(&statement(name, &code));
        }
        for (name, code) in &self.paths {
            out.push_str(&statement(name, code));
        }
        out
    }
}

/// The field of the custom resource that gives a text of any form; none for what is always a segment.
fn place(expr: &Expr) -> Option<String> {
    if !matches!(expr.ty, Type::String | Type::Quantity | Type::Duration) {
        return None;
    }
    let path = match &expr.kind {
        ExprKind::Path(path) => path,
        ExprKind::Coalesce(parts) => return parts.iter().find_map(place),
        _ => return Some("spec".to_owned()),
    };
    if matches!(path.root, Root::CrName | Root::CrNamespace) {
        return None;
    }
    let steps = path.steps.iter().filter_map(|step| match &step.access {
        Access::Field { wire, .. } | Access::Json { wire } => Some(format!(".{wire}")),
        _ => None,
    });
    Some(format!("spec{}", steps.collect::<String>()))
}

fn escaped(literal: &str) -> String {
    literal.replace('{', "{{").replace('}', "}}")
}

/// What the last step of a path is called.
fn stem(expr: &Expr) -> String {
    let ExprKind::Path(path) = &expr.kind else {
        return "value".to_owned();
    };
    let name = path.steps.last().map(|step| match &step.access {
        Access::Field { ident, .. } => ident.as_str().trim_start_matches("r#").to_owned(),
        Access::Json { wire } => heck::AsSnakeCase(wire.as_str()).to_string(),
        _ => "value".to_owned(),
    });
    name.unwrap_or_else(|| match path.root {
        Root::CrName => "name".to_owned(),
        Root::CrNamespace => "namespace".to_owned(),
        _ => "value".to_owned(),
    })
}
