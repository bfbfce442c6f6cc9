//! `src/hooks.rs`: a stub for each hook that the manifest lists, and the calls of them.

use serde::Serialize;

use super::env::{TemplateError, Templates};
use super::source::heading;
use crate::model::{Cluster, Hook, NodeType};

#[derive(Serialize)]
struct Context {
    kind: String,
    node_types: Vec<Module>,
}

#[derive(Serialize)]
struct Module {
    name: String,
    ident: String,
    stubs: Vec<String>,
}

/// The text of the module.
pub(super) fn module(templates: &Templates, cluster: &Cluster) -> Result<String, TemplateError> {
    let kind = cluster.kind.as_str();
    let node_types: Vec<Module> = cluster
        .node_types
        .iter()
        .filter(|node_type| !node_type.hooks.is_empty())
        .map(|node_type| Module {
            name: format!("`{}`", node_type.name),
            ident: node_type.ident.to_string(),
            stubs: node_type
                .hooks
                .iter()
                .map(|hook| stub(*hook, kind))
                .collect(),
        })
        .collect();
    templates.render(
        "src/hooks.rs",
        &Context {
            kind: kind.to_owned(),
            node_types,
        },
    )
}

/// Name, parameters with their types, and result.
type Signature = (
    &'static str,
    Vec<(&'static str, String)>,
    Option<&'static str>,
);

fn signature(hook: Hook, kind: &str) -> Signature {
    let node = ("node", format!("&Node<'_, {kind}>"));
    match hook {
        Hook::Validate => (
            "validate",
            vec![node, ("problems", "&mut Problems".to_owned())],
            None,
        ),
        Hook::Mutate => (
            "mutate",
            vec![
                node,
                ("kind", "ChildKind".to_owned()),
                ("document", "&mut serde_json::Value".to_owned()),
            ],
            None,
        ),
    }
}

fn stub(hook: Hook, kind: &str) -> String {
    let (name, params, result) = signature(hook, kind);
    let params: Vec<String> = params
        .iter()
        .map(|(name, ty)| format!("_{name}: {ty}"))
        .collect();
    let doc = match hook {
        Hook::Validate => include_str!("hooks/validate.txt"),
        Hook::Mutate => include_str!("hooks/mutate.txt"),
    };
    let doc: String = doc
        .lines()
        .map(|line| format!("    /// {line}").trim_end().to_owned() + "\n")
        .collect();
    let head = heading("pub fn", name, &params, result, 4);
    // An empty body stands on the line of its head, if that is one line.
    let body = if head.contains('\n') {
        "{\n    }"
    } else {
        "{}"
    };
    format!("{doc}{head} {body}")
}

/// The methods of a node type's implementation that call its hooks.
pub(super) fn calls(cluster: &Cluster, node_type: &NodeType) -> String {
    let calls = node_type.hooks.iter().map(|hook| {
        let (name, params, result) = signature(*hook, cluster.kind.as_str());
        let names: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
        let end = if result.is_some() { "" } else { ";" };
        let mut typed = vec!["&self".to_owned()];
        typed.extend(params.iter().map(|(name, ty)| format!("{name}: {ty}")));
        format!(
            "\n{} {{\n        hooks::{}::{name}({}){end}\n    }}\n",
            heading("fn", name, &typed, result, 4),
            node_type.ident,
            names.join(", "),
        )
    });
    calls.collect()
}
