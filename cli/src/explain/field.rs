//! One field of the custom resource: what it is, what is asked of it, what it sets.

use serde_json::Value;

use super::change::{Change, change};
use super::declared::declared;
use super::path::within;
use super::rules::{bound, rules};
use super::sets::sets;
use super::walk::{self, Lost, Place, walk};
use crate::diagnostic::nearest;
use crate::manifest::{Manifest, Span};
use crate::model::Operator;
use crate::render::docs::{ChildDoc, FieldDoc, fields, grouped};
use crate::render::schema;

/// What there is to say of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// `spec.nodes[].replicas`
    pub path: String,
    /// The type in words.
    pub ty: String,
    pub doc: Option<String>,
    pub required: bool,
    pub default: Option<Value>,
    /// What is asked of its value, a sentence each.
    pub rules: Vec<String>,
    /// Where the manifest declares it; `None`: every custom resource has it.
    pub declared: Option<Span>,
    /// What it sets, or what the fields below it set.
    pub sets: Vec<ChildDoc>,
    pub change: Change,
    /// The fields below.
    pub fields: Vec<Below>,
}

/// A field of an object, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Below {
    pub name: String,
    pub ty: String,
    pub required: bool,
    pub doc: String,
}

/// A path that leads nowhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// The nearest place that there is.
    pub above: String,
    /// The step that is not there.
    pub step: String,
    /// What was meant, perhaps: a whole path.
    pub nearest: Option<String>,
    /// What is there.
    pub fields: Vec<Below>,
}

/// A custom resource as its manifest describes it: what paths are looked up in.
#[derive(Debug)]
pub struct Resource<'a> {
    manifest: &'a Manifest,
    operator: &'a Operator,
    schema: Value,
    docs: Vec<FieldDoc>,
}

impl<'a> Resource<'a> {
    /// Derives the definition and the reference.
    pub fn new(manifest: &'a Manifest, operator: &'a Operator) -> Self {
        Self {
            manifest,
            operator,
            schema: schema(operator),
            docs: fields(operator),
        }
    }

    /// Explains a path; `None` where it is none of the custom resource.
    pub fn field(&self, path: &str) -> Option<Result<Field, Missing>> {
        let steps = within(self.operator, path)?;
        Some(match walk(&self.schema, &steps) {
            Ok(place) => Ok(found(self, &place)),
            Err(lost) => Err(missing(self.operator, &self.docs, &lost)),
        })
    }

    /// The paths of the fields whose last word this is.
    pub fn called(&self, word: &str) -> impl Iterator<Item = &str> {
        let paths = self.docs.iter().map(|line| line.field.as_str());
        paths.filter(move |path| {
            let last = path.rsplit('.').next().unwrap_or_default();
            last.eq_ignore_ascii_case(word)
        })
    }

    /// The paths of all fields of the reference.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.docs.iter().map(|line| line.field.as_str())
    }
}

fn found(resource: &Resource<'_>, place: &Place<'_>) -> Field {
    let Resource {
        manifest,
        operator,
        docs,
        ..
    } = resource;
    let line = line(docs, &place.path);
    let schema = place.schema;
    let sets = sets(operator, &place.path);
    // A field below one that cannot change cannot either.
    let above = place.above.iter().map(|(_, schema, _)| bound(schema));
    let bound = above
        .chain([bound(schema)])
        .find(|bound| *bound != super::rules::Bound::Free)
        .unwrap_or(super::rules::Bound::Free);
    let default = schema.get("default").cloned();
    Field {
        ty: line.map_or_else(|| walk::type_text(schema), |line| line.ty.clone()),
        doc: line
            .and_then(|line| line.doc.clone())
            .or_else(|| text_of(schema)),
        required: place.required,
        default: default.or_else(|| line.and_then(|line| line.default.clone())),
        rules: rules(place),
        declared: declared(manifest, operator, &place.path),
        change: change(operator, &place.path, bound, &sets),
        sets: grouped(&sets),
        fields: below(docs, &place.path, schema),
        path: place.path.clone(),
    }
}

/// The line of the reference; a list is also known by its entries.
fn line<'a>(docs: &'a [FieldDoc], path: &str) -> Option<&'a FieldDoc> {
    docs.iter()
        .find(|line| line.field == path && !line.ty.is_empty())
}

fn text_of(schema: &Value) -> Option<String> {
    let text = schema["description"].as_str()?;
    Some(if text.ends_with('.') {
        text.to_owned()
    } else {
        format!("{text}.")
    })
}

fn below(docs: &[FieldDoc], path: &str, schema: &Value) -> Vec<Below> {
    let lists = if schema.get("items").is_some() {
        "[]"
    } else {
        ""
    };
    let above = if path.is_empty() {
        String::new()
    } else {
        format!("{path}{lists}.")
    };
    walk::fields(schema)
        .map(|(name, field, required)| {
            let line = line(docs, &format!("{above}{name}"));
            let doc = line
                .and_then(|line| line.doc.clone())
                .or_else(|| text_of(field));
            Below {
                name: name.clone(),
                ty: line.map_or_else(|| walk::type_text(field), |line| line.ty.clone()),
                required,
                doc: doc.unwrap_or_default(),
            }
        })
        .collect()
}

fn missing(operator: &Operator, docs: &[FieldDoc], lost: &Lost<'_>) -> Missing {
    let place = &lost.place;
    let fields = below(docs, &place.path, place.schema);
    let names = fields.iter().map(|field| field.name.as_str());
    let near = nearest(&lost.step, names.clone()).or_else(|| {
        spelled(operator, &lost.step).filter(|name| names.clone().any(|one| one == *name))
    });
    let join = |name: &str| {
        if place.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", place.path)
        }
    };
    // Else the one field of that name that stands elsewhere.
    let elsewhere = || {
        let mut found = docs.iter().filter(|line| {
            let last = line.field.rsplit('.').next().unwrap_or_default();
            last.eq_ignore_ascii_case(&lost.step)
        });
        found.next().map(|line| line.field.clone())
    };
    Missing {
        above: place.path.clone(),
        nearest: near.map(join).or_else(elsewhere),
        step: lost.step.clone(),
        fields,
    }
}

/// What a word of the specification is called in this API.
fn spelled<'a>(operator: &'a Operator, word: &str) -> Option<&'a str> {
    let spelling = &operator.cluster.spelling;
    let words = [
        ("k8sConfigGroup", &spelling.k8s_config_group),
        ("appConfigGroup", &spelling.app_config_group),
        ("nodeType", &spelling.node_type),
        ("deploymentOrder", &spelling.deployment_order),
        ("external", &spelling.external),
    ];
    let known = words
        .into_iter()
        .find(|(known, _)| *known == word)
        .map(|(_, word)| word.wire.as_str());
    known.or_else(|| {
        let mut fields = operator.cluster.k8s_group.fields.iter();
        fields
            .find(|field| field.field.word() == word)
            .map(|field| field.wire.as_str())
    })
}
