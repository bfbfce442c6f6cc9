//! `cluster.labels`: the app's own labels (MF-8).

use super::reader::Reader;
use super::source::Spanned;
use super::values::expression;
use crate::expr::Text;

/// One label: a fixed key and a value with expressions.
#[derive(Debug, Clone)]
pub struct Label {
    pub key: Spanned<String>,
    pub value: Text,
}

/// Reads the key `labels` of the cluster.
pub(super) fn read(cluster: &mut Reader<'_, '_>) -> Option<Vec<Label>> {
    cluster.node("labels")?;
    let pairs = cluster.map("labels");
    let labels = pairs.iter().filter_map(|pair| {
        Some(Label {
            key: Spanned::new(pair.key.text.clone(), pair.key.span),
            value: expression(&pair.key.text, &pair.value, cluster.problems)?,
        })
    });
    Some(labels.collect())
}
