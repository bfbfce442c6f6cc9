//! `cluster.external`: what a cluster depends on (MF-5).

use super::fields;
use super::fields::Field;
use super::keys::{Section, Shape, Word, key, words};
use super::reader::{Reader, quoted, wrong_type};
use super::source::{Span, Spanned};
use super::tree::{Pair, Value};
use crate::diagnostic::{Code, Problem};

/// One dependency.
#[derive(Debug, Clone)]
pub struct External {
    pub name: Spanned<String>,
    pub fields: Vec<Field>,
    /// Adds `type` beside `spec`; empty where the dependency has no variants.
    pub one_of: Vec<Variant>,
    pub optional: bool,
    /// `type: list`: the field that is the key of each entry.
    pub list_key: Option<Spanned<String>>,
    pub span: Span,
}

/// One variant of a dependency.
#[derive(Debug, Clone)]
pub struct Variant {
    pub name: Spanned<String>,
    pub fields: Vec<Field>,
}

/// The one word that `type` of a dependency takes.
#[derive(Clone, Copy)]
struct List;

impl Word for List {
    const WORDS: &'static [(&'static str, Self)] = &[("list", Self)];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.external.NAME",
    doc: "Something that a cluster depends on. On the wire its fields stand under `external.NAME.spec`, in a path under `external.NAME`.",
    keys: &[
        key("fields", Shape::Fields, "Names and their types."),
        key(
            "oneOf",
            Shape::Variants,
            "Variants and their fields; the custom resource chooses one in `type`.",
        ),
        key("optional", Shape::Flag, "Whether a cluster can do without."),
        key(
            "type",
            Shape::Word(words::<List>),
            "`list`: several entries.",
        ),
        key(
            "key",
            Shape::Text,
            "Of a list: the field that tells the entries apart.",
        ),
    ],
};

pub(super) fn read(pair: &Pair, reader: &mut Reader<'_, '_>) -> External {
    let name = Spanned::new(pair.key.text.clone(), pair.key.span);
    if !reader.has("fields") && !reader.has("oneOf") {
        let problem = Problem::new(
            Code::E0104,
            format!("`fields` is missing in {}", reader.name()),
        )
        .at(name.span, "has neither `fields` nor `oneOf`")
        .help("say what of the dependency the custom resource brings: `fields: {url: string}`");
        reader.problems.push(problem);
    }
    let list = reader.word::<List>("type");
    let list_key = reader.text("key");
    match (&list, &list_key) {
        (Some(list), None) if !reader.has("key") => {
            let problem = Problem::new(
                Code::E0104,
                format!("`key` is missing in {}", reader.name()),
            )
            .at(list.span, "a list needs a key")
            .help("name the field that tells the entries apart: `key: name`");
            reader.problems.push(problem);
        }
        (None, Some(key)) if reader.pair("type").is_none() => {
            let problem = Problem::new(
                Code::E0108,
                format!("{} has a `key` and is no list", reader.name()),
            )
            .at(key.span, "only a list has a key")
            .help("write `type: list`, or remove `key`");
            reader.problems.push(problem);
        }
        _ => {}
    }
    External {
        name,
        fields: fields::read(reader, "fields"),
        one_of: variants(reader),
        optional: reader.flag("optional").is_some_and(|flag| flag.value),
        list_key,
        span: pair.span(),
    }
}

fn variants(reader: &mut Reader<'_, '_>) -> Vec<Variant> {
    let mut variants = Vec::new();
    for pair in reader.map("oneOf") {
        let Value::Map(inner) = &pair.value.value else {
            reader.problems.push(wrong_type(
                &quoted(&pair.key.text),
                "a mapping",
                &pair.value,
            ));
            continue;
        };
        variants.push(Variant {
            name: Spanned::new(pair.key.text.clone(), pair.key.span),
            fields: fields::of(inner, reader.problems),
        });
    }
    variants
}
