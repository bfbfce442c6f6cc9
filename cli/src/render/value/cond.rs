//! Conditions: `bool`s, and values that are there while one holds.

use super::Ctx;
use crate::model::{Binding, Cond, Type};
use crate::render::rust::Expr as Rust;

impl Ctx<'_> {
    /// `inner` while the condition holds: an `Option`.
    pub(in crate::render) fn when(self, cond: &Cond, inner: Rust) -> Rust {
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
                let Some((last, first)) = conds.split_last() else {
                    return Rust::some(inner);
                };
                first
                    .iter()
                    .rev()
                    .fold(self.when(last, inner), |inner, cond| {
                        self.when(cond, inner).method("flatten", [])
                    })
            }
            other => {
                let holds = match self.condition(other) {
                    Rust::Atom(code) if code.contains(' ') => Rust::atom(format!("({code})")),
                    code => code,
                };
                holds.method("then", [Rust::closure("", inner)])
            }
        }
    }

    /// The condition as a `bool`.
    pub(in crate::render) fn condition(self, cond: &Cond) -> Rust {
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
                    _ => list.elements().method("any", [Rust::closure("item", test)]),
                }
            }
        }
    }
}
