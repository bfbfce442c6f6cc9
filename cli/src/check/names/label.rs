//! Labels of children: legal keys and values.

use super::{WORKLOADS, widest};
use crate::check::file::inner_span;
use crate::check::scope::{Place, Reach, Scope};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::Text as WrittenText;
use crate::manifest as ast;
use crate::model::{ChildKind, LabelEntry, LabelKey, Labels, Piece, Scope as ChildScope, Text};

impl Typer<'_, '_> {
    /// The app's labels.
    pub(in crate::check) fn labels(&self, written: &[ast::Label]) -> Labels {
        const OWN: &[&str] = &["app.kubernetes.io/managed-by", "app.kubernetes.io/instance"];
        let kinds = [&[ChildKind::ConfigMap, ChildKind::Service], WORKLOADS].concat();
        let entries = written.iter().filter_map(|label| {
            let key = self
                .report
                .name(&label.key, "the key of a label", LabelKey::new)?;
            if OWN.contains(&key.as_str()) || key.as_str().starts_with("dsoi.dev/") {
                self.report.push(
                    Problem::new(
                        Code::E0605,
                        format!("the label `{key}` is the runtime's own"),
                    )
                    .at(label.key.span, "already taken")
                    .help("the runtime finds its children by it; choose another key"),
                );
                return None;
            }
            let scope = Scope::new(Reach::Node, Place::Label, None).entry(key.as_str());
            let at = format!("metadata.labels[\"{key}\"]");
            let template = format!("spec.template.{at}");
            let scope = scope.to(&kinds, at, false).and(WORKLOADS, template, true);
            let value = self.whole_text(&scope, &label.value)?;
            self.label_value(&value, &label.value)?;
            let widest = if widest(&value) <= Reach::Cluster {
                ChildScope::Cluster
            } else {
                ChildScope::ConfigGroup
            };
            Some(LabelEntry { key, value, widest })
        });
        Labels {
            entries: entries.collect(),
        }
    }

    fn label_value(&self, value: &Text, written: &WrittenText) -> Option<()> {
        let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let bad = value.pieces.iter().find_map(|piece| match piece {
            Piece::Literal(text) => text.chars().find(|c| !legal(*c)),
            Piece::Value(_) => None,
        });
        let fixed: usize = value
            .pieces
            .iter()
            .map(|piece| {
                if let Piece::Literal(text) = piece {
                    text.len()
                } else {
                    1
                }
            })
            .sum();
        if bad.is_none() && fixed <= 63 {
            return Some(());
        }
        let why = bad.map_or_else(
            || "longer than 63 characters".to_owned(),
            |c| format!("`{c}` cannot stand in a label"),
        );
        self.report.push(
            Problem::new(Code::E0601, "this is no legal value of a label")
                .at(inner_span(written), why)
                .help("a label's value has at most 63 letters, digits, `-`, `_` and `.`"),
        );
        None
    }
}
