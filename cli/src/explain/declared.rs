//! Where the manifest declares a field of the custom resource.

use crate::manifest::{ExposedFields, Field, Kind, Manifest, Span, SpellingWord};
use crate::model::{Operator, Word};

/// The place of the declaration; `None` for what every custom resource has.
pub(super) fn declared(manifest: &Manifest, operator: &Operator, path: &str) -> Option<Span> {
    let written = &manifest.cluster;
    let spelling = &operator.cluster.spelling;
    let common = &operator.cluster.common;
    let path = path.strip_prefix("spec.")?;
    let names: Vec<&str> = path
        .split('.')
        .map(|step| step.split('[').next().unwrap_or(step))
        .collect();
    let (first, rest) = names.split_first()?;
    let is = |word: &Word| word.wire.as_str() == *first;
    let spelled = |word| {
        let mut words = written.spelling.words.iter();
        words
            .find(|(known, _)| known.value == word)
            .map(|(_, name)| name.span)
    };
    if is(&spelling.nodes) {
        let words = [
            (&spelling.node_type, SpellingWord::NodeType),
            (&spelling.k8s_config_group, SpellingWord::K8sConfigGroup),
            (&spelling.app_config_group, SpellingWord::AppConfigGroup),
        ];
        let name = rest.first()?;
        let word = words
            .into_iter()
            .find(|(word, _)| word.wire.as_str() == *name);
        return word
            .and_then(|(_, word)| spelled(word))
            .or_else(|| search(&written.node, rest));
    }
    let is_common = |word: &Option<Word>| word.as_ref().is_some_and(is);
    if is(&spelling.k8s_config_group) || is_common(&common.k8s) {
        let Some(name) = rest.first() else {
            let named = written.k8s_config_group.common.as_ref();
            return named
                .filter(|_| is_common(&common.k8s))
                .map(|word| word.span)
                .or_else(|| spelled(SpellingWord::K8sConfigGroup));
        };
        let mut fields = operator.cluster.k8s_group.fields.iter();
        let field = fields.find(|field| field.wire.as_str() == *name)?;
        let ExposedFields::Only(list) = &written.k8s_config_group.fields else {
            return spelled(SpellingWord::K8sField(field.field.word().to_owned()));
        };
        let listed = list
            .iter()
            .find(|word| word.value == field.field.word() || word.value == *name);
        return listed.map(|word| word.span);
    }
    if is(&spelling.app_config_group) || is_common(&common.config) {
        if rest.is_empty() {
            let named = written.app_config_group.common.as_ref();
            return named
                .filter(|_| is_common(&common.config))
                .map(|word| word.span)
                .or_else(|| spelled(SpellingWord::AppConfigGroup));
        }
        return search(&written.app_config_group.fields, rest);
    }
    if is(&spelling.external) {
        let Some((name, rest)) = rest.split_first() else {
            return spelled(SpellingWord::External);
        };
        let known = written
            .external
            .iter()
            .find(|known| known.name.value == *name)?;
        let below = rest.strip_prefix(&["spec"]).unwrap_or(rest);
        let variants = known.one_of.iter().flat_map(|variant| &variant.fields);
        let fields: Vec<Field> = known.fields.iter().chain(variants).cloned().collect();
        return if below.is_empty() {
            Some(known.name.span)
        } else {
            search(&fields, below)
        };
    }
    if is(&spelling.deployment_order) {
        let order = written.order.default.as_deref().unwrap_or_default();
        let whole = order.first().zip(order.last());
        return whole
            .map(|(first, last)| first.span.to(last.span))
            .or_else(|| spelled(SpellingWord::DeploymentOrder));
    }
    search(&written.spec, &names)
}

/// A field, or the deepest one above it that is declared: the rest is a type of Kubernetes.
fn search(fields: &[Field], names: &[&str]) -> Option<Span> {
    let (first, rest) = names.split_first()?;
    let field = fields.iter().find(|field| field.name.value == *first)?;
    let below = match &field.kind.value {
        Kind::Object(inner) | Kind::List { fields: inner, .. } => search(inner, rest),
        // What is in a text of JSON is no field of the resource.
        Kind::Type(_) | Kind::Json(_) => None,
    };
    Some(below.unwrap_or(field.span))
}
