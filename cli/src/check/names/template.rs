//! One name template: which characters it may have, and which names it may insert.

use super::var;
use crate::check::facts::TypeFacts;
use crate::check::file::inner_span;
use crate::check::prove::Var;
use crate::check::scope::{Place, Reach, Scope};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::Text as WrittenText;
use crate::model::{ChildKind, NameTemplate, Piece, Scope as ChildScope};

impl Typer<'_, '_> {
    /// The name of one object that the manifest names.
    pub(in crate::check) fn object_name(
        &self,
        written: &WrittenText,
        child: ChildScope,
        kind: ChildKind,
        node_type: Option<&TypeFacts>,
    ) -> Option<NameTemplate> {
        let (reach, node_type) = match child {
            ChildScope::Node => (Reach::Node, node_type),
            ChildScope::ConfigGroup => (Reach::ConfigGroup, node_type),
            ChildScope::Cluster => (Reach::Cluster, None),
        };
        let scope = Scope::new(reach, Place::Name, node_type).to(&[kind], "metadata.name", true);
        self.name_template(&scope, written, &[kind])
    }

    pub(super) fn name_template(
        &self,
        scope: &Scope<'_>,
        written: &WrittenText,
        kind: &[ChildKind],
    ) -> Option<NameTemplate> {
        let text = self.whole_text(scope, written)?;
        let dots = kind.iter().all(|kind| {
            matches!(
                kind,
                ChildKind::ConfigMap | ChildKind::PersistentVolumeClaim
            )
        });
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let legal = |c: char| inner(c) || c == '-' || (dots && c == '.');
        for piece in &text.pieces {
            match piece {
                Piece::Literal(literal) => {
                    if let Some(bad) = literal.chars().find(|c| !legal(*c)) {
                        self.illegal(written, &format!("`{bad}` cannot stand in a name"));
                        return None;
                    }
                }
                Piece::Value(expr) if var(expr).is_none() => {
                    self.illegal(written, "only names can stand in a name: of `cr`, `node`, `k8s`, `config`, `type`, `storage`");
                    return None;
                }
                Piece::Value(expr) if var(expr) == Some(Var::Type) => {
                    let types = &self.facts.types;
                    if let Some(upper) = types
                        .iter()
                        .find(|known| !known.type_name.as_str().chars().all(legal))
                    {
                        self.illegal(
                            written,
                            &format!("node type `{}` has capitals", upper.type_name),
                        );
                        return None;
                    }
                }
                Piece::Value(_) => {}
            }
        }
        let end = |piece: Option<&Piece>, ok: &dyn Fn(&str) -> bool| match piece {
            Some(Piece::Literal(text)) => ok(text),
            Some(Piece::Value(_)) => true,
            None => false,
        };
        if !end(text.pieces.first(), &|text| text.starts_with(inner))
            || !end(text.pieces.last(), &|text| text.ends_with(inner))
        {
            self.illegal(written, "a name starts and ends with a letter or digit");
            return None;
        }
        Some(NameTemplate(text))
    }

    fn illegal(&self, written: &WrittenText, why: &str) {
        self.report.push(
            Problem::new(Code::E0601, "this can make no legal name")
                .at(inner_span(written), why)
                .help("a name has lower-case letters, digits and `-`, with a letter or digit at both ends"),
        );
    }
}
