//! `cluster.labels`: the app's own labels (MF-8).

use super::source::Spanned;
use crate::expr::Text;

/// One label: a fixed key and a value with expressions.
#[derive(Debug, Clone)]
pub struct Label {
    pub key: Spanned<String>,
    pub value: Text,
}
