//! FIELDS of the manifest → fields of the model: types, defaults, Rust names.

mod bounds;
mod external;
mod ty;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::ident;
use super::literal;
use super::report::Report;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Spanned};
use crate::model::{Change, Field, TypeIdent, WireName};

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
