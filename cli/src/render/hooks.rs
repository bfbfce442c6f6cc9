//! `src/hooks.rs`: a stub for each hook that the manifest lists, and the calls of them.

use serde::Serialize;

use super::env::{TemplateError, Templates};
use super::rust::Expr as Rust;
use super::source::{heading, use_names};
use crate::model::{Cluster, Compare, Hook, NodeType, Operator, Resource};

#[derive(Serialize)]
struct Context {
    kind: String,
    /// What of the kinds outside of Kubernetes is imported.
    imports: String,
    node_types: Vec<Module>,
    resources: Vec<String>,
}

#[derive(Serialize)]
struct Module {
    name: String,
    ident: String,
    stubs: Vec<String>,
}

/// The text of the module.
pub(super) fn module(templates: &Templates, operator: &Operator) -> Result<String, TemplateError> {
    let cluster = &operator.cluster;
    let hooked = operator.resources.iter();
    let hooked: Vec<&Resource> = hooked
        .filter(|resource| resource.compare == Compare::Hook)
        .collect();
    let mut kinds: Vec<&str> = hooked.iter().map(|known| known.kind.as_str()).collect();
    kinds.sort_unstable();
    let imports = if kinds.is_empty() {
        String::new()
    } else {
        format!(
            "use dsoi_runtime::prelude::*;\n\n{}",
            use_names("crate::api", &kinds)
        )
    };
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
            imports,
            node_types,
            resources: hooked.into_iter().map(live_body).collect(),
        },
    )
}

/// A function of `src/hooks.rs` that generated code calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stub {
    /// The module of its node type.
    pub(crate) module: String,
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// All functions that node types call.
pub(crate) fn stubs(cluster: &Cluster) -> Vec<Stub> {
    let kind = cluster.kind.as_str();
    let of = |node_type: &NodeType, hook: Hook| Stub {
        module: node_type.ident.to_string(),
        name: signature(hook, kind).name,
        text: stub(hook, kind),
    };
    let types = cluster.node_types.iter();
    types
        .flat_map(|known| known.hooks.iter().map(move |hook| of(known, *hook)))
        .collect()
}

/// The stub that gives an answer as it came.
fn live_body(resource: &Resource) -> String {
    let params = [
        format!("_cr: &{}", resource.kind),
        "answer: Value".to_owned(),
    ];
    let name = super::outside::live_body(resource);
    format!(
        "/// What the server answered about a {}, in the shape of what it is sent: the two are compared.\n\
         /// An error says that the answer makes no sense, and nothing is changed.\n{} {{\n    Ok(answer)\n}}",
        resource.kind,
        heading("pub fn", &name, &params, Some("Result<Value, String>"), 0)
    )
}

/// Of a line.
const MAX: usize = 100;

/// How a hook is written and called.
struct Signature {
    name: &'static str,
    /// With their types.
    params: Vec<(&'static str, String)>,
    result: Option<&'static str>,
    /// What the stub does, which changes nothing.
    body: Option<&'static str>,
    /// It may take its time.
    is_async: bool,
    doc: &'static str,
}

fn signature(hook: Hook, kind: &str) -> Signature {
    let node = ("node", format!("&Node<'_, {kind}>"));
    let gate = |name, doc| Signature {
        name,
        params: vec![("roll", format!("&Roll<{kind}>"))],
        result: Some("GateResult"),
        body: Some("Ok(Gate::Open)"),
        is_async: true,
        doc,
    };
    match hook {
        Hook::Validate => Signature {
            name: "validate",
            params: vec![node, ("problems", "&mut Problems".to_owned())],
            result: None,
            body: None,
            is_async: false,
            doc: include_str!("hooks/validate.txt"),
        },
        Hook::Mutate => Signature {
            name: "mutate",
            params: vec![
                node,
                ("kind", "ChildKind".to_owned()),
                ("document", "&mut serde_json::Value".to_owned()),
            ],
            result: None,
            body: None,
            is_async: false,
            doc: include_str!("hooks/mutate.txt"),
        },
        Hook::Ready => Signature {
            name: "ready",
            params: vec![("cr", format!("&{kind}")), ("node", "&LiveNode".to_owned())],
            result: Some("Readiness"),
            body: Some("Readiness::Ready"),
            is_async: false,
            doc: include_str!("hooks/ready.txt"),
        },
        Hook::BeforeUpgrade => gate("before_upgrade", include_str!("hooks/before_upgrade.txt")),
        Hook::AfterUpgrade => gate("after_upgrade", include_str!("hooks/after_upgrade.txt")),
    }
}

fn stub(hook: Hook, kind: &str) -> String {
    let signature = signature(hook, kind);
    let params: Vec<String> = signature
        .params
        .iter()
        .map(|(name, ty)| format!("_{name}: {ty}"))
        .collect();
    let doc: String = signature
        .doc
        .lines()
        .map(|line| format!("    /// {line}").trim_end().to_owned() + "\n")
        .collect();
    let word = if signature.is_async {
        "pub async fn"
    } else {
        "pub fn"
    };
    let head = heading(word, signature.name, &params, signature.result, 4);
    let body = match signature.body {
        Some(body) => format!("{{\n        {body}\n    }}"),
        // An empty body stands on the line of its head, if that is one line.
        None if head.contains('\n') => "{\n    }".to_owned(),
        None => "{}".to_owned(),
    };
    format!("{doc}{head} {body}")
}

/// The methods of a node type's implementation that call its hooks.
pub(super) fn calls(cluster: &Cluster, node_type: &NodeType) -> String {
    let hooks = node_type.hooks.iter();
    hooks
        .map(|hook| call(&signature(*hook, cluster.kind.as_str()), node_type))
        .collect()
}

fn call(signature: &Signature, node_type: &NodeType) -> String {
    let name = signature.name;
    let args = signature.params.iter().map(|(name, _)| *name);
    let args: Vec<&str> = args.collect();
    let callee = format!("hooks::{}::{name}", node_type.ident);
    let lifetime = if signature.is_async { "'a " } else { "" };
    let mut typed = vec![format!("&{lifetime}self")];
    typed.extend(signature.params.iter().map(|(name, ty)| {
        let ty = ty.replacen('&', &format!("&{lifetime}"), 1);
        format!("{name}: {ty}")
    }));
    let result = signature.result;
    let (name, result, body) = if signature.is_async {
        let result = result.map(|result| format!("BoxFuture<'a, {result}>"));
        (format!("{name}<'a>"), result, pinned(&callee, &args))
    } else {
        let end = if result.is_some() { "" } else { ";" };
        let args = args.iter().map(|name| Rust::atom(*name));
        let call = Rust::call(callee, args).print(8, 8, end.len());
        (name.to_owned(), result.map(str::to_owned), call + end)
    };
    format!(
        "\n{} {{\n        {body}\n    }}\n",
        heading("fn", &name, &typed, result.as_deref(), 4),
    )
}

/// `Box::pin(callee(args))` in a method's body, broken as rustfmt does it.
fn pinned(callee: &str, args: &[&str]) -> String {
    let args = args.join(", ");
    let line = format!("Box::pin({callee}({args}))");
    if 8 + line.chars().count() <= MAX {
        return line;
    }
    let inner = format!("            {callee}({args}),");
    if inner.chars().count() <= MAX {
        return format!("Box::pin(\n{inner}\n        )");
    }
    format!("Box::pin(\n            {callee}(\n                {args},\n            ),\n        )")
}
