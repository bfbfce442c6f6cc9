//! `resources.KIND` and `everyResource`: kinds whose truth is outside of Kubernetes (MF-17).

mod call;
mod policy;

use super::cluster::{COLUMN, Column, column};
use super::fields::{self, Field};
use super::keys::{Key, Section, Shape, Word, key, later, required, words};
use super::reader::{Reader, not_yet};
use super::source::{Span, Spanned};
use super::template::Template;
use super::tree::{Node, Pair, Value};
use super::values::expression;
use crate::expr::Text;

pub use call::{Call, Verb};
pub use policy::{Adopt, Deletion, ParentGone, Policy};

/// One kind, or what lies under all of them: then nothing of it need be there.
#[derive(Debug, Clone)]
pub struct Resource {
    pub kind: Spanned<String>,
    pub plural: Option<Spanned<String>>,
    pub short_names: Vec<Spanned<String>>,
    pub columns: Vec<Column>,
    pub doc: Option<Spanned<String>>,
    pub spec: Vec<Field>,
    /// The name of one of `servers`.
    pub server: Option<Spanned<String>>,
    pub parent: Option<Parent>,
    pub id: Option<Text>,
    pub body: Option<Template>,
    pub calls: Vec<Call>,
    pub absent: Option<Absent>,
    pub compare: Option<Spanned<Compare>>,
    pub status: Vec<StatusField>,
    pub flat_condition: Option<Spanned<bool>>,
    pub policy: Policy,
    pub finalizer: Option<Text>,
    /// Name and value.
    pub span: Span,
}

/// The custom resource that a resource belongs to.
#[derive(Debug, Clone)]
pub struct Parent {
    pub kind: Spanned<String>,
    pub name: Text,
}

/// What tells that the resource is not there, beside an answer 404.
#[derive(Debug, Clone)]
pub struct Absent {
    pub body: Option<Template>,
    pub span: Span,
}

/// A field of the status that is written after success.
#[derive(Debug, Clone)]
pub struct StatusField {
    pub name: Spanned<String>,
    pub value: Text,
}

/// How the answer of `get` is compared with what should be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// What the body says is there too; what else is there is the server's own.
    Owned,
    /// A hook makes of the answer what `body` would be.
    Hook,
}

impl Word for Compare {
    const WORDS: &'static [(&'static str, Self)] = &[("owned", Self::Owned), ("hook", Self::Hook)];
}

const KEYS: &[Key] = &[
    key(
        "plural",
        Shape::Text,
        "Its plural in lower case; from the kind unless given.",
    ),
    key("shortNames", Shape::Texts, "Short names for kubectl."),
    key(
        "columns",
        Shape::List(&COLUMN),
        "Printer columns beside Ready and Age.",
    ),
    key("doc", Shape::Text, "What it is; stands in the CRD."),
    key(
        "spec",
        Shape::Fields,
        "Fields of `spec`. Those of a `json` field are what expressions use of the text in it.",
    ),
    key(
        "server",
        Shape::Text,
        "One of `servers`: where the calls go.",
    ),
    key(
        "parent",
        Shape::Section(&PARENT),
        "The custom resource that it belongs to.",
    ),
    key(
        "id",
        Shape::Expression,
        "What the server calls it: `id` in `calls`. Fixed once it is there.",
    ),
    key(
        "body",
        Shape::Tree,
        "What is sent, as JSON; the one `json` field of `spec` unless given.",
    ),
    key("calls", Shape::Section(&call::SECTION), "What is asked."),
    key(
        "absent",
        Shape::Section(&ABSENT),
        "What tells that it is not there, beside an answer 404.",
    ),
    key(
        "compare",
        Shape::Word(words::<Compare>),
        "What decides about an update. `owned`: what `body` says has to be there, what else is there is the server's own. `hook`: code of yours first makes of the answer what `body` would be. `owned` unless given.",
    ),
    key(
        "status",
        Shape::ExpressionMap,
        "Fields of the status that are written after success, as `currentSchema: ${body}`.",
    ),
    key(
        "flatCondition",
        Shape::Flag,
        "Whether the status has the last outcome as `type`, `status`, `reason`, `message` and `lastUpdateTime` too.",
    ),
    key(
        "policy",
        Shape::Section(&policy::SECTION),
        "What becomes of what is there already, and of what is left.",
    ),
    key(
        "finalizer",
        Shape::Expression,
        "Its finalizer; the API group with `/external` unless given.",
    ),
    later("client", "`hook`: the four verbs are code of yours"),
    later("actions", "calls that a trigger makes"),
];

pub(super) static SECTION: Section = Section {
    path: "resources.KIND",
    doc: "A kind whose truth is outside of Kubernetes: what a server keeps, as a custom resource.",
    keys: KEYS,
};

pub(super) static EVERY: Section = Section {
    path: "everyResource",
    doc: "What lies under each of `resources`.",
    keys: KEYS,
};

static PARENT: Section = Section {
    path: "resources.KIND.parent",
    doc: "The custom resource that it belongs to, in the same namespace.",
    keys: &[
        required("kind", Shape::Text, "Its kind."),
        required(
            "name",
            Shape::Expression,
            "Its name, as `${spec.pinotCluster}`.",
        ),
    ],
};

static ABSENT: Section = Section {
    path: "resources.KIND.absent",
    doc: "What tells that it is not there, beside an answer 404.",
    keys: &[key(
        "body",
        Shape::Any,
        "Exactly this JSON in an answer 200.",
    )],
};

pub(super) fn read(pair: &Pair, reader: &mut Reader<'_, '_>) -> Resource {
    let kind = Spanned::new(pair.key.text.clone(), pair.key.span);
    Resource {
        kind,
        plural: reader.text("plural"),
        short_names: reader.texts("shortNames").unwrap_or_default(),
        columns: reader.list("columns", &COLUMN, column),
        doc: reader.text("doc"),
        spec: fields::read(reader, "spec"),
        server: reader.text("server"),
        parent: reader.section("parent", &PARENT, |reader| {
            let (kind, name) = (reader.text("kind"), reader.expression("name"));
            Some(Parent {
                kind: kind?,
                name: name?,
            })
        }),
        id: reader.expression("id"),
        body: reader.tree("body"),
        calls: reader
            .section("calls", &call::SECTION, call::read)
            .unwrap_or_default(),
        absent: reader.section("absent", &ABSENT, |reader| Absent {
            body: reader.tree("body"),
            span: reader.span,
        }),
        compare: reader.word("compare"),
        status: status(reader),
        flat_condition: reader.flag("flatCondition"),
        policy: reader
            .section("policy", &policy::SECTION, policy::read)
            .unwrap_or_default(),
        finalizer: reader.expression("finalizer"),
        span: pair.span(),
    }
}

fn status(reader: &mut Reader<'_, '_>) -> Vec<StatusField> {
    let mut list = Vec::new();
    for pair in reader.map("status") {
        if logs(&pair.value) {
            reader.problems.push(
                not_yet("a status that logs an action", pair.value.span)
                    .help("remove it. What it will mean: the last answers of an action"),
            );
            continue;
        }
        let value = expression(&pair.key.text, &pair.value, reader.problems);
        list.extend(value.map(|value| StatusField {
            name: Spanned::new(pair.key.text.clone(), pair.key.span),
            value,
        }));
    }
    list
}

fn logs(node: &Node) -> bool {
    matches!(&node.value, Value::Map(pairs) if pairs.iter().any(|pair| pair.key.text == "log"))
}
