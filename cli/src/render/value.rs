//! Typed expressions of the manifest as Rust expressions.
//!
//! In: an expression of the model and where it stands. Out: Rust that compiles there, in the form that its
//! place needs: borrowed, owned, displayed, or as a list.

use super::rust::{Expr as Rust, Link, literal};
use crate::model::{
    Access, Binding, Cluster, Cond, Expr, ExprKind, Item, Literal, NodeType, Path, Piece, PodFact,
    Root, Step, Template, Text, Type,
};

/// Where an expression stands, and how it reaches the custom resource from there.
#[derive(Clone, Copy)]
pub(super) struct Ctx<'m> {
    pub(super) cluster: &'m Cluster,
    /// The node type in whose module the expression stands.
    pub(super) node_type: Option<&'m NodeType>,
    /// `node`, `shared` or `cr`.
    pub(super) scope: Scope,
    /// Whether the files and config maps of the node type are local variables.
    pub(super) locals: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// `node: &Node<'_, Kind>`
    Node,
    /// `&self, shared: &Shared<'_, Self>`
    Shared,
    /// `cr: &Self`
    Cr,
}

/// What a Rust expression gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A place that holds the value: borrow it or clone it.
    Place,
    /// A reference.
    Ref,
    /// The value.
    Owned,
}

/// A Rust expression with what it gives.
pub(super) struct Value {
    code: Rust,
    form: Form,
    optional: bool,
    ty: Type,
    /// A reference to `str` rather than `String`.
    slice: bool,
}

impl<'m> Ctx<'m> {
    fn cr(self) -> Rust {
        match self.scope {
            Scope::Node => Rust::atom("node").field("cr"),
            Scope::Shared => Rust::atom("self"),
            Scope::Cr => Rust::atom("cr"),
        }
    }

    fn subject(self) -> Rust {
        match self.scope {
            Scope::Node => Rust::atom("node"),
            Scope::Shared => Rust::atom("shared"),
            Scope::Cr => Rust::atom("cr"),
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
                        let known = self.constant_text(expr).unwrap_or_default();
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

    /// The text of an expression that is known now.
    fn constant_text(self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text.clone()),
            ExprKind::Literal(Literal::Int(value)) => Some(value.to_string()),
            ExprKind::Literal(Literal::Bool(value)) => Some(value.to_string()),
            ExprKind::Literal(Literal::Float(text)) => Some(text.clone()),
            ExprKind::Late(late) => Some(format!("$({})", late.variable)),
            ExprKind::Path(Path {
                root: Root::FilePath { path, .. },
                ..
            }) => Some(path.clone()),
            _ => None,
        }
    }

    fn path(self, path: &Path, ty: &Type) -> Value {
        let string = |code, form, slice| Value {
            code,
            form,
            optional: false,
            ty: Type::String,
            slice,
        };
        let place = |code| Value {
            code,
            form: Form::Place,
            optional: false,
            ty: ty.clone(),
            slice: false,
        };
        let node = || Rust::atom("node");
        let start = match &path.root {
            Root::CrName if self.scope != Scope::Node => {
                let name = self.cr().field("metadata").field("name");
                let name = name.method("as_deref", []).method("unwrap_or_default", []);
                string(name, Form::Ref, true)
            }
            Root::CrName => string(self.subject().method("cr_name", []), Form::Ref, true),
            Root::CrNamespace if self.scope != Scope::Node => {
                let name = self.cr().field("metadata").field("namespace");
                let name = name.method("as_deref", []).method("unwrap_or_default", []);
                string(name, Form::Ref, true)
            }
            Root::CrNamespace => string(self.subject().method("namespace", []), Form::Ref, true),
            Root::Spec => place(self.cr().field("spec")),
            Root::External => {
                let word = self.cluster.spelling.external.ident.as_str();
                place(self.cr().field("spec").field(word))
            }
            Root::NodeName => string(node().method("name", []), Form::Ref, true),
            Root::TypeName => string(node().method("node_type", []), Form::Ref, true),
            Root::NodeKind => string(
                node().method("kind", []).method("as_str", []),
                Form::Ref,
                true,
            ),
            Root::NodeReplicas => Value {
                code: node().method("replicas", []),
                form: Form::Owned,
                optional: false,
                ty: Type::Int,
                slice: false,
            },
            Root::Node => place(node().field("spec")),
            Root::K8sName => string(node().field("k8s").field("name"), Form::Ref, true),
            Root::K8s => place(node().field("k8s")),
            Root::ConfigName => string(node().field("config").method("name", []), Form::Ref, true),
            Root::Config => place(node().field("config")),
            Root::Nodes(of) => Value {
                form: Form::Owned,
                ..place(self.subject().method("nodes_of", [Rust::str(of.as_str())]))
            },
            Root::Pods(of) => Value {
                form: Form::Owned,
                ..place(self.subject().method("pods_of", [Rust::str(of.as_str())]))
            },
            Root::NodePods => Value {
                form: Form::Owned,
                ..place(node().method("pods", []))
            },
            Root::StorageName => string(Rust::atom("storage").field("name"), Form::Place, false),
            Root::FilePath { file, path } => match self.file_variable(file.as_str()) {
                Some(name) => string(Rust::atom(name).method("path", []), Form::Ref, true),
                None => string(Rust::str(path), Form::Ref, true),
            },
            Root::ServiceName(service) => {
                let function = if service.as_str() == "headless" {
                    "headless_name"
                } else {
                    "service_name"
                };
                let kind = self.cluster.kind.as_str();
                let call = Rust::call(format!("{kind}::{function}"), [node()]);
                string(call, Form::Owned, false)
            }
            Root::ServiceHost(service) => {
                let name = self.path(
                    &Path {
                        root: Root::ServiceName(service.clone()),
                        steps: Vec::new(),
                    },
                    &Type::String,
                );
                let args = [
                    Rust::str("{}.{}.svc"),
                    name.code,
                    node().method("namespace", []),
                ];
                string(Rust::mac("format", args), Form::Owned, false)
            }
            Root::ConfigMapName(name) => {
                let ident = self.config_map_variable(name.as_str());
                string(Rust::atom(ident).method("name", []), Form::Ref, true)
            }
            Root::Local(local) => Value {
                form: Form::Ref,
                slice: false,
                ..place(Rust::atom(local.0.as_str()))
            },
        };
        // What the runtime's view of a k8s group gives is an option of a reference.
        let borrowed = matches!(path.root, Root::K8s);
        let mut value = start;
        for (index, step) in path.steps.iter().enumerate() {
            value = self.step(value, step);
            if borrowed && index == 0 {
                value.form = Form::Ref;
                value.slice = matches!(value.ty, Type::String);
            }
        }
        value
    }

    fn file_variable(self, name: &str) -> Option<String> {
        let files = self.node_type.filter(|_| self.locals)?.files.iter();
        let mut found = files.filter(|file| file.name.as_str() == name && file.when.is_none());
        found.next().map(|file| file.ident.to_string())
    }

    fn config_map_variable(self, name: &str) -> String {
        let maps = self.node_type.map(|ty| ty.config_maps.iter());
        let found = maps
            .into_iter()
            .flatten()
            .find(|map| map.name.as_str() == name);
        found.map_or_else(|| name.replace('-', "_"), |map| map.ident.to_string())
    }

    fn step(self, from: Value, step: &Step) -> Value {
        let ty = step.ty.clone();
        let field = |code: Rust, optional: bool| Value {
            code,
            form: Form::Place,
            optional,
            ty: ty.clone(),
            slice: false,
        };
        let reference = |code: Rust| Value {
            code,
            form: Form::Ref,
            optional: true,
            ty: ty.clone(),
            slice: false,
        };
        match &step.access {
            Access::Field { ident, .. } => {
                let name = ident.as_str();
                if !from.optional {
                    return field(from.code.field(name), step.optional);
                }
                let from = from.as_ref();
                let (from, var, inner) = match last_mapped(&from) {
                    Some((from, var, inner)) => (from, var, inner.field(name)),
                    None => {
                        let var = closure_var(&from);
                        let inner = Rust::atom(var.clone()).field(name);
                        (from, var, inner)
                    }
                };
                reference(if step.optional {
                    from.method("and_then", [Rust::closure(var, inner.method("as_ref", []))])
                } else {
                    from.method("map", [Rust::closure(var, inner.borrowed())])
                })
            }
            Access::Variant { ident, .. } => {
                let name = ident.as_str();
                if !from.optional {
                    return reference(from.code.method(name, []));
                }
                let var = closure_var(&from.code);
                let inner = Rust::atom(var.clone()).method(name, []);
                reference(
                    from.as_ref()
                        .method("and_then", [Rust::closure(var, inner)]),
                )
            }
            Access::MapKey(key) => {
                let key = self.value(key).str_arg();
                if !from.optional {
                    return reference(from.code.method("get", [key]));
                }
                let var = closure_var(&from.code);
                let inner = Rust::atom(var.clone()).method("get", [key]);
                reference(
                    from.as_ref()
                        .method("and_then", [Rust::closure(var, inner)]),
                )
            }
            Access::Keyed { key, value } => {
                let other = self.value(value);
                let same = format!("item.{key} == {}", other.display().print(0, 0, 0));
                let find =
                    Link::Method("find".into(), vec![Rust::closure("item", Rust::atom(same))]);
                let list = from.iter();
                reference(append(list, find))
            }
            Access::Pod(fact) => {
                let (method, owned) = match fact {
                    PodFact::Name => ("name", false),
                    PodFact::Host => ("host", false),
                    PodFact::Ordinal => ("ordinal", true),
                    PodFact::Port(name) => {
                        let code = from.code.method("port", [Rust::str(name.as_str())]);
                        return Value {
                            form: Form::Owned,
                            ..field(code, false)
                        };
                    }
                };
                Value {
                    form: if owned { Form::Owned } else { Form::Ref },
                    slice: !owned,
                    ..field(from.code.method(method, []), false)
                }
            }
            Access::NodeName => Value {
                form: Form::Ref,
                slice: true,
                ..field(from.code.method("name", []), false)
            },
            Access::NodeReplicas => Value {
                form: Form::Owned,
                ..field(from.code.method("replicas", []), false)
            },
            Access::NodePods => Value {
                form: Form::Owned,
                ..field(from.code.method("pods", []), false)
            },
        }
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

    /// The items as an iterator over `String`.
    fn strings(self, items: &[Item]) -> Rust {
        let plain = |item: &Item| self.item_text(item);
        chained(items, plain, |item| self.item_strings(item))
            .unwrap_or_else(|| Rust::call("std::iter::empty::<String>", []))
    }

    /// The items as an iterator over JSON values.
    fn values(self, items: &[Item]) -> Rust {
        let plain = |item: &Item| match item {
            Item::Value(tree) => Some(Rust::Json(Box::new(self.json(tree)))),
            _ => None,
        };
        chained(items, plain, |item| self.item_values(item))
            .unwrap_or_else(|| Rust::call("std::iter::empty::<serde_json::Value>", []))
    }

    fn item_strings(self, item: &Item) -> Rust {
        match item {
            Item::Value(template) => {
                let (code, optional) = match template {
                    Template::Scalar(expr) => (self.string(expr), expr.optional),
                    other => {
                        let json = Rust::Json(Box::new(self.json(other)));
                        (json.method("to_string", []), false)
                    }
                };
                if optional {
                    code.method("into_iter", [])
                } else {
                    Rust::call("std::iter::once", [code])
                }
            }
            Item::Splice(expr) => {
                let value = self.value(expr);
                match &value.ty {
                    Type::List(item) if matches!(**item, Type::String) => {
                        value.iter().method("cloned", [])
                    }
                    _ => value
                        .iter()
                        .method("map", [Rust::atom("ToString::to_string")]),
                }
            }
            Item::For {
                var,
                list,
                filter,
                items,
            } => self.each(var.0.as_str(), list, filter.as_ref(), items, |item| {
                self.item_text(item)
            }),
            Item::If { cond, items } => {
                let inner = self.strings(items);
                self.when(cond, inner)
                    .method("into_iter", [])
                    .method("flatten", [])
            }
        }
    }

    /// The one text that an item gives, if it gives just one.
    fn item_text(self, item: &Item) -> Option<Rust> {
        match item {
            Item::Value(Template::Scalar(expr)) if !expr.optional => Some(self.string(expr)),
            _ => None,
        }
    }

    /// `$for` as an iterator: a `map` where each element gives one item, else a `flat_map`.
    fn each(
        self,
        var: &str,
        list: &Expr,
        filter: Option<&Cond>,
        items: &[Item],
        one: impl Fn(&Item) -> Option<Rust>,
    ) -> Rust {
        let mut code = self.value(list).iter();
        if let Some(cond) = filter {
            let test = self.condition(cond);
            code = code.method("filter", [Rust::closure(var, test)]);
        }
        if let [item] = items
            && let Some(body) = one(item)
        {
            return code.method("map", [Rust::closure(var, body)]);
        }
        code.method(
            "flat_map",
            [Rust::closure(
                var,
                self.strings(items).method("collect::<Vec<_>>", []),
            )],
        )
    }

    /// The items as arguments that are appended one after the other: runs of plain values, and iterators.
    pub(super) fn arguments(self, items: &[Item]) -> Vec<Rust> {
        let mut out = Vec::new();
        let mut run = Vec::new();
        for item in items {
            match item {
                Item::Value(Template::Scalar(expr))
                    if !expr.optional && self.pod_text(expr).is_none() =>
                {
                    let value = self.value(expr);
                    // The first element decides the type of an array: it has to be a `&str`.
                    run.push(if run.is_empty() {
                        value.str_slice()
                    } else {
                        value.str_arg()
                    });
                }
                other => {
                    if !run.is_empty() {
                        out.push(Rust::Array(std::mem::take(&mut run)));
                    }
                    out.push(self.argument(other));
                }
            }
        }
        if !run.is_empty() {
            out.push(Rust::Array(run));
        }
        out
    }

    /// One item that is no plain text, as something to iterate over.
    fn argument(self, item: &Item) -> Rust {
        match item {
            Item::Splice(expr) => {
                let value = self.value(expr);
                match &value.ty {
                    Type::List(item) if matches!(**item, Type::String) => match value.optional {
                        true => value.iter(),
                        false => value.as_ref(),
                    },
                    _ => self.item_strings(item),
                }
            }
            Item::Value(Template::Scalar(expr)) => {
                if let Some(text) = self.pod_text(expr) {
                    return Rust::Array(vec![text]);
                }
                let value = self.value(expr);
                match value.ty {
                    Type::String => value.as_ref(),
                    _ => value.string(),
                }
            }
            other => self.item_strings(other),
        }
    }

    /// The text as the runtime's `PodText`, where it refers to variables of the container.
    pub(super) fn pod_text(self, expr: &Expr) -> Option<Rust> {
        let one;
        let pieces: &[Piece] = match &expr.kind {
            ExprKind::Text(text) => &text.pieces,
            ExprKind::Late(_) | ExprKind::Literal(Literal::String(_)) => {
                one = [Piece::Value(expr.clone())];
                &one
            }
            _ => return None,
        };
        let mut links = Vec::new();
        let mut late = false;
        for piece in pieces {
            let text = match piece {
                Piece::Literal(text) => text.clone(),
                Piece::Value(expr) => match &expr.kind {
                    ExprKind::Late(variable) => {
                        late = true;
                        links.push(("variable", Rust::str(variable.variable.as_str())));
                        continue;
                    }
                    ExprKind::Literal(Literal::String(text)) => text.clone(),
                    _ => {
                        links.push(("text", self.value(expr).str_arg()));
                        continue;
                    }
                },
            };
            let mut rest = text.as_str();
            while let Some((before, name, after)) = variable_reference(rest) {
                late = true;
                if !before.is_empty() {
                    links.push(("text", Rust::str(before)));
                }
                links.push(("variable", Rust::str(name)));
                rest = after;
            }
            if !rest.is_empty() {
                links.push(("text", Rust::str(rest)));
            }
        }
        if !late {
            return None;
        }
        let mut links = links.into_iter().peekable();
        let start = match links.next_if(|(link, _)| *link == "text") {
            Some((_, text)) => Rust::call("PodText::new", [text]),
            None => Rust::call("PodText::default", []),
        };
        Some(links.fold(start, |code, (link, text)| code.method(link, [text])))
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

    /// `inner` while the condition holds: an `Option`.
    pub(super) fn when(self, cond: &Cond, inner: Rust) -> Rust {
        match cond {
            Cond::Present { value, bind } => {
                let value = self.value(value).as_ref();
                let var = match bind {
                    Some(Binding { local, used: true }) => local.0.to_string(),
                    _ => "_".to_owned(),
                };
                value.method("map", [Rust::closure(var, inner)])
            }
            Cond::All(conds) => {
                let (last, first) = match conds.split_last() {
                    Some(split) => split,
                    None => return Rust::some(inner),
                };
                first
                    .iter()
                    .rev()
                    .fold(self.when(last, inner), |inner, cond| {
                        self.when(cond, inner).method("flatten", [])
                    })
            }
            other => {
                let test = self.condition(other);
                let test = match test {
                    Rust::Atom(text) if text.contains(' ') => Rust::atom(format!("({text})")),
                    test => test,
                };
                test.method("then", [Rust::closure("", inner)])
            }
        }
    }

    /// The condition as a `bool`.
    pub(super) fn condition(self, cond: &Cond) -> Rust {
        let one = |code: Rust| code.print(0, 0, 0);
        let all = |conds: &[Cond], link: &str| {
            let parts: Vec<_> = conds
                .iter()
                .map(|cond| match one(self.condition(cond)) {
                    text if matches!(cond, Cond::All(_) | Cond::Any(_)) => format!("({text})"),
                    text => text,
                })
                .collect();
            Rust::atom(parts.join(link))
        };
        match cond {
            Cond::Present { value, .. } => {
                let value = self.value(value);
                if value.optional {
                    value.code.method("is_some", [])
                } else {
                    Rust::atom("true")
                }
            }
            Cond::Bool(expr) => self.value(expr).code,
            Cond::Not(inner) => match (&**inner, self.condition(inner)) {
                (Cond::Present { value, .. }, _) if value.optional => {
                    self.value(value).code.method("is_none", [])
                }
                (Cond::All(_) | Cond::Any(_) | Cond::Equal { .. }, code) => {
                    Rust::atom(format!("!({})", one(code)))
                }
                (_, code) => Rust::atom(format!("!{}", one(code))),
            },
            Cond::All(conds) => all(conds, " && "),
            Cond::Any(conds) => all(conds, " || "),
            Cond::Equal { left, right } => {
                let (a, b) = (self.value(left), self.value(right));
                if a.optional || b.optional {
                    let (a, b) = (a.present_text(), b.present_text());
                    return Rust::atom(format!("{} == {}", one(a), one(b)));
                }
                Rust::atom(format!(
                    "{} == {}",
                    one(a.comparable()),
                    one(b.comparable())
                ))
            }
            Cond::In { value, list } => {
                let value = self.value(value);
                let item = value.comparable();
                let list = self.value(list);
                let test = Rust::atom(format!("item == {}", one(item)));
                match list.ty {
                    Type::Map(_) => {
                        let key = value.str_arg();
                        let var = Rust::closure(
                            "map",
                            Rust::atom("map").method("contains_key", [key.clone()]),
                        );
                        if list.optional {
                            list.as_ref().method("is_some_and", [var])
                        } else {
                            list.code.method("contains_key", [key])
                        }
                    }
                    _ => list.iter().method("any", [Rust::closure("item", test)]),
                }
            }
        }
    }

    /// The tree inside `json!`: what is absent is null there, and nulls are dropped by the runtime.
    pub(super) fn json(self, tree: &Template) -> super::rust::Json {
        use super::rust::Json;
        match tree {
            Template::Scalar(expr) => match &expr.kind {
                ExprKind::Literal(value) => constant_json(value),
                _ => Json::Expr(self.value(expr).json()),
            },
            Template::Map(entries) => Json::Object(self.entries(entries, None)),
            Template::List(items) if items.iter().all(|item| matches!(item, Item::Value(_))) => {
                let items = items.iter().filter_map(|item| match item {
                    Item::Value(tree) => Some(self.json(tree)),
                    _ => None,
                });
                Json::Array(items.collect())
            }
            Template::List(items) => Json::Expr(self.values(items).method("collect::<Vec<_>>", [])),
        }
    }

    fn entries(
        self,
        entries: &[crate::model::Entry],
        when: Option<&Cond>,
    ) -> Vec<(String, super::rust::Json)> {
        use super::rust::Json;
        let mut out = Vec::new();
        for entry in entries {
            match entry {
                crate::model::Entry::Set { key, value } => {
                    let key = match key.pieces.as_slice() {
                        [Piece::Literal(text)] => text.clone(),
                        pieces => {
                            let texts = pieces.iter().map(|piece| match piece {
                                Piece::Literal(text) => text.clone(),
                                Piece::Value(expr) => self.constant_text(expr).unwrap_or_default(),
                            });
                            texts.collect()
                        }
                    };
                    let value = self.json(value);
                    out.push((
                        key,
                        match when {
                            None => value,
                            Some(cond) => Json::Expr(self.when(cond, Rust::Json(Box::new(value)))),
                        },
                    ));
                }
                crate::model::Entry::If { cond, entries } => {
                    let both = when.map(|when| Cond::All(vec![when.clone(), cond.clone()]));
                    out.extend(self.entries(entries, Some(both.as_ref().unwrap_or(cond))));
                }
            }
        }
        out
    }

    /// The item as an iterator over JSON values; of a lone `$for`, over what its body gives.
    fn item_values(self, item: &Item) -> Rust {
        match item {
            Item::Value(tree) => {
                Rust::call("std::iter::once", [Rust::Json(Box::new(self.json(tree)))])
            }
            Item::Splice(expr) => self.value(expr).iter().method(
                "map",
                [Rust::closure(
                    "item",
                    Rust::Json(Box::new(super::rust::Json::Expr(Rust::atom("item")))),
                )],
            ),
            Item::For {
                var,
                list,
                filter,
                items,
            } => {
                let mut code = self.value(list).iter();
                if let Some(cond) = filter {
                    code = code.method(
                        "filter",
                        [Rust::closure(var.0.as_str(), self.condition(cond))],
                    );
                }
                match items.as_slice() {
                    [Item::Value(Template::Scalar(expr))] if !expr.optional => code.method(
                        "map",
                        [Rust::closure(var.0.as_str(), self.value(expr).owned())],
                    ),
                    [Item::Value(tree)] => {
                        let body = Rust::Json(Box::new(self.json(tree)));
                        code.method("map", [Rust::closure(var.0.as_str(), body)])
                    }
                    items => {
                        let body = self.values(items);
                        code.method(
                            "flat_map",
                            [Rust::closure(
                                var.0.as_str(),
                                body.method("collect::<Vec<_>>", []),
                            )],
                        )
                    }
                }
            }
            Item::If { cond, items } => {
                let body = self.values(items);
                self.when(cond, body)
                    .method("into_iter", [])
                    .method("flatten", [])
            }
        }
    }
}

impl Value {
    /// Whether the expression is an `Option`.
    pub(super) fn optional(&self) -> bool {
        self.optional
    }

    /// An `Option` of a reference, or a reference.
    pub(super) fn as_ref(&self) -> Rust {
        match (self.form, self.optional) {
            (Form::Place, true) => self.code.clone().method("as_ref", []),
            (Form::Place, false) => self.code.clone().borrowed(),
            _ => self.code.clone(),
        }
    }

    /// What a function takes that reads the value.
    pub(super) fn borrowed(&self) -> Rust {
        match self.form {
            Form::Place => self.code.clone().borrowed(),
            _ => self.code.clone(),
        }
    }

    /// What `format!` takes.
    fn display(&self) -> Rust {
        match self.ty {
            Type::Quantity => self.code.clone().field("0"),
            _ => self.code.clone(),
        }
    }

    /// The value itself, cloned where it must be.
    pub(super) fn owned(&self) -> Rust {
        match (&self.ty, self.form, self.optional) {
            (Type::Int | Type::Bool | Type::Port, Form::Place | Form::Owned, _) => {
                self.code.clone()
            }
            (Type::Int | Type::Bool | Type::Port, Form::Ref, false) => {
                Rust::atom(format!("*{}", self.code.print(0, 0, 0)))
            }
            (_, Form::Owned, _) => self.code.clone(),
            (_, Form::Place, _) => self.code.clone().method("clone", []),
            (_, Form::Ref, false) => self.code.clone().method("to_owned", []),
            (_, Form::Ref, true) if self.slice => self
                .code
                .clone()
                .method("map", [Rust::atom("str::to_owned")]),
            (_, Form::Ref, true) => self.code.clone().method("cloned", []),
        }
    }

    /// The value as a `String`, or an `Option` of one.
    fn string(&self) -> Rust {
        match &self.ty {
            Type::String | Type::NodeType | Type::Duration | Type::Json(_) => self.owned(),
            Type::Quantity if self.optional => self.as_ref().method(
                "map",
                [Rust::closure("quantity", Rust::atom("quantity.0.clone()"))],
            ),
            Type::Quantity => self.code.clone().field("0").method("clone", []),
            _ if self.optional => self
                .as_ref()
                .method("map", [Rust::atom("ToString::to_string")]),
            _ => self.code.clone().method("to_string", []),
        }
    }

    /// An element of an array of `&str`.
    fn str_arg(&self) -> Rust {
        match (&self.ty, self.form) {
            (Type::String | Type::NodeType | Type::Duration | Type::Json(_), Form::Ref) => {
                self.code.clone()
            }
            (Type::String | Type::NodeType | Type::Duration | Type::Json(_), _) => {
                self.code.clone().borrowed()
            }
            (Type::Enum(_), _) => self.code.clone().method("as_str", []),
            _ => self.string().borrowed(),
        }
    }

    /// A `&str`, whatever is beside it.
    fn str_slice(&self) -> Rust {
        match (&self.ty, self.form) {
            (Type::String | Type::NodeType | Type::Duration | Type::Json(_), Form::Ref)
                if self.slice =>
            {
                self.code.clone()
            }
            (Type::Enum(_), _) => self.code.clone().method("as_str", []),
            (Type::String | Type::NodeType | Type::Duration | Type::Json(_), _) => {
                self.code.clone().method("as_str", [])
            }
            _ => self.string().method("as_str", []),
        }
    }

    fn comparable(&self) -> Rust {
        match (&self.ty, self.form) {
            (Type::Enum(_), _) => self.code.clone().method("as_str", []),
            (Type::Int | Type::Bool | Type::Port, Form::Ref) => self.owned(),
            _ => self.code.clone(),
        }
    }

    /// A whole number for a field of 32 bits: what is too large for it becomes the largest.
    pub(super) fn int32(&self) -> Rust {
        self.converted("i32", |code| {
            Rust::call("i32::try_from", [code]).method("unwrap_or", [Rust::atom("i32::MAX")])
        })
    }

    /// A whole number for a field of 64 bits.
    pub(super) fn int64(&self) -> Rust {
        self.converted("i64", |code| Rust::call("i64::from", [code]))
    }

    fn converted(&self, wanted: &str, convert: impl Fn(Rust) -> Rust) -> Rust {
        let known = match (&self.ty, &self.code) {
            (_, Rust::Atom(_)) if self.form == Form::Owned => wanted,
            (Type::Port, _) => "u16",
            _ if self.form == Form::Owned => "i32",
            _ => "i64",
        };
        if known == wanted {
            return self.owned();
        }
        let convert = |code| match (known, wanted) {
            ("u16", wanted) => Rust::call(format!("{wanted}::from"), [code]),
            _ => convert(code),
        };
        if self.optional {
            let body = convert(Rust::atom("number"));
            self.owned().method("map", [Rust::closure("number", body)])
        } else {
            convert(self.owned())
        }
    }

    /// The text of a value that may be absent, as an `Option<String>`.
    fn present_text(&self) -> Rust {
        if self.optional {
            self.string()
        } else {
            Rust::some(self.string())
        }
    }

    /// The elements, borrowed; nothing while the list is absent.
    pub(super) fn iter(&self) -> Rust {
        match (self.form, self.optional) {
            (Form::Owned, false) => self.code.clone(),
            (Form::Place, true) => self.code.clone().method("iter", []).method("flatten", []),
            (_, false) => self.code.clone().method("iter", []),
            (_, true) => flat(&self.code),
        }
    }

    fn json(&self) -> Rust {
        self.code.clone()
    }
}

/// One iterator over all items: runs of plain ones stand in an array.
fn chained(
    items: &[Item],
    plain: impl Fn(&Item) -> Option<Rust>,
    other: impl Fn(&Item) -> Rust,
) -> Option<Rust> {
    let mut parts = Vec::new();
    let mut run = Vec::new();
    let close = |run: &mut Vec<Rust>, parts: &mut Vec<Rust>| match run.len() {
        0 => {}
        1 => parts.extend(run.pop().map(|one| Rust::call("std::iter::once", [one]))),
        _ => {
            // Inside `json!` an expression cannot begin with a bracket.
            let run = Rust::Array(std::mem::take(run));
            parts.push(Rust::call("Vec::from", [run]).method("into_iter", []));
        }
    };
    for item in items {
        if let Some(value) = plain(item) {
            run.push(value);
        } else {
            close(&mut run, &mut parts);
            parts.push(other(item));
        }
    }
    close(&mut run, &mut parts);
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    Some(parts.fold(first, |all, part| all.method("chain", [part])))
}

/// Splits at the first `$(NAME)`; a doubled dollar sign is none.
fn variable_reference(text: &str) -> Option<(&str, &str, &str)> {
    let at = text.find("$(")?;
    let (before, rest) = (text.get(..at)?, text.get(at + 2..)?);
    if before.ends_with('$') {
        return None;
    }
    let (name, after) = rest.split_once(')')?;
    Some((before, name, after))
}

/// Takes `x.map(|var| &inner)` apart.
fn last_mapped(code: &Rust) -> Option<(Rust, String, Rust)> {
    let Rust::Chain(root, links) = code else {
        return None;
    };
    let (Link::Method(map, args), before) = links.split_last()? else {
        return None;
    };
    let ("map", [Rust::Closure(var, body)]) = (map.as_str(), args.as_slice()) else {
        return None;
    };
    let Rust::Ref(inner) = &**body else {
        return None;
    };
    let code = Rust::Chain(root.clone(), before.to_vec());
    Some((code, var.clone(), (**inner).clone()))
}

/// The elements of an option of a list: `x.iter().flat_map(…)` where the option was mapped, else flattened.
fn flat(code: &Rust) -> Rust {
    if let Rust::Chain(root, links) = code
        && let [
            before @ ..,
            Link::Method(as_ref, none),
            Link::Method(map, closure),
        ] = links.as_slice()
        && (as_ref.as_str(), map.as_str()) == ("as_ref", "map")
        && none.is_empty()
    {
        let mut links = before.to_vec();
        links.push(Link::Method("iter".into(), Vec::new()));
        links.push(Link::Method("flat_map".into(), closure.clone()));
        return Rust::Chain(root.clone(), links);
    }
    code.clone().method("into_iter", []).method("flatten", [])
}

fn append(code: Rust, link: Link) -> Rust {
    match link {
        Link::Method(name, args) => code.method(name, args),
        Link::Field(name) => code.field(name),
    }
}

/// The name of a closure's parameter: what the option in front of it is called.
fn closure_var(code: &Rust) -> String {
    let name = match code {
        Rust::Chain(_, links) if matches!(links.last(), Some(Link::Method(name, _)) if name == "find") => {
            Some("item")
        }
        Rust::Chain(_, links) => links.iter().rev().find_map(|link| match link {
            Link::Field(name) if name != "spec" => Some(name.as_str()),
            _ => None,
        }),
        Rust::Atom(name) => Some(name.as_str()),
        _ => None,
    };
    match name {
        Some(name) if is_ident(name) && name != "node" => name.to_owned(),
        _ => "value".to_owned(),
    }
}

fn is_ident(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && text != "true"
        && text != "false"
}

/// A constant as Rust.
pub(super) fn constant(value: &Literal) -> Rust {
    match value {
        Literal::Null => Rust::atom("serde_json::Value::Null"),
        Literal::Bool(value) => Rust::atom(value.to_string()),
        Literal::Int(value) => Rust::atom(grouped(*value)),
        Literal::Float(text) => Rust::atom(text.clone()),
        Literal::String(text) => Rust::str(text),
        Literal::List(items) => Rust::Array(items.iter().map(constant).collect()),
        Literal::Map(_) => Rust::Json(Box::new(constant_json(value))),
    }
}

/// A constant inside `json!`.
pub(super) fn constant_json(value: &Literal) -> super::rust::Json {
    use super::rust::Json;
    match value {
        Literal::Null => Json::Expr(Rust::atom("null")),
        Literal::Int(value) => Json::Expr(Rust::atom(value.to_string())),
        Literal::List(items) => Json::Array(items.iter().map(constant_json).collect()),
        Literal::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), constant_json(value)))
                .collect(),
        ),
        Literal::Float(text) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Json::Expr(Rust::atom(format!("{number:?}"))),
            _ => Json::Expr(Rust::atom(literal(text))),
        },
        other => Json::Expr(constant(other)),
    }
}

/// A number with `_` between its thousands, as people read it.
fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    if digits.len() < 6 {
        return value.to_string();
    }
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push('_');
        }
        out.push(digit);
    }
    if value < 0 { format!("-{out}") } else { out }
}
