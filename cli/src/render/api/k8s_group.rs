//! `src/api/k8s_config_group.rs`: what Kubernetes is told about the pods of a node.

use super::source::Source;
use super::{OPTIONAL, Writer};
use crate::model::{Form, K8sField, K8sGroupField};
use crate::render::rust::literal as quoted;

impl Writer<'_> {
    pub(super) fn k8s_group(&self) -> String {
        let mut source = Source::new("what Kubernetes is told about a node's pods");
        let name = format!("{}K8sConfigGroup", self.kind());
        self.k8s_struct(&mut source, &name, None);
        if let Some(word) = &self.cluster.common.k8s {
            source.text.push('\n');
            let name = format!("{}CommonK8s", self.kind());
            self.k8s_struct(&mut source, &name, Some(word.wire.as_str()));
        }
        source.finish()
    }

    /// A struct of the fields that the manifest exposes; `common` is the name of the one that lies under all groups.
    pub(super) fn k8s_struct(&self, source: &mut Source, name: &str, common: Option<&str>) {
        match common {
            None => source.doc(0, "A named group of pod settings."),
            Some(_) => source.doc(0, "Pod settings under those of every group."),
        }
        source.derive(false);
        source.open(name);
        if common.is_none() {
            source.plain("name", "name", "String", "What nodes call it.");
        }
        let required = |field: &K8sGroupField| field.required && self.cluster.common.k8s.is_none();
        for field in &self.cluster.k8s_group.fields {
            let (form, ty) = field.field.form();
            let inner = match ty {
                "string" => "String".to_owned(),
                "int" => "i64".to_owned(),
                ty => source.k8s(ty),
            };
            let ty = match form {
                Form::One => inner,
                Form::List => format!("Vec<{inner}>"),
                Form::Map => {
                    source.uses.insert("std::collections::BTreeMap".to_owned());
                    format!("BTreeMap<String, {inner}>")
                }
            };
            let (ty, serde) = if required(field) {
                (ty, String::new())
            } else {
                (format!("Option<{ty}>"), OPTIONAL.to_owned())
            };
            source.field(field.wire.as_str(), field.ident.as_str(), &ty, &serde);
        }
        source.close();

        let mut body = String::new();
        for field in &self.cluster.k8s_group.fields {
            let ident = field.ident.as_str();
            let (form, ty) = field.field.form();
            let value = match (form, ty, required(field)) {
                (Form::One, "int", true) => format!("Some(self.{ident})"),
                (Form::One, "int", false) => format!("self.{ident}"),
                (_, _, true) => format!("Some(&self.{ident})"),
                (Form::One, "string", false) | (Form::List, _, false) => {
                    format!("self.{ident}.as_deref()")
                }
                (Form::One | Form::Map, _, false) => format!("self.{ident}.as_ref()"),
            };
            body.push_str(&format!(
                "            {}: {value},\n",
                superset(field.field)
            ));
        }
        source.uses.insert("dsoi_runtime::prelude::*".to_owned());
        let group = common.map_or_else(|| "&self.name".to_owned(), quoted);
        source.text.push_str(&format!(
            "\nimpl K8sConfigGroupFields for {name} {{\n    fn group(&self) -> K8sConfigGroup<'_> {{\n        \
             K8sConfigGroup {{\n            name: {group},\n{body}            ..K8sConfigGroup::default()\n        }}\n    }}\n}}\n"
        ));
    }
}

/// The field of the runtime's superset.
fn superset(field: K8sField) -> String {
    heck::AsSnakeCase(field.word()).to_string()
}
