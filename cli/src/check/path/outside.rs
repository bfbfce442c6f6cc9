//! Roots of what lies outside of Kubernetes: `id`, `body`, `parent`, and the JSON in a text.

use super::{Choice, Group, Leads, Reading, Walk};
use crate::check::scope::{Place, Scope, View};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::{Path as Written, Step as WrittenStep};
use crate::manifest::Spanned;
use crate::model::{Root, StructType, Type};

impl Typer<'_, '_> {
    /// What a resource knows of itself beside its fields.
    pub(super) fn of_resource(&self, read: Reading<'_>) -> Option<Leads> {
        let Reading { scope, path, .. } = read;
        let root = path.root.value.as_str();
        if root == "id" && scope.place == Place::Request {
            return self.walk(
                scope,
                path,
                Walk::new(Root::ResourceId, Type::String),
                &path.steps,
            );
        }
        let known = match root {
            "id" => "only calls, bodies and the status of `resources` see `id`",
            "body" => "it can only be a field of the status of `resources`, alone",
            _ => "only `servers` see the custom resource that they belong to",
        };
        self.report.push(
            Problem::new(Code::E0306, format!("`{path}` is not known here")).at(path.span, known),
        );
        None
    }

    /// What a server sees: the custom resource that it belongs to.
    pub(super) fn of_server(&self, read: Reading<'_>, of_parent: bool) -> Option<Leads> {
        let Reading {
            scope,
            path,
            first,
            rest,
        } = read;
        if path.root.value != "parent" || !of_parent {
            let label = if of_parent {
                "a server sees only `parent`, the custom resource that it belongs to"
            } else {
                "this server belongs to no custom resource"
            };
            let problem = Problem::new(Code::E0306, format!("`{path}` is not known here"))
                .at(path.span, label);
            self.report.push(if of_parent {
                problem
            } else {
                problem.help(format!(
                    "say which: `of: {}`",
                    self.facts.manifest.cluster.kind.value
                ))
            });
            return None;
        }
        let names = ["name", "namespace", "spec", "external"];
        match self.one_of(path, first, &names, "`parent`")? {
            "name" => self.walk(scope, path, Walk::new(Root::CrName, Type::String), rest),
            "namespace" => self.walk(
                scope,
                path,
                Walk::new(Root::CrNamespace, Type::String),
                rest,
            ),
            "spec" => {
                let (second, rest) = split(rest);
                let walk = self.fields_root(
                    path,
                    second,
                    Group {
                        root: Root::Spec,
                        fields: &self.facts.spec,
                        owner: "`parent.spec`",
                        at: "spec",
                        declared: self.facts.declared.first().map(|field| field.name.span),
                    },
                )?;
                self.walk(scope, path, walk, rest)
            }
            _ => {
                let (first, rest) = split(rest);
                self.external_root(Reading {
                    scope,
                    path,
                    first,
                    rest,
                })
            }
        }
    }

    /// A step into the JSON of a text.
    pub(super) fn in_json(
        &self,
        scope: &Scope<'_>,
        path: &Written,
        walk: &mut Walk,
        of: &StructType,
        name: &Spanned<String>,
    ) -> Option<()> {
        let refuse = |what: &str, label: &str| {
            self.report
                .push(Problem::new(Code::E0901, what).at(path.span, label));
            None
        };
        if walk.optional || walk.steps.len() != 1 {
            return refuse(
                "JSON of an optional field, or of one that lies deeper, is not supported yet",
                "name a `json` field of `spec` that is always there",
            );
        }
        if scope.view != (View::Resource { json: true }) {
            return refuse(
                "a value out of JSON is not supported here yet",
                "`id`, `calls` and `body` may have one",
            );
        }
        walk.in_json = true;
        let names = of.fields.iter().map(|field| field.wire.as_str());
        if !of
            .fields
            .iter()
            .any(|field| field.wire.as_str() == name.value)
        {
            let owner = Self::owner(path, name);
            self.missing(path, Some(name), &Choice::of(owner, names));
            return None;
        }
        self.member(path, walk, of, name)
    }
}

fn split(steps: &[WrittenStep]) -> (Option<&Spanned<String>>, &[WrittenStep]) {
    match steps.split_first() {
        Some((WrittenStep::Name(first), rest)) => (Some(first), rest),
        Some((_, rest)) => (None, rest),
        None => (None, steps),
    }
}
