//! Dependencies: the struct, the list or the variants of each.

use super::{Fields, Reserved};
use crate::check::ident;
use crate::manifest as ast;
use crate::model::{External, ExternalShape, StructType, Variant, WireName};

impl Fields<'_, '_> {
    /// A dependency: its struct, list or variants.
    pub(in crate::check) fn external(&self, external: &ast::External) -> Option<External> {
        let wire =
            self.report
                .name_or(&external.name, "the name of a dependency", WireName::new)?;
        let Some(ident) = ident::field(wire.as_str()) else {
            self.report.push(ident::none(&external.name));
            return None;
        };
        let stem = ident::ty(wire.as_str()).map_or_else(String::new, |ty| ty.to_string());
        let type_ident = self.type_ident(&stem);
        let item = self.object(&external.fields, &format!("{stem}Spec"));
        let shape = match &external.list_key {
            Some(key) => ExternalShape::List {
                key: self.list_key(&item, &external.fields, key)?,
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
}
