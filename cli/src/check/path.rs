//! Paths: from what the author wrote to a root and typed steps.
//!
//! In: a path and its scope. Out: a value that generated code can reach, a constant, or a fact that only the pod knows; or a
//! problem, and `None`.

mod child;
mod missing;
mod outside;
mod pod;
mod root;
mod step;
mod walk;

use self::missing::Choice;
pub(super) use self::walk::Walk;
use self::walk::known;
use super::k8s::Shape;
use super::report::listed;
use super::scope::{Reach, Scope, View};
use super::typer::Typer;
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::{Path as Written, ROOTS, Step as WrittenStep};
use crate::manifest::{Span, Spanned};
use crate::model::{Expr, ExprKind, Field, K8sField, K8sType, Literal, Root, Type};

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
