//! Trees and lists of texts, with their directives.

use super::literal::words;
use super::scope::{Scope, mark_used};
use super::typer::Typer;
use super::value::{is_text, place_name};
use crate::diagnostic::{Code, Problem};
use crate::expr::Expr as WrittenExpr;
use crate::manifest::{
    Body, Directed, Entry as WrittenEntry, Span, Template as Written, TemplateKind,
};
use crate::model::{Entry, Expr, ExprKind, Item, Literal, Template, Text, Type};

/// What the items of a list may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Items {
    /// Any trees.
    Trees,
    /// Texts alone: arguments, what `$join` joins.
    Texts,
}

impl Typer<'_, '_> {
    /// A tree: the value of an entry or item.
    pub(super) fn tree(&self, scope: &Scope<'_>, written: &Written) -> Option<Template> {
        let literal = |literal, ty| {
            Some(Template::Scalar(Expr {
                kind: ExprKind::Literal(literal),
                ty,
                optional: false,
            }))
        };
        match &written.kind {
            TemplateKind::Null => literal(Literal::Null, Type::Tree),
            TemplateKind::Bool(value) => literal(Literal::Bool(*value), Type::Bool),
            TemplateKind::Int(number) => literal(Literal::Int(*number), Type::Int),
            TemplateKind::Float(number) => literal(Literal::Float(number.to_string()), Type::Tree),
            TemplateKind::Text(text) => Some(Template::Scalar(self.text(scope, text)?)),
            TemplateKind::Value(value) => Some(Template::Scalar(self.tree_value(scope, value)?)),
            TemplateKind::List(items) => {
                Some(Template::List(self.items(scope, items, Items::Trees)?))
            }
            TemplateKind::Map(entries) => Some(Template::Map(self.entries(scope, entries)?)),
            TemplateKind::Directed(directed) => self.directed_value(scope, directed, written.span),
        }
    }

    /// A whole value in a tree: no secret, nothing that is only for expressions.
    fn tree_value(&self, scope: &Scope<'_>, value: &WrittenExpr) -> Option<Expr> {
        let expr = self.expr(scope, value)?;
        if let Some(secret) = secret_in(&expr.ty) {
            self.secret(scope, secret, value.span, value.as_path());
            return None;
        }
        if has_peers(&expr.ty) {
            self.report.push(
                Problem::new(
                    Code::E0302,
                    format!("{} cannot be written down as it is", words(&expr.ty)),
                )
                .at(value.span, "choose what of it is meant")
                .help("take one fact of each: `[{$for: p in pods.store, $value: \"${p.host}\"}]`"),
            );
            return None;
        }
        Some(expr)
    }

    /// A mapping with directives where one value stands.
    fn directed_value(
        &self,
        scope: &Scope<'_>,
        directed: &Directed,
        span: Span,
    ) -> Option<Template> {
        if let Some(each) = &directed.each
            && directed.join.is_none()
        {
            self.report.push(
                Problem::new(Code::E0319, "`$for` makes many values, and here stands one")
                    .at(each.span, "no list around it")
                    .help("put it in a list, `[{$for: …}]`, or make one text of it with `$join`"),
            );
            return None;
        }
        if directed.join.is_some() {
            return Some(Template::Scalar(self.join(scope, directed, span)?));
        }
        if let Some(cond) = &directed.condition {
            // Where an entry or item stands, its condition was taken off before.
            self.report.push(
                Problem::new(Code::E0319, "`$if` has nothing to leave out here")
                    .at(cond.span(), "no entry, item or layer"),
            );
            return None;
        }
        self.body(scope, &directed.body)
    }

    fn body(&self, scope: &Scope<'_>, body: &Body) -> Option<Template> {
        match body {
            Body::Value(value) => self.tree(scope, value),
            Body::Json(tree) => Some(Template::Scalar(self.json(scope, tree)?)),
            Body::Map(entries) => Some(Template::Map(self.entries(scope, entries)?)),
        }
    }

    fn json(&self, scope: &Scope<'_>, tree: &Written) -> Option<Expr> {
        let kind = ExprKind::Json(Box::new(self.tree(scope, tree)?));
        Some(Expr {
            kind,
            ty: Type::String,
            optional: false,
        })
    }

    /// `$join`: one text of many.
    pub(super) fn join(&self, scope: &Scope<'_>, directed: &Directed, span: Span) -> Option<Expr> {
        let separator = directed
            .join
            .as_ref()
            .map_or_else(String::new, |join| join.value.clone());
        let many = Directed {
            join: None,
            ..directed.clone()
        };
        let items = if many.each.is_some() || many.condition.is_some() {
            self.directed_items(scope, &many, span, Items::Texts)?
        } else if let Body::Value(value) = &many.body {
            self.item_list(scope, value, Items::Texts)?
        } else {
            self.report.push(
                Problem::new(Code::E0319, "`$join` needs a list")
                    .at(span, "no `$for` and no `$value`")
                    .help("write what it joins: `$value: [a, b]`"),
            );
            return None;
        };
        Some(Expr {
            kind: ExprKind::Join { separator, items },
            ty: Type::String,
            optional: false,
        })
    }

    /// A list, or one thing that is as good as a list of it.
    pub(super) fn item_list(
        &self,
        scope: &Scope<'_>,
        written: &Written,
        of: Items,
    ) -> Option<Vec<Item>> {
        match &written.kind {
            TemplateKind::List(items) => self.items(scope, items, of),
            _ => self.item(scope, written, of),
        }
    }

    pub(super) fn items(
        &self,
        scope: &Scope<'_>,
        written: &[Written],
        of: Items,
    ) -> Option<Vec<Item>> {
        let items: Vec<_> = written
            .iter()
            .map(|item| self.item(scope, item, of))
            .collect();
        items
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .map(|items| items.into_iter().flatten().collect())
    }

    /// What one item of a list makes.
    fn item(&self, scope: &Scope<'_>, written: &Written, of: Items) -> Option<Vec<Item>> {
        match &written.kind {
            TemplateKind::Directed(directed) if directed.join.is_none() => {
                self.directed_items(scope, directed, written.span, of)
            }
            TemplateKind::Directed(directed) => self.joined_item(scope, directed, written.span),
            TemplateKind::Value(value) => {
                let expr = self.expr(scope, value)?;
                match &expr.ty {
                    Type::List(item) if of == Items::Trees || is_text(item) => {
                        if has_peers(&expr.ty) || secret_in(&expr.ty).is_some() {
                            self.tree_value(scope, value)?;
                        }
                        Some(vec![Item::Splice(expr)])
                    }
                    Type::KeyedList { .. } if of == Items::Trees => Some(vec![Item::Splice(expr)]),
                    _ if of == Items::Texts => {
                        self.one_text(scope, &expr, value.span, value.as_path())?;
                        Some(vec![Item::Value(Template::Scalar(expr))])
                    }
                    _ => Some(vec![Item::Value(Template::Scalar(
                        self.tree_value(scope, value)?,
                    ))]),
                }
            }
            TemplateKind::List(_) | TemplateKind::Map(_) | TemplateKind::Null
                if of == Items::Texts =>
            {
                self.report.push(
                    Problem::new(
                        Code::E0302,
                        format!("{} is one text", place_name(scope.place)),
                    )
                    .at(written.span, "not a text"),
                );
                None
            }
            _ => Some(vec![Item::Value(self.tree(scope, written)?)]),
        }
    }

    /// A joined text as an item; its `$if` filters the item where there is no `$for`.
    fn joined_item(&self, scope: &Scope<'_>, directed: &Directed, span: Span) -> Option<Vec<Item>> {
        match &directed.condition {
            Some(cond) if directed.each.is_none() => {
                let (mut cond, narrowed) = self.cond(scope, cond)?;
                let bare = Directed {
                    condition: None,
                    ..directed.clone()
                };
                let expr = self.join(&scope.with_narrowed(&narrowed), &bare, span)?;
                mark_used(&mut cond, &narrowed);
                Some(vec![Item::If {
                    cond,
                    items: vec![Item::Value(Template::Scalar(expr))],
                }])
            }
            _ => Some(vec![Item::Value(Template::Scalar(
                self.join(scope, directed, span)?,
            ))]),
        }
    }

    /// `$for` and `$if` in a list.
    fn directed_items(
        &self,
        scope: &Scope<'_>,
        directed: &Directed,
        span: Span,
        of: Items,
    ) -> Option<Vec<Item>> {
        let looped = match &directed.each {
            Some(each) => Some(self.each(scope, each)?),
            None => None,
        };
        let inner = looped.as_ref().map_or(scope, |looped| &looped.scope);
        let (mut cond, narrowed) = match &directed.condition {
            Some(cond) => {
                let (cond, narrowed) = self.cond(inner, cond)?;
                (Some(cond), narrowed)
            }
            None => (None, Vec::new()),
        };
        let body = inner.with_narrowed(&narrowed);
        let items = match (&directed.body, of) {
            (Body::Value(value), Items::Texts) => self.item_list(&body, value, of)?,
            (Body::Value(value), Items::Trees) => self.item(&body, value, of)?,
            (Body::Json(tree), _) => vec![Item::Value(Template::Scalar(self.json(&body, tree)?))],
            (Body::Map(entries), Items::Trees) => {
                vec![Item::Value(Template::Map(self.entries(&body, entries)?))]
            }
            (Body::Map(_), Items::Texts) => {
                self.report.push(
                    Problem::new(
                        Code::E0302,
                        format!("{} is one text", place_name(scope.place)),
                    )
                    .at(span, "a mapping")
                    .help("say what it stands for with `$value`"),
                );
                return None;
            }
        };
        if let Some(cond) = &mut cond {
            mark_used(cond, &narrowed);
        }
        Some(match (looped, cond) {
            (Some(looped), filter) => vec![Item::For {
                var: looped.var,
                list: looped.list,
                filter,
                items,
            }],
            (None, Some(cond)) => vec![Item::If { cond, items }],
            (None, None) => items,
        })
    }

    /// The entries of a mapping.
    pub(super) fn entries(
        &self,
        scope: &Scope<'_>,
        written: &[WrittenEntry],
    ) -> Option<Vec<Entry>> {
        let entries: Vec<_> = written
            .iter()
            .map(|entry| self.one_entry(scope, entry))
            .collect();
        entries.into_iter().collect()
    }

    fn one_entry(&self, scope: &Scope<'_>, written: &WrittenEntry) -> Option<Entry> {
        let key = self.whole_text(scope, &written.key);
        let inner = written
            .key
            .as_literal()
            .map_or_else(|| scope.clone(), |name| scope.entry(name));
        if let TemplateKind::Directed(directed) = &written.value.kind
            && let (Some(cond), None) = (&directed.condition, &directed.each)
        {
            let (mut cond, narrowed) = self.cond(&inner, cond)?;
            let bare = Directed {
                condition: None,
                ..(**directed).clone()
            };
            let value =
                self.directed_value(&inner.with_narrowed(&narrowed), &bare, written.value.span)?;
            mark_used(&mut cond, &narrowed);
            return Some(Entry::If {
                cond,
                entries: vec![Entry::Set { key: key?, value }],
            });
        }
        let value = self.tree(&inner, &written.value)?;
        Some(Entry::Set { key: key?, value })
    }

    /// A plain scalar of the manifest as a text: `8080` in `args` is "8080".
    pub(super) fn scalar_text(&self, scope: &Scope<'_>, written: &Written) -> Option<Expr> {
        if let Item::Value(Template::Scalar(expr)) =
            self.item(scope, written, Items::Texts)?.pop()?
        {
            Some(expr)
        } else {
            self.report.push(
                Problem::new(Code::E0305, "a list cannot stand where one text is meant")
                    .at(written.span, "many values"),
            );
            None
        }
    }
}

/// The secret in a type, if there is one.
pub(super) fn secret_in(ty: &Type) -> Option<&Type> {
    match ty {
        Type::SecretKey | Type::SecretRef => Some(ty),
        Type::List(item) | Type::Map(item) => secret_in(item),
        Type::KeyedList { item, .. } | Type::Struct(item) => {
            item.fields.iter().find_map(|field| secret_in(&field.ty))
        }
        _ => None,
    }
}

fn has_peers(ty: &Type) -> bool {
    match ty {
        Type::Node | Type::Pod => true,
        Type::List(item) | Type::Map(item) => has_peers(item),
        _ => false,
    }
}

/// The text of a template that is a constant of the manifest.
pub(super) fn constant_text(text: &Text) -> Option<String> {
    match text.pieces.as_slice() {
        [] => Some(String::new()),
        [crate::model::Piece::Literal(text)] => Some(text.clone()),
        _ => None,
    }
}
