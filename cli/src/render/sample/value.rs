//! A value for a field that the manifest declares.

use serde_json::Value;

use super::pattern;
use crate::model::{Field, Literal, Operator, StructType, Type};
use crate::render::yaml::Yaml;

/// The required fields, and those with a default, of something that the operator's users own.
///
/// A text that nothing constrains is empty: it goes into a file or an argument, where it must do no harm.
pub(super) fn fields(operator: &Operator, fields: &[Field]) -> Vec<(String, Yaml)> {
    Values {
        operator,
        owner: None,
    }
    .fields(fields)
}

/// The same of a dependency called `name`, whose texts are addresses and names that cannot be empty.
pub(super) fn outside(operator: &Operator, name: &str, fields: &[Field]) -> Vec<(String, Yaml)> {
    Values {
        operator,
        owner: Some(name),
    }
    .fields(fields)
}

/// A literal of the manifest.
pub(super) fn literal(value: &Literal) -> Yaml {
    match value {
        Literal::Null => Yaml::Null,
        Literal::Bool(value) => Yaml::Bool(*value),
        Literal::Int(value) => Yaml::Int(*value),
        Literal::Float(text) => Yaml::Float(text.clone()),
        Literal::String(text) => Yaml::str(text),
        Literal::List(items) => Yaml::Seq(items.iter().map(literal).collect()),
        Literal::Map(entries) => Yaml::map(entries.iter().map(|(key, v)| (key, literal(v)))),
    }
}

struct Values<'a> {
    operator: &'a Operator,
    owner: Option<&'a str>,
}

impl Values<'_> {
    fn fields(&self, fields: &[Field]) -> Vec<(String, Yaml)> {
        fields
            .iter()
            .filter(|field| !field.optional)
            .map(|field| {
                let value = match &field.default {
                    Some(default) => literal(default),
                    None => self.value(&field.ty, field),
                };
                (field.wire.to_string(), value)
            })
            .collect()
    }

    fn value(&self, ty: &Type, field: &Field) -> Yaml {
        let name = field.wire.as_str();
        match ty {
            Type::String => Yaml::Str(self.text(field)),
            Type::Int => {
                let (min, max) = (field.min.unwrap_or(1), field.max.unwrap_or(i64::MAX));
                Yaml::Int(1.max(min).min(max))
            }
            Type::Port => Yaml::Int(8080),
            Type::Bool => Yaml::Bool(false),
            Type::Quantity => Yaml::str("1Gi"),
            Type::Duration => Yaml::str("30s"),
            Type::Tree | Type::Map(_) => Yaml::Map(Vec::new()),
            Type::Json(shape) => Yaml::Str(self.json(shape.as_deref())),
            Type::SecretKey => {
                Yaml::map([("name", Yaml::str("example")), ("key", Yaml::str(name))])
            }
            Type::SecretRef => Yaml::map([("name", Yaml::str("example"))]),
            Type::NodeType => Yaml::Str(self.node_type(0)),
            Type::K8s(ty) => super::k8s::smallest(ty.as_str()),
            Type::Enum(values) => values
                .values
                .first()
                .map_or(Yaml::Null, |value| Yaml::str(&value.wire)),
            Type::Struct(shape) => Yaml::Map(self.fields(&shape.fields)),
            Type::List(item) => {
                let bare = Field {
                    pattern: None,
                    min: None,
                    max: None,
                    ..field.clone()
                };
                Yaml::Seq((0..count(field)).map(|_| self.value(item, &bare)).collect())
            }
            Type::KeyedList { item, key } => {
                let items = (0..count(field)).map(|index| self.keyed(item, key.as_str(), index));
                Yaml::Seq(items.collect())
            }
            // Of expressions only: no field has them.
            Type::Node | Type::Pod => Yaml::Null,
        }
    }

    /// An item of a list-map, with a key that no other item has.
    fn keyed(&self, item: &StructType, key: &str, index: usize) -> Yaml {
        let mut entries = self.fields(&item.fields);
        let ty = item.fields.iter().find(|field| field.wire.as_str() == key);
        if let (Some(field), Some(entry)) = (ty, entries.iter_mut().find(|entry| entry.0 == key)) {
            match &field.ty {
                Type::NodeType => entry.1 = Yaml::Str(self.node_type(index)),
                Type::String if field.pattern.is_none() => {
                    entry.1 = Yaml::Str(format!("example-{}", index + 1));
                }
                Type::Enum(values) => {
                    if let Some(value) = values.values.get(index) {
                        entry.1 = Yaml::str(&value.wire);
                    }
                }
                _ => {}
            }
        }
        Yaml::Map(entries)
    }

    fn node_type(&self, index: usize) -> String {
        let types = &self.operator.cluster.node_types;
        types
            .get(index)
            .or(types.first())
            .map_or_else(String::new, |node_type| node_type.name.to_string())
    }

    fn text(&self, field: &Field) -> String {
        let min = usize::try_from(field.min.unwrap_or(0)).unwrap_or(0);
        let max = field.max.and_then(|max| usize::try_from(max).ok());
        let fits = |text: &String| {
            let length = text.chars().count();
            length >= min && max.is_none_or(|max| length <= max)
        };
        if let Some(pattern) = &field.pattern {
            return pattern::example(pattern, min)
                .filter(fits)
                .unwrap_or_else(|| "example".to_owned());
        }
        let wanted = match self.owner {
            Some(owner) => address(owner, field.wire.as_str()),
            None if min == 0 => return String::new(),
            None => "example".to_owned(),
        };
        if fits(&wanted) {
            wanted
        } else {
            "example".chars().cycle().take(min.max(1)).collect()
        }
    }

    fn json(&self, shape: Option<&StructType>) -> String {
        let fields = shape.map_or_else(Vec::new, |shape| self.fields(&shape.fields));
        let json = json(&Yaml::Map(fields));
        if shape.is_none() {
            return json.to_string();
        }
        // People read it, and write more into it.
        serde_json::to_string_pretty(&json).expect("texts, lists and numbers are JSON")
    }
}

/// How many items a required list must have.
fn count(field: &Field) -> usize {
    usize::try_from(field.min.unwrap_or(0)).unwrap_or(0).min(16)
}

/// An address where the field's name asks for one; else a plain word.
fn address(owner: &str, field: &str) -> String {
    let host: String = owner
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let field = field.to_ascii_lowercase();
    if ["url", "uri", "endpoint"]
        .iter()
        .any(|end| field.ends_with(end))
    {
        format!("https://{host}.example.com")
    } else if ["host", "hosts", "address", "addr"]
        .iter()
        .any(|end| field.ends_with(end))
    {
        format!("{host}.example.com")
    } else {
        "example".to_owned()
    }
}

fn json(value: &Yaml) -> Value {
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => (*value).into(),
        Yaml::Int(value) => (*value).into(),
        Yaml::Float(text) => text.parse::<f64>().map_or(Value::Null, Value::from),
        Yaml::Str(text) => text.as_str().into(),
        Yaml::Seq(items) => items.iter().map(json).collect(),
        Yaml::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), json(value)))
            .collect(),
    }
}
