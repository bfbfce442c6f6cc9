//! `src/external.rs` and `src/external/K.rs`: kinds outside of Kubernetes, as builder calls.

mod json;
mod path;
mod server;

use serde::Serialize;

use self::json::Texts;
use self::path::Values;
use super::env::{TemplateError, Templates};
use super::rust::Expr as Rust;
use super::source::{comment, statement, use_names};
use super::value::{Ctx, Locals, Scope};
use crate::model::{
    Adopt, Call, Compare, Deletion, Operator, ParentGone, Payload, Policy, Resource, StatusValue,
    Verb,
};

#[derive(Serialize)]
struct Root {
    modules: Vec<String>,
    imports: String,
    servers: Vec<String>,
}

/// `src/external.rs`
pub(super) fn root(templates: &Templates, operator: &Operator) -> Result<String, TemplateError> {
    let mut modules: Vec<_> = operator
        .resources
        .iter()
        .map(|resource| resource.ident.to_string())
        .collect();
    modules.sort();
    let used = operator.servers.iter().filter(|server| {
        let mut resources = operator.resources.iter();
        resources.any(|resource| resource.server == server.ident)
    });
    let used: Vec<_> = used.collect();
    let kind = operator.cluster.kind.as_str();
    let mut imports = String::from("use dsoi_runtime::prelude::*;\n");
    if used.iter().any(|server| server.of_parent) {
        imports.push_str(&format!("\n{}", use_names("crate::api", &[kind])));
    }
    let ctx = ctx(operator, Scope::Parent);
    templates.render(
        "src/external.rs",
        &Root {
            modules,
            imports,
            servers: used
                .into_iter()
                .map(|server| server::function(ctx, kind, server))
                .collect(),
        },
    )
}

#[derive(Serialize)]
struct Context {
    head: String,
    imports: String,
    kind: String,
    parent: String,
    controller: String,
    constants: Vec<String>,
    functions: Vec<String>,
}

/// `src/external/K.rs`
pub(super) fn module(
    templates: &Templates,
    operator: &Operator,
    resource: &Resource,
) -> Result<String, TemplateError> {
    let kind = resource.kind.as_str();
    let cluster = operator.cluster.kind.as_str();
    let has_parent = resource.parent.is_some();
    let doc = resource
        .doc
        .clone()
        .unwrap_or_else(|| "an object outside of Kubernetes, reached over HTTP.".to_owned());
    let head = format!(
        "//! src/external/{}.rs — {}",
        module_file(resource),
        comment(&doc, "//! ")
    );
    let mut names = vec![kind];
    if has_parent {
        names.push(cluster);
    }
    names.sort_unstable();
    let mut imports = format!(
        "use dsoi_runtime::prelude::*;\n\nuse super::{};\n{}",
        resource.server,
        use_names("crate::api", &names)
    );
    if resource.compare == Compare::Hook {
        imports.push_str("use crate::hooks;\n");
    }
    let parent = if has_parent { cluster } else { "NoParent" };
    let of_parent = operator
        .servers
        .iter()
        .any(|server| server.ident == resource.server && server.of_parent);
    let mut functions = Vec::new();
    functions.extend(parent_name(operator, resource));
    functions.push(id(operator, resource));
    functions.push(server_of(resource, parent, of_parent));
    functions.push(remote(operator, resource));
    functions.extend(status_fields(operator, resource));
    templates.render(
        "src/external/kind.rs",
        &Context {
            head,
            imports,
            kind: kind.to_owned(),
            parent: parent.to_owned(),
            controller: controller(operator, resource).print(4, 4, 0),
            constants: constants(resource),
            functions,
        },
    )
}

/// The file of a kind's module, without its extension.
pub(super) fn module_file(resource: &Resource) -> String {
    let ident = resource.ident.as_str();
    ident.strip_prefix("r#").unwrap_or(ident).to_owned()
}

/// The function of `src/hooks.rs` that turns an answer into what would have been sent.
pub(super) fn live_body(resource: &Resource) -> String {
    format!("{}_live_body", module_file(resource))
}

fn ctx(operator: &Operator, scope: Scope) -> Ctx<'_> {
    Ctx {
        cluster: &operator.cluster,
        node_type: None,
        scope,
        locals: Locals::None,
    }
}

fn controller(operator: &Operator, resource: &Resource) -> Rust {
    let mut code = Rust::call("ExternalController::new", []);
    if let Some(annotation) = &resource.ignore_annotation {
        code = code.method("ignore_annotation", [Rust::str(annotation.as_str())]);
    }
    if let Some(events) = &operator.cluster.events {
        let source = events.source.as_deref().unwrap_or(operator.name.as_str());
        code = code.method("events", [Rust::str(source), Rust::str("")]);
    }
    code
}

fn constants(resource: &Resource) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(finalizer) = &resource.finalizer {
        let head = "    const FINALIZER: &'static str =";
        let value = Rust::str(finalizer.as_str()).print_assigned(4, head.len());
        out.push(format!("{head}{value};"));
    }
    if resource.flat_condition {
        out.push("    const FLAT_CONDITION: bool = true;".to_owned());
    }
    if resource.policy != Policy::default() {
        out.push(policy(&resource.policy));
    }
    out
}

fn policy(policy: &Policy) -> String {
    let adopt = match policy.adopt {
        Adopt::Adopt => "Adopt",
        Adopt::Observe => "Observe",
        Adopt::Refuse => "Refuse",
    };
    let deletion = match policy.deletion {
        Deletion::Delete => "Delete",
        Deletion::Orphan => "Orphan",
    };
    let parent_gone = match policy.parent_gone {
        ParentGone::Release => "Release",
        ParentGone::Keep => "Keep",
    };
    let resync = policy.resync.map_or_else(
        || "None".to_owned(),
        |resync| format!("Some({})", duration(resync).print(0, 0, 0)),
    );
    format!(
        "    const POLICY: ExternalPolicy = ExternalPolicy {{\n        adopt: Adopt::{adopt},\n        \
         deletion: Deletion::{deletion},\n        parent_gone: ParentGone::{parent_gone},\n        \
         resync: {resync},\n    }};"
    )
}

/// `Duration::from_secs(10)`
fn duration(duration: std::time::Duration) -> Rust {
    let (unit, count) = if duration.subsec_nanos() == 0 {
        ("Duration::from_secs", u128::from(duration.as_secs()))
    } else {
        ("Duration::from_millis", duration.as_millis())
    };
    Rust::call(unit, [Rust::atom(count.to_string())])
}

fn parent_name(operator: &Operator, resource: &Resource) -> Option<String> {
    let name = resource.parent.as_ref()?;
    let name = Rust::some(ctx(operator, Scope::Own).text(name));
    Some(format!(
        "    /// Its name, in the namespace of the resource.\n    fn parent(&self) -> Option<String> {{\n        {}\n    }}",
        name.print(8, 8, 0)
    ))
}

fn id(operator: &Operator, resource: &Resource) -> String {
    let texts = Texts::of_text(&resource.id);
    let body = if let Some(tail) = Texts::alone(&resource.id) {
        format!("{}        {tail}", texts.parsed("self.spec"))
    } else {
        let id = ctx(operator, Scope::Own).text(&resource.id);
        let code = Rust::call("Ok", [id.clone()]).print(8, 8, 0);
        let code = if code.contains('\n') {
            format!("{}        Ok(id)", statement("id", &id))
        } else {
            format!("        {code}")
        };
        format!("{}{code}", texts.statements("self.spec"))
    };
    format!(
        "    /// What the server calls it.\n    fn id(&self) -> Result<String, Problem> {{\n{body}\n    }}"
    )
}

fn server_of(resource: &Resource, parent: &str, of_parent: bool) -> String {
    let server = resource.server.as_str();
    let (param, body) = if of_parent {
        ("parent", format!("parent.map({server})"))
    } else {
        ("_parent", format!("Some({server}())"))
    };
    let params = ["&self".to_owned(), format!("{param}: Option<&{parent}>")];
    format!(
        "{} {{\n        {body}\n    }}",
        super::source::signature("server", &params, "Option<Server>", 4)
    )
}

/// A name that is longer makes lines too long for calls within calls.
const LONG: usize = 24;

fn remote(operator: &Operator, resource: &Resource) -> String {
    let ctx = ctx(operator, Scope::Target);
    let mut texts = Texts::default();
    for (_, call) in resource.calls() {
        texts.text(&call.path);
    }
    let mut body = String::new();
    let (sent, owned) = match &resource.body {
        Payload::Field(field) => {
            texts.parse(field);
            let ident = field.ident.as_str();
            let sent = if ident.len() > LONG {
                body.push_str(&format!("        let sent = &spec.{ident};\n"));
                ("body", Rust::atom("sent"))
            } else {
                ("body", Rust::atom("spec").field(ident).borrowed())
            };
            (sent, Rust::atom(ident))
        }
        Payload::Tree(tree) => {
            texts.tree(tree);
            (("json", Rust::atom("body").borrowed()), Rust::atom("body"))
        }
    };
    let mut calls = Rust::atom("target").method("http", []);
    let mut values = Values::new(resource);
    for (name, call) in resource.calls() {
        let mut request = request(&mut values, name, call);
        if ["create", "update"].contains(&name) {
            request = request.method(sent.0, [sent.1.clone()]);
        }
        calls = calls.method(name, [request]);
    }
    if let Some(absent) = &resource.absent {
        let json = super::crd::literal(absent).to_string();
        calls = calls.method("absent", [Rust::atom(format!("json!({json})"))]);
    }
    calls = calls.method("owns", [owned]);
    if resource.compare == Compare::Hook {
        let hook = Rust::call(
            format!("hooks::{}", live_body(resource)),
            [Rust::atom("&cr"), Rust::atom("answer")],
        );
        calls = calls.method("live", [Rust::closure("answer", hook).moving()]);
    }
    let mut statements = texts.statements("spec");
    if let Payload::Tree(tree) = &resource.body {
        let mut code = Rust::Json(Box::new(ctx.json(tree)));
        if json::may_lack(tree) {
            // Broken by hand: rustfmt does not look into `json!`.
            statements.push_str(&statement("body", &code));
            code = Rust::call("present", [Rust::atom("body")]);
        }
        statements.push_str(&statement("body", &code));
    }
    if resource.compare == Compare::Hook {
        statements.push_str("        let cr = Arc::clone(&target.cr);\n");
    }
    statements.push_str(&values.statements(ctx));
    let end = statement("remote", &calls.method("boxed", []));
    let uses = |name: &str| super::source::uses(&(statements.clone() + &end), name);
    if uses("id") {
        body.insert_str(0, "        let id = encode(&target.id);\n");
    }
    if uses("spec") || !body.is_empty() && super::source::uses(&body, "spec") {
        body.insert_str(0, "        let spec = &target.cr.spec;\n");
    }
    format!(
        "    fn remote(target: &Target<Self>) -> Result<Box<dyn Remote>, Problem> {{\n{body}{statements}{end}        Ok(remote)\n    }}"
    )
}

/// `Call::get(&path)`
fn request(values: &mut Values, name: &str, call: &Call) -> Rust {
    let verb = match call.verb {
        Verb::Get => "Call::get",
        Verb::Post => "Call::post",
        Verb::Put => "Call::put",
        Verb::Patch => "Call::patch",
        Verb::Delete => "Call::delete",
    };
    Rust::call(verb, [values.path(name, &call.path)])
}

fn status_fields(operator: &Operator, resource: &Resource) -> Option<String> {
    if resource.status.is_empty() {
        return None;
    }
    let ctx = ctx(operator, Scope::Target);
    let fields = resource.status.iter().map(|field| {
        let value = match (&field.value, &resource.body) {
            (StatusValue::Body, Payload::Field(field)) => {
                Rust::mac("json", [Rust::atom("spec").field(field.ident.as_str())])
            }
            (StatusValue::Body, Payload::Tree(tree)) => {
                let text = Rust::Json(Box::new(ctx.json(tree))).method("to_string", []);
                Rust::call("Value::String", [text])
            }
            (StatusValue::Value(expr), _) => Rust::mac("json", [ctx.value(expr).in_json()]),
        };
        Rust::Tuple(vec![Rust::str(field.wire.as_str()), value])
    });
    let list = Rust::VecOf(fields.collect()).print(8, 8, 0);
    let mut body = String::new();
    if super::source::uses(&list, "spec") {
        body.push_str("        let spec = &target.cr.spec;\n");
    }
    let target = if super::source::uses(&format!("{body}{list}"), "target") {
        "target"
    } else {
        "_target"
    };
    Some(format!(
        "    fn status_fields({target}: &Target<Self>) -> Vec<(&'static str, Value)> {{\n{body}        {list}\n    }}"
    ))
}
