//! `$(NAME)` in a command, in arguments and in variables: what Kubernetes fills in, if somebody declares it.

use std::collections::BTreeSet;

use crate::check::report::listed;
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::Part;
use crate::manifest::{Body, Container as Written, Template, TemplateKind};
use crate::model::{Container, EnvEntry, EnvName, K8sField};

/// Where else a container's variables come from.
#[derive(Clone, Copy)]
pub(super) enum Kin<'c> {
    /// The main container: from the custom resource.
    Main,
    /// From the main container, and from the custom resource with it.
    LikeMain(&'c Container),
    /// From nowhere.
    Alone,
}

impl Typer<'_, '_> {
    /// `E0516`: `$(X)` of a variable that nobody declares. Where the custom resource may declare it, only what looks like a
    /// misspelt one is reported, as a warning.
    pub(super) fn variables(&self, container: &Container, kin: Kin<'_>, written: &Written) {
        let main = match kin {
            Kin::LikeMain(main) => Some(main),
            Kin::Main | Kin::Alone => None,
        };
        let all = || main.into_iter().chain([container]);
        let declared: BTreeSet<&str> = all().flat_map(declared).collect();
        let from_cr =
            !matches!(kin, Kin::Alone) && self.facts.k8s_group.field(K8sField::Env).is_some();
        let open = from_cr || all().any(|container| !container.env_from.is_empty());
        for tree in [&written.command, &written.args, &written.env]
            .into_iter()
            .flatten()
        {
            self.references(tree, &declared, open);
        }
    }

    fn references(&self, tree: &Template, declared: &BTreeSet<&str>, open: bool) {
        match &tree.kind {
            TemplateKind::Text(text) => {
                for part in &text.parts {
                    let Part::Literal(literal) = part else {
                        continue;
                    };
                    for name in references(&literal.value) {
                        if declared.contains(name) {
                            continue;
                        }
                        let near = nearest(name, declared.iter().copied());
                        let problem = Problem::new(
                            Code::E0516,
                            format!("`$({name})` names a variable that is not declared"),
                        )
                        .at(
                            literal.span,
                            format!("`env` has {}", listed(declared, "no variables")),
                        );
                        let problem = match near {
                            Some(near) => problem.help(format!(
                                "did you mean `$({near})`? `$$({name})` writes it as it stands"
                            )),
                            None => problem.help(format!(
                                "declare it in `env`; `$$({name})` writes it as it stands"
                            )),
                        };
                        if !open {
                            self.report.push(problem);
                        } else if near.is_some() {
                            self.report.warn(problem);
                        }
                    }
                }
            }
            TemplateKind::List(items) => {
                for item in items {
                    self.references(item, declared, open);
                }
            }
            TemplateKind::Map(entries) => {
                for entry in entries {
                    self.references(&entry.value, declared, open);
                }
            }
            TemplateKind::Directed(directed) => match &directed.body {
                Body::Value(tree) | Body::Json(tree) => self.references(tree, declared, open),
                Body::Map(entries) => {
                    for entry in entries {
                        self.references(&entry.value, declared, open);
                    }
                }
            },
            TemplateKind::Null
            | TemplateKind::Bool(_)
            | TemplateKind::Int(_)
            | TemplateKind::Float(_)
            | TemplateKind::Value(_) => {}
        }
    }
}

fn declared(container: &Container) -> impl Iterator<Item = &str> {
    let env = container.env.iter().filter_map(|entry| match entry {
        EnvEntry::Variable(variable) => Some(variable.name.as_str()),
        EnvEntry::CrEnv => None,
    });
    let late = container.downward.iter();
    env.chain(late.map(|late| late.variable.as_str()))
}

/// The variables that a text names with `$(…)`.
fn references(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let after = rest.get(at + 1..).unwrap_or("");
        if let Some(escaped) = after.strip_prefix('$') {
            rest = escaped;
            continue;
        }
        if let Some((name, _)) = after
            .strip_prefix('(')
            .and_then(|inner| inner.split_once(')'))
            && EnvName::new(name).is_ok()
        {
            names.push(name);
        }
        rest = after;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn a_doubled_dollar_is_no_reference() {
        assert_eq!(references("a $(B) $$(C) $D $(E"), ["B"]);
        assert_eq!(references("$$$(X)"), ["X"]);
    }
}
