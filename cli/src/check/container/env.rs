//! The environment of the main container: in order, a later variable of a name overriding an earlier one in its place.

use crate::check::report::listed;
use crate::check::scope::{Scope, mark_used};
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::Text as WrittenText;
use crate::manifest::{Body, Entry as WrittenEntry, Span, Template as Written, TemplateKind};
use crate::model::{
    DnsLabel, EnvEntry, EnvFrom, EnvName, EnvValue, EnvVariable, ExprKind, K8sField, Template, Type,
};

impl Typer<'_, '_> {
    /// The environment: a mapping, or a list of mappings, variables and `${k8s.env}`.
    pub(super) fn env(&self, scope: &Scope<'_>, written: &Written) -> Vec<EnvEntry> {
        let mut entries: Vec<EnvEntry> = Vec::new();
        for layer in crate::check::merge::layers(written) {
            match &layer.kind {
                TemplateKind::Map(map) => match self.env_var(scope, map, layer) {
                    Some(Ok(variable)) => add(&mut entries, variable),
                    Some(Err(())) => {}
                    None => self.env_map(scope, map, &mut entries),
                },
                TemplateKind::Value(value) if is_cr_env(value) => {
                    if self.facts.k8s_group.field(K8sField::Env).is_none() {
                        self.report.push(
                            Problem::new(Code::E0301, "`k8s.env` does not exist")
                                .at(value.span, "the k8s config group of this API has no `env`")
                                .help("list `env` in `cluster.k8sConfigGroup.fields`"),
                        );
                    } else if entries.contains(&EnvEntry::CrEnv) {
                        self.report.push(
                            Problem::new(Code::E0520, "`${k8s.env}` stands here twice")
                                .at(value.span, "again"),
                        );
                    } else {
                        entries.push(EnvEntry::CrEnv);
                    }
                }
                TemplateKind::Directed(directed) => {
                    self.env_directed(scope, directed, layer.span, &mut entries);
                }
                _ => self.report.push(
                    Problem::new(
                        Code::E0511,
                        "the environment is a mapping of names to values",
                    )
                    .at(layer.span, "expected `{NAME: value}` or `${k8s.env}`"),
                ),
            }
        }
        entries
    }

    pub(super) fn env_directed(
        &self,
        scope: &Scope<'_>,
        directed: &crate::manifest::Directed,
        span: Span,
        entries: &mut Vec<EnvEntry>,
    ) {
        let (Some(cond), None, None, Body::Map(map)) = (
            &directed.condition,
            &directed.each,
            &directed.join,
            &directed.body,
        ) else {
            self.report.push(
                Problem::new(
                    Code::E0901,
                    "only `$if` with variables beside it is supported in `env` so far",
                )
                .at(span, "not yet"),
            );
            return;
        };
        for entry in map {
            let Some((mut cond, narrowed)) = self.cond(scope, cond) else {
                return;
            };
            if let Some(mut variable) = self.variable(&scope.with_narrowed(&narrowed), entry) {
                mark_used(&mut cond, &narrowed);
                variable.when = Some(cond);
                entries.push(EnvEntry::Variable(Box::new(variable)));
            }
        }
    }

    pub(super) fn env_map(
        &self,
        scope: &Scope<'_>,
        map: &[WrittenEntry],
        entries: &mut Vec<EnvEntry>,
    ) {
        for entry in map {
            if let Some(variable) = self.variable(scope, entry) {
                add(entries, variable);
            }
        }
    }

    /// A Kubernetes `EnvVar`; `None` where the mapping is one of names and values.
    pub(super) fn env_var(
        &self,
        scope: &Scope<'_>,
        map: &[WrittenEntry],
        written: &Written,
    ) -> Option<Result<EnvVariable, ()>> {
        let entry = |wanted: &str| {
            map.iter()
                .find(|entry| entry.key.as_literal() == Some(wanted))
        };
        let known = |entry: &WrittenEntry| {
            ["name", "value", "valueFrom"].contains(&entry.key.as_literal().unwrap_or_default())
        };
        let name = entry("name")?;
        let unknown: Vec<&WrittenEntry> = map.iter().filter(|entry| !known(entry)).collect();
        if !unknown.is_empty() {
            return self.env_var_fields(map.len() - unknown.len(), &unknown);
        }
        let TemplateKind::Text(text) = &name.value.kind else {
            return None;
        };
        let made = self.env_name(text).and_then(|name| {
            let value = match (entry("value"), entry("valueFrom")) {
                (Some(value), None) => self.env_value(&scope.entry(name.as_str()), &value.value)?,
                (None, Some(source)) => {
                    EnvValue::Source(self.k8s_struct(scope, "EnvVarSource", &source.value)?)
                }
                _ => {
                    self.report.push(
                        Problem::new(Code::E0510, "a variable needs `value` or `valueFrom`")
                            .at(written.span, "one of the two"),
                    );
                    return None;
                }
            };
            Some(EnvVariable {
                name,
                value,
                when: None,
            })
        });
        Some(made.ok_or(()))
    }

    /// `E0509`: a Kubernetes `EnvVar` with fields that it does not have. `None` where nothing says that it is meant as one:
    /// a variable may be called `name`.
    fn env_var_fields(
        &self,
        known: usize,
        unknown: &[&WrittenEntry],
    ) -> Option<Result<EnvVariable, ()>> {
        let near = |entry: &WrittenEntry| {
            nearest(
                entry.key.as_literal().unwrap_or_default(),
                ["value", "valueFrom"],
            )
        };
        if known < 2 && !unknown.iter().any(|entry| near(entry).is_some()) {
            return None;
        }
        for entry in unknown {
            let key = entry.key.as_literal().unwrap_or("${…}");
            let problem = Problem::new(
                Code::E0509,
                format!("`{key}` is not a field of a Kubernetes EnvVar"),
            )
            .at(entry.key.span, "unknown here");
            self.report.push(match near(entry) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(
                    "it has `name`, `value` and `valueFrom`; or write the variables as `{NAME: value}`",
                ),
            });
        }
        Some(Err(()))
    }

    pub(super) fn variable(&self, scope: &Scope<'_>, entry: &WrittenEntry) -> Option<EnvVariable> {
        let name = self.env_name(&entry.key)?;
        let scope = scope.entry(name.as_str());
        if let TemplateKind::Directed(directed) = &entry.value.kind
            && let (Some(cond), None) = (&directed.condition, &directed.each)
        {
            let (mut cond, narrowed) = self.cond(&scope, cond)?;
            let bare = crate::manifest::Directed {
                condition: None,
                ..(**directed).clone()
            };
            let bare = Written {
                kind: TemplateKind::Directed(Box::new(bare)),
                span: entry.value.span,
            };
            let value = self.env_value(&scope.with_narrowed(&narrowed), &bare)?;
            mark_used(&mut cond, &narrowed);
            return Some(EnvVariable {
                name,
                value,
                when: Some(cond),
            });
        }
        Some(EnvVariable {
            value: self.env_value(&scope, &entry.value)?,
            name,
            when: None,
        })
    }

    pub(super) fn env_value(&self, scope: &Scope<'_>, written: &Written) -> Option<EnvValue> {
        match &written.kind {
            TemplateKind::Value(value) => {
                let expr = self.expr(scope, value)?;
                match &expr.kind {
                    ExprKind::Late(late) => return Some(EnvValue::Field(late.field_path.clone())),
                    _ if expr.ty == Type::SecretKey => return Some(EnvValue::Secret(expr)),
                    _ => {}
                }
                self.one_text(scope, &expr, value.span, value.as_path())?;
                Some(EnvValue::Text(expr))
            }
            TemplateKind::Directed(directed) if directed.join.is_none() => match &directed.body {
                Body::Value(value) if directed.each.is_none() && directed.condition.is_none() => {
                    self.env_value(scope, value)
                }
                Body::Json(_) if directed.each.is_none() => match self.tree(scope, written)? {
                    Template::Scalar(expr) => Some(EnvValue::Text(expr)),
                    _ => None,
                },
                _ => {
                    self.report.push(
                        Problem::new(Code::E0319, "a variable has one text")
                            .at(written.span, "many values")
                            .help("make one text of them with `$join`"),
                    );
                    None
                }
            },
            _ => Some(EnvValue::Text(self.scalar_text(scope, written)?)),
        }
    }

    pub(super) fn env_name(&self, key: &WrittenText) -> Option<EnvName> {
        let Some(name) = key.as_literal() else {
            self.report.push(
                Problem::new(Code::E0601, "the name of a variable is a constant")
                    .at(key.span, "has `${…}` in it"),
            );
            return None;
        };
        self.report.name(
            &crate::manifest::Spanned::new(name.to_owned(), key.span),
            "the name of a variable",
            EnvName::new,
        )
    }

    pub(super) fn env_from(&self, scope: &Scope<'_>, written: &Written) -> Vec<EnvFrom> {
        let TemplateKind::List(items) = &written.kind else {
            self.report.push(
                Problem::new(Code::E0511, "`envFrom` is a list")
                    .at(written.span, "expected a list"),
            );
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.one_env_from(scope, item))
            .collect()
    }

    pub(super) fn one_env_from(&self, scope: &Scope<'_>, item: &Written) -> Option<EnvFrom> {
        if let TemplateKind::Map(entries) = &item.kind
            && let [entry] = entries.as_slice()
            && entry.key.as_literal() == Some("configMap")
            && let TemplateKind::Text(text) = &entry.value.kind
            && let Some(name) = text.as_literal()
        {
            let own = scope
                .node_type
                .map_or(&[][..], |known| known.written.config_maps.as_slice());
            if let Some(map) = own.iter().find(|map| map.key.value == name) {
                self.note_presence(scope, map.condition.as_ref());
                return Some(EnvFrom::ConfigMap {
                    config_map: DnsLabel::new(name).ok()?,
                    optional: map.condition.is_some(),
                });
            }
            let shared = &self.facts.shared_config_maps;
            if let Some((_, optional)) = shared.iter().find(|(known, _)| known == name) {
                let mut written = self.facts.manifest.cluster.config_maps.iter();
                let map = written.find(|map| map.key.value == name);
                self.note_presence(scope, map.and_then(|map| map.condition.as_ref()));
                return Some(EnvFrom::SharedConfigMap {
                    config_map: DnsLabel::new(name).ok()?,
                    optional: *optional,
                });
            }
            let names: Vec<&str> = own
                .iter()
                .map(|map| map.key.value.as_str())
                .chain(shared.iter().map(|(known, _)| known.as_str()))
                .collect();
            let problem = Problem::new(Code::E0209, format!("no config map is called `{name}`"))
                .at(text.span, format!("known are {}", listed(&names, "none")));
            self.report.push(match nearest(name, names) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("declare it under `configMaps`"),
            });
            return None;
        }
        Some(EnvFrom::Source(self.k8s_struct(
            scope,
            "EnvFromSource",
            item,
        )?))
    }
}

/// A later variable overrides an earlier one of its name, in the earlier one's place.
pub(super) fn add(entries: &mut Vec<EnvEntry>, variable: EnvVariable) {
    let same = entries.iter_mut().find_map(|entry| match entry {
        EnvEntry::Variable(known) if known.name == variable.name && known.when.is_none() => {
            Some(known)
        }
        _ => None,
    });
    match same {
        Some(known) => **known = variable,
        None => entries.push(EnvEntry::Variable(Box::new(variable))),
    }
}

pub(super) fn is_cr_env(value: &crate::expr::Expr) -> bool {
    value
        .as_path()
        .is_some_and(|path| path.to_string() == "k8s.env")
}
