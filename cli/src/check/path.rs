//! Paths: from what the author wrote to a root and typed steps.
//!
//! In: a path and its scope. Out: a value that generated code can reach, a constant, or a fact that only the pod knows; or a
//! problem, and `None`.

mod outside;
mod pod;
mod root;
mod step;

use super::ident;
use super::k8s::Shape;
use super::report::listed;
use super::scope::{Place, Reach, Scope, View};
use super::typer::Typer;
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::{Path as Written, ROOTS, Step as WrittenStep};
use crate::manifest::{Span, Spanned};
use crate::model::{
    Access, Expr, ExprKind, Field, K8sField, K8sType, Literal, Path, Root, Step, Type, WireName,
};

/// A path on its way.
pub(super) struct Walk {
    pub(super) root: Root,
    pub(super) steps: Vec<Step>,
    pub(super) ty: Type,
    pub(super) optional: bool,
    /// Its name in the custom resource (D8).
    pub(super) cr_path: Option<String>,
    /// The node type of its pods or nodes.
    pub(super) of: Option<String>,
    /// Within the JSON of a text.
    pub(super) in_json: bool,
}

impl Walk {
    fn new(root: Root, ty: Type) -> Self {
        Self {
            root,
            steps: Vec::new(),
            ty,
            optional: false,
            cr_path: None,
            of: None,
            in_json: false,
        }
    }

    fn at(mut self, cr_path: impl Into<String>) -> Self {
        self.cr_path = Some(cr_path.into());
        self
    }

    fn of(mut self, node_type: &str) -> Self {
        self.of = Some(node_type.to_owned());
        self
    }

    fn push(&mut self, access: Access, ty: Type, optional: bool) {
        self.steps.push(Step {
            access,
            ty: ty.clone(),
            optional,
        });
        self.optional |= optional;
        self.ty = ty;
    }

    fn below(&mut self, name: &str) {
        if let Some(path) = &mut self.cr_path {
            path.push('.');
            path.push_str(name);
        }
    }

    fn field(&mut self, field: &Field) {
        let wire = field.wire.clone();
        let access = if self.in_json {
            Access::Json { wire }
        } else {
            let ident = field.ident.clone();
            Access::Field { wire, ident }
        };
        self.push(access, field.ty.clone(), field.optional);
        self.below(field.wire.as_str());
    }

    /// What a dependency holds lies under `spec`, which the manifest leaves out.
    fn spec(&mut self, ty: Type) {
        let wire = WireName::new("spec").expect("a field's name");
        let ident = ident::field("spec").expect("a field's name");
        self.push(Access::Field { wire, ident }, ty, false);
        self.below("spec");
    }

    pub(super) fn expr(self) -> Expr {
        Expr {
            kind: ExprKind::Path(Path {
                root: self.root,
                steps: self.steps,
            }),
            ty: self.ty,
            optional: self.optional,
        }
    }
}

/// Where a path leads.
pub(super) enum Leads {
    To(Box<Walk>),
    Constant(Literal, Type),
    /// A value that only the pod knows.
    Late(Box<Expr>),
}

/// A path as it is read: what its scope sees, its first step, and those behind it.
#[derive(Clone, Copy)]
struct Reading<'a> {
    scope: &'a Scope<'a>,
    path: &'a Written,
    /// None where there is no step, or where the first is no name.
    first: Option<&'a Spanned<String>>,
    rest: &'a [WrittenStep],
}

impl<'a> Reading<'a> {
    fn new(scope: &'a Scope<'a>, path: &'a Written) -> Self {
        let (first, rest) = match path.steps.split_first() {
            Some((WrittenStep::Name(first), rest)) => (Some(first), rest),
            Some(_) => (None, path.steps.as_slice()),
            None => (None, [].as_slice()),
        };
        Self {
            scope,
            path,
            first,
            rest,
        }
    }
}

/// A root whose steps are fields that the manifest declares.
struct Group<'a> {
    root: Root,
    fields: &'a [Field],
    owner: &'a str,
    /// Its path in the custom resource.
    at: &'a str,
    declared: Option<Span>,
}

/// What a name was looked for among.
struct Choice<'a> {
    /// "an app config group".
    owner: String,
    names: Vec<&'a str>,
    /// Where the first of them is declared.
    declared: Option<Span>,
}

impl<'a> Choice<'a> {
    fn of(owner: impl Into<String>, names: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            owner: owner.into(),
            names: names.into_iter().collect(),
            declared: None,
        }
    }

    fn declared(mut self, span: Option<Span>) -> Self {
        self.declared = span;
        self
    }
}

impl Typer<'_, '_> {
    /// Where the path leads; a problem otherwise.
    pub(super) fn path(&self, scope: &Scope<'_>, path: &Written) -> Option<Leads> {
        if let Some((walk, rest)) = known(scope, path) {
            return self.walk(scope, path, walk, rest);
        }
        let read = Reading::new(scope, path);
        let Reading { first, rest, .. } = read;
        if let View::Server { of_parent } = scope.view {
            return self.of_server(read, of_parent);
        }
        match path.root.value.as_str() {
            "kind" => {
                self.one_of(path, first, &["lower"], "`kind`")?;
                Some(Leads::Constant(
                    Literal::String(self.facts.kind_lower.clone()),
                    Type::String,
                ))
            }
            "cr" => {
                self.reach(scope, path, Reach::Cluster)?;
                let name = self.one_of(path, first, &["name", "namespace"], "`cr`")?;
                let root = if name == "name" {
                    Root::CrName
                } else {
                    Root::CrNamespace
                };
                self.walk(
                    scope,
                    path,
                    Walk::new(root, Type::String).at(format!("metadata.{name}")),
                    rest,
                )
            }
            "spec" => {
                self.reach(scope, path, Reach::Cluster)?;
                let span = self.facts.declared.first().map(|field| field.name.span);
                let walk = self.fields_root(
                    path,
                    first,
                    Group {
                        root: Root::Spec,
                        fields: &self.facts.spec,
                        owner: "`spec`",
                        at: "spec",
                        declared: span,
                    },
                )?;
                self.walk(scope, path, walk, rest)
            }
            "config" => {
                self.reach(scope, path, Reach::ConfigGroup)?;
                let at = format!("spec.{}[]", self.facts.config_word);
                if first.is_some_and(|first| first.value == "name") {
                    return self.walk(
                        scope,
                        path,
                        Walk::new(Root::ConfigName, Type::String).at(format!("{at}.name")),
                        rest,
                    );
                }
                let span = self
                    .facts
                    .manifest
                    .cluster
                    .app_config_group
                    .fields
                    .first()
                    .map(|field| field.name.span);
                let walk = self.fields_root(
                    path,
                    first,
                    Group {
                        root: Root::Config,
                        fields: &self.facts.config,
                        owner: "an app config group",
                        at: &at,
                        declared: span,
                    },
                )?;
                self.walk(scope, path, walk, rest)
            }
            "node" => self.node(read),
            "k8s" => self.k8s_root(read),
            "external" => self.external_root(read),
            "type" => self.type_root(read),
            "nodes" | "pods" => self.peers(read),
            "pod" => self.pod(read),
            "storage" => {
                self.reach(scope, path, Reach::Storage)?;
                self.one_of(path, first, &["name"], "`storage`")?;
                let storage = self.facts.k8s_group.field(K8sField::StorageConfig);
                let storage = storage.map_or("storageConfig", |field| field.wire.as_str());
                let at = format!("spec.{}[].{storage}[].name", self.facts.k8s_word);
                self.walk(
                    scope,
                    path,
                    Walk::new(Root::StorageName, Type::String).at(at),
                    rest,
                )
            }
            "files" => self.file_root(read),
            "services" => self.service_root(read),
            "configMaps" => self.config_map_root(read),
            "id" | "body" | "parent" => self.of_resource(read),
            "secrets" => {
                self.report.push(
                    Problem::new(Code::E0901, "generated secrets are not supported yet")
                        .at(path.span, "not yet")
                        .help("take a secretKey from the custom resource: declare it under `cluster.spec`"),
                );
                None
            }
            other => {
                let locals = scope.locals.iter().map(|local| local.name.as_str());
                let roots = || ROOTS.iter().map(|(root, _)| *root);
                let problem = Problem::new(Code::E0301, format!("`{path}` does not exist"))
                    .at(path.span, format!("nothing is called `{other}` here"));
                self.report
                    .push(match nearest(other, roots().chain(locals)) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem
                            .help(format!("an expression starts with {}", listed(roots(), ""))),
                    });
                None
            }
        }
    }

    pub(super) fn lead(leads: Leads) -> Expr {
        match leads {
            Leads::To(walk) => walk.expr(),
            Leads::Constant(literal, ty) => Expr {
                kind: ExprKind::Literal(literal),
                ty,
                optional: false,
            },
            Leads::Late(expr) => *expr,
        }
    }

    /// The name, if it is one of those that there are.
    fn one_of<'a>(
        &self,
        path: &Written,
        name: Option<&Spanned<String>>,
        names: &[&'a str],
        owner: &str,
    ) -> Option<&'a str> {
        if let Some(found) = name.and_then(|name| names.iter().find(|known| **known == name.value))
        {
            return Some(found);
        }
        self.missing(path, name, &Choice::of(owner, names.iter().copied()));
        None
    }

    /// `E0301`: nothing of that name.
    fn missing(&self, path: &Written, name: Option<&Spanned<String>>, choice: &Choice<'_>) {
        let has = listed(&choice.names, "nothing");
        let line = choice
            .declared
            .map_or_else(String::new, |span| format!(" {}", self.report.line(span)));
        let Some(name) = name else {
            self.report.push(
                Problem::new(Code::E0301, format!("`{path}` is no value")).at(
                    path.span,
                    format!("{} has {has}{line}: which?", choice.owner),
                ),
            );
            return;
        };
        if self.is_declared(path, name) {
            return;
        }
        let problem = Problem::new(Code::E0301, format!("`{path}` does not exist"))
            .at(path.span, format!("{} has {has}{line}", choice.owner));
        self.report
            .push(match nearest(&name.value, choice.names.iter().copied()) {
                Some(near) => {
                    let steps = path.steps.iter().map(|step| match step {
                        WrittenStep::Name(known) if known.span == name.span => {
                            WrittenStep::Name(Spanned::new(near.to_owned(), known.span))
                        }
                        other => other.clone(),
                    });
                    let meant = Written {
                        root: path.root.clone(),
                        steps: steps.collect(),
                        span: path.span,
                    };
                    problem.help(format!("did you mean `{meant}`?"))
                }
                None => problem,
            });
    }

    /// Whether the manifest declares the name, which then has a problem of its own.
    fn is_declared(&self, path: &Written, name: &Spanned<String>) -> bool {
        let mut names = Vec::new();
        for step in &path.steps {
            let WrittenStep::Name(known) = step else {
                continue;
            };
            names.push(known.value.as_str());
            if known.span == name.span {
                break;
            }
        }
        let found = self.facts.declarations(&path.root.value, &names);
        !names.is_empty() && found.len() == names.len()
    }

    /// `E0306` unless the scope sees as far as the root needs.
    fn reach(&self, scope: &Scope<'_>, path: &Written, needs: Reach) -> Option<()> {
        if scope.reach >= needs {
            return Some(());
        }
        let label = match scope.reach {
            Reach::Constant => {
                "only constants may stand here: `kind.lower`, `type.name` and `type.ports`"
            }
            Reach::Cluster if matches!(scope.view, View::Resource { .. }) => {
                "a kind outside of Kubernetes sees only `cr`, `spec`, `id` and `kind`"
            }
            Reach::Cluster => {
                "what the whole cluster shares sees only `cr`, `spec`, `external`, `nodes` and `pods`"
            }
            Reach::ConfigGroup => "what the nodes of a config group share sees no single node",
            Reach::Node | Reach::Storage => "only the name of a claim belongs to a storage entry",
        };
        let problem =
            Problem::new(Code::E0306, format!("`{path}` is not known here")).at(path.span, label);
        self.report.push(match (scope.reach, scope.place) {
            (Reach::Cluster | Reach::ConfigGroup, Place::File | Place::ConfigMap) => {
                problem.help("set `per: node`")
            }
            _ => problem,
        });
        None
    }
}

/// A path that starts at a variable, or at what a condition found present; and the steps that are left.
fn known<'p>(scope: &Scope<'_>, path: &'p Written) -> Option<(Walk, &'p [WrittenStep])> {
    for narrowed in scope.narrowed.iter().rev() {
        let Some((head, rest)) = path.steps.split_at_checked(narrowed.steps) else {
            continue;
        };
        let head = Written {
            root: path.root.clone(),
            steps: head.to_vec(),
            span: path.span,
        };
        if head.to_string() == narrowed.written {
            narrowed.used.set(true);
            let mut walk = Walk::new(Root::Local(narrowed.local.clone()), narrowed.ty.clone());
            walk.cr_path.clone_from(&narrowed.cr_path);
            return Some((walk, rest));
        }
    }
    let variable = scope
        .locals
        .iter()
        .rev()
        .find(|local| local.name == path.root.value)?;
    let mut walk = Walk::new(Root::Local(variable.local.clone()), variable.ty.clone());
    walk.cr_path.clone_from(&variable.cr_path);
    walk.of.clone_from(&variable.of);
    Some((walk, &path.steps))
}

/// The type of a place in a Kubernetes object.
pub(super) fn type_of(shape: &Shape) -> Type {
    match shape {
        Shape::Struct(name) => Type::K8s(K8sType::new(name)),
        Shape::String { .. } => Type::String,
        Shape::Int { .. } => Type::Int,
        Shape::Bool => Type::Bool,
        Shape::List(item) => Type::List(Box::new(type_of(item))),
        Shape::Map(item) => Type::Map(Box::new(type_of(item))),
        Shape::IntOrString => Type::K8s(K8sType::new("IntOrString")),
        Shape::Quantity => Type::Quantity,
        Shape::Any => Type::Tree,
    }
}
