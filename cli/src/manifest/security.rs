//! `cluster.security`: what security context the children are given.

use super::keys::{Section, Shape, Word, required, words};
use super::reader::Reader;
use super::source::Spanned;
/// A pod security standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityProfile {
    Restricted,
    Baseline,
    /// What the manifest and the custom resource say, nothing added.
    App,
}

impl Word for SecurityProfile {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("restricted", Self::Restricted),
        ("baseline", Self::Baseline),
        ("app", Self::App),
    ];
}

pub(super) static SECTION: Section = Section {
    path: "cluster.security",
    doc: "What security context the pods are given.",
    keys: &[required(
        "profile",
        Shape::Word(words::<SecurityProfile>),
        "The pod security standard that the pods meet; `app` adds nothing to what the manifest and the custom resource say.",
    )],
};

pub(super) fn read(reader: &mut Reader<'_, '_>) -> Option<Spanned<SecurityProfile>> {
    reader.word("profile")
}
