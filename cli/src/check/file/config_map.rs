//! Config maps that are no files.

use std::collections::BTreeMap;

use super::{finish, scope_of, variable};
use crate::check::facts::TypeFacts;
use crate::check::scope::{Place, Reach, Scope};
use crate::check::tree::constant_text;
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Span};
use crate::model::{
    ChildKind, ConfigKey, ConfigMap, DnsLabel, Entry, Format, Layer, Scope as ChildScope, Template,
};

impl Typer<'_, '_> {
    /// Config maps that have data: of a node type, or of the cluster where there is none.
    pub(in crate::check) fn config_maps(
        &self,
        written: &[ast::ConfigMap],
        node_type: Option<&TypeFacts>,
    ) -> Vec<ConfigMap> {
        written
            .iter()
            .filter_map(|map| self.config_map(map, node_type))
            .collect()
    }

    pub(super) fn config_map(
        &self,
        written: &ast::ConfigMap,
        node_type: Option<&TypeFacts>,
    ) -> Option<ConfigMap> {
        let name = self
            .report
            .name_or(&written.key, "the name of a config map", DnsLabel::new)?;
        let Some(data) = &written.data else {
            let names_file = node_type.is_some_and(|known| {
                known
                    .written
                    .files
                    .iter()
                    .any(|file| file.name.value == written.key.value)
            });
            if !names_file {
                self.report.push(
                    Problem::new(Code::E0515, format!("config map `{name}` has no data"))
                        .at(
                            written.key.span,
                            format!("no data, and no file is called `{name}`"),
                        )
                        .help("give it `data`, or call it like the file whose config map it names"),
                );
            }
            return None;
        };
        let (scope, inner) = match node_type {
            Some(node_type) => scope_of(
                written.per.as_ref().map(|per| per.value),
                Place::ConfigMap,
                node_type,
            ),
            None => (
                ChildScope::Cluster,
                Scope::new(Reach::Cluster, Place::ConfigMap, None),
            ),
        };
        let inner = inner.to(&[ChildKind::ConfigMap], "data", true);
        let (when, inner) = self.when(&inner, written.condition.as_ref())?;
        let data = self.layers(&inner, data, Format::Properties)?;
        for layer in &data {
            self.data_keys(layer, written.span);
        }
        let when = finish(when, &inner);
        let object_name = match &written.name {
            Some(text) => Some(self.object_name(text, scope, ChildKind::ConfigMap, node_type)?),
            None => None,
        };
        Some(ConfigMap {
            ident: variable(&name, "map")?,
            name,
            when,
            object_name,
            scope,
            data,
        })
    }

    /// The manifest's own keys of a config map's data are legal ones.
    pub(super) fn data_keys(&self, layer: &Layer, span: Span) {
        fn keys(entries: &[Entry]) -> Vec<String> {
            let of = |entry: &Entry| match entry {
                Entry::Set { key, .. } => constant_text(key).into_iter().collect(),
                Entry::If { entries, .. } => keys(entries),
            };
            entries.iter().flat_map(of).collect()
        }
        match layer {
            Layer::Ours(Template::Map(entries)) => {
                for key in keys(entries) {
                    self.report.name(
                        &ast::Spanned::new(key, span),
                        "a key of a config map",
                        ConfigKey::new,
                    );
                }
            }
            Layer::If { layer, .. } => self.data_keys(layer, span),
            Layer::Ours(_) | Layer::User(_) => {}
        }
    }
}

/// Config maps by name, each with whether a condition can make it absent.
pub(in crate::check) fn optional_maps(written: &[ast::ConfigMap]) -> Vec<(String, bool)> {
    let maps: BTreeMap<_, _> = written
        .iter()
        .map(|map| (map.key.value.clone(), map.condition.is_some()))
        .collect();
    maps.into_iter().collect()
}
