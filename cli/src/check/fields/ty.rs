//! Types of fields: words, enums, objects, keyed lists, and types of Kubernetes.

use super::{Fields, Reserved};
use crate::check::report::listed;
use crate::check::{ident, k8s};
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::TypeKind;
use crate::manifest::{self as ast, Kind, Span, Spanned};
use crate::model::{EnumType, EnumValue, K8sType, StructType, Type, WireName};

impl Fields<'_, '_> {
    pub(super) fn kind(&self, kind: &Spanned<Kind>, stem: &str) -> Option<Type> {
        match &kind.value {
            Kind::Type(ty) => self.ty(ty, kind.span, stem),
            Kind::Json(fields) if self.with_json => {
                Some(Type::Json(Some(Box::new(self.object(fields, stem)))))
            }
            Kind::Json(_) => {
                self.report.push(
                    Problem::new(
                        Code::E0901,
                        "`fields` of a `json` field are supported in `resources` alone so far",
                    )
                    .at(kind.span, "reserved for a later version")
                    .help("remove `fields`"),
                );
                None
            }
            Kind::Object(fields) => Some(Type::Struct(Box::new(self.object(fields, stem)))),
            Kind::List { key, fields } => {
                let item = self.object(fields, &format!("{stem}Item"));
                match key {
                    None => Some(Type::List(Box::new(Type::Struct(Box::new(item))))),
                    Some(key) => {
                        let key = self.list_key(&item, fields, key)?;
                        Some(Type::KeyedList {
                            item: Box::new(item),
                            key,
                        })
                    }
                }
            }
        }
    }

    pub(super) fn object(&self, fields: &[ast::Field], stem: &str) -> StructType {
        let ident = self.type_ident(stem);
        let none = Reserved {
            words: &[],
            reason: "",
        };
        StructType {
            ident,
            fields: self.group(fields, stem, &none),
        }
    }

    /// The key of a keyed list: a required field of its items that tells them apart.
    pub(super) fn list_key(
        &self,
        item: &StructType,
        written: &[ast::Field],
        key: &Spanned<String>,
    ) -> Option<WireName> {
        let Some(field) = item
            .fields
            .iter()
            .find(|field| field.wire.as_str() == key.value)
        else {
            let names = || written.iter().map(|field| field.name.value.as_str());
            // One that is written and wrong was reported.
            if names().any(|name| name == key.value) {
                return None;
            }
            let problem = Problem::new(
                Code::E0211,
                format!("`{}` is no field of the list's items", key.value),
            );
            let problem = problem.at(
                key.span,
                format!("the items have {}", listed(names(), "no fields")),
            );
            self.report.push(match nearest(&key.value, names()) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            });
            return None;
        };
        let plain = matches!(
            field.ty,
            Type::String | Type::Int | Type::Port | Type::NodeType | Type::Enum(_)
        );
        if field.optional || !plain {
            self.report.push(
                Problem::new(
                    Code::E0211,
                    format!("`{}` cannot be the key of a list", key.value),
                )
                .at(
                    key.span,
                    "a key is always there, and is a string, number, enum or node type",
                ),
            );
            return None;
        }
        Some(field.wire.clone())
    }

    fn ty(&self, kind: &TypeKind, span: Span, stem: &str) -> Option<Type> {
        Some(match kind {
            TypeKind::String => Type::String,
            TypeKind::Int => Type::Int,
            TypeKind::Bool => Type::Bool,
            TypeKind::Port => Type::Port,
            TypeKind::Quantity => Type::Quantity,
            TypeKind::Duration => Type::Duration,
            TypeKind::Tree => Type::Tree,
            TypeKind::Json => Type::Json(None),
            TypeKind::SecretKey => Type::SecretKey,
            TypeKind::SecretRef => Type::SecretRef,
            TypeKind::NodeType => Type::NodeType,
            TypeKind::K8s(name) => return self.k8s(name),
            TypeKind::List(None) => {
                self.report.push(
                    Problem::new(Code::E0315, "a `list` needs the type of its items")
                        .at(span, "of what?")
                        .help("write `list<string>`, or describe the items: `{type: list, fields: {…}}`"),
                );
                return None;
            }
            TypeKind::List(Some(item)) => {
                Type::List(Box::new(self.ty(&item.value, item.span, stem)?))
            }
            TypeKind::Map(item) => Type::Map(Box::new(self.ty(&item.value, item.span, stem)?)),
            TypeKind::Enum(words) => Type::Enum(self.enumeration(words, stem)?),
        })
    }

    fn k8s(&self, name: &Spanned<String>) -> Option<Type> {
        if k8s::definition_of(&name.value).is_some() {
            return Some(match k8s::shape_of(&name.value) {
                k8s::Shape::Quantity => Type::Quantity,
                k8s::Shape::String { .. } => Type::String,
                _ => Type::K8s(K8sType::new(&name.value)),
            });
        }
        let problem = Problem::new(
            Code::E0315,
            format!("Kubernetes has no type `{}`", name.value),
        )
        .at(name.span, "unknown type");
        self.report.push(match nearest(&name.value, k8s::names()) {
            Some(near) => problem.help(format!("did you mean `k8s.{near}`?")),
            None => problem,
        });
        None
    }

    fn enumeration(&self, words: &[Spanned<String>], stem: &str) -> Option<EnumType> {
        let mut values: Vec<EnumValue> = Vec::new();
        for word in words {
            let Some(ident) = ident::ty(&word.value) else {
                self.report.push(ident::none(word));
                return None;
            };
            if let Some(earlier) = values.iter().find(|value| value.ident == ident) {
                let problem = if earlier.wire == word.value {
                    Problem::new(Code::E0604, format!("`{}` is listed twice", word.value))
                        .at(word.span, "again")
                } else {
                    Problem::new(
                        Code::E0604,
                        format!(
                            "`{}` and `{}` are both `{ident}` in Rust",
                            earlier.wire, word.value
                        ),
                    )
                    .at(word.span, format!("clashes with `{}`", earlier.wire))
                };
                self.report.push(problem.help("rename or drop one of them"));
                return None;
            }
            values.push(EnumValue {
                wire: word.value.clone(),
                ident,
            });
        }
        Some(EnumType {
            ident: self.type_ident(stem),
            values,
        })
    }
}
