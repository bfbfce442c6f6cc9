//! FIELDS of the manifest → fields of the model: types, defaults, Rust names.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::literal;
use super::report::{Report, listed};
use super::{ident, k8s};
use crate::diagnostic::{Code, Problem, nearest};
use crate::expr::TypeKind;
use crate::manifest::{self as ast, Kind, Span, Spanned};
use crate::model::{
    Change, EnumType, EnumValue, External, ExternalShape, Field, K8sType, StructType, Type,
    TypeIdent, Variant, WireName,
};

/// Makes fields; knows which Rust types there are already, so that each gets a name of its own.
#[derive(Debug)]
pub(super) struct Fields<'r, 'm> {
    report: &'r Report<'m>,
    kind: String,
    /// Of all kinds together: they are re-exported side by side.
    taken: Rc<RefCell<BTreeSet<String>>>,
    /// Whether fields of a `json` field can be used.
    with_json: bool,
}

/// Names of JSON that a group of fields may not use, and why.
pub(super) struct Reserved<'a> {
    pub(super) words: &'a [String],
    /// Completes "`name` is …".
    pub(super) reason: &'a str,
}

impl<'r, 'm> Fields<'r, 'm> {
    /// `kind` is the cluster's: it starts the name of every type.
    pub(super) fn new(report: &'r Report<'m>, kind: &str) -> Self {
        let own = [
            "",
            "Spec",
            "Config",
            "Node",
            "K8sConfigGroup",
            "External",
            "Status",
            "ConfigLayer",
            "CommonConfig",
            "CommonK8s",
        ];
        Self {
            report,
            kind: kind.to_owned(),
            taken: Rc::new(RefCell::new(
                own.iter().map(|suffix| format!("{kind}{suffix}")).collect(),
            )),
            with_json: false,
        }
    }

    /// Takes the types of a kind outside of Kubernetes; `false` where one of them is there already.
    pub(super) fn take_kind(&self, kind: &str) -> bool {
        let mut taken = self.taken.borrow_mut();
        taken.insert(kind.to_owned()) & taken.insert(format!("{kind}Spec"))
    }

    /// Those of a kind outside of Kubernetes.
    pub(super) fn of_resource(&self, kind: &str) -> Self {
        Self {
            report: self.report,
            kind: kind.to_owned(),
            taken: Rc::clone(&self.taken),
            with_json: true,
        }
    }

    /// The fields of one group. `stem` comes between the kind and the field in the names of types.
    pub(super) fn group(
        &self,
        fields: &[ast::Field],
        stem: &str,
        reserved: &Reserved<'_>,
    ) -> Vec<Field> {
        let mut idents: BTreeMap<String, &Spanned<String>> = BTreeMap::new();
        let mut list = Vec::new();
        for field in fields {
            if reserved.words.contains(&field.name.value) {
                self.report.push(
                    Problem::new(
                        Code::E0605,
                        format!("`{}` is {}", field.name.value, reserved.reason),
                    )
                    .at(field.name.span, "already taken")
                    .help("choose another name"),
                );
                continue;
            }
            let Some(made) = self.field(field, stem) else {
                continue;
            };
            if let Some(earlier) = idents.insert(made.ident.as_str().to_owned(), &field.name) {
                self.clash(&field.name, &earlier.value, made.ident.as_str());
                continue;
            }
            list.push(made);
        }
        list
    }

    /// `E0604`.
    pub(super) fn clash(&self, name: &Spanned<String>, earlier: &str, ident: &str) {
        self.report.push(
            Problem::new(
                Code::E0604,
                format!(
                    "`{earlier}` and `{}` are both `{ident}` in Rust",
                    name.value
                ),
            )
            .at(name.span, format!("clashes with `{earlier}`"))
            .help("rename one of them"),
        );
    }

    fn field(&self, field: &ast::Field, stem: &str) -> Option<Field> {
        let wire = self
            .report
            .name(&field.name, "the name of a field", WireName::new)?;
        let Some(ident) = ident::field(wire.as_str()) else {
            self.report.push(ident::none(&field.name));
            return None;
        };
        let stem = format!(
            "{stem}{}",
            ident::ty(wire.as_str()).map_or_else(String::new, |ty| ty.to_string())
        );
        let ty = self.kind(&field.kind, &stem)?;
        self.bounds(field, &ty);
        let default = match &field.default {
            Some(node) if field.optional => {
                self.report.push(
                    Problem::new(
                        Code::E0314,
                        format!("`{wire}` is optional and has a default"),
                    )
                    .at(node.span, "with a default the field is never absent")
                    .help("drop `optional`, or drop the default"),
                );
                None
            }
            Some(node) => Some(literal::default(self.report, node, &ty, wire.as_str())?),
            None => None,
        };
        Some(Field {
            wire,
            ident,
            ty,
            optional: field.optional,
            default,
            doc: field.doc.as_ref().map(|doc| doc.value.clone()),
            pattern: field.pattern.as_ref().map(|pattern| pattern.value.clone()),
            min: field.min.as_ref().map(|min| min.value),
            max: field.max.as_ref().map(|max| max.value),
            change: match (field.immutable, field.grow_only) {
                (true, _) => Change::Immutable,
                (false, true) => Change::GrowOnly,
                (false, false) => Change::Free,
            },
            any_case: field.any_case,
        })
    }

    /// Whether the limits of a field fit its type.
    fn bounds(&self, field: &ast::Field, ty: &Type) {
        let misfit = |span: Span, key: &str, of: &str| {
            self.report.push(
                Problem::new(
                    Code::E0313,
                    format!("`{key}` does not fit `{}`", field.name.value),
                )
                .at(span, format!("only {of} has `{key}`")),
            );
        };
        if let Some(pattern) = &field.pattern
            && !matches!(ty, Type::String)
        {
            misfit(pattern.span, "pattern", "a string");
        }
        let sized = matches!(
            ty,
            Type::String
                | Type::Int
                | Type::Port
                | Type::List(_)
                | Type::KeyedList { .. }
                | Type::Map(_)
        );
        for (key, bound) in [("min", &field.min), ("max", &field.max)] {
            if let Some(bound) = bound
                && !sized
            {
                misfit(bound.span, key, "a number, a string, a list or a map");
            }
        }
        if let (Some(min), Some(max)) = (&field.min, &field.max)
            && min.value > max.value
        {
            self.report.push(
                Problem::new(
                    Code::E0518,
                    format!(
                        "no value of `{}` can be at least {} and at most {}",
                        field.name.value, min.value, max.value
                    ),
                )
                .at(
                    max.span,
                    format!("less than `min` {}", self.report.line(min.span)),
                ),
            );
        }
        if field.grow_only && !matches!(ty, Type::Int) {
            misfit(field.name.span, "growOnly", "an int");
        }
        if field.any_case && !matches!(ty, Type::Enum(_)) {
            misfit(field.name.span, "anyCase", "an enum");
        }
    }

    fn kind(&self, kind: &Spanned<Kind>, stem: &str) -> Option<Type> {
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
                        let key = self.list_key(&item, key)?;
                        Some(Type::KeyedList {
                            item: Box::new(item),
                            key,
                        })
                    }
                }
            }
        }
    }

    fn object(&self, fields: &[ast::Field], stem: &str) -> StructType {
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
    fn list_key(&self, item: &StructType, key: &Spanned<String>) -> Option<WireName> {
        let Some(field) = item
            .fields
            .iter()
            .find(|field| field.wire.as_str() == key.value)
        else {
            let problem = Problem::new(
                Code::E0211,
                format!("`{}` is no field of the list's items", key.value),
            );
            let names = || item.fields.iter().map(|field| field.wire.as_str());
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

    /// A dependency: its struct, list or variants.
    pub(super) fn external(&self, external: &ast::External) -> Option<External> {
        let wire = self
            .report
            .name(&external.name, "the name of a dependency", WireName::new)?;
        let Some(ident) = ident::field(wire.as_str()) else {
            self.report.push(ident::none(&external.name));
            return None;
        };
        let stem = ident::ty(wire.as_str()).map_or_else(String::new, |ty| ty.to_string());
        let type_ident = self.type_ident(&stem);
        let item = self.object(&external.fields, &format!("{stem}Spec"));
        let shape = match &external.list_key {
            Some(key) => ExternalShape::List {
                key: self.list_key(&item, key)?,
                item,
            },
            None if external.one_of.is_empty() => ExternalShape::One(item),
            None => ExternalShape::OneOf {
                variants: self.variants(external, &item, &stem),
                common: item,
            },
        };
        Some(External {
            wire,
            ident,
            type_ident,
            optional: external.optional,
            shape,
        })
    }

    fn variants(&self, external: &ast::External, common: &StructType, stem: &str) -> Vec<Variant> {
        let taken: Vec<String> = common
            .fields
            .iter()
            .map(|field| field.wire.to_string())
            .collect();
        let reserved = Reserved {
            words: &taken,
            reason: "a field of every variant already",
        };
        let mut variants: Vec<Variant> = Vec::new();
        for variant in &external.one_of {
            let name = &variant.name;
            let Some(wire) = self
                .report
                .name(name, "the name of a variant", WireName::new)
            else {
                continue;
            };
            let idents = ident::field(wire.as_str()).zip(ident::ty(wire.as_str()));
            let Some((ident, camel)) = idents else {
                self.report.push(ident::none(name));
                continue;
            };
            if let Some(other) = variants.iter().find(|other| other.ident == ident) {
                self.clash(name, other.wire.as_str(), ident.as_str());
                continue;
            }
            let variant_stem = format!("{stem}{camel}");
            variants.push(Variant {
                ident,
                type_ident: self.type_ident(&variant_stem),
                fields: self.group(&variant.fields, &variant_stem, &reserved),
                wire,
            });
        }
        variants
    }

    /// A name for a type that no other has.
    fn type_ident(&self, stem: &str) -> TypeIdent {
        let mut taken = self.taken.borrow_mut();
        // A field that is called like its kind need not say so twice.
        let said = self.with_json && stem.starts_with(&self.kind) && stem != self.kind;
        let mut name = if said {
            stem.to_owned()
        } else {
            format!("{}{stem}", self.kind)
        };
        while taken.contains(&name) {
            name.push_str("Value");
        }
        taken.insert(name.clone());
        TypeIdent::new(name).expect("a kind and camel-case words make a type's name")
    }
}
