//! The k8s config group: which fields there are, how they are spelled, which are required.

use std::collections::BTreeSet;

use crate::check::ident;
use crate::check::report::{Report, listed};
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest::{self as ast, ExposedFields, Spanned, SpellingWord};
use crate::model::{Form, K8sField, K8sGroup, K8sGroupField, K8sType, Type, WireName};

/// The k8s config group: which fields there are, how they are spelled, which are required.
pub(in crate::check) fn k8s_group(report: &Report<'_>, written: &ast::Cluster) -> K8sGroup {
    let group = &written.k8s_config_group;
    let listed_fields: Vec<(K8sField, String)> = match &group.fields {
        ExposedFields::All => K8sField::ALL
            .iter()
            .map(|field| (*field, field.word().to_owned()))
            .collect(),
        ExposedFields::Only(names) => {
            let mut fields: Vec<(K8sField, String)> = Vec::new();
            for name in names {
                let Some(field) = known_field(report, name) else {
                    continue;
                };
                if fields.iter().any(|(known, _)| *known == field) {
                    report.push(
                        Problem::new(Code::E0207, format!("`{}` is listed twice", name.value))
                            .at(name.span, "again"),
                    );
                    continue;
                }
                fields.push((field, name.value.clone()));
            }
            fields
        }
    };
    let mut required = BTreeSet::new();
    for name in &group.required {
        let Some(field) = known_field(report, name) else {
            continue;
        };
        if !listed_fields.iter().any(|(known, _)| *known == field) {
            report.push(
                Problem::new(
                    Code::E0208,
                    format!("`{}` is required, but no field of this API", name.value),
                )
                .at(name.span, "not among `fields`")
                .help(format!("add `{}` to `fields`", name.value)),
            );
        }
        required.insert(field);
    }
    if written.image.is_none() {
        required.insert(K8sField::Image);
        if !listed_fields
            .iter()
            .any(|(known, _)| *known == K8sField::Image)
        {
            report.push(
                Problem::new(Code::E0208, "no custom resource could say which image runs")
                    .at(written.kind.span, "no `cluster.image`, and `image` is not among the fields of the k8s config group")
                    .help("set `cluster.image`, or list `image` in `cluster.k8sConfigGroup.fields`"),
            );
        }
    }
    let fields = listed_fields.into_iter().filter_map(|(field, word)| {
        let name = written
            .spelling
            .of(&SpellingWord::K8sField(field.word().to_owned()), &word);
        Some(K8sGroupField {
            field,
            wire: WireName::new(name).ok()?,
            ident: ident::field(name)?,
            ty: k8s_type(field),
            required: required.contains(&field),
        })
    });
    let fields: Vec<K8sGroupField> = fields.collect();
    let mut idents = BTreeSet::from(["name".to_owned()]);
    for field in &fields {
        if !idents.insert(field.ident.to_string()) {
            report.push(
                Problem::new(
                    Code::E0604,
                    format!(
                        "two fields of the k8s config group are `{}` in Rust",
                        field.ident
                    ),
                )
                .at(
                    written.kind.span,
                    format!("one of them is `{}`", field.field.word()),
                )
                .help("spell one of them in another way"),
            );
        }
    }
    K8sGroup {
        fields,
        max_storage: None,
    }
}

fn known_field(report: &Report<'_>, name: &Spanned<String>) -> Option<K8sField> {
    // The public Pinot API says `port` for the list of ports.
    let word = if name.value == "port" {
        "ports"
    } else {
        &name.value
    };
    if let Some(field) = K8sField::ALL.iter().find(|known| known.word() == word) {
        return Some(*field);
    }
    let problem = Problem::new(
        Code::E0207,
        format!("a k8s config group has no `{}`", name.value),
    )
    .at(name.span, "unknown here");
    report.push(
        match nearest(&name.value, K8sField::ALL.iter().map(|known| known.word())) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!(
                "it can have {}",
                listed(K8sField::ALL.iter().map(|known| known.word()), "")
            )),
        },
    );
    None
}

fn k8s_type(field: K8sField) -> Type {
    let (form, name) = field.form();
    let one = match name {
        "string" => Type::String,
        "int" => Type::Int,
        name => Type::K8s(K8sType::new(name)),
    };
    match form {
        Form::One => one,
        Form::List => Type::List(Box::new(one)),
        Form::Map => Type::Map(Box::new(one)),
    }
}
