//! The types of fields that a manifest declares: structs, enums, defaults.

use super::OPTIONAL;
use super::source::Source;
use crate::model::{EnumType, Field, K8sType, Literal, StructType, Type};
use crate::render::crd::{any_case, literal};
use crate::render::rust::literal as quoted;
use crate::schema;

impl Source {
    /// Declares the fields of a struct of the manifest.
    pub(super) fn struct_fields(&mut self, fields: &[Field], owner: &str) {
        for field in fields {
            if let Some(doc) = &field.doc {
                self.doc(1, doc);
            }
            let ty = self.ty(&field.ty);
            if field.optional {
                self.field(
                    field.wire.as_str(),
                    field.ident.as_str(),
                    &format!("Option<{ty}>"),
                    OPTIONAL,
                );
            } else if field.default.is_some() {
                let path = format!("default = \"{}\"", default_function(owner, field));
                self.field(field.wire.as_str(), field.ident.as_str(), &ty, &path);
            } else {
                self.field(field.wire.as_str(), field.ident.as_str(), &ty, "");
            }
        }
    }

    /// Declares what the fields refer to: defaults, structs and enums.
    pub(super) fn pending(&mut self, fields: &[Field], owner: &str) {
        for field in fields {
            if let Some(default) = &field.default {
                let ty = self.ty(&field.ty);
                let value = default_value(default, &field.ty);
                let name = default_function(owner, field);
                self.text
                    .push_str(&format!("\nfn {name}() -> {ty} {{\n    {value}\n}}\n"));
            }
            self.declare(&field.ty, field.any_case);
        }
    }

    fn declare(&mut self, ty: &Type, any: bool) {
        match ty {
            Type::List(inner) | Type::Map(inner) => self.declare(inner, any),
            Type::KeyedList { item, .. } => {
                self.text.push('\n');
                self.doc(0, "One entry of a keyed list.");
                self.structure_here(item);
            }
            Type::Struct(item) => {
                self.text.push('\n');
                self.structure_here(item);
            }
            Type::Enum(ty) => self.enumeration(ty, any),
            _ => {}
        }
    }

    pub(super) fn structure(&mut self, ty: &StructType) {
        self.text.push('\n');
        self.structure_here(ty);
    }

    fn structure_here(&mut self, ty: &StructType) {
        self.derive(false);
        self.open(ty.ident.as_str());
        self.struct_fields(&ty.fields, ty.ident.as_str());
        self.close();
        self.pending(&ty.fields, ty.ident.as_str());
    }

    fn enumeration(&mut self, ty: &EnumType, any: bool) {
        self.uses
            .insert("serde::{Deserialize, Serialize}".to_owned());
        let name = ty.ident.as_str();
        self.text.push('\n');
        self.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]");
        self.line(&format!("pub enum {name} {{"));
        for value in &ty.values {
            let mut serde = format!("rename = {}", quoted(&value.wire));
            if any {
                for word in any_case(&value.wire)
                    .iter()
                    .filter(|word| **word != value.wire)
                {
                    serde.push_str(&format!(", alias = {}", quoted(word)));
                }
            }
            self.line(&format!("    #[serde({serde})]\n    {},", value.ident));
        }
        let arms: String = ty
            .values
            .iter()
            .map(|value| {
                format!(
                    "            Self::{} => {},\n",
                    value.ident,
                    quoted(&value.wire)
                )
            })
            .collect();
        self.text.push_str(&format!(
            "}}\n\nimpl {name} {{\n    /// Its text in JSON.\n    pub fn as_str(self) -> &'static str {{\n        \
             match self {{\n{arms}        }}\n    }}\n}}\n\n\
             impl std::fmt::Display for {name} {{\n    \
             fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\n        \
             f.write_str(self.as_str())\n    }}\n}}\n"
        ));
    }

    pub(super) fn k8s(&mut self, ty: &str) -> String {
        match schema::module(ty) {
            Some(module) => self
                .uses
                .insert(format!("dsoi_runtime::k8s_openapi::{module}::{ty}")),
            None => self.uses.insert("dsoi_runtime::prelude::*".to_owned()),
        };
        ty.to_owned()
    }

    pub(super) fn ty(&mut self, ty: &Type) -> String {
        match ty {
            // Only expressions are nodes or pods.
            Type::String
            | Type::Json(_)
            | Type::Duration
            | Type::NodeType
            | Type::Node
            | Type::Pod => "String".to_owned(),
            Type::Int => "i64".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Port => "u16".to_owned(),
            Type::Quantity => self.k8s("Quantity"),
            Type::Tree => "serde_json::Map<String, serde_json::Value>".to_owned(),
            Type::SecretKey => self.k8s("SecretKeyRef"),
            Type::SecretRef => self.k8s("SecretRef"),
            Type::K8s(ty) => {
                let ty: &K8sType = ty;
                self.k8s(ty.as_str())
            }
            Type::List(item) => format!("Vec<{}>", self.ty(item)),
            Type::KeyedList { item, .. } => format!("Vec<{}>", item.ident),
            Type::Map(value) => {
                self.uses.insert("std::collections::BTreeMap".to_owned());
                format!("BTreeMap<String, {}>", self.ty(value))
            }
            Type::Enum(ty) => ty.ident.to_string(),
            Type::Struct(ty) => ty.ident.to_string(),
        }
    }
}

fn default_function(owner: &str, field: &Field) -> String {
    let owner = heck::AsSnakeCase(owner).to_string();
    let name = field.ident.as_str();
    format!(
        "default_{owner}_{}",
        name.strip_prefix("r#").unwrap_or(name)
    )
}

fn default_value(value: &Literal, ty: &Type) -> String {
    match (value, ty) {
        (Literal::String(text), Type::Enum(ty)) => {
            let found = ty.values.iter().find(|value| value.wire == *text);
            let ident = found
                .or(ty.values.first())
                .map(|value| value.ident.as_str());
            format!("{}::{}", ty.ident, ident.unwrap_or_default())
        }
        (Literal::String(text), Type::Quantity) => format!("Quantity({}.to_owned())", quoted(text)),
        (Literal::String(text), _) => format!("{}.to_owned()", quoted(text)),
        (Literal::Int(value), Type::Quantity) => format!("Quantity(\"{value}\".to_owned())"),
        (Literal::Int(value), Type::String | Type::Duration) => format!("\"{value}\".to_owned()"),
        (Literal::Int(value), _) => value.to_string(),
        (Literal::Bool(value), _) => value.to_string(),
        (Literal::List(items), Type::List(item)) => {
            let items: Vec<_> = items
                .iter()
                .map(|value| default_value(value, item))
                .collect();
            format!("vec![{}]", items.join(", "))
        }
        // What the schema says is JSON of this type: it was checked, so it decodes.
        (value, _) => {
            let text = literal(value).to_string();
            format!(
                "serde_json::from_str({}).expect(\"the manifest's default is of this type\")",
                quoted(&text)
            )
        }
    }
}
