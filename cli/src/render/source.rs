//! Pieces of Rust source around expressions: statements, functions, imports, comments.

use std::collections::BTreeMap;

use super::k8s::Literals;
use super::rust::Expr;

const MAX: usize = 100;

/// `let name = value;` in a method's body.
pub(super) fn statement(name: &str, value: &Expr) -> String {
    statement_at(8, name, value)
}

/// `let name = value;`, indented so far.
pub(super) fn statement_at(indent: usize, name: &str, value: &Expr) -> String {
    let head = format!("{}let {name} =", " ".repeat(indent));
    format!("{head}{};\n", value.print_assigned(indent, head.len()))
}

/// A function at the top of a module.
pub(super) fn function(name: &str, params: &[String], result: &str, body: &str) -> String {
    format!("{} {{\n    {body}\n}}", signature(name, params, result, 0))
}

/// `fn name(params) -> result`, broken where it is too long.
pub(super) fn signature(name: &str, params: &[String], result: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let line = format!("{pad}fn {name}({}) -> {result}", params.join(", "));
    if line.chars().count() + 2 <= MAX || params.is_empty() {
        return line;
    }
    let params: String = params
        .iter()
        .map(|param| format!("{pad}    {param},\n"))
        .collect();
    format!("{pad}fn {name}(\n{params}{pad}) -> {result}")
}

/// `pub fn name(params) -> result`, without its body; broken where it is too long.
pub(super) fn heading(
    word: &str,
    name: &str,
    params: &[String],
    result: Option<&str>,
    indent: usize,
) -> String {
    let pad = " ".repeat(indent);
    let result = result.map_or_else(String::new, |result| format!(" -> {result}"));
    let line = format!("{pad}{word} {name}({}){result}", params.join(", "));
    // With ` {}`, which an empty body adds.
    if line.chars().count() + 3 <= MAX {
        return line;
    }
    let params: String = params
        .iter()
        .map(|param| format!("{pad}    {param},\n"))
        .collect();
    format!("{pad}{word} {name}(\n{params}{pad}){result}")
}

/// The `use` lines of a node's module.
pub(super) fn imports(kind: &str, literals: &Literals<'_>, hooks: bool) -> String {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut std = String::new();
    for path in literals.imports() {
        let Some((module, name)) = path.rsplit_once("::") else {
            continue;
        };
        if module.starts_with("std::") {
            std.push_str(&format!("use {path};\n"));
        } else {
            groups.entry(module).or_default().push(name);
        }
    }
    let mut out = std;
    if !out.is_empty() {
        out.push('\n');
    }
    for (module, names) in groups {
        out.push_str(&use_names(module, &names));
    }
    out.push_str(&format!(
        "use dsoi_runtime::prelude::*;\n\nuse crate::api::{kind};\n"
    ));
    if hooks {
        out.push_str("use crate::hooks;\n");
    }
    out
}

/// `use module::{a, b};` within the width of a line.
pub(super) fn use_names(module: &str, names: &[&str]) -> String {
    if let [name] = names {
        return format!("use {module}::{name};\n");
    }
    let line = format!("use {module}::{{{}}};\n", names.join(", "));
    if line.chars().count() <= MAX {
        return line;
    }
    let mut lines = vec![String::from("   ")];
    for name in names {
        let line = lines.last_mut().expect("begins with one line");
        if line.chars().count() + name.len() + 2 > MAX {
            lines.push(format!("    {name},"));
        } else {
            line.push_str(&format!(" {name},"));
        }
    }
    format!("use {module}::{{\n{}\n}};\n", lines.join("\n"))
}

/// Prose in a comment: one line each, nothing that ends the comment.
pub(super) fn comment(text: &str, prefix: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let printable = line
                .chars()
                .filter(|c| c.escape_debug().count() == 1 || "'\"\\".contains(*c));
            // A fence would open a block of code, which `cargo test` runs.
            let text = printable.collect::<String>().replace("```", "'''");
            text.trim_end().to_owned()
        })
        .collect();
    lines.join(&format!("\n{prefix}"))
}

/// Whether the name is a word of the code.
pub(super) fn uses(body: &str, name: &str) -> bool {
    body.match_indices(name).any(|(at, _)| {
        let before = body.get(..at).and_then(|text| text.chars().next_back());
        let after = body
            .get(at + name.len()..)
            .and_then(|text| text.chars().next());
        let word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
        !word(before) && !word(after)
    })
}
