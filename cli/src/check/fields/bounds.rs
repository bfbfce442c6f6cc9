//! Limits of a field, and whether its type can have them.

use super::Fields;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Span};
use crate::model::Type;

impl Fields<'_, '_> {
    /// Whether the limits of a field fit its type.
    pub(super) fn bounds(&self, field: &ast::Field, ty: &Type) {
        let misfit = |span: Span, key: &str, of: &str| {
            self.report.push(
                Problem::new(
                    Code::E0313,
                    format!("`{key}` does not fit `{}`", field.name.value),
                )
                .at(span, format!("only {of} has `{key}`")),
            );
        };
        if let Some(pattern) = &field.pattern
            && !matches!(ty, Type::String)
        {
            misfit(pattern.span, "pattern", "a string");
        }
        let sized = matches!(
            ty,
            Type::String
                | Type::Int
                | Type::Port
                | Type::List(_)
                | Type::KeyedList { .. }
                | Type::Map(_)
        );
        for (key, bound) in [("min", &field.min), ("max", &field.max)] {
            if let Some(bound) = bound
                && !sized
            {
                misfit(bound.span, key, "a number, a string, a list or a map");
            }
        }
        if let (Some(min), Some(max)) = (&field.min, &field.max)
            && min.value > max.value
        {
            self.report.push(
                Problem::new(
                    Code::E0518,
                    format!(
                        "no value of `{}` can be at least {} and at most {}",
                        field.name.value, min.value, max.value
                    ),
                )
                .at(
                    max.span,
                    format!("less than `min` {}", self.report.line(min.span)),
                ),
            );
        }
        if field.grow_only && !matches!(ty, Type::Int) {
            misfit(field.name.span, "growOnly", "an int");
        }
        if field.any_case && !matches!(ty, Type::Enum(_)) {
            misfit(field.name.span, "anyCase", "an enum");
        }
    }
}
