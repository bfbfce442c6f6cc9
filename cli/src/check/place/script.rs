//! Commands that run a shell: what a custom resource may not bring into them.

use crate::check::scope::Scope;
use crate::check::typer::Typer;
use crate::expr::Text as WrittenText;
use crate::manifest::{Template as Written, TemplateKind};

impl Typer<'_, '_> {
    /// `E0402` in commands of probes and hooks.
    pub(super) fn no_script(&self, scope: &Scope<'_>, field: &str, items: &[Written]) {
        if field == "command" || field == "args" {
            self.script(scope, items.iter());
        }
    }

    /// `E0402`: a value of the custom resource in what a shell runs.
    pub(in crate::check) fn script<'t>(
        &self,
        scope: &Scope<'_>,
        items: impl Iterator<Item = &'t Written>,
    ) -> bool {
        const SHELLS: &[&str] = &["sh", "bash", "ash", "dash", "zsh", "ksh", "busybox"];
        let mut shell = false;
        let mut code = false;
        for item in items {
            let text = match &item.kind {
                TemplateKind::Text(text) => Some(text.clone()),
                TemplateKind::Value(value) => Some(WrittenText {
                    parts: vec![crate::expr::Part::Value(crate::manifest::Spanned::new(
                        value.clone(),
                        value.span,
                    ))],
                    span: item.span,
                }),
                _ => None,
            };
            let Some(text) = text else { continue };
            if code {
                return self
                    .no_shell(&text, |value| Self::is_constant(scope, value))
                    .is_some();
            }
            if let Some(word) = text.as_literal() {
                shell |= SHELLS.contains(&word.rsplit('/').next().unwrap_or(word));
                code = shell
                    && word.len() > 1
                    && word.starts_with('-')
                    && !word.starts_with("--")
                    && word.ends_with('c');
            }
        }
        false
    }
}
