//! The operator of a text, for tests of what a change of a manifest means.

use crate::check;
use crate::manifest::Source;
use crate::model::Operator;

/// The operator of a manifest, which has no mistake.
#[track_caller]
pub(super) fn operator(text: &str) -> Operator {
    let source = Source::new("dsoi.yaml", text.into()).unwrap();
    let read = check::read(&source);
    read.unwrap_or_else(|problems| panic!("{text}\n{problems:?}"))
        .1
}
