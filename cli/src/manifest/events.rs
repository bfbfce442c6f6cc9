//! `cluster.events`: how events name their source (MF-15).

use super::keys::{Section, Shape, key, later};
use super::reader::Reader;
use super::source::Spanned;

/// The section `cluster.events`.
#[derive(Debug, Clone, Default)]
pub struct Events {
    pub source: Option<Spanned<String>>,
    pub prefix: Option<Spanned<String>>,
}

pub(super) static SECTION: Section = Section {
    path: "cluster.events",
    doc: "How the operator's events are named.",
    keys: &[
        key(
            "source",
            Shape::Text,
            "The component that reports them; the operator's name unless given.",
        ),
        key(
            "prefix",
            Shape::Text,
            "What each reason starts with, as written.",
        ),
        later(
            "hashAnnotation",
            "an annotation with the hash of the last applied object",
        ),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Events {
    Events {
        source: reader.text("source"),
        prefix: reader.text("prefix"),
    }
}
