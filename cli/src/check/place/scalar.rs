//! Scalars of Kubernetes types, and whole values that one expression brings.

use crate::check::k8s::Shape;
use crate::check::literal::{is_quantity, words};
use crate::check::path::type_of;
use crate::check::report::listed;
use crate::check::scope::Scope;
use crate::check::typer::Typer;
use crate::check::value::{is_text, same_type};
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::{Expr as WrittenExpr, Text as WrittenText};
use crate::manifest::{Span, Template as Written, TemplateKind};
use crate::model::{Expr, ExprKind, K8sType, K8sValue, Literal, Type};

impl Typer<'_, '_> {
    pub(super) fn k8s_scalar(
        &self,
        scope: &Scope<'_>,
        shape: &Shape,
        written: &Written,
        name: &str,
    ) -> Option<K8sValue> {
        let literal = |literal, ty| Expr {
            kind: ExprKind::Literal(literal),
            ty,
            optional: false,
        };
        match (shape, &written.kind) {
            (Shape::String { words }, TemplateKind::Text(text)) => {
                if let Some(word) = text.as_literal()
                    && !words.is_empty()
                    && !words.iter().any(|known| known == word)
                {
                    let problem = Problem::new(Code::E0511, format!("`{name}` cannot be `{word}`"))
                        .at(text.span, format!("expected {}", listed(words, "nothing")));
                    self.report
                        .push(match nearest(word, words.iter().map(String::as_str)) {
                            Some(near) => problem.help(format!("did you mean `{near}`?")),
                            None => problem,
                        });
                    return None;
                }
                Some(K8sValue::String(self.text(scope, text)?))
            }
            (Shape::Int { bits }, TemplateKind::Int(number)) => {
                self.port_number(name, *number, written.span)?;
                if *bits == 32 && i32::try_from(*number).is_err() {
                    return self.misfit(written.span, name, "a number of 32 bits");
                }
                Some(K8sValue::Int(literal(Literal::Int(*number), Type::Int)))
            }
            (Shape::Bool, TemplateKind::Bool(value)) => {
                Some(K8sValue::Bool(literal(Literal::Bool(*value), Type::Bool)))
            }
            (Shape::IntOrString, TemplateKind::Int(number)) => {
                self.port_number(name, *number, written.span)?;
                if i32::try_from(*number).is_err() {
                    return self.misfit(written.span, name, "a number of 32 bits");
                }
                Some(K8sValue::IntOrStringInt(literal(
                    Literal::Int(*number),
                    Type::Int,
                )))
            }
            (Shape::IntOrString, TemplateKind::Text(text)) => {
                self.port_name(scope, name, text)?;
                Some(K8sValue::IntOrStringText(self.text(scope, text)?))
            }
            (Shape::Quantity, TemplateKind::Int(number)) => Some(K8sValue::Quantity(literal(
                Literal::String(number.to_string()),
                Type::Quantity,
            ))),
            (Shape::Quantity, TemplateKind::Float(number)) => Some(K8sValue::Quantity(literal(
                Literal::String(number.to_string()),
                Type::Quantity,
            ))),
            (Shape::Quantity, TemplateKind::Text(text)) => {
                if text.as_literal().is_some_and(|text| !is_quantity(text)) {
                    return self.misfit(written.span, name, "a quantity, such as `10Gi`");
                }
                Some(K8sValue::Quantity(self.text(scope, text)?))
            }
            _ => self.misfit(written.span, name, &words(&type_of(shape))),
        }
    }

    /// Exactly one `${…}`: its type is the place's.
    pub(super) fn k8s_expr(
        &self,
        scope: &Scope<'_>,
        shape: &Shape,
        value: &WrittenExpr,
    ) -> Option<K8sValue> {
        let expr = self.expr(scope, value)?;
        let wanted = type_of(shape);
        match shape {
            Shape::String { .. } if is_text(&expr.ty) => Some(K8sValue::String(expr)),
            Shape::Int { .. } if same_type(&expr.ty, &Type::Int) => Some(K8sValue::Int(expr)),
            Shape::Bool if expr.ty == Type::Bool => Some(K8sValue::Bool(expr)),
            Shape::IntOrString if same_type(&expr.ty, &Type::Int) => {
                Some(K8sValue::IntOrStringInt(expr))
            }
            Shape::IntOrString if matches!(expr.ty, Type::String) => {
                Some(K8sValue::IntOrStringText(expr))
            }
            Shape::Quantity if expr.ty == Type::Quantity => Some(K8sValue::Quantity(expr)),
            Shape::Struct(ty) if expr.ty == wanted => Some(K8sValue::Whole {
                ty: K8sType::new(ty),
                value: expr,
            }),
            Shape::List(_) | Shape::Map(_) if same_type(&expr.ty, &wanted) => {
                Some(K8sValue::Whole {
                    ty: K8sType::new(if matches!(shape, Shape::List(_)) {
                        "List"
                    } else {
                        "Map"
                    }),
                    value: expr,
                })
            }
            _ => {
                self.report.push(
                    Problem::new(Code::E0511, format!("here stands {}", words(&wanted)))
                        .at(value.span, format!("{} instead", words(&expr.ty))),
                );
                None
            }
        }
    }

    /// `E0212`: a port's name that the container does not have.
    fn port_name(&self, scope: &Scope<'_>, field: &str, text: &WrittenText) -> Option<()> {
        let (Some(name), Some(node_type)) = (text.as_literal(), scope.node_type) else {
            return Some(());
        };
        if !["port", "targetPort"].contains(&field) {
            return Some(());
        }
        let ports = scope
            .ports
            .as_ref()
            .map_or(node_type.ports.as_slice(), |ports| ports.as_slice());
        // What is wrong with one of them has been said.
        if ports.iter().any(|port| port.number == 0) {
            return Some(());
        }
        let names = || {
            ports
                .iter()
                .filter_map(|port| port.name.as_ref().map(crate::model::PortName::as_str))
        };
        // Only a custom resource that has to list its ports can be relied on.
        let from_cr = scope.ports.is_none()
            && node_type.ports.is_empty()
            && self
                .facts
                .k8s_group
                .field(crate::model::K8sField::Ports)
                .is_some_and(|field| field.required);
        if from_cr || names().any(|known| known == name) {
            return Some(());
        }
        let problem = Problem::new(Code::E0212, format!("no port is called `{name}`")).at(
            text.span,
            match scope.ports {
                Some(_) => format!("this container has {}", listed(names(), "no named ports")),
                None => format!(
                    "node type `{}` has {}",
                    node_type.name,
                    listed(names(), "no named ports")
                ),
            },
        );
        self.report.push(match nearest(name, names()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None if names().next().is_none() => {
                problem.help(format!("declare it: `ports: {{{name}: 8080}}`"))
            }
            None => problem,
        });
        None
    }

    /// `E0511`: a number that no port can have.
    fn port_number(&self, field: &str, number: i64, span: Span) -> Option<()> {
        const PORTS: &[&str] = &[
            "port",
            "targetPort",
            "containerPort",
            "hostPort",
            "nodePort",
        ];
        if !PORTS.contains(&field) || (1..=65_535).contains(&number) {
            return Some(());
        }
        self.report.push(
            Problem::new(Code::E0511, format!("{number} is no port"))
                .at(span, "expected 1 to 65535"),
        );
        None
    }
}
