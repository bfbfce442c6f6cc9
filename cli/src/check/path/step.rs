//! The steps of a path after its root: fields, keys, facts.

use crate::check::facts::TypeFacts;
use crate::check::ident;
use crate::check::k8s::{self};
use crate::check::literal::words;
use crate::check::scope::Scope;
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::expr::{Path as Written, Step as WrittenStep};
use crate::manifest::Spanned;
use crate::model::{
    Access, EnumType, EnumValue, Expr, ExprKind, ExternalShape, K8sType, Literal, StructType, Type,
    WireName,
};

use super::{Choice, Leads, Walk, type_of};

impl Typer<'_, '_> {
    /// Takes the steps after the root, one by one.
    pub(super) fn walk(
        &self,
        scope: &Scope<'_>,
        path: &Written,
        mut walk: Walk,
        steps: &[WrittenStep],
    ) -> Option<Leads> {
        let mut steps = steps;
        while let Some((step, rest)) = steps.split_first() {
            steps = rest;
            if let (WrittenStep::Name(name), Type::Pod) = (step, &walk.ty)
                && name.value == "ports"
            {
                let of = walk.of.clone()?;
                let number = self.port(path, rest.first(), &of)?;
                return Some(Leads::Constant(Literal::Int(i64::from(number)), Type::Port));
            }
            self.step(scope, path, &mut walk, step)?;
        }
        if walk.in_json && walk.ty != Type::String {
            self.report.push(
                Problem::new(
                    Code::E0901,
                    "values of JSON other than texts are not supported yet",
                )
                .at(path.span, words(&walk.ty))
                .help("name a text in it, or declare a field of `spec` for it"),
            );
            return None;
        }
        if let Some(cr_path) = &walk.cr_path {
            self.note(scope, cr_path);
        }
        Some(Leads::To(Box::new(walk)))
    }

    pub(super) fn step(
        &self,
        scope: &Scope<'_>,
        path: &Written,
        walk: &mut Walk,
        step: &WrittenStep,
    ) -> Option<()> {
        let name = match step {
            WrittenStep::Name(name) => Some(name),
            WrittenStep::Key(_) => None,
            WrittenStep::Each(span) => {
                self.report.push(
                    Problem::new(Code::E0302, "`.*` stands for many values")
                        .at(*span, "only a rule with `unique` may use it")
                        .help("take them one by one with `$for`"),
                );
                return None;
            }
        };
        self.enter_list(walk);
        match (walk.ty.clone(), name) {
            (Type::Struct(of), Some(name)) => self.member(path, walk, &of, name),
            (Type::Json(Some(of)), Some(name)) => self.in_json(scope, path, walk, &of, name),
            (Type::Node, Some(name)) => self.node_fact(path, walk, name),
            (Type::Pod, Some(name)) => self.pod_fact(path, walk, name),
            (Type::Map(item), _) => {
                let key = self.key(scope, step)?;
                walk.push(Access::MapKey(Box::new(key)), *item, true);
                Some(())
            }
            (Type::KeyedList { item, key }, _) => {
                let value = self.key(scope, step)?;
                let field = item.fields.iter().find(|field| field.wire == key)?;
                let access = Access::Keyed {
                    key: field.ident.clone(),
                    also: self.also(&field.ty, &value),
                    value: Box::new(value),
                };
                if let Some(cr_path) = &mut walk.cr_path {
                    cr_path.push_str("[]");
                }
                walk.push(access, Type::Struct(item), true);
                Some(())
            }
            (Type::K8s(of), Some(name)) => self.k8s_member(path, walk, &of, name),
            (Type::SecretKey, Some(name)) => {
                self.plain_member(path, walk, name, &["name", "key"], "a secretKey")
            }
            (Type::SecretRef, Some(name)) => {
                self.plain_member(path, walk, name, &["name", "namespace"], "a secretRef")
            }
            (ty, _) => {
                self.report.push(
                    Problem::new(Code::E0301, format!("`{path}` does not exist")).at(
                        path.span,
                        format!("{} has no parts that an expression can name", words(&ty)),
                    ),
                );
                None
            }
        }
    }

    /// A dependency that is a list is indexed itself, though the list lies under its `spec`.
    pub(in crate::check) fn enter_list(&self, walk: &mut Walk) {
        let Type::Struct(of) = &walk.ty else { return };
        let external = self
            .facts
            .external
            .iter()
            .find(|known| known.type_ident == of.ident);
        if let Some(ExternalShape::List { item, key }) = external.map(|external| &external.shape) {
            walk.spec(Type::KeyedList {
                item: Box::new(item.clone()),
                key: key.clone(),
            });
        }
    }

    /// A field of a struct; of a dependency's wrapper, what lies under its `spec`.
    pub(super) fn member(
        &self,
        path: &Written,
        walk: &mut Walk,
        of: &StructType,
        name: &Spanned<String>,
    ) -> Option<()> {
        if let Some(external) = self
            .facts
            .external
            .iter()
            .find(|known| known.type_ident == of.ident)
        {
            match &external.shape {
                ExternalShape::One(item) => {
                    walk.spec(Type::Struct(Box::new(item.clone())));
                    return self.member(path, walk, item, name);
                }
                // Entered before its steps are taken.
                ExternalShape::List { .. } => {}
                ExternalShape::OneOf { common, variants } => {
                    if name.value == "type" {
                        let values = variants
                            .iter()
                            .map(|variant| EnumValue {
                                wire: variant.wire.to_string(),
                                ident: variant.type_ident.clone(),
                            })
                            .collect();
                        let ident = ident::ty(&format!("{}Type", of.ident))?;
                        let ty = Type::Enum(EnumType { ident, values });
                        walk.push(Access::Chosen, ty, false);
                        walk.below("type");
                        return Some(());
                    }
                    if let Some(variant) = variants
                        .iter()
                        .find(|variant| variant.wire.as_str() == name.value)
                    {
                        let inner = StructType {
                            ident: variant.type_ident.clone(),
                            fields: variant.fields.clone(),
                        };
                        let access = Access::Variant {
                            wire: variant.wire.clone(),
                            ident: variant.ident.clone(),
                        };
                        walk.push(access, Type::Struct(Box::new(inner)), true);
                        walk.below("spec");
                        return Some(());
                    }
                    if let Some(field) = common
                        .fields
                        .iter()
                        .find(|field| field.wire.as_str() == name.value)
                    {
                        let access = Access::Common {
                            ident: field.ident.clone(),
                        };
                        walk.push(access, field.ty.clone(), field.optional);
                        walk.below("spec");
                        walk.below(field.wire.as_str());
                        return Some(());
                    }
                    let names = variants.iter().map(|variant| variant.wire.as_str());
                    let names = names
                        .chain(common.fields.iter().map(|field| field.wire.as_str()))
                        .chain(["type"]);
                    self.missing(
                        path,
                        Some(name),
                        &Choice::of(format!("`{}`", external.wire), names),
                    );
                    return None;
                }
            }
        }
        if let Some(field) = of
            .fields
            .iter()
            .find(|field| field.wire.as_str() == name.value)
        {
            walk.field(field);
            return Some(());
        }
        let owner = Self::owner(path, name);
        self.missing(
            path,
            Some(name),
            &Choice::of(owner, of.fields.iter().map(|field| field.wire.as_str())),
        );
        None
    }

    /// What a missing name was looked for in: the path before it.
    pub(super) fn owner(path: &Written, name: &Spanned<String>) -> String {
        let before = path.steps.iter().take_while(
            |step| !matches!(step, WrittenStep::Name(known) if known.span == name.span),
        );
        let head = Written {
            root: path.root.clone(),
            steps: before.cloned().collect(),
            span: path.span,
        };
        format!("`{head}`")
    }

    pub(super) fn plain_member(
        &self,
        path: &Written,
        walk: &mut Walk,
        name: &Spanned<String>,
        names: &[&str],
        owner: &str,
    ) -> Option<()> {
        if !names.contains(&name.value.as_str()) {
            self.missing(path, Some(name), &Choice::of(owner, names.iter().copied()));
            return None;
        }
        let access = Access::Field {
            wire: WireName::new(&*name.value).ok()?,
            ident: ident::field(&name.value)?,
        };
        walk.push(access, Type::String, false);
        walk.below(&name.value);
        Some(())
    }

    pub(super) fn k8s_member(
        &self,
        path: &Written,
        walk: &mut Walk,
        of: &K8sType,
        name: &Spanned<String>,
    ) -> Option<()> {
        let definition = k8s::definition_of(of.as_str());
        let Some(shape) = definition.and_then(|definition| definition.fields.get(&name.value))
        else {
            let names = definition
                .into_iter()
                .flat_map(|definition| definition.fields.keys().map(String::as_str));
            self.missing(
                path,
                Some(name),
                &Choice::of(format!("a Kubernetes {of}"), names),
            );
            return None;
        };
        let required =
            definition.is_some_and(|definition| definition.required.contains(&name.value));
        let access = Access::Field {
            wire: WireName::new(&*name.value).ok()?,
            ident: ident::k8s_field(&name.value)?,
        };
        walk.push(access, type_of(shape), !required);
        walk.below(&name.value);
        Some(())
    }

    /// Other names of the node type that a key names.
    fn also(&self, ty: &Type, value: &Expr) -> Vec<String> {
        let ExprKind::Literal(Literal::String(name)) = &value.kind else {
            return Vec::new();
        };
        let names = |known: &TypeFacts| -> Vec<String> {
            let names = [&known.name, &known.type_name].into_iter();
            let mut names: Vec<String> = names
                .chain(&known.aliases)
                .map(ToString::to_string)
                .collect();
            names.sort();
            names.dedup();
            names
        };
        let mut types = self.facts.types.iter().filter(|_| *ty == Type::NodeType);
        types
            .find_map(|known| Some(names(known)).filter(|names| names.contains(name)))
            .unwrap_or_default()
            .into_iter()
            .filter(|other| other != name)
            .collect()
    }

    /// What stands in brackets, or a name that indexes.
    pub(super) fn key(&self, scope: &Scope<'_>, step: &WrittenStep) -> Option<Expr> {
        match step {
            WrittenStep::Name(name) => Some(Expr {
                kind: ExprKind::Literal(Literal::String(name.value.clone())),
                ty: Type::String,
                optional: false,
            }),
            WrittenStep::Key(path) => {
                let expr = Self::lead(self.path(&scope.reading(), path)?);
                self.present_text(scope, &expr, path.span, &path.to_string())?;
                Some(expr)
            }
            WrittenStep::Each(_) => None,
        }
    }
}
