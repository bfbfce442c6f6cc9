//! Which values of the sample nobody but its reader can know.
//!
//! In: the model. Out: the paths of required fields without a default. Choices of a number, a flag or a word are none of them:
//! any is good to begin with.

use crate::model::{External, ExternalShape, Field, K8sField, Operator, StructType, Type};

/// Their paths, in the order of the sample.
pub(super) fn fields(operator: &Operator) -> Vec<String> {
    let cluster = &operator.cluster;
    let spelling = &cluster.spelling;
    let mut out = Vec::new();
    search("spec", &cluster.spec, &mut out);
    for external in cluster
        .external
        .iter()
        .filter(|external| !external.optional)
    {
        let at = format!("spec.{}.{}", spelling.external.wire, external.wire);
        dependency(&at, external, &mut out);
    }
    search(
        &format!("spec.{}[]", spelling.nodes.wire),
        &cluster.node,
        &mut out,
    );
    let at = match &cluster.common.k8s {
        Some(word) => format!("spec.{}", word.wire),
        None => format!("spec.{}[]", spelling.k8s_config_group.wire),
    };
    for field in &cluster.k8s_group.fields {
        let unknown = match field.field {
            K8sField::Image => cluster.image.is_none(),
            K8sField::Ports => {
                let mut types = cluster.node_types.iter();
                field.required && types.any(|known| known.container.ports.is_empty())
            }
            K8sField::Command | K8sField::Args => field.required,
            _ => false,
        };
        if unknown {
            out.push(format!("{at}.{}", field.wire));
        }
    }
    let at = match &cluster.common.config {
        Some(word) => format!("spec.{}", word.wire),
        None => format!("spec.{}[]", spelling.app_config_group.wire),
    };
    search(&at, &cluster.config, &mut out);
    out
}

/// The paths below `at` of fields that somebody has to know.
pub(super) fn of(at: &str, fields: &[Field]) -> Vec<String> {
    let mut out = Vec::new();
    search(at, fields, &mut out);
    out
}

fn dependency(at: &str, external: &External, out: &mut Vec<String>) {
    match &external.shape {
        ExternalShape::One(shape) => search(&format!("{at}.spec"), &shape.fields, out),
        ExternalShape::List { item, .. } => search(&format!("{at}.spec[]"), &item.fields, out),
        ExternalShape::OneOf { common, variants } => {
            search(&format!("{at}.spec"), &common.fields, out);
            if let Some(variant) = variants.first() {
                search(&format!("{at}.spec"), &variant.fields, out);
            }
        }
    }
}

fn search(at: &str, fields: &[Field], out: &mut Vec<String>) {
    let made_up = fields
        .iter()
        .filter(|field| !field.optional && field.default.is_none());
    for field in made_up {
        of_type(format!("{at}.{}", field.wire), &field.ty, out);
    }
}

fn of_type(path: String, ty: &Type, out: &mut Vec<String>) {
    match ty {
        Type::String | Type::Json(_) | Type::SecretKey | Type::SecretRef | Type::K8s(_) => {
            out.push(path);
        }
        Type::Struct(shape) => search(&path, &shape.fields, out),
        Type::KeyedList { item, .. } => {
            let StructType { fields, .. } = item.as_ref();
            search(&format!("{path}[]"), fields, out);
        }
        Type::List(inner) => of_type(format!("{path}[]"), inner, out),
        _ => {}
    }
}
