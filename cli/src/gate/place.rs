//! From a place in the custom resource to the key of the manifest that it comes from.

use super::schema::{Change, Subject};
use crate::model::{Cluster, K8sField, Operator};

/// The keys of the manifest that lead to what a change is about, as far as they are known; the last of them may be gone.
pub fn place(change: &Change, operator: &Operator) -> Vec<String> {
    let path = change.path.replace("[]", "").replace(".*", "");
    let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
    let cluster = &operator.cluster;
    let mut resources = operator.resources.iter();
    if resources.any(|resource| resource.kind.as_str() == change.kind) {
        let keys = ["resources", change.kind.as_str()].into_iter().chain(steps);
        return keys.map(ToOwned::to_owned).collect();
    }
    if change.path.is_empty() && change.is.is_none() && change.kind != cluster.kind.as_str() {
        // The kind itself is gone.
        let gone = change
            .was
            .as_ref()
            .is_some_and(|was| was.starts_with("definition "));
        if gone {
            return vec!["resources".to_owned()];
        }
    }
    if let Some(keys) =
        spelt(change, &steps, cluster).or_else(|| needed_image(change, &steps, cluster))
    {
        return keys.into_iter().map(ToOwned::to_owned).collect();
    }
    let keys: Vec<&str> = match steps.as_slice() {
        [] => definition(change),
        ["spec", word, rest @ ..] => {
            let mut keys = section(word, rest, cluster);
            if change.subject == Subject::Rule && keys.as_slice() == ["cluster", "node"] {
                keys = vec!["cluster", "nodeTypes"];
            }
            keys
        }
        ["spec"] => vec!["cluster", "nodeTypes"],
        ["status", rest @ ..] => [&["cluster", "status"], rest].concat(),
        _ => vec!["cluster"],
    };
    let mut keys: Vec<String> = keys.into_iter().map(ToOwned::to_owned).collect();
    if keys.last().is_some_and(|last| last == "nodeTypes") {
        let text = change.is.as_ref().or(change.was.as_ref());
        let named = cluster.node_types.iter().find(|node_type| {
            text.is_some_and(|text| text.contains(&format!("'{}'", node_type.name)))
        });
        keys.extend(named.map(|node_type| node_type.name.to_string()));
    }
    keys
}

/// A field that comes or goes because `spelling` calls it otherwise.
fn spelt(change: &Change, steps: &[&str], cluster: &Cluster) -> Option<Vec<&'static str>> {
    if !matches!(change.subject, Subject::Field | Subject::Required) {
        return None;
    }
    let words = &cluster.spelling;
    let known = [
        ("nodeType", &words.node_type),
        ("k8sConfigGroup", &words.k8s_config_group),
        ("appConfigGroup", &words.app_config_group),
        ("deploymentOrder", &words.deployment_order),
        ("external", &words.external),
    ];
    let last = *steps.last()?;
    let mut renamed = known
        .into_iter()
        .filter(|(key, word)| word.wire.as_str() != *key);
    let (key, _) = renamed.find(|(key, word)| last == *key || word.wire.as_str() == last)?;
    Some(vec!["cluster", "spelling", key])
}

/// Every custom resource has to name an image since the cluster does not, or has to no more.
fn needed_image(change: &Change, steps: &[&str], cluster: &Cluster) -> Option<Vec<&'static str>> {
    let group = cluster.spelling.k8s_config_group.wire.as_str();
    let image = cluster.k8s_group.field(K8sField::Image)?;
    let is_it = steps.contains(&group) && *steps.last()? == image.wire.as_str();
    (is_it && change.subject == Subject::Required).then(|| vec!["cluster", "image"])
}

/// What a definition says of itself.
fn definition(change: &Change) -> Vec<&'static str> {
    let text = change.was.as_ref().or(change.is.as_ref());
    let text = text.map_or("", String::as_str);
    let keys: &[(&str, &[&str])] = &[
        ("group ", &["api", "group"]),
        ("version ", &["api", "version"]),
        ("plural ", &["cluster", "plural"]),
        ("shortNames ", &["cluster", "shortNames"]),
        ("categories ", &["cluster", "categories"]),
        ("columns ", &["cluster", "columns"]),
    ];
    let known = keys.iter().find(|(head, _)| text.starts_with(head));
    match known {
        Some((_, keys)) => keys.to_vec(),
        None if change.subject == Subject::Rule => vec!["cluster", "rules"],
        None => vec!["cluster", "kind"],
    }
}

/// A field of `spec`.
fn section<'s>(word: &'s str, rest: &[&'s str], cluster: &Cluster) -> Vec<&'s str> {
    let words = &cluster.spelling;
    let is = |known: &crate::model::Word| known.wire.as_str() == word;
    let is_common = |common: &Option<crate::model::Word>| common.as_ref().is_some_and(is);
    let (head, rest): (&[&str], Vec<&str>) =
        if is(&words.app_config_group) || is_common(&cluster.common.config) {
            (&["cluster", "appConfigGroup"], rest.to_vec())
        } else if is(&words.k8s_config_group) || is_common(&cluster.common.k8s) {
            (&["cluster", "k8sConfigGroup"], Vec::new())
        } else if is(&words.nodes) {
            let own = [&words.node_type, &words.kind, &words.replicas];
            let is_own = |step: &&str| own.iter().any(|known| known.wire.as_str() == *step);
            if rest.first().is_some_and(is_own) {
                (&["cluster", "nodeTypes"], Vec::new())
            } else {
                (&["cluster", "node"], rest.to_vec())
            }
        } else if is(&words.external) {
            // On the wire there is a step more.
            let named = rest
                .iter()
                .enumerate()
                .filter(|(at, step)| !(*at == 1 && **step == "spec"));
            (
                &["cluster", "external"],
                named.map(|(_, step)| *step).collect(),
            )
        } else if is(&words.deployment_order) {
            (&["cluster", "nodeTypes"], Vec::new())
        } else {
            (&["cluster", "spec"], [&[word], rest].concat())
        };
    [head, &rest].concat()
}

#[cfg(test)]
mod tests {
    use super::super::Class;
    use super::*;
    use crate::model::{WireName, fixture};

    #[test]
    fn a_change_is_shown_at_the_key_that_makes_it() {
        let operator = fixture::tally();
        for (path, subject, is, keys) in [
            ("", Subject::Identity, "group a", "api.group"),
            ("", Subject::Version, "version v1", "api.version"),
            (
                "spec.appConfigGroup[].logLevel",
                Subject::Values,
                "a",
                "cluster.appConfigGroup.logLevel",
            ),
            (
                "spec.external.database.spec.url",
                Subject::Type,
                "a",
                "cluster.external.database.url",
            ),
            (
                "spec.nodes[].nodeType",
                Subject::Values,
                "a",
                "cluster.nodeTypes",
            ),
            (
                "spec.nodes[]",
                Subject::Rule,
                "self.nodeType != 'store' || x",
                "cluster.nodeTypes.store",
            ),
            (
                "spec.nodes[].rack",
                Subject::Field,
                "a",
                "cluster.node.rack",
            ),
            (
                "spec.k8sConfigGroup[].env[].name",
                Subject::Field,
                "a",
                "cluster.k8sConfigGroup",
            ),
            ("spec.size", Subject::Field, "a", "cluster.spec.size"),
            (
                "spec.k8sConfigGroup[].image",
                Subject::Required,
                "a",
                "cluster.image",
            ),
        ] {
            let change = Change {
                kind: String::new(),
                path: path.to_owned(),
                subject,
                class: Class::Breaking,
                was: None,
                is: Some(is.to_owned()),
            };
            assert_eq!(place(&change, &operator).join("."), keys, "{path}");
        }
    }

    #[test]
    fn a_field_that_is_called_otherwise_is_shown_at_the_spelling() {
        let mut operator = fixture::tally();
        operator.cluster.spelling.node_type.wire = WireName::new("type").unwrap();
        for (path, subject) in [
            ("spec.nodes[].nodeType", Subject::Field),
            ("spec.nodes[].type", Subject::Required),
        ] {
            let change = Change {
                kind: String::new(),
                path: path.to_owned(),
                subject,
                class: Class::Breaking,
                was: None,
                is: None,
            };
            let keys = place(&change, &operator).join(".");
            assert_eq!(keys, "cluster.spelling.nodeType", "{path}");
        }
    }
}
