//! What is in a file: lines of a text, or layers of a tree.

use crate::check::literal::words;
use crate::check::scope::{Scope, mark_used};
use crate::check::typer::Typer;
use crate::check::value::{is_text, text_of};
use crate::diagnostic::{Code, Problem};
use crate::expr::{Expr as WrittenExpr, Part, Text as WrittenText};
use crate::manifest::{self as ast, Body, Template as Written, TemplateKind};
use crate::model::{
    AbsolutePath, Content, Entry, ExprKind, Format, Layer, Line, Literal, Piece, Template, Text,
    Type,
};

impl Typer<'_, '_> {
    pub(super) fn content(
        &self,
        scope: &Scope<'_>,
        file: &ast::File,
        content: &ast::Content,
        path: &AbsolutePath,
    ) -> Option<Content> {
        let extension = path
            .file_name()
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension);
        let by_extension = match extension {
            "yaml" | "yml" => Some(Format::Yaml),
            "json" => Some(Format::Json),
            "properties" => Some(Format::Properties),
            _ => None,
        };
        let written = file.format.as_ref().map(|format| match format.value {
            ast::Format::Yaml => Format::Yaml,
            ast::Format::Json => Format::Json,
            ast::Format::Properties => Format::Properties,
            ast::Format::Text => Format::Text,
        });
        match content {
            ast::Content::Text(text) => match written.or(by_extension).unwrap_or(Format::Text) {
                Format::Text => Some(Content::Text(self.lines(scope, text)?)),
                format => {
                    let Some(value) = text.as_value() else {
                        self.report.push(
                            Problem::new(Code::E0508, format!("the content of a {} file is a mapping, not a text", format_name(format)))
                                .at(text.span, "a value could break out of its place")
                                .help("write it as a mapping; or, where nothing is to be encoded, set `format: text`"),
                        );
                        return None;
                    };
                    Some(Content::Tree {
                        format,
                        layers: vec![self.user_layer(scope, value, format)?],
                    })
                }
            },
            ast::Content::Tree(tree) => {
                let Some(format) = written
                    .or(by_extension)
                    .filter(|format| *format != Format::Text)
                else {
                    self.report.push(
                        Problem::new(Code::E0508, "it is not known how to write this mapping into a file")
                            .at(file.format.as_ref().map_or(tree.span, |format| format.span), "no structured format")
                            .help("set `format` to `yaml`, `json` or `properties`, or write the content as a text"),
                    );
                    return None;
                };
                Some(Content::Tree {
                    format,
                    layers: self.layers(scope, tree, format)?,
                })
            }
        }
    }

    pub(super) fn layers(
        &self,
        scope: &Scope<'_>,
        tree: &Written,
        format: Format,
    ) -> Option<Vec<Layer>> {
        let layers: Vec<_> = crate::check::merge::layers(tree)
            .iter()
            .filter(|layer| layer.kind != TemplateKind::Null)
            .map(|layer| self.layer(scope, layer, format))
            .collect();
        layers.into_iter().collect()
    }

    pub(super) fn layer(
        &self,
        scope: &Scope<'_>,
        written: &Written,
        format: Format,
    ) -> Option<Layer> {
        match &written.kind {
            TemplateKind::Map(entries) => {
                let made = self.entries(scope, entries)?;
                if format == Format::Properties {
                    self.flat(&made, entries)?;
                }
                Some(Layer::Ours(Template::Map(made)))
            }
            TemplateKind::Value(value) => self.user_layer(scope, value, format),
            TemplateKind::Directed(directed)
                if directed.each.is_none() && directed.join.is_none() =>
            {
                let (mut cond, narrowed) = self.cond(scope, directed.condition.as_ref()?)?;
                let inner = scope.with_narrowed(&narrowed);
                let body = match &directed.body {
                    Body::Map(entries) => Written {
                        kind: TemplateKind::Map(entries.clone()),
                        span: written.span,
                    },
                    Body::Value(value) | Body::Json(value) => value.clone(),
                };
                let layer = Box::new(self.layer(&inner, &body, format)?);
                mark_used(&mut cond, &narrowed);
                Some(Layer::If { cond, layer })
            }
            _ => {
                self.report.push(
                    Problem::new(Code::E0508, "a layer of a file is a mapping")
                        .at(written.span, "not a mapping")
                        .help("write `key: value`, or one `${…}` that is a map or a tree"),
                );
                None
            }
        }
    }

    pub(super) fn user_layer(
        &self,
        scope: &Scope<'_>,
        value: &WrittenExpr,
        format: Format,
    ) -> Option<Layer> {
        let expr = self.expr(scope, value)?;
        let fits = match &expr.ty {
            Type::Tree => format != Format::Properties,
            Type::Map(item) => format != Format::Properties || is_text(item),
            Type::Struct(_) => {
                format != Format::Properties && crate::check::tree::secret_in(&expr.ty).is_none()
            }
            _ => false,
        };
        if let Some(secret) = crate::check::tree::secret_in(&expr.ty) {
            self.secret(scope, secret, value.span, value.as_path());
            return None;
        }
        if !fits {
            let expected = if format == Format::Properties {
                "a map of strings"
            } else {
                "a map or a tree"
            };
            self.report.push(
                Problem::new(
                    Code::E0508,
                    format!("a layer of a {} file is {expected}", format_name(format)),
                )
                .at(value.span, words(&expr.ty))
                .help("give it a key, `- key: ${…}`; or write the whole file as one text, with `format: text`"),
            );
            return None;
        }
        Some(Layer::User(expr))
    }

    /// Properties and data of config maps have one text for each key.
    pub(super) fn flat(&self, entries: &[Entry], written: &[ast::Entry]) -> Option<()> {
        let mut sound = true;
        // Each written entry made one.
        for (entry, written) in entries.iter().zip(written) {
            let values = match entry {
                Entry::Set { .. } => std::slice::from_ref(entry),
                Entry::If { entries, .. } => entries,
            };
            let one_text = |entry: &Entry| match entry {
                Entry::Set {
                    value: Template::Scalar(expr),
                    ..
                } => is_text(&expr.ty) || matches!(expr.kind, ExprKind::Literal(Literal::Float(_))),
                _ => false,
            };
            if !values.iter().all(one_text) {
                let key = written.key.as_literal().unwrap_or("this value");
                self.report.push(
                    Problem::new(Code::E0308, format!("`{key}` is not one text"))
                        .at(written.value.span, "a key has one text here")
                        .help("make one text of a list with `$join`, of a tree with `$json`"),
                );
                sound = false;
            }
        }
        sound.then_some(())
    }

    /// A text, line by line: a value alone on its line may have many.
    pub(super) fn lines(&self, scope: &Scope<'_>, written: &WrittenText) -> Option<Vec<Line>> {
        let mut sound = true;
        let mut lines = Vec::new();
        for parts in split_lines(written) {
            let blank =
                |part: &Part| matches!(part, Part::Literal(text) if text.value.trim().is_empty());
            let line = match parts.as_slice() {
                [Part::Value(value)] => self.block(scope, "", &value.value),
                [Part::Literal(indent), Part::Value(value)]
                    if blank(&Part::Literal(indent.clone())) =>
                {
                    self.block(scope, &indent.value, &value.value)
                }
                parts => self
                    .pieces(scope, parts)
                    .map(|pieces| Line::Text(Text { pieces })),
            };
            match line {
                Some(line) => lines.push(line),
                None => sound = false,
            }
        }
        sound.then_some(lines)
    }

    pub(super) fn block(
        &self,
        scope: &Scope<'_>,
        indent: &str,
        value: &WrittenExpr,
    ) -> Option<Line> {
        let expr = self.expr(scope, value)?;
        self.one_text(scope, &expr, value.span, value.as_path())?;
        if let ExprKind::Literal(literal) = &expr.kind {
            let pieces = vec![Piece::Literal(format!("{indent}{}", text_of(literal)))];
            return Some(Line::Text(Text { pieces }));
        }
        Some(Line::Block {
            indent: indent.to_owned(),
            value: expr,
        })
    }
}

/// The parts of each line; a value is never split.
pub(super) fn split_lines(text: &WrittenText) -> Vec<Vec<Part>> {
    let mut lines: Vec<Vec<Part>> = Vec::new();
    let mut line: Vec<Part> = Vec::new();
    for part in &text.parts {
        match part {
            Part::Value(_) => line.push(part.clone()),
            Part::Literal(literal) => {
                for (index, stretch) in literal.value.split('\n').enumerate() {
                    if index > 0 {
                        lines.push(std::mem::take(&mut line));
                    }
                    if !stretch.is_empty() {
                        line.push(Part::Literal(ast::Spanned::new(
                            stretch.to_owned(),
                            literal.span,
                        )));
                    }
                }
            }
        }
    }
    lines.push(line);
    lines
}

pub(super) fn format_name(format: Format) -> &'static str {
    match format {
        Format::Text => "text",
        Format::Yaml => "YAML",
        Format::Json => "JSON",
        Format::Properties => "properties",
    }
}
