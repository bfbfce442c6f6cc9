//! Values of the model as text that is alike where what they come to is alike.
//!
//! Types are left out: a field whose enum gains a value, or that gets a description, is inserted as before.

use crate::model::{
    Access, Cond, Content, Entry, EnvEntry, EnvFrom, EnvValue, Expr, ExprKind, Item, K8sFieldValue,
    K8sValue, Layer, Line, Literal, Path, Piece, PodFact, Root, Template, Text,
};

pub(in crate::gate) fn expr(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Literal(value) => literal(value),
        ExprKind::Path(value) => format!("${{{}}}", path(value)),
        ExprKind::Coalesce(all) => joined(all, " ?? ", expr),
        ExprKind::Text(value) => text(value),
        ExprKind::Join { separator, items } => {
            format!("{} joined by {separator:?}", list(items))
        }
        ExprKind::Json(tree) => format!("JSON of {}", template(tree)),
        ExprKind::Late(late) => format!("$({} of {})", late.variable, late.field_path),
    }
}

fn joined<T>(all: &[T], between: &str, say: fn(&T) -> String) -> String {
    all.iter().map(say).collect::<Vec<_>>().join(between)
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Null => "null".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Int(value) => value.to_string(),
        Literal::Float(text) | Literal::String(text) => text.clone(),
        Literal::List(items) => format!("[{}]", joined(items, ", ", literal)),
        Literal::Map(entries) => format!(
            "{{{}}}",
            joined(entries, ", ", |(key, value)| format!(
                "{key}: {}",
                literal(value)
            ))
        ),
    }
}

pub(super) fn text(value: &Text) -> String {
    joined(&value.pieces, "", |piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Value(value) => expr(value),
    })
}

fn path(path: &Path) -> String {
    let mut out = match &path.root {
        Root::CrName => "cr.name".to_owned(),
        Root::CrNamespace => "cr.namespace".to_owned(),
        Root::Spec => "spec".to_owned(),
        Root::External => "external".to_owned(),
        Root::NodeName => "node.name".to_owned(),
        Root::NodeReplicas => "node.replicas".to_owned(),
        Root::NodeKind => "node.kind".to_owned(),
        Root::Node => "node".to_owned(),
        Root::K8sName => "k8s.name".to_owned(),
        Root::K8s => "k8s".to_owned(),
        Root::ConfigName => "config.name".to_owned(),
        Root::Config => "config".to_owned(),
        Root::Nodes(name) => format!("nodes.{name}"),
        Root::Pods(name) => format!("pods.{name}"),
        Root::NodePods => "node.pods".to_owned(),
        Root::TypeName => "type.name".to_owned(),
        Root::StorageName => "storage.name".to_owned(),
        // Where it is counts, not what it is called.
        Root::FilePath { path, .. } => path.clone(),
        Root::ServiceName(name) => format!("services.{name}.name"),
        Root::ServiceHost(name) => format!("services.{name}.host"),
        Root::ConfigMapName(name) => format!("configMaps.{name}.name"),
        Root::ResourceId => "id".to_owned(),
        Root::Local(local) => local.0.to_string(),
    };
    for step in &path.steps {
        out.push_str(&match &step.access {
            Access::Field { wire, .. } | Access::Variant { wire, .. } | Access::Json { wire } => {
                format!(".{wire}")
            }
            Access::Common { ident } => format!(".{ident}"),
            Access::Chosen => ".type".to_owned(),
            Access::MapKey(key) => format!("[{}]", expr(key)),
            Access::Keyed {
                key,
                value,
                also: _,
            } => format!("[{key}={}]", expr(value)),
            Access::Pod(PodFact::Name) | Access::NodeName => ".name".to_owned(),
            Access::Pod(PodFact::Ordinal) => ".ordinal".to_owned(),
            Access::Pod(PodFact::Host) => ".host".to_owned(),
            Access::Pod(PodFact::Port(name)) => format!(".ports.{name}"),
            Access::NodeReplicas => ".replicas".to_owned(),
            Access::NodePods => ".pods".to_owned(),
        });
    }
    out
}

pub(in crate::gate) fn list(items: &[Item]) -> String {
    format!("[{}]", joined(items, ", ", item))
}

fn item(item: &Item) -> String {
    match item {
        Item::Value(value) => template(value),
        Item::Splice(value) => format!("all of {}", expr(value)),
        Item::For {
            var,
            list: of,
            filter,
            items,
        } => {
            let filter = filter.as_ref().map(|when| format!(" if {}", cond(when)));
            format!(
                "for {} in {}{}: {}",
                var.0,
                expr(of),
                filter.unwrap_or_default(),
                list(items)
            )
        }
        Item::If { cond: when, items } => format!("if {}: {}", cond(when), list(items)),
    }
}

pub(super) fn template(value: &Template) -> String {
    match value {
        Template::Scalar(value) => expr(value),
        Template::List(items) => list(items),
        Template::Map(entries) => format!("{{{}}}", joined(entries, ", ", entry)),
    }
}

fn entry(entry: &Entry) -> String {
    match entry {
        Entry::Set { key, value } => format!("{}: {}", text(key), template(value)),
        Entry::If {
            cond: when,
            entries,
        } => {
            format!(
                "if {}: {{{}}}",
                cond(when),
                joined(entries, ", ", self::entry)
            )
        }
    }
}

pub(super) fn cond(value: &Cond) -> String {
    match value {
        Cond::Present { value, bind } => {
            // What is bound is used by that name.
            let bind = bind.as_ref().map(|bind| format!(" as {}", bind.local.0));
            format!("{}{}", expr(value), bind.unwrap_or_default())
        }
        Cond::Bool(value) => expr(value),
        Cond::Not(of) => format!("!({})", cond(of)),
        Cond::All(of) => format!("({})", joined(of, " && ", cond)),
        Cond::Any(of) => format!("({})", joined(of, " || ", cond)),
        Cond::Equal { left, right } => format!("{} == {}", expr(left), expr(right)),
        Cond::In { value, list } => format!("{} in {}", expr(value), expr(list)),
    }
}

pub(super) fn when(value: Option<&Cond>) -> String {
    value.map_or_else(
        || "always".to_owned(),
        |value| format!("if {}", cond(value)),
    )
}

pub(super) fn content(value: &Content) -> String {
    match value {
        Content::Text(lines) => joined(lines, "\n", |line| match line {
            Line::Block { indent, value } => format!("{indent}{}", expr(value)),
            Line::Text(value) => text(value),
        }),
        Content::Tree { format, layers } => format!("{format:?} {}", self::layers(layers)),
    }
}

pub(super) fn layers(layers: &[Layer]) -> String {
    joined(layers, " under ", layer)
}

fn layer(value: &Layer) -> String {
    match value {
        Layer::User(value) => expr(value),
        Layer::Ours(tree) => template(tree),
        Layer::If { cond: when, layer } => format!("if {}: {}", cond(when), self::layer(layer)),
    }
}

pub(in crate::gate) fn k8s(value: &K8sValue) -> String {
    match value {
        K8sValue::Struct { fields, .. } => format!("{{{}}}", self::fields(fields)),
        K8sValue::List(items) => format!("[{}]", joined(items, ", ", k8s)),
        K8sValue::Map(entries) => format!(
            "{{{}}}",
            joined(entries, ", ", |(key, value)| format!(
                "{}: {}",
                text(key),
                k8s(value)
            ))
        ),
        K8sValue::String(value)
        | K8sValue::Int(value)
        | K8sValue::Bool(value)
        | K8sValue::Quantity(value)
        | K8sValue::IntOrStringInt(value)
        | K8sValue::IntOrStringText(value)
        | K8sValue::Whole { value, .. } => expr(value),
        K8sValue::Any(value) => literal(value),
    }
}

pub(super) fn fields(fields: &[K8sFieldValue]) -> String {
    joined(fields, ", ", |field| {
        format!("{}: {}", field.wire, k8s(&field.value))
    })
}

pub(super) fn env(entries: &[EnvEntry]) -> String {
    joined(entries, ", ", |entry| match entry {
        EnvEntry::CrEnv => "${k8s.env}".to_owned(),
        EnvEntry::Variable(variable) => {
            let value = match &variable.value {
                EnvValue::Text(value) => expr(value),
                EnvValue::Field(path) => format!("field {path}"),
                EnvValue::Secret(value) => format!("secret {}", expr(value)),
                EnvValue::Source(value) => k8s(value),
            };
            format!(
                "{}: {value} ({})",
                variable.name,
                when(variable.when.as_ref())
            )
        }
    })
}

pub(super) fn env_from(sources: &[EnvFrom]) -> String {
    joined(sources, ", ", |source| match source {
        EnvFrom::ConfigMap {
            config_map,
            optional,
        } => format!("configMaps.{config_map} ({optional})"),
        EnvFrom::SharedConfigMap {
            config_map,
            optional,
        } => format!("shared configMaps.{config_map} ({optional})"),
        EnvFrom::Source(value) => k8s(value),
    })
}
