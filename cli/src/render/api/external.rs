//! `src/api/external.rs`: what a cluster depends on.

use super::source::Source;
use super::{OPTIONAL, Writer};
use crate::model::{External, ExternalShape, Field, StructType, Variant};
use crate::render::rust::literal as quoted;

impl Writer<'_> {
    pub(super) fn externals(&self) -> String {
        let name = format!("{}External", self.kind());
        let mut source = Source::new("what the cluster depends on");
        let optional = self
            .cluster
            .external
            .iter()
            .all(|external| external.optional);
        source.doc(0, "The dependencies of a cluster.");
        source.derive(optional);
        source.open(&name);
        for external in &self.cluster.external {
            let ty = external.type_ident.as_str();
            let (ty, serde) = if external.optional {
                (format!("Option<{ty}>"), OPTIONAL)
            } else {
                (ty.to_owned(), "")
            };
            source.field(external.wire.as_str(), external.ident.as_str(), &ty, serde);
        }
        source.close();
        for external in &self.cluster.external {
            dependency(&mut source, external);
        }
        source.finish()
    }
}

fn dependency(source: &mut Source, external: &External) {
    let name = external.type_ident.as_str();
    source.text.push('\n');
    source.doc(0, &format!("The dependency `{}`.", external.wire));
    match &external.shape {
        ExternalShape::One(ty) => {
            source.derive(false);
            source.open(name);
            source.field("spec", "spec", ty.ident.as_str(), "");
            source.close();
            source.structure(ty);
        }
        ExternalShape::List { item, .. } => {
            source.derive(false);
            source.open(name);
            source.field("spec", "spec", &format!("Vec<{}>", item.ident), "");
            source.close();
            source.structure(item);
        }
        ExternalShape::OneOf { common, variants } => {
            source
                .uses
                .insert("serde::{Deserialize, Serialize}".to_owned());
            source.line("#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]");
            source.line("#[serde(tag = \"type\", content = \"spec\")]");
            source.line(&format!("pub enum {name} {{"));
            for variant in variants {
                source.line(&format!(
                    "    #[serde(rename = {})]",
                    quoted(variant.wire.as_str())
                ));
                source.line(&format!("    {0}({0}),", variant.type_ident));
            }
            source.line("}");
            source.line(&format!("\nimpl {name} {{"));
            for variant in variants {
                source.line(&format!(
                    "    pub fn {}(&self) -> Option<&{1}> {{\n        match self {{\n            Self::{1}(spec) => Some(spec),\n            #[allow(unreachable_patterns)]\n            _ => None,\n        }}\n    }}\n",
                    variant.ident, variant.type_ident
                ));
            }
            for field in &common.fields {
                let ty = source.ty(&field.ty);
                source.text.push_str(&shared(field, variants, &ty));
            }
            source.text.push_str(&words(variants));
            source.line("}");
            source.line(&format!(
                "\nimpl std::fmt::Display for {name} {{\n    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\n        f.write_str(self.as_str())\n    }}\n}}"
            ));
            for variant in variants {
                let mut fields = common.fields.clone();
                fields.extend(variant.fields.iter().cloned());
                source.structure(&StructType {
                    ident: variant.type_ident.clone(),
                    fields,
                });
            }
        }
    }
}

/// The method that gives a field which every variant of a dependency has.
fn shared(field: &Field, variants: &[Variant], ty: &str) -> String {
    let name = &field.ident;
    let (ty, value) = if field.optional {
        (format!("Option<&{ty}>"), format!("spec.{name}.as_ref()"))
    } else {
        (format!("&{ty}"), format!("&spec.{name}"))
    };
    let arms: String = variants
        .iter()
        .map(|variant| {
            format!(
                "            Self::{}(spec) => {value},\n",
                variant.type_ident
            )
        })
        .collect();
    format!(
        "    pub fn {name}(&self) -> {ty} {{\n        match self {{\n{arms}        }}\n    }}\n\n"
    )
}

/// The method that says which variant of a dependency was chosen.
fn words(variants: &[Variant]) -> String {
    let arms: String = variants
        .iter()
        .map(|variant| {
            let word = quoted(variant.wire.as_str());
            format!("            Self::{}(_) => {word},\n", variant.type_ident)
        })
        .collect();
    format!(
        "    /// Its `type` in JSON.\n    pub fn as_str(&self) -> &'static str {{\n        match self {{\n{arms}        }}\n    }}\n"
    )
}
