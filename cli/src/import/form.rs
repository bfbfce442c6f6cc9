//! The text of a file → what an import would read it as.
//!
//! Looks at the keys of the first column alone: a file may be larger than a manifest, cut off, or no YAML yet.

use std::ops::Range;

use super::Form;

/// What a file looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub form: Form,
    /// The bytes of the line that shows it.
    pub at: Range<usize>,
    /// It has expressions that `helm template` has not seen to.
    pub template: bool,
}

/// A key of the first column.
struct Top<'t> {
    key: &'t str,
    value: &'t str,
    at: Range<usize>,
}

const DEFINITION: &str = "CustomResourceDefinition";

/// What a text looks like, if it is none of a manifest.
pub fn look(text: &str) -> Option<Look> {
    let tops = tops(text);
    let first = |wanted: &str| tops.iter().find(|top| top.key == wanted);
    // A manifest, with whatever mistake.
    let language = first("apiVersion").is_some_and(|top| top.value.starts_with("dsoi.dev/"));
    if language
        || ["cluster", "operator", "api"]
            .iter()
            .any(|key| first(key).is_some())
    {
        return None;
    }
    let template = text.contains("{{");
    let found = |form: Form, top: &Top<'_>| {
        Some(Look {
            form,
            at: top.at.clone(),
            template,
        })
    };
    let kinds = || tops.iter().filter(|top| top.key == "kind");
    if first("apiVersion").is_some() && kinds().next().is_some() {
        let of = |kind: &str| kinds().find(|top| top.value == kind);
        let inner = |kind: &str| {
            text.contains(&format!("kind: {kind}"))
                || text.contains(&format!("\"kind\": \"{kind}\""))
        };
        let list = of("List");
        for workload in ["StatefulSet", "Deployment"] {
            if let Some(top) = of(workload).or(list.filter(|_| inner(workload))) {
                return found(Form::Helm, top);
            }
        }
        if let Some(top) = of(DEFINITION).or(list.filter(|_| inner(DEFINITION))) {
            return found(Form::Crd, top);
        }
        // A single object of another kind is what an operator acts on, or one of many.
        return kinds().nth(1).and_then(|top| found(Form::Helm, top));
    }
    first("services").and_then(|top| found(Form::Compose, top))
}

/// The keys of the first column; of JSON those of the outermost braces, where each stands on a line.
fn tops(text: &str) -> Vec<Top<'_>> {
    let json = text.trim_start().starts_with('{');
    let indent = |line: &str| line.len() - line.trim_start().len();
    let depth = if json {
        let keys = text
            .lines()
            .filter(|line| line.trim_start().starts_with('"'));
        keys.map(indent).min().unwrap_or(0)
    } else {
        0
    };
    let mut tops = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let at = start;
        start += line.len();
        let line = line.trim_end();
        if indent(line) != depth || line.trim_start().starts_with(['#', '-']) {
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.split(" #").next().unwrap_or_default();
        tops.push(Top {
            key: key.trim_matches([' ', '"', '\'']),
            value: value.trim_matches([' ', '"', '\'', ',']),
            at: at..at + line.len(),
        });
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_what_stands_in_its_first_column() {
        for (text, expected) in [
            ("services:\n  web: {image: a}\n", Some(Form::Compose)),
            ("version: '3'\nservices: {}\n", Some(Form::Compose)),
            (
                "{\n  \"services\": {\n    \"kind\": {}\n  }\n}\n",
                Some(Form::Compose),
            ),
            (
                "---\n# Source: a\napiVersion: v1\nkind: Service\n---\napiVersion: apps/v1\nkind: \"Deployment\" # x\n",
                Some(Form::Helm),
            ),
            (
                "apiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: ConfigMap\n",
                Some(Form::Helm),
            ),
            (
                "kind: List\napiVersion: v1\nitems:\n- kind: Deployment\n",
                Some(Form::Helm),
            ),
            (
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n",
                Some(Form::Crd),
            ),
            (
                "{\n    \"apiVersion\": \"v1\",\n    \"kind\": \"List\",\n    \"items\": [ { \"kind\": \"CustomResourceDefinition\" } ]\n}",
                Some(Form::Crd),
            ),
            // A custom resource.
            ("apiVersion: example.com/v1\nkind: Tally\nspec: {}\n", None),
            (
                "apiVersion: dsoi.dev/v1alpha1\ncluster:\n  kind: Deployment\n",
                None,
            ),
            ("cluster: {}\nservices: {}\n", None),
            ("", None),
            (": {{\n\"", None),
        ] {
            assert_eq!(look(text).map(|look| look.form), expected, "{text}");
        }
        let look = look("a: 1\nservices: {{ .Values.a }}\n").unwrap();
        assert_eq!((look.at, look.template), (5..30, true));
    }
}
