//! Values of Kubernetes types as struct literals of k8s-openapi.

use std::collections::BTreeSet;

use super::rust::Expr as Rust;
use super::value::{Ctx, constant_json};
use crate::model::{Expr, ExprKind, K8sFieldValue, K8sValue, Literal};
use crate::schema;

/// Turns values into Rust and remembers what has to be imported.
pub(super) struct Literals<'m> {
    ctx: Ctx<'m>,
    /// Full paths of the types in use.
    imports: BTreeSet<String>,
}

impl<'m> Literals<'m> {
    pub(super) fn new(ctx: Ctx<'m>) -> Self {
        Self {
            ctx,
            imports: BTreeSet::new(),
        }
    }

    /// Paths below `k8s_openapi` (and `std`) of the types in use, sorted.
    pub(super) fn imports(&self) -> &BTreeSet<String> {
        &self.imports
    }

    /// The value, never an `Option`, unless the expression is one.
    pub(super) fn value(&mut self, value: &K8sValue) -> Rust {
        match value {
            K8sValue::Struct { ty, fields } => self.structure(ty.as_str(), fields),
            K8sValue::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                Rust::VecOf(items)
            }
            K8sValue::Map(entries) => {
                self.imports.insert("std::collections::BTreeMap".to_owned());
                let entries = entries.iter().map(|(key, value)| {
                    let key = self.ctx.text(key);
                    Rust::Tuple(vec![key, self.value(value)])
                });
                let entries = entries.collect();
                Rust::call("BTreeMap::from", [Rust::Array(entries)])
            }
            K8sValue::String(expr) => self.ctx.string(expr),
            K8sValue::Int(expr) => self.ctx.value(expr).int64(),
            K8sValue::Bool(expr) | K8sValue::Whole { value: expr, .. } => {
                self.ctx.value(expr).owned()
            }
            K8sValue::Quantity(expr) => {
                self.import("Quantity");
                wrapped("Quantity", expr, self.ctx.string(expr))
            }
            K8sValue::IntOrStringInt(expr) => {
                self.import("IntOrString");
                wrapped("IntOrString::Int", expr, self.ctx.value(expr).int32())
            }
            K8sValue::IntOrStringText(expr) => {
                self.import("IntOrString");
                wrapped("IntOrString::String", expr, self.ctx.string(expr))
            }
            K8sValue::Any(literal) => Rust::Json(Box::new(constant_json(literal))),
        }
    }

    /// A probe in the runtime's short form where it has one, else a literal.
    pub(super) fn probe(&mut self, value: &K8sValue) -> Rust {
        short_probe(value).unwrap_or_else(|| self.value(value))
    }

    /// `Type { field: value, ..Default::default() }`
    pub(super) fn structure(&mut self, ty: &str, fields: &[K8sFieldValue]) -> Rust {
        self.import(ty);
        let known = schema::definition(ty)
            .and_then(|definition| definition.get("properties")?.as_object())
            .map_or(usize::MAX, serde_json::Map::len);
        let fields: Vec<_> = fields
            .iter()
            .map(|field| (field.ident.to_string(), self.field(ty, field)))
            .collect();
        Rust::Struct {
            name: ty.to_owned(),
            rest: fields.len() < known,
            fields,
        }
    }

    /// The value of a field of `ty`, in the field's own width.
    pub(super) fn sized(&mut self, ty: &str, field: &K8sFieldValue) -> Rust {
        let format = schema::definition(ty).and_then(|ty| {
            ty.get("properties")?
                .get(field.wire.as_str())?
                .get("format")
        });
        match &field.value {
            K8sValue::Int(expr) if format.is_some_and(|format| format == "int32") => {
                self.ctx.value(expr).int32()
            }
            value => self.value(value),
        }
    }

    fn field(&mut self, ty: &str, field: &K8sFieldValue) -> Rust {
        let value = self.sized(ty, field);
        if field.required || is_optional(&field.value) {
            value
        } else {
            Rust::some(value)
        }
    }

    fn import(&mut self, ty: &str) {
        let path = match schema::module(ty) {
            _ if super::vendor::in_prelude(ty) => return,
            Some(module) => format!("dsoi_runtime::k8s_openapi::{module}::{ty}"),
            // The runtime's own types are in its prelude.
            None => return,
        };
        self.imports.insert(path);
    }
}

/// `constructor(code)`, also inside an option.
fn wrapped(constructor: &str, expr: &Expr, code: Rust) -> Rust {
    if expr.optional {
        code.method("map", [Rust::atom(constructor)])
    } else {
        Rust::call(constructor, [code])
    }
}

fn is_optional(value: &K8sValue) -> bool {
    match value {
        K8sValue::String(expr)
        | K8sValue::Int(expr)
        | K8sValue::Bool(expr)
        | K8sValue::Quantity(expr)
        | K8sValue::IntOrStringInt(expr)
        | K8sValue::IntOrStringText(expr)
        | K8sValue::Whole { value: expr, .. } => expr.optional,
        _ => false,
    }
}

/// `Probe::http_get(path, port)` and its kin, with the settings that have a method.
fn short_probe(value: &K8sValue) -> Option<Rust> {
    let K8sValue::Struct { ty, fields } = value else {
        return None;
    };
    if ty.as_str() != "Probe" {
        return None;
    }
    let mut probe = fields.iter().find_map(probe_action)?;
    for field in fields {
        let method = match field.wire.as_str() {
            "httpGet" | "tcpSocket" => continue,
            "initialDelaySeconds" => "initial_delay",
            "periodSeconds" => "period",
            "timeoutSeconds" => "timeout",
            "failureThreshold" => "failure_threshold",
            "successThreshold" => "success_threshold",
            _ => return None,
        };
        let K8sValue::Int(expr) = &field.value else {
            return None;
        };
        probe = probe.method(method, [number(expr)?]);
    }
    Some(probe)
}

fn probe_action(field: &K8sFieldValue) -> Option<Rust> {
    let K8sValue::Struct { fields, .. } = &field.value else {
        return None;
    };
    let given = |name: &str| fields.iter().find(|part| part.wire.as_str() == name);
    let port = match &given("port")?.value {
        K8sValue::IntOrStringText(expr) => text(expr)?,
        K8sValue::IntOrStringInt(expr) => number(expr)?,
        _ => return None,
    };
    match (field.wire.as_str(), fields.len()) {
        ("httpGet", 2) => match &given("path")?.value {
            K8sValue::String(expr) => Some(Rust::call("Probe::http_get", [text(expr)?, port])),
            _ => None,
        },
        ("tcpSocket", 1) => Some(Rust::call("Probe::tcp", [port])),
        _ => None,
    }
}

fn text(expr: &Expr) -> Option<Rust> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(Rust::str(text)),
        _ => None,
    }
}

fn number(expr: &Expr) -> Option<Rust> {
    match &expr.kind {
        ExprKind::Literal(Literal::Int(value)) => Some(Rust::atom(value.to_string())),
        _ => None,
    }
}
