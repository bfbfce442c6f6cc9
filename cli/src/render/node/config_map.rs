//! Config maps that are no files.

use crate::model::{self, Cond, ConfigMap, Layer};
use crate::render::rust::Expr as Rust;
use crate::render::value::{Ctx, Locals, Scope};

/// `node.config_map(…)` or `shared.config_map(…)`, with its data.
pub(in crate::render) fn config_map(ctx: Ctx<'_>, map: &ConfigMap) -> Rust {
    let ctx = Ctx {
        // Another one may be made behind this one.
        locals: match ctx.locals {
            Locals::None => Locals::None,
            _ => Locals::Files,
        },
        ..ctx
    };
    let subject = if ctx.scope == Scope::Shared {
        "shared"
    } else {
        "node"
    };
    let mut code = Rust::atom(subject).method("config_map", [Rust::str(map.name.as_str())]);
    if let Some(name) = &map.object_name {
        code = code.method("name", [ctx.text_arg(&name.0)]);
    }
    if map.scope == model::Scope::ConfigGroup {
        code = code.method("per_config_group", []);
    }
    for layer in &map.data {
        match layer {
            Layer::User(expr) => {
                let value = ctx.value(expr);
                let data = if value.optional() {
                    value.elements()
                } else {
                    value.as_ref()
                };
                code = code.method("data", [data]);
            }
            Layer::Ours(tree) => code = entries(ctx, code, tree, None),
            Layer::If { cond, layer } => {
                if let Layer::Ours(tree) = &**layer {
                    code = entries(ctx, code, tree, Some(cond));
                } else if let Layer::User(expr) = &**layer {
                    let data = ctx.when(cond, ctx.value(expr).as_ref());
                    let data = data.method("into_iter", []).method("flatten", []);
                    code = code.method("data", [data]);
                }
            }
        }
    }
    match &map.when {
        None => code,
        Some(cond) => ctx.when(cond, code),
    }
}

/// The entries of a config map: the plain ones together, then each that may be absent.
fn entries(ctx: Ctx<'_>, mut code: Rust, tree: &model::Template, when: Option<&Cond>) -> Rust {
    let model::Template::Map(list) = tree else {
        return code;
    };
    let mut plain = Vec::new();
    let alike = are_alike(list);
    for entry in list {
        match entry {
            model::Entry::Set {
                key,
                value: model::Template::Scalar(expr),
            } => {
                let pair = |value| Rust::Tuple(vec![ctx.text_arg(key), value]);
                match when {
                    None if !expr.optional && alike => plain.push(pair(ctx.text_value_arg(expr))),
                    None if !expr.optional => plain.push(pair(ctx.string(expr))),
                    None => {
                        let pair = Rust::closure("value", pair(Rust::atom("value")));
                        code = code.method("data", [ctx.string(expr).method("map", [pair])]);
                    }
                    Some(cond) => {
                        let pair = pair(ctx.text_value_arg(expr));
                        code = code.method("data", [ctx.when(cond, pair)]);
                    }
                }
            }
            model::Entry::Set { .. } => {}
            model::Entry::If {
                cond,
                entries: list,
            } => {
                let tree = model::Template::Map(list.clone());
                let both = when.map(|when| Cond::All(vec![when.clone(), cond.clone()]));
                code = entries(ctx, code, &tree, Some(both.as_ref().unwrap_or(cond)));
            }
        }
    }
    if plain.is_empty() {
        code
    } else {
        code.method("data", [Rust::Array(plain)])
    }
}

/// Whether the values that are always there are of one Rust type as they stand: a literal is a `&str`, and what is made of
/// other values often a `String`.
fn are_alike(entries: &[model::Entry]) -> bool {
    let mut plain = entries.iter().filter_map(|entry| match entry {
        model::Entry::Set {
            value: model::Template::Scalar(expr),
            ..
        } if !expr.optional => Some(expr),
        _ => None,
    });
    let is_slice = |expr: &model::Expr| {
        matches!(
            expr.kind,
            model::ExprKind::Literal(model::Literal::String(_))
        )
    };
    plain.clone().count() < 2 || plain.all(is_slice)
}
