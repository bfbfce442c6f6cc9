//! Conditions and loops: what they ask, and what is known inside of them.

use std::cell::Cell;
use std::rc::Rc;

use super::ident;
use super::literal::words;
use super::path::Leads;
use super::scope::{Narrowed, Scope, Variable};
use super::typer::Typer;
use super::value::{is_text, names_of, same_type};
use crate::diagnostic::{Code, Problem};
use crate::expr::{Compare, Cond as Written, Expr as WrittenExpr, For};
use crate::manifest::Span;
use crate::model::{Binding, Cond, Expr, Local, RustIdent, Type};

/// A loop's head.
pub(super) struct Loop<'a> {
    pub(super) var: Local,
    pub(super) list: Expr,
    /// The surroundings of the body.
    pub(super) scope: Scope<'a>,
}

impl Typer<'_, '_> {
    /// The condition, and what is present where it holds.
    pub(super) fn cond(
        &self,
        scope: &Scope<'_>,
        written: &Written,
    ) -> Option<(Cond, Vec<Narrowed>)> {
        let mut narrowed = Vec::new();
        let cond = self.narrowing(&scope.clone(), written, true, &mut narrowed)?;
        Some((cond, narrowed))
    }

    fn narrowing(
        &self,
        scope: &Scope<'_>,
        written: &Written,
        binds: bool,
        narrowed: &mut Vec<Narrowed>,
    ) -> Option<Cond> {
        match written {
            Written::And(parts) => {
                // Each part sees what those before it found present.
                let mut list = Vec::new();
                for part in parts {
                    let inner = scope.with_narrowed(narrowed);
                    list.push(self.narrowing(&inner, part, binds, narrowed));
                }
                list.into_iter().collect::<Option<_>>().map(Cond::All)
            }
            Written::Or(parts) => {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|part| self.narrowing(scope, part, false, narrowed))
                    .collect();
                parts.into_iter().collect::<Option<_>>().map(Cond::Any)
            }
            Written::Not(inner, _) => Some(Cond::Not(Box::new(
                self.narrowing(scope, inner, false, narrowed)?,
            ))),
            Written::Value(value) => self.asked(scope, value, binds, narrowed),
            Written::Compare { left, op, right } => self.compare(scope, left, op.value, right),
        }
    }

    /// A value alone: a bool, or a path that may be absent.
    fn asked(
        &self,
        scope: &Scope<'_>,
        value: &WrittenExpr,
        binds: bool,
        narrowed: &mut Vec<Narrowed>,
    ) -> Option<Cond> {
        let Some(path) = value.as_path() else {
            let expr = self.expr(&scope.reading(), value)?;
            return self.bool(expr, value.span);
        };
        let (expr, cr_path, _) = self.path_value(&scope.reading(), path)?;
        if expr.ty == Type::Bool {
            return self.bool(expr, value.span);
        }
        if !expr.optional {
            self.report.push(
                Problem::new(Code::E0323, format!("`{path}` is always there"))
                    .at(
                        path.span,
                        format!("{} that is not optional", words(&expr.ty)),
                    )
                    .help("drop the condition, or make the field optional"),
            );
            return None;
        }
        if !binds {
            return Some(Cond::Present {
                value: expr,
                bind: None,
            });
        }
        let last = names_of(path).last().unwrap_or(&path.root.value);
        let local = scope
            .with_narrowed(narrowed)
            .local(&ident::field(last).or_else(|| RustIdent::new("value").ok())?);
        narrowed.push(Narrowed {
            written: path.to_string(),
            steps: path.steps.len(),
            local: local.clone(),
            ty: expr.ty.clone(),
            cr_path,
            used: Rc::new(Cell::new(false)),
        });
        Some(Cond::Present {
            value: expr,
            bind: Some(Binding { local, used: false }),
        })
    }

    fn bool(&self, expr: Expr, span: Span) -> Option<Cond> {
        if expr.ty != Type::Bool {
            self.report.push(
                Problem::new(
                    Code::E0302,
                    "a condition is a bool, a comparison, or a path that may be absent",
                )
                .at(span, words(&expr.ty)),
            );
            return None;
        }
        if expr.optional {
            self.report.push(
                Problem::new(Code::E0309, "this bool may be absent")
                    .at(span, "neither true nor false while it is absent")
                    .help("say what absence means: `… ?? false`"),
            );
            return None;
        }
        Some(Cond::Bool(expr))
    }

    fn compare(
        &self,
        scope: &Scope<'_>,
        left: &WrittenExpr,
        op: Compare,
        right: &WrittenExpr,
    ) -> Option<Cond> {
        let reading = scope.reading();
        let (one, other) = (self.expr(&reading, left), self.expr(&reading, right));
        let (one, other) = (one?, other?);
        if op == Compare::In {
            let inner = match &other.ty {
                Type::List(item) => (**item).clone(),
                Type::Map(_) => Type::String,
                ty => {
                    self.report.push(
                        Problem::new(Code::E0322, "`in` needs a list or a map on its right")
                            .at(right.span, words(ty)),
                    );
                    return None;
                }
            };
            self.comparable(&one.ty, &inner, left.span)?;
            return Some(Cond::In {
                value: one,
                list: other,
            });
        }
        self.comparable(&one.ty, &other.ty, right.span)?;
        let present = |value: &Expr| {
            value.optional.then(|| Cond::Present {
                value: value.clone(),
                bind: None,
            })
        };
        // Comparing an absent value is false, for `!=` too.
        let guards: Vec<Cond> = [&one, &other].into_iter().filter_map(present).collect();
        let equal = Cond::Equal {
            left: one,
            right: other,
        };
        Some(match op {
            Compare::NotEqual => Cond::All(
                guards
                    .into_iter()
                    .chain([Cond::Not(Box::new(equal))])
                    .collect(),
            ),
            _ => equal,
        })
    }

    fn comparable(&self, one: &Type, other: &Type, span: Span) -> Option<()> {
        let word = |ty: &Type| is_text(ty) && !matches!(ty, Type::Int | Type::Port | Type::Bool);
        if is_text(one) && is_text(other) && (same_type(one, other) || word(one) && word(other)) {
            return Some(());
        }
        self.report.push(
            Problem::new(Code::E0317, "these two can never be alike").at(
                span,
                format!("{} is compared with {}", words(one), words(other)),
            ),
        );
        None
    }

    /// The head of a `$for`.
    pub(super) fn each<'a>(&self, scope: &Scope<'a>, each: &For) -> Option<Loop<'a>> {
        let (list, cr_path, of) = match self.path(&scope.reading(), &each.list)? {
            Leads::To(mut walk) => {
                self.enter_list(&mut walk);
                let (cr_path, of) = (walk.cr_path.clone(), walk.of.clone());
                (walk.expr(), cr_path, of)
            }
            other => (Self::lead(other), None, None),
        };
        let item = match &list.ty {
            Type::List(item) => (**item).clone(),
            Type::KeyedList { item, .. } => Type::Struct(item.clone()),
            ty => {
                self.report.push(
                    Problem::new(
                        Code::E0322,
                        format!("`$for` needs a list, and `{}` is none", each.list),
                    )
                    .at(each.list.span, words(ty)),
                );
                return None;
            }
        };
        let name = &each.name;
        if crate::expr::is_root(&name.value)
            || scope.locals.iter().any(|known| known.name == name.value)
        {
            self.report.push(
                Problem::new(
                    Code::E0318,
                    format!("`{}` has a meaning already", name.value),
                )
                .at(name.span, "would hide it")
                .help("choose another name"),
            );
            return None;
        }
        let ident = ident::field(&name.value).or_else(|| RustIdent::new("item").ok())?;
        let var = scope.local(&ident);
        let mut inner = scope.clone();
        inner.locals.push(Variable {
            name: name.value.clone(),
            local: var.clone(),
            ty: item,
            cr_path: cr_path.map(|path| {
                if path.ends_with("replicas") {
                    path
                } else {
                    format!("{path}[]")
                }
            }),
            of,
        });
        // The body is built from the list, even where it names nothing of an element.
        if let Some(variable) = inner.locals.last()
            && let Some(path) = &variable.cr_path
        {
            self.note(scope, path.trim_end_matches("[]"));
        }
        Some(Loop {
            var,
            list,
            scope: inner,
        })
    }
}
