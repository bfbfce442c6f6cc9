//! The templates: Tera, strict about unknown names, with `«name»` for values.
//!
//! A line that holds nothing but a tag leaves no line behind. A template that fails is a mistake of ours.

use serde::Serialize;
use tera::{Context, Delimiters, Tera};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A template that does not load or render: ours to mend.
#[derive(Debug, thiserror::Error)]
#[error("template `{template}` is broken")]
pub struct TemplateError {
    template: String,
    source: Box<tera::Error>,
}

/// All templates, loaded.
pub(super) struct Templates {
    tera: Tera,
}

impl Templates {
    pub(super) fn load() -> Result<Self, TemplateError> {
        let broken = |template: &str| {
            let template = template.to_owned();
            |source: tera::Error| TemplateError {
                template,
                source: Box::new(source),
            }
        };
        let mut tera = Tera::new();
        tera.set_delimiters(Delimiters {
            variable_start: "«".into(),
            variable_end: "»".into(),
            ..Delimiters::default()
        })
        .map_err(broken("delimiters"))?;
        super::encode::register(&mut tera);
        // All at once: one may include another that comes later.
        let all = TEMPLATES
            .iter()
            .map(|(name, text)| (*name, own_lines(text)));
        tera.add_raw_templates(all).map_err(broken("templates"))?;
        Ok(Self { tera })
    }

    /// The text of a template with the fields of `context`.
    pub(super) fn render<C: Serialize>(
        &self,
        template: &str,
        context: &C,
    ) -> Result<String, TemplateError> {
        let broken = |source| TemplateError {
            template: template.to_owned(),
            source: Box::new(source),
        };
        let context = Context::from_serialize(context).map_err(broken)?;
        self.tera.render(template, &context).map_err(broken)
    }
}

/// Moves the line break after a lone tag into the tag: the tag then swallows its own line, and line numbers
/// of errors stay right.
fn own_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        let lone = bare.starts_with("{%")
            && bare.ends_with("%}")
            && bare.matches("{%").count() == 1
            && line.ends_with('\n');
        match bare.strip_suffix("%}").filter(|_| lone) {
            Some(tag) => {
                out.push_str(tag);
                out.push_str("\n%}");
            }
            None => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_tag_leaves_no_line() {
        assert_eq!(own_lines("a\n  {% if x %}\nb\n"), "a\n{% if x \n%}b\n");
        assert_eq!(own_lines("a {% if x %} b\n"), "a {% if x %} b\n");
    }

    #[test]
    fn all_templates_load() {
        assert!(Templates::load().is_ok());
    }
}
