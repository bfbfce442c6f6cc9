//! The files of a node, and the functions that write them.

use super::Writer;
use crate::model::{Cond, Content, File, Format, Layer, Line, Mount, OnChange, Scope};
use crate::render::rust::{Expr as Rust, Json};
use crate::render::source::function;
use crate::render::value::{Ctx, Locals};

impl Writer<'_> {
    pub(super) fn file(&self, file: &File) -> Rust {
        let name = file.ident.as_str();
        let start = Rust::atom("node").method(
            "file",
            [Rust::str(file.name.as_str()), Rust::str(file.path.as_str())],
        );
        let mut code = start;
        code = match file.scope {
            Scope::Node => code,
            Scope::ConfigGroup => code.method("per_config_group", []),
            Scope::Cluster => code.method("per_cluster", []),
        };
        if file.mount == Mount::Directory {
            code = code.method("mount_dir", []);
        }
        if file.mode != 0o444 {
            code = code.method("mode", [Rust::atom(format!("{:#05o}", file.mode))]);
        }
        if file.on_change == OnChange::Keep {
            code = code.method("on_change_keep", []);
        }
        if let Some(template) = &file.config_map_name {
            code = code.method("config_map_name", [self.ctx.text_arg(&template.0)]);
        }
        let method = match file.format() {
            Format::Text => "text",
            Format::Yaml => "yaml",
            Format::Json => "json",
            Format::Properties => "properties",
        };
        let content = if binds(file) {
            self.file_content(file)
        } else {
            let body = self.file_body(file);
            let args = names_node(&body).then(|| Rust::atom("node"));
            Rust::call(name, args)
        };
        code = code.method(method, [content]);
        match &file.when {
            None => code,
            Some(cond) => self.ctx.when(cond, code),
        }
    }

    fn file_content(&self, file: &File) -> Rust {
        let ctx = Ctx {
            locals: Locals::None,
            ..self.ctx
        };
        content(ctx, &file.content)
    }

    fn file_body(&self, file: &File) -> String {
        self.file_content(file).print(4, 4, 0)
    }

    pub(super) fn file_function(&self, file: &File) -> String {
        let result = match file.content {
            Content::Text(_) => "Text",
            Content::Tree { .. } => "Layers",
        };
        let body = self.file_body(file);
        let kind = self.cluster.kind.as_str();
        let params: &[String] = &[format!("node: &Node<'_, {kind}>")];
        let params = if names_node(&body) { params } else { &[] };
        function(file.ident.as_str(), params, result, &body)
    }
}

/// Whether the content uses what the file's condition found: then it stands beside the condition.
pub(super) fn binds(file: &File) -> bool {
    fn used(cond: &Cond) -> bool {
        match cond {
            Cond::Present { bind, .. } => bind.as_ref().is_some_and(|bind| bind.used),
            Cond::All(conds) => conds.iter().any(used),
            _ => false,
        }
    }
    file.when.as_ref().is_some_and(used)
}

fn content(ctx: Ctx<'_>, content: &Content) -> Rust {
    match content {
        Content::Text(lines) => lines
            .iter()
            .fold(Rust::call("Text::new", []), |text, line| match line {
                Line::Block { indent, value } if indent.is_empty() => {
                    text.method("block", [ctx.block(value)])
                }
                Line::Block { indent, value } => {
                    text.method("block_indented", [Rust::str(indent), ctx.block(value)])
                }
                Line::Text(line) => text.method("line", [ctx.text_arg(line)]),
            }),
        Content::Tree { layers, .. } => layers
            .iter()
            .fold(Rust::call("Layers::new", []), |all, layer| {
                add_layer(ctx, all, layer)
            }),
    }
}

fn add_layer(ctx: Ctx<'_>, all: Rust, layer: &Layer) -> Rust {
    match layer {
        Layer::User(expr) => {
            let value = ctx.value(expr);
            let code = ctx.layer(expr);
            // An option of a reference is a value of its own: the layer borrows it.
            let code = if value.optional() && !matches!(code, Rust::Ref(_)) {
                code.borrowed()
            } else {
                code
            };
            all.method("user", [code])
        }
        Layer::Ours(tree) => all.method("ours", [Rust::Json(Box::new(ctx.json(tree)))]),
        Layer::If { cond, layer } => {
            let inner = match &**layer {
                Layer::User(expr) => ctx.value(expr).as_ref(),
                Layer::Ours(tree) => Rust::Json(Box::new(ctx.json(tree))),
                Layer::If { cond, layer } => match &**layer {
                    Layer::Ours(tree) => ctx.when(cond, Rust::Json(Box::new(ctx.json(tree)))),
                    _ => Rust::Json(Box::new(Json::Object(Vec::new()))),
                },
            };
            let value = Json::Expr(ctx.when(cond, inner));
            match value {
                Json::Expr(code) => all.method("ours", [Rust::Json(Box::new(Json::Expr(code)))]),
                other => all.method("ours", [Rust::Json(Box::new(other))]),
            }
        }
    }
}

/// Whether code has the variable `node`: the word in a text is none, nor is the name of a field or method.
fn names_node(code: &str) -> bool {
    // Where a text is written in another way, it is not looked at: at worst a parameter is not used.
    if ["r#\"", "r\"", "'\"'"].iter().any(|way| code.contains(way)) {
        return code.contains("node");
    }
    let mut outside = String::new();
    let mut chars = code.chars();
    let mut in_text = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_text => {
                chars.next();
            }
            '"' => in_text = !in_text,
            c if !in_text => outside.push(c),
            _ => {}
        }
    }
    outside
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|word| word == "node")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_a_text_is_no_variable() {
        for code in [
            "node.pods()",
            "f(&node)",
            "a(\"\\\"\", node)",
            "r#\"node\"#",
        ] {
            assert!(names_node(code), "{code}");
        }
        for code in ["(\"node\", 1)", "nodes_of(x)", "\"a \\\" node\"", ""] {
            assert!(!names_node(code), "{code}");
        }
    }
}
