//! The requests of a resource: paths that no value can leave, and what is sent.

use crate::check::report::listed;
use crate::check::scope::{Place, Scope, View};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::{Part, Text as WrittenText};
use crate::manifest::{self as ast, Resource as Written};
use crate::model::{Call, Field, Payload, Piece, Type, Verb};

/// Verbs with which a server answers and changes nothing.
const ONLY_LOOKS: &[Verb] = &[Verb::Get];

impl Typer<'_, '_> {
    /// The request of that name.
    pub(super) fn call(&self, written: &Written, name: &str) -> Option<Call> {
        let call = written.calls.iter().find(|call| call.name.value == name)?;
        let scope = Scope::outside(View::Resource { json: true }, Place::Request);
        let verb = verb(call.verb);
        if (name == "get") != ONLY_LOOKS.contains(&verb) {
            self.report.push(
                Problem::new(
                    Code::E0523,
                    format!("`{}` cannot be the verb of `{name}`", verb.as_str()),
                )
                .at(call.span, "the verb")
                .help(if name == "get" {
                    "`get` looks whether it is there and changes nothing: GET"
                } else {
                    "a GET changes nothing: POST, PUT, PATCH or DELETE"
                }),
            );
            return None;
        }
        self.legal_path(&call.path)?;
        let path = self.whole_text(&scope, &call.path)?;
        Some(Call { verb, path })
    }

    /// `E0523` for a path that would not arrive as it is written.
    fn legal_path(&self, path: &WrittenText) -> Option<()> {
        let refuse = |span, why: &str| {
            self.report.push(
                Problem::new(Code::E0523, "this is no path of a request")
                    .at(span, why)
                    .help("a path begins with `/` and has letters, digits, `-._~!$&'()*+,;=:@%`, and behind `?` parameters; a value of the custom resource is encoded"),
            );
            None
        };
        let mut whole = String::new();
        for part in &path.parts {
            let Part::Literal(text) = part else {
                whole.push('x');
                continue;
            };
            let legal = |c: char| c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%/?".contains(c);
            if let Some(bad) = text.value.chars().find(|c| !legal(*c)) {
                return refuse(
                    text.span,
                    &format!("`{}` cannot stand in it", bad.escape_default()),
                );
            }
            whole.push_str(&text.value);
        }
        let (before, _) = whole.split_once('?').unwrap_or((&whole, ""));
        let mut segments = before.split('/').skip(1);
        if segments.any(|segment| segment == "." || segment == "..") {
            return refuse(path.span, "`.` and `..` lead elsewhere");
        }
        if before.contains("//") {
            return refuse(path.span, "a segment is empty");
        }
        Some(())
    }

    /// What is sent: what the manifest says, or the one `json` field.
    pub(super) fn payload(&self, written: &Written, fields: &[Field]) -> Option<Payload> {
        if let Some(body) = &written.body {
            let scope = Scope::outside(View::Resource { json: true }, Place::Request);
            if let ast::TemplateKind::Value(value) = &body.kind
                && let Some(path) = value.as_path()
                && path.root.value == "spec"
                && let [crate::expr::Step::Name(name)] = path.steps.as_slice()
                && let Some(field) =
                    json_fields(fields).find(|known| known.wire.as_str() == name.value)
            {
                return self.always(field, body.span);
            }
            return self.tree(&scope, body).map(Payload::Tree);
        }
        let mut found = json_fields(fields);
        match (found.next(), found.next()) {
            (Some(field), None) => self.always(field, written.kind.span),
            (first, _) => {
                let label = if first.is_none() {
                    "no field of `spec` is of type `json`".to_owned()
                } else {
                    let names = json_fields(fields).map(|field| &field.wire);
                    format!("{} are all of type `json`", listed(names, ""))
                };
                self.report.push(
                    Problem::new(
                        Code::E0524,
                        format!("what is sent for a `{}`?", written.kind.value),
                    )
                    .at(written.kind.span, label)
                    .help("say it with `body`: `body: {partitions: \"${spec.partitions}\"}`"),
                );
                None
            }
        }
    }

    /// The text of a field that has to be there.
    fn always(&self, field: &Field, span: crate::manifest::Span) -> Option<Payload> {
        if field.optional {
            self.report.push(
                Problem::new(
                    Code::E0524,
                    format!("`spec.{}` is what is sent, and may be absent", field.wire),
                )
                .at(span, "sent with `create`")
                .help("drop its `optional`"),
            );
            return None;
        }
        Some(Payload::Field(Box::new(field.clone())))
    }
}

fn json_fields(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields
        .iter()
        .filter(|field| matches!(field.ty, Type::Json(_)))
}

fn verb(written: ast::Verb) -> Verb {
    match written {
        ast::Verb::Get => Verb::Get,
        ast::Verb::Post => Verb::Post,
        ast::Verb::Put => Verb::Put,
        ast::Verb::Patch => Verb::Patch,
        ast::Verb::Delete => Verb::Delete,
    }
}

/// Whether a piece is a value that the custom resource gives.
pub(in crate::check) fn is_value(piece: &Piece) -> bool {
    matches!(piece, Piece::Value(_))
}
