//! Typed expressions of the manifest as Rust expressions.
//!
//! In: an expression of the model and where it stands. Out: Rust that compiles there, in the form that its
//! place needs: borrowed, owned, displayed, or as a list.

mod cond;
mod form;
mod json;
mod list;
mod path;

use super::rust::Expr as Rust;
use crate::model::{Cluster, Expr, ExprKind, Literal, NodeType, Path, Piece, Root, Text, Type};

use self::form::Form;
pub(super) use self::form::Value;
use self::json::constant;
pub(super) use self::json::constant_json;
use self::path::is_ident;
pub(super) use self::path::{json_text, pointer};

/// Where an expression stands, and how it reaches the custom resource from there.
#[derive(Clone, Copy)]
pub(super) struct Ctx<'m> {
    pub(super) cluster: &'m Cluster,
    /// The node type in whose module the expression stands.
    pub(super) node_type: Option<&'m NodeType>,
    /// `node`, `shared` or `cr`.
    pub(super) scope: Scope,
    pub(super) locals: Locals,
}

/// What of a node type is a local variable where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Locals {
    None,
    /// Its files: config maps are made behind them.
    Files,
    /// Its files and config maps.
    All,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// `node: &Node<'_, Kind>`
    Node,
    /// `&self, shared: &Shared<'_, Self>`
    Shared,
    /// `cr: &Self`
    Cr,
    /// `&self` of a kind outside of Kubernetes.
    Own,
    /// `target: &Target<Self>` of one, with `spec` beside it.
    Target,
    /// `parent: &Kind` of a server.
    Parent,
}

impl Ctx<'_> {
    fn cr(self) -> Rust {
        match self.scope {
            Scope::Node => Rust::atom("node").field("cr"),
            Scope::Shared | Scope::Own => Rust::atom("self"),
            Scope::Cr => Rust::atom("cr"),
            Scope::Target => Rust::atom("target").field("cr"),
            Scope::Parent => Rust::atom("parent"),
        }
    }

    fn subject(self) -> Rust {
        match self.scope {
            Scope::Node => Rust::atom("node"),
            Scope::Shared => Rust::atom("shared"),
            Scope::Cr | Scope::Own | Scope::Target | Scope::Parent => self.cr(),
        }
    }

    /// The expression with what it gives.
    pub(super) fn value(self, expr: &Expr) -> Value {
        let owned = |code| Value {
            code,
            form: Form::Owned,
            optional: expr.optional,
            ty: expr.ty.clone(),
            slice: false,
        };
        match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => Value {
                code: Rust::str(text),
                form: Form::Ref,
                optional: false,
                ty: Type::String,
                slice: true,
            },
            ExprKind::Literal(value) => owned(constant(value)),
            ExprKind::Path(path) => self.path(path, &expr.ty),
            ExprKind::Text(text) => self.text_value(text),
            ExprKind::Late(late) => Value {
                code: Rust::str(&format!("$({})", late.variable)),
                form: Form::Ref,
                optional: false,
                ty: Type::String,
                slice: true,
            },
            ExprKind::Coalesce(parts) => owned(self.coalesce(parts)),
            ExprKind::Join { separator, items } => owned(Rust::call(
                "join",
                [Rust::str(separator), self.strings(items)],
            )),
            ExprKind::Json(tree) => {
                owned(Rust::Json(Box::new(self.json(tree))).method("to_string", []))
            }
        }
    }

    fn text_value(self, text: &Text) -> Value {
        let (code, form) = match text.pieces.as_slice() {
            [] => (Rust::str(""), Form::Ref),
            [Piece::Literal(text)] => (Rust::str(text), Form::Ref),
            [Piece::Value(value)] => return self.value(value),
            pieces => (self.format(pieces), Form::Owned),
        };
        Value {
            code,
            form,
            optional: false,
            ty: Type::String,
            slice: form == Form::Ref,
        }
    }

    fn format(self, pieces: &[Piece]) -> Rust {
        let mut format = String::new();
        let mut args = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => {
                    format.push_str(&text.replace('{', "{{").replace('}', "}}"));
                }
                Piece::Value(expr) => match self.value(expr).display() {
                    Rust::Atom(name) if is_ident(&name) => format.push_str(&format!("{{{name}}}")),
                    Rust::Atom(text) if text.starts_with('"') => {
                        let known = constant_text(expr).unwrap_or_default();
                        format.push_str(&known.replace('{', "{{").replace('}', "}}"));
                    }
                    code => {
                        format.push_str("{}");
                        args.push(code);
                    }
                },
            }
        }
        let mut all = vec![Rust::str(&format)];
        all.extend(args);
        Rust::mac("format", all)
    }

    fn coalesce(self, parts: &[Expr]) -> Rust {
        let Some((last, first)) = parts.split_last() else {
            return Rust::str("");
        };
        let mut parts = first.iter();
        let Some(head) = parts.next() else {
            return self.value(last).owned();
        };
        let mut code = self.value(head).owned();
        for part in parts {
            code = code.method("or_else", [Rust::closure("", self.value(part).owned())]);
        }
        let last_value = self.value(last);
        let link = if last.optional {
            "or_else"
        } else {
            "unwrap_or_else"
        };
        code.method(link, [Rust::closure("", last_value.owned())])
    }

    /// The expression as a text: a `String`, or an `Option` of one.
    pub(super) fn string(self, expr: &Expr) -> Rust {
        self.value(expr).string()
    }

    /// The text as a `String`.
    pub(super) fn text(self, text: &Text) -> Rust {
        self.text_value(text).string()
    }

    /// The text as something that turns into a `String`: a literal stays one.
    pub(super) fn text_arg(self, text: &Text) -> Rust {
        let value = self.text_value(text);
        match value.form {
            Form::Place => value.string(),
            _ if !value.optional && matches!(value.ty, Type::String) => value.code,
            _ => value.string(),
        }
    }

    /// The expression as something that turns into a `String`, or an `Option` of one.
    pub(super) fn text_value_arg(self, expr: &Expr) -> Rust {
        if let Some(text) = self.pod_text(expr) {
            return text;
        }
        let value = self.value(expr);
        match (value.form, &value.ty) {
            (Form::Place, Type::String) if !value.optional => value.code.borrowed(),
            (Form::Place, Type::String) => value.code.method("as_deref", []),
            (_, Type::String) => value.code,
            _ => value.string(),
        }
    }

    /// The text as a `&str`.
    pub(super) fn text_slice(self, text: &Text) -> Rust {
        match text.pieces.as_slice() {
            [] | [Piece::Literal(_) | Piece::Value(_)] => self.text_value(text).str_arg(),
            pieces => self.format(pieces).borrowed(),
        }
    }

    /// What `user` of a file's layers takes.
    pub(super) fn layer(self, expr: &Expr) -> Rust {
        self.value(expr).borrowed()
    }

    /// A value of one or more lines.
    pub(super) fn block(self, expr: &Expr) -> Rust {
        let value = self.value(expr);
        match (value.form, value.optional) {
            (Form::Place, false) if matches!(value.ty, Type::String) => value.code.borrowed(),
            (Form::Place, true) if matches!(value.ty, Type::String) => {
                value.code.method("as_deref", [])
            }
            _ if matches!(value.ty, Type::String) => value.code,
            _ => value.string(),
        }
    }
}

/// The text of an expression that is known now.
fn constant_text(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text) | Literal::Float(text)) => Some(text.clone()),
        ExprKind::Literal(Literal::Int(value)) => Some(value.to_string()),
        ExprKind::Literal(Literal::Bool(value)) => Some(value.to_string()),
        ExprKind::Late(late) => Some(format!("$({})", late.variable)),
        ExprKind::Path(Path {
            root: Root::FilePath { path, .. },
            ..
        }) => Some(path.clone()),
        _ => None,
    }
}
