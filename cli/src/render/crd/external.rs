//! What a cluster needs and somebody else runs.

use serde_json::{Value, json};

use super::cel::{access, cel, rule, with_rules};
use super::field::{Object, field_schema, structure};
use super::{MAX_GROUPS, list_map, meaning};
use crate::model::{Cluster, External, ExternalShape};
use crate::render::meaning::described;

pub(super) fn externals(cluster: &Cluster) -> Value {
    let mut object = Object::default();
    for external in &cluster.external {
        object.add(
            external.wire.as_str(),
            !external.optional,
            dependency(cluster, external),
        );
    }
    described(object.finish(), meaning::EXTERNAL)
}

fn dependency(cluster: &Cluster, external: &External) -> Value {
    let mut object = Object::default();
    match &external.shape {
        ExternalShape::One(ty) => object.add("spec", true, structure(cluster, ty)),
        ExternalShape::List { item, key } => {
            let item = structure(cluster, item);
            object.add(
                "spec",
                true,
                list_map(item, &[key.as_str()], MAX_GROUPS, ""),
            );
        }
        ExternalShape::OneOf { common, variants } => {
            let words: Vec<&str> = variants
                .iter()
                .map(|variant| variant.wire.as_str())
                .collect();
            let words = json!({"type": "string", "enum": words});
            object.add("type", true, described(words, meaning::VARIANT));
            let mut spec = Object::default();
            for field in &common.fields {
                spec.field(cluster, field);
            }
            let mut rules = Vec::new();
            for variant in variants {
                for field in &variant.fields {
                    spec.add(field.wire.as_str(), false, field_schema(cluster, field));
                    let known = access(field.wire.as_str());
                    if field.required() {
                        rules.push(rule(
                            &format!(
                                "self.type != {} || has(self.spec{known})",
                                cel(variant.wire.as_str())
                            ),
                            &format!("`{}` needs `spec.{}`", variant.wire, field.wire),
                        ));
                    }
                }
            }
            object.add("spec", true, spec.finish());
            return with_rules(object.finish(), rules);
        }
    }
    object.finish()
}
