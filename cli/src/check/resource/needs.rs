//! What a resource outside of Kubernetes cannot be without, and what it names elsewhere in the manifest.

use super::super::place;
use super::super::report::listed;
use super::super::scope::{Place, Reach, Scope, View};
use super::super::tree::constant_text;
use super::super::typer::Typer;
use super::Outside;
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::Text as WrittenText;
use crate::manifest::{self as ast, Resource as Written, Spanned};
use crate::model::{LabelKey, Literal};

impl Outside<'_, '_> {
    /// `E0104` for what neither the resource nor `everyResource` says.
    pub(super) fn missing(&self, written: &Written) -> bool {
        let kind = &written.kind;
        let has = |name: &str| written.calls.iter().any(|call| call.name.value == name);
        let needed = [
            (
                "spec",
                !written.spec.is_empty(),
                "its fields, as `{name: string}`",
            ),
            (
                "id",
                written.id.is_some(),
                "what the server calls it, as `${spec.name}`",
            ),
            (
                "server",
                written.server.is_some(),
                "one of `servers`: where the calls go",
            ),
            (
                "calls.get",
                has("get"),
                "the request that asks for it, as `GET /things/${id}`",
            ),
            (
                "calls.create",
                has("create"),
                "the request that makes it, as `POST /things`",
            ),
        ];
        let mut missing = false;
        for (key, there, what) in needed {
            if !there {
                missing = true;
                self.report.push(
                    Problem::new(
                        Code::E0104,
                        format!("`{key}` is missing in `resources.{}`", kind.value),
                    )
                    .at(kind.span, format!("has no `{key}`"))
                    .help(format!("`{key}`: {what}")),
                );
            }
        }
        missing
    }

    /// The server's function; `E0216` where there is no such server, or where it needs a parent that there is none of.
    pub(super) fn server(
        &self,
        written: &Written,
        has_parent: bool,
    ) -> Option<crate::model::RustIdent> {
        let name = written.server.as_ref()?;
        if let Some(server) = self
            .servers
            .iter()
            .find(|server| server.name.as_str() == name.value)
        {
            if server.of_parent && !has_parent {
                self.report.push(
                    Problem::new(
                        Code::E0216,
                        format!(
                            "`{}` has no `parent` to find its server by",
                            written.kind.value
                        ),
                    )
                    .at(
                        name.span,
                        format!("belongs to a `{}`", self.manifest.cluster.kind.value),
                    )
                    .help("say which one: `parent: {kind: …, name: \"${spec.cluster}\"}`"),
                );
                return None;
            }
            return Some(server.ident.clone());
        }
        let known = self
            .manifest
            .servers
            .iter()
            .map(|server| server.name.value.as_str());
        // One that is written and wrong was reported.
        if !known.clone().any(|known| known == name.value) {
            let problem =
                Problem::new(Code::E0216, format!("no server is called `{}`", name.value)).at(
                    name.span,
                    format!("`servers` has {}", listed(known.clone(), "nothing")),
                );
            self.report.push(match nearest(&name.value, known) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
        }
        None
    }

    pub(super) fn finalizer(
        &self,
        typer: &Typer<'_, '_>,
        written: &WrittenText,
    ) -> Option<LabelKey> {
        let scope = Scope {
            reach: Reach::Constant,
            ..Scope::outside(View::Resource { json: false }, Place::Name)
        };
        let text = constant_text(&typer.whole_text(&scope, written)?)?;
        let name = Spanned::new(text, written.span);
        let key = self.report.name(&name, "a finalizer", LabelKey::new)?;
        if !key.as_str().contains('/') {
            self.report.push(
                Problem::new(Code::E0601, format!("`{key}` cannot be a finalizer"))
                    .at(written.span, "has no domain")
                    .help(match self.group {
                        Some(group) => format!("write `{group}/{key}`"),
                        None => "write `example.com/NAME`".to_owned(),
                    }),
            );
            return None;
        }
        Some(key)
    }

    /// The operator's annotation, with this kind's name in it.
    pub(super) fn ignore_annotation(&self, typer: &Typer<'_, '_>) -> Option<LabelKey> {
        let text = self.manifest.operator.ignore_annotation.as_ref()?;
        let scope = Scope::new(Reach::Constant, Place::Name, None);
        // What is wrong with it was reported for the cluster's kind.
        LabelKey::new(constant_text(&typer.whole_text(&scope, text)?)?).ok()
    }

    pub(super) fn constant(&self, written: &ast::Template) -> Option<Literal> {
        let literal = place::plain(written);
        if literal.is_none() {
            self.report.push(
                Problem::new(Code::E0109, "`absent.body` cannot have an expression")
                    .at(written.span, "known only when the operator runs")
                    .help("write the JSON itself, as `{}`"),
            );
        }
        literal
    }
}
