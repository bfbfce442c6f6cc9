//! Paths: from a root, step by step, to a place of the custom resource.

use super::form::{Form, Value};
use super::{Ctx, Locals, Scope};
use crate::model::{Access, Path, PodFact, Root, Step, Type};
use crate::render::rust::{Expr as Rust, Link, literal};

impl Ctx<'_> {
    pub(super) fn path(self, path: &Path, ty: &Type) -> Value {
        let string = |code, form, slice| Value {
            code,
            form,
            optional: false,
            ty: Type::String,
            slice,
        };
        let place = |code| Value {
            code,
            form: Form::Place,
            optional: false,
            ty: ty.clone(),
            slice: false,
        };
        let node = || Rust::atom("node");
        if let Some(value) = in_json(path) {
            return value;
        }
        let start = match &path.root {
            Root::CrName if self.scope != Scope::Node => {
                string(self.cr().method("cr_name", []), Form::Ref, true)
            }
            Root::CrName => string(self.subject().method("cr_name", []), Form::Ref, true),
            Root::CrNamespace if self.scope != Scope::Node => {
                string(self.cr().method("cr_namespace", []), Form::Ref, true)
            }
            Root::CrNamespace => string(self.subject().method("namespace", []), Form::Ref, true),
            Root::ResourceId => string(Rust::atom("target").field("id"), Form::Place, false),
            Root::Spec if self.scope == Scope::Target => place(Rust::atom("spec")),
            Root::Spec => place(self.cr().field("spec")),
            Root::External => {
                let word = self.cluster.spelling.external.ident.as_str();
                place(self.cr().field("spec").field(word))
            }
            Root::NodeName => string(node().method("name", []), Form::Ref, true),
            Root::TypeName => string(node().method("node_type", []), Form::Ref, true),
            Root::NodeKind => string(
                node().method("kind", []).method("as_str", []),
                Form::Ref,
                true,
            ),
            Root::NodeReplicas => Value {
                code: node().method("replicas", []),
                form: Form::Owned,
                optional: false,
                ty: Type::Int,
                slice: false,
            },
            Root::Node => place(node().field("spec")),
            Root::K8sName => string(node().field("k8s").field("name"), Form::Ref, true),
            Root::K8s => place(node().field("k8s")),
            Root::ConfigName => string(node().field("config").method("name", []), Form::Ref, true),
            Root::Config => place(node().field("config")),
            Root::Nodes(of) => Value {
                form: Form::Owned,
                ..place(self.subject().method("nodes_of", [Rust::str(of.as_str())]))
            },
            Root::Pods(of) => Value {
                form: Form::Owned,
                ..place(self.subject().method("pods_of", [Rust::str(of.as_str())]))
            },
            Root::NodePods => Value {
                form: Form::Owned,
                ..place(node().method("pods", []))
            },
            Root::StorageName => string(Rust::atom("storage").field("name"), Form::Place, false),
            Root::FilePath { file, path } => match self.file_variable(file.as_str()) {
                Some(name) => string(Rust::atom(name).method("path", []), Form::Ref, true),
                None => string(Rust::str(path), Form::Ref, true),
            },
            Root::ServiceName(service) => {
                let (function, own) = match service.as_str() {
                    "main" => ("service_name", None),
                    "headless" => ("headless_name", None),
                    other => ("named_service_name", Some(Rust::str(other))),
                };
                let kind = self.cluster.kind.as_str();
                let args = std::iter::once(node()).chain(own);
                let call = Rust::call(format!("{kind}::{function}"), args);
                string(call, Form::Owned, false)
            }
            Root::ServiceHost(service) => {
                let name = self.path(
                    &Path {
                        root: Root::ServiceName(service.clone()),
                        steps: Vec::new(),
                    },
                    &Type::String,
                );
                let args = [
                    Rust::str("{}.{}.svc"),
                    name.code,
                    node().method("namespace", []),
                ];
                string(Rust::mac("format", args), Form::Owned, false)
            }
            Root::ConfigMapName(name) => self.config_map_name(name.as_str()),
            Root::Local(local) => Value {
                form: Form::Ref,
                slice: false,
                ..place(Rust::atom(local.0.as_str()))
            },
        };
        // What the runtime's view of a k8s group gives is an option of a reference.
        let borrowed = matches!(path.root, Root::K8s);
        let mut value = start;
        for (index, step) in path.steps.iter().enumerate() {
            value = self.step(value, step);
            if borrowed && index == 0 {
                value.form = Form::Ref;
                value.slice = matches!(value.ty, Type::String);
            }
        }
        value
    }

    fn file_variable(self, name: &str) -> Option<String> {
        let files = self
            .node_type
            .filter(|_| self.locals != Locals::None)?
            .files
            .iter();
        let mut found = files.filter(|file| file.name.as_str() == name && file.when.is_none());
        found.next().map(|file| file.ident.to_string())
    }

    /// The name of a config map of the node type, or of one of the whole cluster; an option where it may be absent.
    fn config_map_name(self, name: &str) -> Value {
        let value = |code, form, optional| Value {
            code,
            form,
            optional,
            ty: Type::String,
            slice: matches!(form, Form::Ref),
        };
        let own = self
            .node_type
            .map_or(&[][..], |ty| ty.config_maps.as_slice());
        let map = Rust::atom("map");
        if let Some(own) = own.iter().find(|map| map.name.as_str() == name) {
            if self.locals != Locals::All {
                let text = if let Some(name) = &own.object_name {
                    self.text(&name.0)
                } else {
                    let form = Rust::str(&format!("{{}}-{{}}-{name}"));
                    let of = |part: &str| Rust::atom("node").method(part, []);
                    Rust::mac("format", [form, of("cr_name"), of("name")])
                };
                return match &own.when {
                    None => value(text, Form::Owned, false),
                    Some(cond) => value(self.when(cond, text), Form::Owned, true),
                };
            }
            let variable = Rust::atom(own.ident.to_string());
            if own.when.is_none() {
                return value(variable.method("object_name", []), Form::Ref, false);
            }
            let name = Rust::closure("map", map.method("object_name", []));
            let code = variable.method("as_ref", []).method("map", [name]);
            return value(code, Form::Ref, true);
        }
        let shared = self.cluster.config_maps.iter();
        let maybe = shared
            .filter(|map| map.name.as_str() == name)
            .any(|map| map.when.is_some());
        // The cluster's are known by the time that a node is built.
        let found = Rust::atom("node").method("shared_config_map", [Rust::str(name)]);
        let text = map.method("name", []).method("to_owned", []);
        let code = found.method("map", [Rust::closure("map", text)]);
        if maybe {
            return value(code, Form::Owned, true);
        }
        value(code.method("unwrap_or_default", []), Form::Owned, false)
    }

    fn step(self, from: Value, step: &Step) -> Value {
        let ty = step.ty.clone();
        let field = |code: Rust, optional: bool| Value {
            code,
            form: Form::Place,
            optional,
            ty: ty.clone(),
            slice: false,
        };
        let reference = |code: Rust| Value {
            code,
            form: Form::Ref,
            optional: true,
            ty: ty.clone(),
            slice: false,
        };
        match &step.access {
            Access::Field { ident, .. } => {
                let name = ident.as_str();
                if !from.optional {
                    return field(from.code.field(name), step.optional);
                }
                let from = from.as_ref();
                let (from, var, inner) = last_mapped(&from).unwrap_or_else(|| {
                    let var = closure_var(&from);
                    let inner = Rust::atom(var.clone());
                    (from, var, inner)
                });
                let inner = inner.field(name);
                reference(if step.optional {
                    from.method("and_then", [Rust::closure(var, inner.method("as_ref", []))])
                } else {
                    from.method("map", [Rust::closure(var, inner.borrowed())])
                })
            }
            Access::Variant { ident, .. } => {
                let name = ident.as_str();
                if !from.optional {
                    return reference(from.code.method(name, []));
                }
                let var = closure_var(&from.code);
                let inner = Rust::atom(var.clone()).method(name, []);
                reference(
                    from.as_ref()
                        .method("and_then", [Rust::closure(var, inner)]),
                )
            }
            Access::Common { ident } => {
                let name = ident.as_str();
                if !from.optional {
                    return Value {
                        form: Form::Ref,
                        ..field(from.code.method(name, []), step.optional)
                    };
                }
                let var = closure_var(&from.code);
                let inner = Rust::atom(var.clone()).method(name, []);
                let then = if step.optional { "and_then" } else { "map" };
                reference(from.as_ref().method(then, [Rust::closure(var, inner)]))
            }
            // Taken together, where the path begins.
            Access::Json { .. } => from,
            // The enum of the dependency says its own word.
            Access::Chosen => Value { ty, ..from },
            Access::MapKey(key) => {
                let key = self.value(key).str_arg();
                if !from.optional {
                    return reference(from.code.method("get", [key]));
                }
                let var = closure_var(&from.code);
                let inner = Rust::atom(var.clone()).method("get", [key]);
                reference(
                    from.as_ref()
                        .method("and_then", [Rust::closure(var, inner)]),
                )
            }
            Access::Keyed { key, value, also } => {
                let other = self.value(value).display().print(0, 0, 0);
                let same = if also.is_empty() {
                    format!("item.{key} == {other}")
                } else {
                    let also: Vec<String> = also.iter().map(|text| literal(text)).collect();
                    format!("[{other}, {}].contains(&&*item.{key})", also.join(", "))
                };
                let find =
                    Link::Method("find".into(), vec![Rust::closure("item", Rust::atom(same))]);
                let list = from.elements();
                reference(append(list, find))
            }
            Access::Pod(fact) => {
                let (method, owned) = match fact {
                    PodFact::Name => ("name", false),
                    PodFact::Host => ("host", false),
                    PodFact::Ordinal => ("ordinal", true),
                    PodFact::Port(name) => {
                        let code = from.code.method("port", [Rust::str(name.as_str())]);
                        return Value {
                            form: Form::Owned,
                            ..field(code, false)
                        };
                    }
                };
                Value {
                    form: if owned { Form::Owned } else { Form::Ref },
                    slice: !owned,
                    ..field(from.code.method(method, []), false)
                }
            }
            Access::NodeName => Value {
                form: Form::Ref,
                slice: true,
                ..field(from.code.method("name", []), false)
            },
            Access::NodeReplicas => Value {
                form: Form::Owned,
                ..field(from.code.method("replicas", []), false)
            },
            Access::NodePods => Value {
                form: Form::Owned,
                ..field(from.code.method("pods", []), false)
            },
        }
    }
}

/// Takes `x.map(|var| &inner)` apart.
fn last_mapped(code: &Rust) -> Option<(Rust, String, Rust)> {
    let Rust::Chain(root, links) = code else {
        return None;
    };
    let (Link::Method(map, args), before) = links.split_last()? else {
        return None;
    };
    let ("map", [Rust::Closure(var, body)]) = (map.as_str(), args.as_slice()) else {
        return None;
    };
    let Rust::Ref(inner) = &**body else {
        return None;
    };
    let code = Rust::Chain(root.clone(), before.to_vec());
    Some((code, var.clone(), (**inner).clone()))
}

/// A text out of the JSON of a field. One that is always there has a variable of its own, see [`json_text`]; another is taken
/// from the parsed text, which a variable of the field's name holds.
fn in_json(path: &Path) -> Option<Value> {
    let (field, inside) = path.steps.split_first()?;
    let Access::Field { ident, .. } = &field.access else {
        return None;
    };
    let names: Option<Vec<&str>> = inside
        .iter()
        .map(|step| match &step.access {
            Access::Json { wire } => Some(wire.as_str()),
            _ => None,
        })
        .collect();
    let names = names.filter(|names| !names.is_empty())?;
    let optional = inside.iter().any(|step| step.optional);
    let value = |code, form| Value {
        code,
        form,
        optional,
        ty: Type::String,
        slice: optional,
    };
    Some(if optional {
        let text = Rust::atom(ident.as_str())
            .method("pointer", [Rust::str(&pointer(&names))])
            .method("and_then", [Rust::atom("Value::as_str")]);
        value(text, Form::Ref)
    } else {
        value(Rust::atom(json_text(ident.as_str(), &names)), Form::Place)
    })
}

/// The JSON pointer to an entry.
pub(in crate::render) fn pointer(names: &[&str]) -> String {
    names
        .iter()
        .map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1")))
        .collect()
}

/// The variable that holds a text out of the JSON of a field.
pub(in crate::render) fn json_text(field: &str, names: &[&str]) -> String {
    let names = names.iter().map(|name| heck::AsSnakeCase(name).to_string());
    let names: Vec<String> = names.collect();
    let field = field.strip_prefix("r#").unwrap_or(field);
    format!("{field}_{}", names.join("_"))
}

fn append(code: Rust, link: Link) -> Rust {
    match link {
        Link::Method(name, args) => code.method(name, args),
        Link::Field(name) => code.field(name),
    }
}

/// The name of a closure's parameter: what the option in front of it is called.
fn closure_var(code: &Rust) -> String {
    let name = match code {
        Rust::Chain(_, links) if matches!(links.last(), Some(Link::Method(name, _)) if name == "find") => {
            Some("item")
        }
        Rust::Chain(_, links) => links.iter().rev().find_map(|link| match link {
            Link::Field(name) if name != "spec" => Some(name.as_str()),
            _ => None,
        }),
        Rust::Atom(name) => Some(name.as_str()),
        _ => None,
    };
    match name {
        Some(name) if is_ident(name) && name != "node" => name.to_owned(),
        _ => "value".to_owned(),
    }
}

pub(super) fn is_ident(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && text != "true"
        && text != "false"
}
