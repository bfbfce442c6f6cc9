//! The variables that values known to the pod alone need.

use std::collections::BTreeSet;

use crate::model::{
    Container, EnvEntry, EnvValue, Expr, ExprKind, Item, LateVariable, Piece, Template,
};

/// The variables that late values in texts need, each once, but those that the manifest declares itself.
pub(super) fn downward(container: &Container) -> Vec<LateVariable> {
    let mut late = BTreeSet::new();
    for items in [&container.command, &container.args].into_iter().flatten() {
        for item in items {
            late_in_item(item, &mut late);
        }
    }
    for entry in &container.env {
        if let EnvEntry::Variable(variable) = entry
            && let EnvValue::Text(expr) = &variable.value
        {
            late_in(expr, &mut late);
        }
    }
    late.into_iter().collect()
}

pub(super) fn late_in_item(item: &Item, late: &mut BTreeSet<LateVariable>) {
    match item {
        Item::Value(Template::Scalar(expr)) | Item::Splice(expr) => late_in(expr, late),
        Item::Value(_) => {}
        Item::For { items, .. } | Item::If { items, .. } => {
            for item in items {
                late_in_item(item, late);
            }
        }
    }
}

pub(super) fn late_in(expr: &Expr, late: &mut BTreeSet<LateVariable>) {
    match &expr.kind {
        ExprKind::Late(variable) => {
            late.insert(variable.clone());
        }
        ExprKind::Text(text) => {
            for piece in &text.pieces {
                if let Piece::Value(expr) = piece {
                    late_in(expr, late);
                }
            }
        }
        ExprKind::Join { items, .. } => items.iter().for_each(|item| late_in_item(item, late)),
        ExprKind::Coalesce(terms) => terms.iter().for_each(|expr| late_in(expr, late)),
        ExprKind::Literal(_) | ExprKind::Path(_) | ExprKind::Json(_) => {}
    }
}
