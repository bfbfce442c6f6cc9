//! FIELDS: the typed fields that a manifest adds to the custom resource (MF-4).

use super::keys::{Section, Shape, key};
use super::reader::{Reader, quoted, string};
use super::scalar::{Scalar, Style};
use super::source::{Span, Spanned};
use super::tree::{Node, Pair, Value};
use crate::diagnostic::{Code, Problem, Problems};
use crate::expr::{FieldType, Literal, TypeKind, parse_type};

/// The section `cluster.appConfigGroup`.
#[derive(Debug, Clone, Default)]
pub struct AppConfigGroup {
    pub fields: Vec<Field>,
    /// A field of `spec` of the same shape that lies under every group (DR-18).
    pub common: Option<Spanned<String>>,
}

/// One field.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the language, independent of the others"
)]
pub struct Field {
    pub name: Spanned<String>,
    pub kind: Spanned<Kind>,
    pub optional: bool,
    /// From `= …` in the type or from `default:`; not yet compared with the type.
    pub default: Option<Node>,
    pub doc: Option<Spanned<String>>,
    pub pattern: Option<Spanned<String>>,
    pub min: Option<Spanned<i64>>,
    pub max: Option<Spanned<i64>>,
    pub immutable: bool,
    pub grow_only: bool,
    /// An enum that is compared without regard to case.
    pub any_case: bool,
    /// Name and value.
    pub span: Span,
}

/// What a field is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A type of one word or scalar; `list<T>` and `map<T>` among them, a bare `list` not.
    Type(TypeKind),
    /// A mapping of known fields.
    Object(Vec<Field>),
    /// A text that holds JSON, of which these fields are known.
    Json(Vec<Field>),
    /// A list of objects; with a key it is a list-map and is indexed by it.
    List {
        key: Option<Spanned<String>>,
        fields: Vec<Field>,
    },
}

pub(super) static SECTION: Section = Section {
    path: "cluster.appConfigGroup",
    doc: "The app's own configuration: what a custom resource may set in its app config groups.",
    keys: &[
        key("fields", Shape::Fields, "Names and their types."),
        key(
            "common",
            Shape::Text,
            "Name of a field of `spec` of the same shape that lies under every group.",
        ),
    ],
};

pub(crate) static FIELD: Section = Section {
    path: "cluster.spec.F",
    doc: "A field of the custom resource: its type in one text, or this long form.",
    keys: &[
        key(
            "type",
            Shape::Type,
            "`string`, `int`, `bool`, `port`, `quantity`, `duration`, `tree`, `json`, `secretKey`, `secretRef`, `nodeType`, `k8s.NAME`, `list<T>`, `map<T>`, `a | b`; `list` with `fields`. Absent with `fields`: an object.",
        ),
        key(
            "doc",
            Shape::Text,
            "What the field means; stands in the CRD.",
        ),
        key(
            "default",
            Shape::Any,
            "The value where a custom resource gives none.",
        ),
        key(
            "pattern",
            Shape::Text,
            "Regular expression that a string must match.",
        ),
        key(
            "min",
            Shape::Int,
            "Smallest number, or fewest entries or characters.",
        ),
        key(
            "max",
            Shape::Int,
            "Largest number, or most entries or characters.",
        ),
        key(
            "key",
            Shape::Text,
            "Of a list of objects: the field that no two entries have alike.",
        ),
        key(
            "fields",
            Shape::Fields,
            "Fields of the object, or of each entry of the list.",
        ),
        key("optional", Shape::Flag, "Whether the field may be absent."),
        key(
            "immutable",
            Shape::Flag,
            "Whether the value is fixed once it is set.",
        ),
        key("growOnly", Shape::Flag, "Whether the number may only grow."),
        key(
            "anyCase",
            Shape::Flag,
            "Whether words are compared without regard to case.",
        ),
    ],
};

pub(super) fn read_group(reader: &mut Reader<'_, '_>) -> AppConfigGroup {
    AppConfigGroup {
        fields: read(reader, "fields"),
        common: reader.text("common"),
    }
}

/// Reads FIELDS under a key.
pub(super) fn read(reader: &mut Reader<'_, '_>, key: &str) -> Vec<Field> {
    let pairs = reader.map(key);
    of(pairs, reader.problems)
}

/// Reads the extra fields of a node, which may stand under a key `fields` of their own.
///
/// Both forms are in use; only a node field that is itself called `fields`, and is an object, could not be told apart.
pub(super) fn read_node(reader: &mut Reader<'_, '_>) -> Vec<Field> {
    match reader.map("node") {
        [
            Pair {
                key,
                value:
                    Node {
                        value: Value::Map(inner),
                        ..
                    },
            },
        ] if key.text == "fields" => of(inner, reader.problems),
        pairs => of(pairs, reader.problems),
    }
}

/// Reads FIELDS. Recursion is bounded by the depth of the YAML tree.
pub(super) fn of(pairs: &[Pair], problems: &mut Problems) -> Vec<Field> {
    pairs
        .iter()
        .filter_map(|pair| field(pair, problems))
        .collect()
}

fn field(pair: &Pair, problems: &mut Problems) -> Option<Field> {
    let name = Spanned::new(pair.key.text.clone(), pair.key.span);
    if let Value::Map(_) = &pair.value.value {
        let mut reader = Reader::open(
            &FIELD,
            quoted(&name.value),
            &pair.value,
            name.span,
            problems,
        )?;
        return long(name, pair.span(), &mut reader);
    }
    let scalar = string(&name.value, &pair.value, problems)?;
    let read = typed(scalar, problems)?;
    if read.kind.value == TypeKind::List(None) {
        problems.push(bare_list(read.kind.span));
        return None;
    }
    Some(Field {
        name,
        kind: read.kind.map(Kind::Type),
        optional: read.optional,
        default: read.default.map(literal_node),
        doc: None,
        pattern: None,
        min: None,
        max: None,
        immutable: false,
        grow_only: false,
        any_case: false,
        span: pair.span(),
    })
}

/// The type that is written; a default that is wrong is reported, and the type is there without it.
fn typed(scalar: &Scalar, problems: &mut Problems) -> Option<FieldType> {
    match parse_type(scalar) {
        Ok((read, mistake)) => {
            if let Some(mistake) = mistake {
                problems.push(*mistake);
            }
            Some(read)
        }
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

fn long(name: Spanned<String>, span: Span, reader: &mut Reader<'_, '_>) -> Option<Field> {
    let flag =
        |reader: &mut Reader<'_, '_>, key: &str| reader.flag(key).is_some_and(|flag| flag.value);
    let read = reader.node("type").and_then(|node| {
        let scalar = string("type", node, reader.problems)?;
        typed(scalar, reader.problems)
    });
    let inner = Inner {
        written: reader.pair("fields").is_some(),
        fields: self::read(reader, "fields"),
        key: reader.text("key"),
    };
    let kind = kind(&name, read.as_ref(), inner, reader);
    let of_type = read
        .as_ref()
        .and_then(|read| read.default.clone())
        .map(literal_node);
    if let (Some(_), Some(pair)) = (&of_type, reader.pair("default")) {
        let problem = Problem::new(Code::E0108, format!("`{}` has two defaults", name.value))
            .at(pair.key.span, "here, and behind `=` in the type")
            .help("keep one");
        reader.problems.push(problem);
    }
    // The kind comes last, so that the other keys are read without it too.
    Some(Field {
        optional: flag(reader, "optional") || read.is_some_and(|read| read.optional),
        default: reader.node("default").cloned().or(of_type),
        doc: reader.text("doc"),
        pattern: reader.text("pattern"),
        min: reader.int("min"),
        max: reader.int("max"),
        immutable: flag(reader, "immutable"),
        grow_only: flag(reader, "growOnly"),
        any_case: flag(reader, "anyCase"),
        kind: kind?,
        name,
        span,
    })
}

/// `fields` of a field, and the `key` that belongs to it.
struct Inner {
    written: bool,
    fields: Vec<Field>,
    key: Option<Spanned<String>>,
}

/// Decides between a type, an object and a list of objects.
fn kind(
    name: &Spanned<String>,
    read: Option<&FieldType>,
    Inner {
        written,
        fields,
        key,
    }: Inner,
    reader: &mut Reader<'_, '_>,
) -> Option<Spanned<Kind>> {
    let list = read.is_some_and(|read| read.kind.value == TypeKind::List(None));
    if let (Some(key), false) = (&key, list) {
        let problem = Problem::new(
            Code::E0108,
            format!("`{}` has a `key` and is no list of objects", name.value),
        )
        .at(key.span, "only `type: list` with `fields` has a key")
        .help("write `type: list`, or remove `key`");
        reader.problems.push(problem);
    }
    match (read, written) {
        // The type cannot be read, and that is reported.
        (None, _) if reader.pair("type").is_some() => None,
        (None, false) if reader.has("type") || reader.has("fields") => None,
        (None, false) => {
            let problem = Problem::new(
                Code::E0104,
                format!("`type` is missing in `{}`", name.value),
            )
            .at(name.span, "has neither `type` nor `fields`")
            .help("write a type, as `type: string`, or `fields` for an object");
            reader.problems.push(problem);
            None
        }
        (None, true) => Some(Spanned::new(Kind::Object(fields), reader.span)),
        (Some(read), true) if list => {
            Some(Spanned::new(Kind::List { key, fields }, read.kind.span))
        }
        (Some(read), false) if list => {
            reader.problems.push(bare_list(read.kind.span));
            None
        }
        (Some(read), true) if read.kind.value == TypeKind::Json => {
            Some(Spanned::new(Kind::Json(fields), read.kind.span))
        }
        (Some(read), true) => {
            let problem = Problem::new(
                Code::E0108,
                format!("`{}` has `fields` and a type without any", name.value),
            )
            .at(read.kind.span, "this type has no fields")
            .help("`type: list` makes a list of objects; without `type` it is one object");
            reader.problems.push(problem);
            None
        }
        (Some(read), false) => Some(read.kind.clone().map(Kind::Type)),
    }
}

fn bare_list(span: Span) -> Problem {
    Problem::new(Code::E0110, "a list of what?")
        .at(span, "says nothing of its entries")
        .help("write `list<string>` or another type, or `{type: list, fields: {…}}` for a list of objects")
}

/// A default behind `=` as the scalar that `default:` would have.
fn literal_node(literal: Spanned<Literal>) -> Node {
    let (text, style) = match literal.value {
        Literal::String(text) => (text, Style::Double),
        Literal::Int(number) => (number.to_string(), Style::Plain),
        Literal::Float(number) => (number.to_string(), Style::Plain),
        Literal::Bool(value) => (value.to_string(), Style::Plain),
    };
    Node::scalar(Scalar::derived(text, style, literal.span))
}
