//! The types of fields: `optional list<string>`, `debug | info = info`.

use super::path::Literal;
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest::{Scalar, Span, Spanned};

/// A type as written in one scalar.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldType {
    pub optional: bool,
    pub kind: Spanned<TypeKind>,
    /// What follows `=`; an enum's default is a [`Literal::String`]. Not yet compared with the type.
    pub default: Option<Spanned<Literal>>,
    pub span: Span,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    String,
    Int,
    Bool,
    Port,
    Quantity,
    Duration,
    /// Any YAML mapping.
    Tree,
    /// A string that holds JSON.
    Json,
    SecretKey,
    SecretRef,
    NodeType,
    /// A type of core/v1, as `k8s.Toleration`.
    K8s(Spanned<String>),
    /// `list<T>`; a bare `list` (`None`) is one whose items `fields` describes.
    List(Option<Box<Spanned<TypeKind>>>),
    Map(Box<Spanned<TypeKind>>),
    /// One of these words; at least two.
    Enum(Vec<Spanned<String>>),
}

/// The words for types, as a message lists them, and what values they have.
pub(crate) const WORDS: &[(&str, TypeKind, &str)] = &[
    ("string", TypeKind::String, "a text"),
    ("int", TypeKind::Int, "a whole number of 64 bits"),
    ("bool", TypeKind::Bool, "true or false"),
    ("port", TypeKind::Port, "a number from 1 to 65535"),
    (
        "quantity",
        TypeKind::Quantity,
        "a quantity of Kubernetes, as `10Gi`",
    ),
    (
        "duration",
        TypeKind::Duration,
        "a time, as `90s` or `1h30m`",
    ),
    ("tree", TypeKind::Tree, "any mapping, taken as it is"),
    ("json", TypeKind::Json, "a text that holds JSON"),
    (
        "secretKey",
        TypeKind::SecretKey,
        "one key of a Secret; for `env` alone",
    ),
    ("secretRef", TypeKind::SecretRef, "the name of a Secret"),
    ("nodeType", TypeKind::NodeType, "one of the node types"),
    (
        "list",
        TypeKind::List(None),
        "a list of mappings, which `fields` describes; `list<T>` is one of a type",
    ),
];

/// How deep `list<map<…>>` may go.
const MAX_DEPTH: usize = 8;

/// A type, and what is wrong with its default.
type Read = (FieldType, Option<Box<Problem>>);

/// Reads a type; without its default, where that is wrong.
pub(crate) fn parse(scalar: &Scalar) -> Result<Read, Box<Problem>> {
    let text = scalar.text.as_str();
    let (head, default_at) = match text.split_once('=') {
        Some((head, _)) => (head, Some(head.len() + 1)),
        None => (text, None),
    };
    let optional = head
        .trim_start()
        .strip_prefix("optional")
        .is_some_and(|rest| rest.starts_with(char::is_whitespace));
    let from = if optional {
        head.find("optional").map_or(0, |at| at + "optional".len())
    } else {
        0
    };
    let part = Part {
        scalar,
        start: from,
        end: head.len(),
    }
    .trimmed();
    let kind = kind(part, 0)?;
    let default = default_at.map(|at| {
        let part = Part {
            scalar,
            start: at,
            end: text.len(),
        }
        .trimmed();
        default(part, &kind.value)
    });
    let (default, mistake) = match default {
        Some(Ok(default)) => (Some(default), None),
        Some(Err(mistake)) => (None, Some(mistake)),
        None => (None, None),
    };
    let read = FieldType {
        optional,
        kind,
        default,
        span: scalar.span,
    };
    Ok((read, mistake))
}

/// A stretch of the scalar.
#[derive(Clone, Copy)]
struct Part<'a> {
    scalar: &'a Scalar,
    start: usize,
    end: usize,
}

impl<'a> Part<'a> {
    fn text(self) -> &'a str {
        self.scalar.text.get(self.start..self.end).unwrap_or("")
    }

    fn span(self) -> Span {
        self.scalar.place(self.start, self.end)
    }

    fn trimmed(self) -> Self {
        let text = self.text();
        let start = self.start + (text.len() - text.trim_start().len());
        Self {
            start,
            end: start + text.trim().len(),
            ..self
        }
    }
}

fn kind(part: Part<'_>, depth: usize) -> Result<Spanned<TypeKind>, Box<Problem>> {
    let text = part.text();
    let kind = if text.contains('|') {
        TypeKind::Enum(variants(part)?)
    } else if let Some((outer, inner)) = generic(part) {
        if depth == MAX_DEPTH {
            return Err(Box::new(
                Problem::new(Code::E0110, "a type nests too deep")
                    .at(part.span(), "too many levels"),
            ));
        }
        let inner = Box::new(kind(inner, depth + 1)?);
        match outer {
            "list" => TypeKind::List(Some(inner)),
            "map" => TypeKind::Map(inner),
            _ => return Err(Box::new(unknown(part))),
        }
    } else if let Some(name) = text.strip_prefix("k8s.") {
        let at = part.start + "k8s.".len();
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(Box::new(unknown(part)));
        }
        TypeKind::K8s(Spanned::new(
            name.to_owned(),
            part.scalar.place(at, part.end),
        ))
    } else {
        let word = WORDS.iter().find(|(word, ..)| *word == text);
        word.map(|(_, kind, _)| kind.clone())
            .ok_or_else(|| Box::new(unknown(part)))?
    };
    Ok(Spanned::new(kind, part.span()))
}

/// `outer<inner>`
fn generic(part: Part<'_>) -> Option<(&str, Part<'_>)> {
    let text = part.text();
    let (outer, _) = text.split_once('<')?;
    let inner = Part {
        start: part.start + outer.len() + 1,
        end: part.end.checked_sub(1)?,
        ..part
    };
    text.ends_with('>').then(|| (outer.trim(), inner.trimmed()))
}

fn variants(part: Part<'_>) -> Result<Vec<Spanned<String>>, Box<Problem>> {
    let mut variants: Vec<Spanned<String>> = Vec::new();
    let mut start = part.start;
    for word in part.text().split('|') {
        let variant = Part {
            scalar: part.scalar,
            start,
            end: start + word.len(),
        };
        start += word.len() + 1;
        let trimmed = variant.trimmed();
        let name = trimmed.text();
        let problem =
            |text: &str| Box::new(Problem::new(Code::E0110, text).at(trimmed.span(), "here"));
        if name.is_empty() {
            let problem = problem("a word is missing beside `|`");
            return Err(Box::new(
                problem.help("choices have one `|` between them: `debug | info | warn`"),
            ));
        }
        if name.contains(char::is_whitespace) {
            let problem = problem("a choice is one word");
            let word = name.split_whitespace().collect::<Vec<_>>().join("-");
            return Err(Box::new(problem.help(format!("write it as one: `{word}`"))));
        }
        if name.contains(['<', '>', '(', ')', '[', ']', '{', '}', '"', '\'', ',']) {
            let problem = problem("a choice is a plain word");
            let help = if part.text().contains('<') {
                "words are the type of a field alone: a list or mapping of them is `list<string>` or `map<string>`"
            } else {
                "write letters, digits, `-`, `_` and `.`: `debug | info | warn`"
            };
            return Err(Box::new(problem.help(help)));
        }
        if variants.iter().any(|known| known.value == name) {
            let problem = problem("the same choice twice");
            return Err(Box::new(problem.help("keep one of them")));
        }
        variants.push(Spanned::new(name.to_owned(), trimmed.span()));
    }
    Ok(variants)
}

fn default(part: Part<'_>, kind: &TypeKind) -> Result<Spanned<Literal>, Box<Problem>> {
    let text = part.text();
    let refuse = |what: &str, help: &str| {
        Err(Box::new(
            Problem::new(Code::E0110, format!("the default is {what}"))
                .at(part.span(), "here")
                .help(help),
        ))
    };
    let literal = match kind {
        TypeKind::Int | TypeKind::Port => match text.parse() {
            Ok(number) => Literal::Int(number),
            Err(_) => return refuse("no whole number", "write digits, as `int = 3`"),
        },
        TypeKind::Bool => match text {
            "true" => Literal::Bool(true),
            "false" => Literal::Bool(false),
            _ => return refuse("neither true nor false", "write `bool = false`"),
        },
        TypeKind::Enum(variants) if variants.iter().all(|variant| variant.value != text) => {
            return refuse(
                "none of the choices",
                "write one of the words before the `=`",
            );
        }
        TypeKind::String | TypeKind::Quantity | TypeKind::Duration | TypeKind::Enum(_) => {
            Literal::String(text.trim_matches('"').to_owned())
        }
        TypeKind::List(Some(item)) if has_none(&item.value) => {
            return refuse(
                "not written behind a type like this",
                "no item of it can stand in a manifest: only `default: []` can, in the long form",
            );
        }
        TypeKind::Map(item) if has_none(&item.value) => {
            return refuse(
                "not written behind a type like this",
                "no value of it can stand in a manifest: only `default: {}` can, in the long form",
            );
        }
        kind if has_none(kind) => {
            return Err(Box::new(
                Problem::new(Code::E0110, "a field of this type has no default")
                    .at(part.span(), "here")
                    .help("drop it: the custom resource says the value, and may leave out a field that is `optional`"),
            ));
        }
        _ => {
            return refuse(
                "not written behind a type like this",
                "use the long form: `{type: list<string>, default: [a, b]}`",
            );
        }
    };
    Ok(Spanned::new(literal, part.span()))
}

/// Whether no value of the type can be said beforehand, in no form.
fn has_none(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Json | TypeKind::SecretKey | TypeKind::SecretRef | TypeKind::NodeType => true,
        // A few of the others are texts, which have one.
        TypeKind::K8s(name) => name.value != "Quantity",
        _ => false,
    }
}

fn unknown(part: Part<'_>) -> Problem {
    let text = part.text();
    let problem = Problem::new(Code::E0110, format!("`{text}` is not a type"))
        .at(part.span(), "unknown here");
    let words = WORDS.iter().map(|(word, ..)| *word);
    let elsewhere = match text.to_ascii_lowercase().as_str() {
        "integer" | "long" | "int64" | "int32" => Some("int"),
        "boolean" => Some("bool"),
        "str" | "text" => Some("string"),
        "object" | "any" | "mapping" => Some("tree"),
        "array" => Some("list<T>"),
        _ => None,
    };
    let help = match text.strip_suffix('?') {
        Some(inner) => format!("a field that may be absent is `optional {inner}`"),
        None => match elsewhere.or_else(|| nearest(text, words)) {
            Some(word) => format!("did you mean `{word}`?"),
            None => "types: string, int, bool, port, quantity, duration, tree, json, secretKey, secretRef, nodeType, k8s.NAME, list<T>, map<T>, a | b".to_owned(),
        },
    };
    problem.help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Style;

    fn of(text: &str) -> Result<FieldType, Box<Problem>> {
        let span = Span::new(0, text.len());
        let (read, mistake) = parse(&Scalar::new(text.to_owned(), Style::Plain, span, text))?;
        mistake.map_or(Ok(read), Err)
    }

    #[test]
    fn types_of_the_reference_are_read() {
        let level = of("debug | info | warn = info").unwrap();
        assert!(matches!(&level.kind.value, TypeKind::Enum(words) if words.len() == 3));
        assert_eq!(level.default.unwrap().value, Literal::String("info".into()));
        let list = of("optional list<map<string>>").unwrap();
        assert!(list.optional);
        assert!(matches!(list.kind.value, TypeKind::List(Some(_))));
        assert!(matches!(
            of("k8s.Toleration").unwrap().kind.value,
            TypeKind::K8s(_)
        ));
        assert_eq!(
            of("string = /druid").unwrap().default.unwrap().value,
            Literal::String("/druid".into())
        );
        assert_eq!(of("int = 3").unwrap().default.unwrap().span.range(), 6..7);
    }

    #[test]
    fn what_is_no_type_is_refused_with_advice() {
        assert_eq!(
            of("strng").unwrap_err().help.unwrap(),
            "did you mean `string`?"
        );
        assert!(
            of("string?")
                .unwrap_err()
                .help
                .unwrap()
                .contains("optional string")
        );
        for bad in [
            "",
            "list<",
            "list<>",
            "<>",
            ">",
            "<",
            "a |",
            "|",
            "a | a",
            "list<a | b>",
            "map<a|b>",
            "list<a | b> = a",
            "(a | b)",
            "\"a\" | b",
            "optional",
            "int = x",
            "bool = yes",
            "a | b = c",
            "k8s.",
            "tree = {}",
        ] {
            assert!(of(bad).is_err(), "{bad}");
        }
        assert!(of(&"list<".repeat(10_000)).is_err());
        assert!(of(&format!("{}string{}", "list<".repeat(100), ">".repeat(100))).is_err());
    }
}
