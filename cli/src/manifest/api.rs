//! `api`: group and version of the custom resources (DS-8, DS-40).

use super::keys::{Section, Shape, required};
use super::reader::Reader;
use super::source::{Span, Spanned};

/// The section `api`.
#[derive(Debug, Clone)]
pub struct Api {
    pub group: Spanned<String>,
    pub version: Spanned<String>,
    pub span: Span,
}

impl Api {
    /// Stands where the section cannot be read, which is reported.
    pub(super) fn unread(span: Span) -> Self {
        Self {
            group: Spanned::new("example.com".to_owned(), span),
            version: Spanned::new("v1".to_owned(), span),
            span,
        }
    }
}

pub(super) static SECTION: Section = Section {
    path: "api",
    doc: "Group and version of the custom resources.",
    keys: &[
        required(
            "group",
            Shape::Text,
            "API group, a domain of yours as `example.com`.",
        ),
        required("version", Shape::Text, "API version, as `v1alpha1`."),
    ],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Option<Api> {
    let (group, version) = (reader.text("group"), reader.text("version"));
    Some(Api {
        group: group?,
        version: version?,
        span: reader.span,
    })
}
