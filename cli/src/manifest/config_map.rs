//! `configMaps.C`: data that is no file.

use super::file::Per;
use super::keys::{Section, Shape, key, words};
use super::reader::Reader;
use super::source::{Span, Spanned};
use super::template::Template;
use super::tree::Pair;
use crate::expr::{Cond, Text};

/// One config map, of the cluster or a node type.
#[derive(Debug, Clone)]
pub struct ConfigMap {
    /// What the manifest calls it.
    pub key: Spanned<String>,
    pub condition: Option<Cond>,
    /// The object's name.
    pub name: Option<Text>,
    pub data: Option<Template>,
    pub per: Option<Spanned<Per>>,
    /// Key and value.
    pub span: Span,
}

pub(super) static SECTION: Section = Section {
    path: "cluster.nodeTypes.T.configMaps.C",
    doc: "A config map that is no file: for `envFrom`, or to name the map that a file goes to.",
    keys: &[
        key(
            "$if",
            Shape::Condition,
            "The config map exists while this holds.",
        ),
        key("name", Shape::Expression, "Name of the object."),
        key(
            "data",
            Shape::Tree,
            "A mapping from text to text, or one value that is such.",
        ),
        key(
            "per",
            Shape::Word(words::<Per>),
            "Whose it is; one for each node of a node type, one for the cluster, unless given.",
        ),
    ],
};

pub(super) fn read(pair: &Pair, reader: &mut Reader<'_, '_>) -> ConfigMap {
    ConfigMap {
        key: Spanned::new(pair.key.text.clone(), pair.key.span),
        condition: reader.condition(),
        name: reader.expression("name"),
        data: reader.tree("data"),
        per: reader.word("per"),
        span: pair.span(),
    }
}
