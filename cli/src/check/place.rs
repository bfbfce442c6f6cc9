//! Values of Kubernetes types: every field looked up in the committed schemas.
//!
//! In: a tree and the type that its place has. Out: a value whose every field exists there and fits, or problems.

mod amounts;
mod scalar;
mod script;

use super::ident;
use super::k8s::{self, Shape};
use super::report::listed;
use super::scope::Scope;
use super::typer::Typer;
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest::{Body, Entry as WrittenEntry, Span, Template as Written, TemplateKind};
use crate::model::{K8sFieldValue, K8sType, K8sValue, Literal, Text, WireName};

/// Fields of a type that the operator sets itself, each with the word that says where to set it.
pub(super) type Owned = &'static [(&'static str, &'static str)];

impl Typer<'_, '_> {
    /// A value of a Kubernetes struct.
    pub(super) fn k8s_struct(
        &self,
        scope: &Scope<'_>,
        ty: &str,
        written: &Written,
    ) -> Option<K8sValue> {
        self.k8s_value(scope, &Shape::Struct(ty.to_owned()), written, ty)
    }

    /// The fields of a struct, except those that the operator sets itself. `types` are looked through in order.
    pub(super) fn k8s_fields(
        &self,
        scope: &Scope<'_>,
        types: &[&str],
        owned: Owned,
        written: &Written,
    ) -> Option<Vec<K8sFieldValue>> {
        let TemplateKind::Map(entries) = &written.kind else {
            return self.misfit(
                written.span,
                types.first().copied().unwrap_or_default(),
                "a mapping",
            );
        };
        let mut fields = Vec::new();
        let mut sound = true;
        if types.contains(&"ResourceRequirements") {
            self.amounts(entries);
        }
        for entry in entries {
            if let Some((_, instead)) = entry
                .key
                .as_literal()
                .and_then(|key| owned.iter().find(|(name, _)| *name == key))
            {
                self.report.push(
                    Problem::new(
                        Code::E0517,
                        format!(
                            "`{}` is not set here",
                            entry.key.as_literal().unwrap_or_default()
                        ),
                    )
                    .at(entry.key.span, "the operator sets it")
                    .help(*instead),
                );
                sound = false;
                continue;
            }
            match self.k8s_field(scope, types, entry) {
                Some(field) => fields.push(field),
                None => sound = false,
            }
        }
        sound.then_some(fields)
    }

    fn k8s_field(
        &self,
        scope: &Scope<'_>,
        types: &[&str],
        entry: &WrittenEntry,
    ) -> Option<K8sFieldValue> {
        let definitions = || types.iter().filter_map(|ty| k8s::definition_of(ty));
        let owner = types.first().copied().unwrap_or_default();
        let Some(name) = entry.key.as_literal() else {
            return self.misfit(entry.key.span, owner, "a field's name without `${…}`");
        };
        let found =
            definitions().find_map(|definition| Some((definition, definition.fields.get(name)?)));
        let Some((definition, shape)) = found else {
            let names: Vec<&str> = definitions()
                .flat_map(|definition| definition.fields.keys().map(String::as_str))
                .collect();
            let problem = Problem::new(
                Code::E0509,
                format!(
                    "`{name}` is not a field of a Kubernetes {}",
                    listed(types, "")
                ),
            )
            .at(entry.key.span, "unknown here");
            self.report
                .push(match nearest(name, names.iter().copied()) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None if names.len() <= 12 => {
                        problem.help(format!("it has {}", listed(&names, "no fields")))
                    }
                    None => problem,
                });
            return None;
        };
        let required = definition.required.iter().any(|known| known == name);
        if types.contains(&"ResourceRequirements") && ["limits", "requests"].contains(&name) {
            self.resource_names(&entry.value)?;
        }
        let value = self.k8s_value(&scope.entry(name), shape, &entry.value, name)?;
        if required && let Some(span) = absent_in(&value).then_some(entry.value.span) {
            self.report.push(
                Problem::new(
                    Code::E0510,
                    format!("a Kubernetes {owner} needs `{name}`, and this value may be absent"),
                )
                .at(span, "may be absent")
                .help("write a default with `??`"),
            );
            return None;
        }
        Some(K8sFieldValue {
            wire: WireName::new(name).ok()?,
            ident: ident::k8s_field(name)?,
            required,
            value,
        })
    }

    /// `E0509`: what a container has limits of. The server knows these, and takes any other only with a domain in front.
    fn resource_names(&self, written: &Written) -> Option<()> {
        const KNOWN: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];
        let TemplateKind::Map(entries) = &written.kind else {
            return Some(());
        };
        let mut sound = Some(());
        for key in entries.iter().map(|entry| &entry.key) {
            // What an expression comes to is the server's to judge.
            let Some(name) = key.as_literal() else {
                continue;
            };
            if KNOWN.contains(&name) || name.starts_with("hugepages-") || name.contains('/') {
                continue;
            }
            let all = "a container has `cpu`, `memory`, `ephemeral-storage` and `hugepages-SIZE`; those of devices have a domain, as `example.com/gpu`";
            // Short for a word, and too far from it for a slip.
            let near = if name == "mem" {
                Some("memory")
            } else {
                nearest(name, KNOWN)
            };
            self.report.push(
                Problem::new(
                    Code::E0509,
                    format!("`{name}` is not a resource of a Kubernetes container"),
                )
                .at(key.span, "unknown here")
                .help(match near {
                    Some(near) => format!("did you mean `{near}`? {all}"),
                    None => all.to_owned(),
                }),
            );
            sound = None;
        }
        sound
    }

    fn k8s_value(
        &self,
        scope: &Scope<'_>,
        shape: &Shape,
        written: &Written,
        name: &str,
    ) -> Option<K8sValue> {
        if let TemplateKind::Directed(directed) = &written.kind {
            return match (&directed.join, shape, &directed.body) {
                (Some(_), Shape::String { .. }, _) => Some(K8sValue::String(self.join(
                    scope,
                    directed,
                    written.span,
                )?)),
                (None, Shape::String { .. }, Body::Json(_))
                    if directed.condition.is_none() && directed.each.is_none() =>
                {
                    match self.tree(scope, written)? {
                        crate::model::Template::Scalar(expr) => Some(K8sValue::String(expr)),
                        _ => None,
                    }
                }
                _ => {
                    self.report.push(
                        Problem::new(
                            Code::E0901,
                            "`$if` and `$for` inside of Kubernetes fields are not supported yet",
                        )
                        .at(written.span, "not yet"),
                    );
                    None
                }
            };
        }
        if let TemplateKind::Value(value) = &written.kind {
            return self.k8s_expr(scope, shape, value);
        }
        match shape {
            Shape::Struct(ty) => self.k8s_literal(scope, ty, written),
            Shape::List(item) => {
                let TemplateKind::List(items) = &written.kind else {
                    return self.misfit(written.span, name, "a list");
                };
                self.no_script(scope, name, items);
                let values: Vec<_> = items
                    .iter()
                    .map(|written| self.k8s_value(scope, item, written, name))
                    .collect();
                values
                    .into_iter()
                    .collect::<Option<_>>()
                    .map(K8sValue::List)
            }
            Shape::Map(item) => {
                let TemplateKind::Map(entries) = &written.kind else {
                    return self.misfit(written.span, name, "a mapping");
                };
                let values: Vec<_> = entries
                    .iter()
                    .map(|entry| {
                        let key: Text = self.whole_text(scope, &entry.key)?;
                        Some((key, self.k8s_value(scope, item, &entry.value, name)?))
                    })
                    .collect();
                values.into_iter().collect::<Option<_>>().map(K8sValue::Map)
            }
            Shape::Any => Some(K8sValue::Any(
                plain(written).or_else(|| self.misfit(written.span, name, "plain JSON"))?,
            )),
            _ => self.k8s_scalar(scope, shape, written, name),
        }
    }

    fn k8s_literal(&self, scope: &Scope<'_>, ty: &str, written: &Written) -> Option<K8sValue> {
        let fields = self.k8s_fields(scope, &[ty], &[], written)?;
        let definition = k8s::definition_of(ty)?;
        let missing: Vec<&String> = definition
            .required
            .iter()
            .filter(|name| !fields.iter().any(|field| field.wire.as_str() == *name))
            .collect();
        if !missing.is_empty() {
            self.report.push(
                Problem::new(
                    Code::E0510,
                    format!("a Kubernetes {ty} needs {}", listed(missing, "nothing")),
                )
                .at(written.span, "not given here"),
            );
            return None;
        }
        Some(K8sValue::Struct {
            ty: K8sType::new(ty),
            fields,
        })
    }

    /// `E0511`.
    fn misfit<T>(&self, span: Span, name: &str, expected: &str) -> Option<T> {
        self.report.push(
            Problem::new(
                Code::E0511,
                format!("`{name}` has another shape in Kubernetes"),
            )
            .at(span, format!("expected {expected}")),
        );
        None
    }
}

/// Whether the value is gone while an expression is absent.
fn absent_in(value: &K8sValue) -> bool {
    match value {
        K8sValue::String(expr)
        | K8sValue::Int(expr)
        | K8sValue::Bool(expr)
        | K8sValue::Quantity(expr)
        | K8sValue::IntOrStringInt(expr)
        | K8sValue::IntOrStringText(expr)
        | K8sValue::Whole { value: expr, .. } => expr.optional,
        K8sValue::Struct { .. } | K8sValue::List(_) | K8sValue::Map(_) | K8sValue::Any(_) => false,
    }
}

/// A tree without expressions.
pub(super) fn plain(written: &Written) -> Option<Literal> {
    Some(match &written.kind {
        TemplateKind::Null => Literal::Null,
        TemplateKind::Bool(value) => Literal::Bool(*value),
        TemplateKind::Int(number) => Literal::Int(*number),
        TemplateKind::Float(number) => Literal::Float(number.to_string()),
        TemplateKind::Text(text) => Literal::String(text.as_literal()?.to_owned()),
        TemplateKind::List(items) => Literal::List(items.iter().map(plain).collect::<Option<_>>()?),
        TemplateKind::Map(entries) => Literal::Map(
            entries
                .iter()
                .map(|entry| Some((entry.key.as_literal()?.to_owned(), plain(&entry.value)?)))
                .collect::<Option<_>>()?,
        ),
        TemplateKind::Value(_) | TemplateKind::Directed(_) => return None,
    })
}
