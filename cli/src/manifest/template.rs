//! Trees with expressions and directives: container fields, file contents, data of config maps.
//!
//! A key `$word` is a directive or a mistake, except the words that JSON Schema gives to files; `$$word` writes the key
//! `$word` on purpose.

use super::reader::{literal, string};
use super::scalar::{Core, Scalar};
use super::source::{Span, Spanned};
use super::tree::{Node, Pair, Value};
use super::values::unfit;
use crate::diagnostic::{Code, Problem, Problems};
use crate::expr::{self, Cond, Expr, For, Literal, Part, Term, Text};

/// A tree that becomes a value when the operator runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub kind: TemplateKind,
    pub span: Span,
}

/// What a [`Template`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum TemplateKind {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A text, with or without values in it; never one value alone.
    Text(Text),
    /// Exactly one `${…}`: keeps the value's type.
    Value(Expr),
    List(Vec<Template>),
    Map(Vec<Entry>),
    /// A mapping that has directives among its keys.
    Directed(Box<Directed>),
}

/// One entry of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: Text,
    pub value: Template,
}

/// A mapping with directives. Applied in this order: `$for` repeats, `$if` filters, the body is built, `$join` makes one
/// string of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Directed {
    pub condition: Option<Cond>,
    pub each: Option<For>,
    /// The separator.
    pub join: Option<Spanned<String>>,
    pub body: Body,
}

/// What a mapping with directives stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `$value: …`
    Value(Template),
    /// `$json: …`: the tree as JSON text.
    Json(Template),
    /// The other entries of the mapping.
    Map(Vec<Entry>),
}

/// The directives, each with what it does.
pub(super) const DIRECTIVES: &[(&str, &str)] = &[
    ("$if", "keeps the mapping while a condition holds"),
    ("$for", "repeats the mapping for each item of a list"),
    ("$join", "makes one text of many, with this between them"),
    ("$json", "writes the tree under it as a text of JSON"),
    (
        "$value",
        "what the mapping stands for, where that is no mapping",
    ),
];

/// Words of JSON Schema that files have as keys.
const PLAIN: &[&str] = &["$schema", "$id", "$ref", "$defs", "$comment", "$anchor"];

fn is_directive(key: &str) -> bool {
    DIRECTIVES.iter().any(|(word, _)| *word == key)
}

/// Reads a tree. Recursion is bounded by the depth of the YAML tree.
pub(super) fn read(node: &Node, problems: &mut Problems) -> Option<Template> {
    let kind = match &node.value {
        Value::Scalar(scalar) => match scalar.core() {
            Core::Null => TemplateKind::Null,
            Core::Bool(value) => TemplateKind::Bool(value),
            Core::Int(value) => TemplateKind::Int(value),
            Core::Float(value) => TemplateKind::Float(value),
            Core::Unfit => {
                problems.push(unfit(node));
                return None;
            }
            Core::String(_) => {
                let text = expr::parse_text(scalar, problems);
                match text.as_value() {
                    Some(value) => TemplateKind::Value(value.clone()),
                    None => TemplateKind::Text(text),
                }
            }
        },
        Value::List(items) => TemplateKind::List(
            items
                .iter()
                .filter_map(|item| read(item, problems))
                .collect(),
        ),
        Value::Map(pairs) => map(node, pairs, problems)?,
    };
    Some(Template {
        kind,
        span: node.span,
    })
}

fn map(node: &Node, pairs: &[Pair], problems: &mut Problems) -> Option<TemplateKind> {
    let mut entries = Vec::new();
    let mut directives: Vec<&Pair> = Vec::new();
    for pair in pairs {
        let key = pair.key.text.as_str();
        if is_directive(key) {
            directives.push(pair);
            continue;
        }
        if let Some(problem) = misspelt(&pair.key) {
            problems.push(problem);
            continue;
        }
        let key = unescaped(expr::parse_text(&pair.key, problems));
        entries.extend(read(&pair.value, problems).map(|value| Entry { key, value }));
    }
    if directives.is_empty() {
        return Some(TemplateKind::Map(entries));
    }
    let find = |name: &str| {
        directives
            .iter()
            .find(|pair| pair.key.text == name)
            .copied()
    };
    let condition = find("$if").and_then(|pair| condition(&pair.value, problems));
    let each = find("$for").and_then(|pair| each(&pair.value, problems));
    let join = find("$join").and_then(|pair| literal("$join", &pair.value, problems));
    let body = body(
        node,
        pairs,
        [find("$value"), find("$json")],
        entries,
        problems,
    )?;
    if let (Some(pair), Body::Map(_)) = (find("$join"), &body) {
        let problem = Problem::new(Code::E0108, "`$join` has nothing to join")
            .at(pair.key.span, "needs `$value`")
            .help("{$join: \",\", $for: p in pods.TYPE, $value: \"${p.host}\"}");
        problems.push(problem);
    }
    Some(TemplateKind::Directed(Box::new(Directed {
        condition,
        each,
        join,
        body,
    })))
}

fn body(
    node: &Node,
    pairs: &[Pair],
    [value, json]: [Option<&Pair>; 2],
    entries: Vec<Entry>,
    problems: &mut Problems,
) -> Option<Body> {
    let stands_for = match (value, json) {
        (None, None) => {
            let joins = pairs.iter().any(|pair| pair.key.text == "$join");
            if entries.is_empty() && !joins {
                let at = pairs.first().map_or(node.span, |pair| pair.key.span);
                let problem = Problem::new(Code::E0108, "a directive has nothing to act on")
                    .at(at, "no entry and no `$value` beside it")
                    .help("add the entries that it decides about, or `$value: …` for something that is no mapping");
                problems.push(problem);
            }
            return Some(Body::Map(entries));
        }
        (Some(value), Some(json)) => {
            let problem = Problem::new(Code::E0108, "`$value` and `$json` exclude each other")
                .at(json.key.span, "one of the two")
                .at(value.key.span, "the other")
                .help("keep one");
            problems.push(problem);
            return None;
        }
        (Some(pair), None) | (None, Some(pair)) => pair,
    };
    let is_entry = |pair: &&Pair| !is_directive(&pair.key.text) && misspelt(&pair.key).is_none();
    if let Some(extra) = pairs.iter().find(is_entry) {
        let word = &stands_for.key.text;
        let problem = Problem::new(
            Code::E0108,
            format!("`{word}` leaves no place for other entries"),
        )
        .at(extra.key.span, "beside it")
        .at(stands_for.key.span, "stands for the whole mapping")
        .help(format!(
            "move the entries under `{word}`, or remove `{word}`"
        ));
        problems.push(problem);
    }
    let template = read(&stands_for.value, problems)?;
    Some(if value.is_some() {
        Body::Value(template)
    } else {
        Body::Json(template)
    })
}

/// A key that looks like a directive but is none.
fn misspelt(key: &Scalar) -> Option<Problem> {
    let looks = starts_a_word(key.text.strip_prefix('$')?);
    if !looks || is_directive(&key.text) || PLAIN.contains(&key.text.as_str()) {
        return None;
    }
    let words = || DIRECTIVES.iter().map(|(word, _)| *word);
    let distance = |word: &str| strsim::damerau_levenshtein(&key.text.to_lowercase(), word);
    let near = words().find(|word| key.text.len() < 16 && distance(word) <= 1);
    let all = words().collect::<Vec<_>>().join(", ");
    let help = match near {
        Some(near) => format!("did you mean `{near}`? All: {all}"),
        None => format!(
            "the directives are {all}; `${}` writes the key as it stands",
            key.text
        ),
    };
    let problem = Problem::new(Code::E0102, format!("`{}` is not a directive", key.text))
        .at(key.span, "unknown here")
        .help(help);
    Some(problem)
}

fn starts_a_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// `$$word` as a key is `$word`.
fn unescaped(mut key: Text) -> Text {
    if let Some(Part::Literal(first)) = key.parts.first_mut()
        && let Some(word) = first
            .value
            .strip_prefix("$$")
            .filter(|word| starts_a_word(word))
    {
        first.value = format!("${word}");
    }
    key
}

/// Reads the condition of an `$if`.
pub(super) fn condition(node: &Node, problems: &mut Problems) -> Option<Cond> {
    if let Some(Core::Bool(value)) = node.as_scalar().map(Scalar::core) {
        let literal = Term::Literal(Spanned::new(Literal::Bool(value), node.span));
        return Some(Cond::Value(Expr {
            terms: vec![literal],
            span: node.span,
        }));
    }
    let scalar = string("$if", node, problems)?;
    expr::parse_condition(scalar)
        .map_err(|problem| problems.push(*problem))
        .ok()
}

fn each(node: &Node, problems: &mut Problems) -> Option<For> {
    let scalar = string("$for", node, problems)?;
    expr::parse_for(scalar)
        .map_err(|problem| problems.push(*problem))
        .ok()
}
