//! What is said of a path that leads nowhere, or that its place does not see.

use crate::check::report::listed;
use crate::check::scope::{Place, Reach, Scope, View};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::{Path as Written, Step as WrittenStep};
use crate::manifest::{Span, Spanned};

/// What a name was looked for among.
pub(super) struct Choice<'a> {
    /// "an app config group".
    pub(super) owner: String,
    pub(super) names: Vec<&'a str>,
    /// Where the first of them is declared.
    pub(super) declared: Option<Span>,
}

impl<'a> Choice<'a> {
    pub(super) fn of(owner: impl Into<String>, names: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            owner: owner.into(),
            names: names.into_iter().collect(),
            declared: None,
        }
    }

    pub(super) fn declared(mut self, span: Option<Span>) -> Self {
        self.declared = span;
        self
    }
}

impl Typer<'_, '_> {
    /// The name, if it is one of those that there are.
    pub(super) fn one_of<'a>(
        &self,
        path: &Written,
        name: Option<&Spanned<String>>,
        names: &[&'a str],
        owner: &str,
    ) -> Option<&'a str> {
        if let Some(found) = name.and_then(|name| names.iter().find(|known| **known == name.value))
        {
            return Some(found);
        }
        self.missing(path, name, &Choice::of(owner, names.iter().copied()));
        None
    }

    /// `E0301`: nothing of that name.
    pub(super) fn missing(
        &self,
        path: &Written,
        name: Option<&Spanned<String>>,
        choice: &Choice<'_>,
    ) {
        // What is written and has a mistake of its own is among them.
        let mut names = self.written_beside(path, name);
        let more = choice.names.iter().copied();
        let more: Vec<&str> = more.filter(|known| !names.contains(known)).collect();
        names.extend(more);
        let has = listed(&names, "nothing");
        let line = choice
            .declared
            .map_or_else(String::new, |span| format!(" {}", self.report.line(span)));
        let Some(name) = name else {
            self.report.push(
                Problem::new(Code::E0301, format!("`{path}` is no value")).at(
                    path.span,
                    format!("{} has {has}{line}: which?", choice.owner),
                ),
            );
            return;
        };
        if self.is_declared(path, name) {
            return;
        }
        let problem = Problem::new(Code::E0301, format!("`{path}` does not exist"))
            .at(path.span, format!("{} has {has}{line}", choice.owner));
        self.report
            .push(match nearest(&name.value, names.iter().copied()) {
                Some(near) => {
                    let steps = path.steps.iter().map(|step| match step {
                        WrittenStep::Name(known) if known.span == name.span => {
                            WrittenStep::Name(Spanned::new(near.to_owned(), known.span))
                        }
                        other => other.clone(),
                    });
                    let meant = Written {
                        root: path.root.clone(),
                        steps: steps.collect(),
                        span: path.span,
                    };
                    problem.help(format!("did you mean `{meant}`?"))
                }
                None => problem,
            });
    }

    /// The fields that the manifest declares where the name was looked for.
    fn written_beside(&self, path: &Written, name: Option<&Spanned<String>>) -> Vec<&str> {
        let steps = path.steps.iter().map_while(|step| match step {
            WrittenStep::Name(known) if Some(known.span) != name.map(|name| name.span) => {
                Some(known.value.as_str())
            }
            _ => None,
        });
        let steps: Vec<&str> = steps.collect();
        self.facts.declared_below(&path.root.value, &steps)
    }

    /// Whether the manifest declares the name, which then has a problem of its own.
    fn is_declared(&self, path: &Written, name: &Spanned<String>) -> bool {
        let mut names = Vec::new();
        for step in &path.steps {
            let WrittenStep::Name(known) = step else {
                continue;
            };
            names.push(known.value.as_str());
            if known.span == name.span {
                break;
            }
        }
        let found = self.facts.declarations(&path.root.value, &names);
        !names.is_empty() && found.len() == names.len()
    }

    /// `E0306` unless the scope sees as far as the root needs.
    pub(super) fn reach(&self, scope: &Scope<'_>, path: &Written, needs: Reach) -> Option<()> {
        if scope.reach >= needs {
            return Some(());
        }
        let label = match scope.reach {
            Reach::Constant => {
                "only constants may stand here: `kind.lower`, `type.name` and `type.ports`"
            }
            Reach::Cluster if matches!(scope.view, View::Resource { .. }) => {
                "a kind outside of Kubernetes sees only `cr`, `spec`, `id` and `kind`"
            }
            Reach::Cluster => {
                "what the whole cluster shares sees only `cr`, `spec`, `external`, `nodes` and `pods`"
            }
            Reach::ConfigGroup => "what the nodes of a config group share sees no single node",
            Reach::Node | Reach::Storage => "only the name of a claim belongs to a storage entry",
        };
        let problem =
            Problem::new(Code::E0306, format!("`{path}` is not known here")).at(path.span, label);
        self.report.push(match (scope.reach, scope.place) {
            (Reach::Cluster | Reach::ConfigGroup, Place::File | Place::ConfigMap) => {
                problem.help("set `per: node`")
            }
            _ => problem,
        });
        None
    }
}
