//! A module of `src/api` under construction: its imports, its structs, their fields.

use std::collections::{BTreeMap, BTreeSet};

use crate::render::rust::literal as quoted;
use crate::render::source::{comment, use_names};

/// A module under construction.
pub(super) struct Source {
    title: String,
    pub(super) uses: BTreeSet<String>,
    pub(super) text: String,
}

impl Source {
    pub(super) fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            uses: BTreeSet::new(),
            text: String::new(),
        }
    }

    pub(super) fn finish(self) -> String {
        let mut out = format!("//! {}.\n\n", upper(&self.title));
        let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in &self.uses {
            if let Some((module, name)) = path.split_once("::{") {
                let names = name.trim_end_matches('}').split(", ");
                modules.entry(module).or_default().extend(names);
            } else if let Some((module, name)) = path.rsplit_once("::") {
                modules.entry(module).or_default().push(name);
            }
        }
        let group = |module: &str| match module.split("::").next() {
            Some("std") => 0,
            Some("super") => 2,
            _ => 1,
        };
        for wanted in 0..3 {
            let uses = modules.iter().filter(|(module, _)| group(module) == wanted);
            let lines: String = uses
                .map(|(module, names)| use_names(module, names))
                .collect();
            if !lines.is_empty() {
                out.push_str(&format!("{lines}\n"));
            }
        }
        out.push_str(self.text.trim_start_matches('\n'));
        out
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn doc(&mut self, level: usize, text: &str) {
        let pad = "    ".repeat(level);
        let text = comment(text, &format!("{pad}/// "));
        self.line(&format!("{pad}/// {text}"));
    }

    pub(super) fn derive(&mut self, default: bool) {
        self.uses
            .insert("serde::{Deserialize, Serialize}".to_owned());
        let default = if default { "Default, " } else { "" };
        self.line(&format!(
            "#[derive(Clone, Debug, {default}PartialEq, Deserialize, Serialize)]"
        ));
    }

    pub(super) fn open(&mut self, name: &str) {
        self.uses
            .insert("serde::{Deserialize, Serialize}".to_owned());
        self.line("#[serde(rename_all = \"camelCase\")]");
        self.line(&format!("pub struct {name} {{"));
    }

    pub(super) fn close(&mut self) {
        self.line("}");
    }

    pub(super) fn plain(&mut self, wire: &str, ident: &str, ty: &str, doc: &str) {
        self.doc(1, doc);
        self.field(wire, ident, ty, "");
    }

    pub(super) fn field(&mut self, wire: &str, ident: &str, ty: &str, serde: &str) {
        let mut parts = Vec::new();
        if camel(ident) != wire {
            parts.push(format!("rename = {}", quoted(wire)));
        }
        if !serde.is_empty() {
            parts.push(serde.to_owned());
        }
        if !parts.is_empty() {
            self.line(&format!("    #[serde({})]", parts.join(", ")));
        }
        self.line(&format!("    pub {ident}: {ty},"));
    }
}

/// What serde's `camelCase` makes of a field's name.
fn camel(ident: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in ident.strip_prefix("r#").unwrap_or(ident).chars() {
        if c == '_' {
            upper = !out.is_empty();
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    out
}

fn upper(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
