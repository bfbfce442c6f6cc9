//! Constants of the manifest: defaults of fields, compared with their types.

use super::report::{Report, listed};
use crate::diagnostic::{Code, Problem};
use crate::manifest::{Core, Node, Pair, Value};
use crate::model::{Field, Literal, Type};

/// The default of the field `name`, or `E0313`.
pub(super) fn default(report: &Report<'_>, node: &Node, ty: &Type, name: &str) -> Option<Literal> {
    match convert(node, ty) {
        Ok(literal) => Some(literal),
        Err(expected) => {
            report.push(
                Problem::new(
                    Code::E0313,
                    format!("the default of `{name}` does not fit its type"),
                )
                .at(node.span, format!("expected {expected}")),
            );
            None
        }
    }
}

fn convert(node: &Node, ty: &Type) -> Result<Literal, String> {
    match (&node.value, ty) {
        (Value::Scalar(scalar), _) => plain(&scalar.core(), ty),
        (Value::List(items), Type::List(item)) => items
            .iter()
            .map(|node| convert(node, item))
            .collect::<Result<_, _>>()
            .map(Literal::List),
        (Value::List(items), Type::KeyedList { item, .. }) => items
            .iter()
            .map(|node| convert(node, &Type::Struct(item.clone())))
            .collect::<Result<_, _>>()
            .map(Literal::List),
        (Value::Map(entries), Type::Map(item)) => entries
            .iter()
            .map(|pair| Ok((pair.key.text.clone(), convert(&pair.value, item)?)))
            .collect::<Result<_, _>>()
            .map(Literal::Map),
        (Value::Map(entries), Type::Struct(of)) => structure(entries, &of.fields),
        (Value::Map(_) | Value::List(_), Type::Tree) => Ok(any(node)),
        _ => Err(expected(ty)),
    }
}

fn structure(entries: &[Pair], fields: &[Field]) -> Result<Literal, String> {
    let mut made = Vec::new();
    for pair in entries {
        let field = fields
            .iter()
            .find(|field| field.wire.as_str() == pair.key.text)
            .ok_or_else(|| {
                format!(
                    "a mapping with {}",
                    listed(fields.iter().map(|field| &field.wire), "no keys")
                )
            })?;
        made.push((pair.key.text.clone(), convert(&pair.value, &field.ty)?));
    }
    match fields.iter().find(|field| {
        field.required()
            && !entries
                .iter()
                .any(|pair| pair.key.text == field.wire.as_str())
    }) {
        Some(missing) => Err(format!("`{}` too", missing.wire)),
        None => Ok(Literal::Map(made)),
    }
}

fn plain(core: &Core<'_>, ty: &Type) -> Result<Literal, String> {
    match (core, ty) {
        (Core::String(text), Type::String) => Ok(Literal::String((*text).to_owned())),
        (Core::String(text), Type::Quantity) if is_quantity(text) => {
            Ok(Literal::String((*text).to_owned()))
        }
        (Core::Int(number), Type::Quantity) => Ok(Literal::String(number.to_string())),
        (Core::String(text), Type::Duration) if is_duration(text) => {
            Ok(Literal::String((*text).to_owned()))
        }
        (Core::String(text), Type::Enum(of))
            if of.values.iter().any(|value| value.wire == *text) =>
        {
            Ok(Literal::String((*text).to_owned()))
        }
        (Core::Int(number), Type::Int) => Ok(Literal::Int(*number)),
        (Core::Int(number), Type::Port) if (1..=65535).contains(number) => {
            Ok(Literal::Int(*number))
        }
        (Core::Bool(value), Type::Bool) => Ok(Literal::Bool(*value)),
        _ => Err(expected(ty)),
    }
}

/// The tree as it stands.
fn any(node: &Node) -> Literal {
    match &node.value {
        Value::Scalar(scalar) => match scalar.core() {
            Core::Null => Literal::Null,
            Core::Bool(value) => Literal::Bool(value),
            Core::Int(number) => Literal::Int(number),
            Core::Float(_) => Literal::Float(scalar.text.clone()),
            Core::String(text) => Literal::String(text.to_owned()),
            Core::Unfit => Literal::String(scalar.text.clone()),
        },
        Value::List(items) => Literal::List(items.iter().map(any).collect()),
        Value::Map(entries) => Literal::Map(
            entries
                .iter()
                .map(|pair| (pair.key.text.clone(), any(&pair.value)))
                .collect(),
        ),
    }
}

/// What a value of the type looks like; completes "expected …".
fn expected(ty: &Type) -> String {
    match ty {
        Type::Enum(of) => format!(
            "one of {}",
            listed(of.values.iter().map(|value| &value.wire), "nothing")
        ),
        Type::SecretKey | Type::SecretRef | Type::K8s(_) | Type::NodeType | Type::Json(_) => {
            format!("no default: {} has none", words(ty))
        }
        _ => words(ty),
    }
}

/// A type in words: "a string", "a list of pods".
pub(super) fn words(ty: &Type) -> String {
    match ty {
        Type::String => "a string".to_owned(),
        Type::Int => "an int".to_owned(),
        Type::Bool => "a bool".to_owned(),
        Type::Port => "a port (1 to 65535)".to_owned(),
        Type::Quantity => "a quantity, such as `10Gi`".to_owned(),
        Type::Duration => "a duration, such as `10m`".to_owned(),
        Type::Tree => "a tree".to_owned(),
        Type::Json(_) => "a JSON text".to_owned(),
        Type::SecretKey => "a secretKey".to_owned(),
        Type::SecretRef => "a secretRef".to_owned(),
        Type::NodeType => "a node type".to_owned(),
        Type::K8s(name) => format!("a Kubernetes {name}"),
        Type::List(item) => format!("a list of {}", plural(item)),
        Type::KeyedList { .. } => "a list of mappings".to_owned(),
        Type::Map(item) => format!("a map of {}", plural(item)),
        Type::Enum(_) => "an enum".to_owned(),
        Type::Struct(_) => "a mapping".to_owned(),
        Type::Node => "a node".to_owned(),
        Type::Pod => "a pod".to_owned(),
    }
}

fn plural(ty: &Type) -> String {
    match ty {
        Type::String | Type::Quantity | Type::Duration => "strings".to_owned(),
        Type::Int => "ints".to_owned(),
        Type::Bool => "bools".to_owned(),
        Type::Port => "ports".to_owned(),
        Type::Node => "nodes".to_owned(),
        Type::Pod => "pods".to_owned(),
        Type::K8s(name) => format!("{name}s"),
        _ => "mappings".to_owned(),
    }
}

/// Whether Kubernetes takes the text as a quantity.
pub(super) fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.len()
        - unsigned
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
            .len();
    let (number, suffix) = unsigned.split_at(digits);
    let exponent = |text: &str| {
        text.strip_prefix(['e', 'E'])
            .map(|power| power.strip_prefix(['+', '-']).unwrap_or(power))
            .is_some_and(|power| !power.is_empty() && power.chars().all(|c| c.is_ascii_digit()))
    };
    let suffixes = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ];
    number.contains(|c: char| c.is_ascii_digit())
        && number.matches('.').count() <= 1
        && (suffixes.contains(&suffix) || exponent(suffix))
}

/// How much a quantity is, to be compared; `None` where it is none.
pub(super) fn amount(text: &str) -> Option<f64> {
    if !is_quantity(text) {
        return None;
    }
    // An exponent is a number's own: `1e3`, and not `1E`.
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, suffix) = text.split_at(at);
    let number: f64 = number.parse().ok()?;
    let by = match suffix {
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "E" => 1e18,
        "Ki" => 1024_f64,
        "Mi" => 1024_f64.powi(2),
        "Gi" => 1024_f64.powi(3),
        "Ti" => 1024_f64.powi(4),
        "Pi" => 1024_f64.powi(5),
        "Ei" => 1024_f64.powi(6),
        _ => return None,
    };
    Some(number * by)
}

/// Whether the text is a duration such as `1h30m`.
fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let unit = ["ms", "s", "m", "h", "d"]
            .into_iter()
            .find(|unit| after.starts_with(unit));
        match unit {
            Some(unit) if !number.is_empty() => rest = after.get(unit.len()..).unwrap_or(""),
            _ => return false,
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_what_kubernetes_takes() {
        for good in ["1", "0.5", "10Gi", "100m", "1e3", "-1k", ".5", "1E-2"] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", "Gi", "10GB", "1..2", "1 Gi", "ten", "1e"] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }

    #[test]
    fn quantities_are_compared_across_their_units() {
        for (less, more) in [
            ("500m", "1"),
            ("1", "1.5"),
            ("1G", "1Gi"),
            ("1023Mi", "1Gi"),
            ("1e3", "2k"),
        ] {
            assert!(amount(less) < amount(more), "{less} {more}");
        }
        assert_eq!(amount("0.5"), amount("5e-1"));
        assert_eq!(amount("1024Mi"), amount("1Gi"));
        assert_eq!(amount("ten"), None);
    }

    #[test]
    fn a_duration_has_a_unit_after_each_number() {
        for good in ["10m", "1h30m", "500ms"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "10", "m", "1x", "1h30"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }
}
