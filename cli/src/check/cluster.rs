//! The cluster kind: its identity, its spelling, its groups, its order.

use std::collections::BTreeSet;

use super::fields::{Fields, Reserved};
use super::ident;
use super::report::{Report, listed};
use crate::diagnostic::{Code, Problem, nearest};
use crate::manifest::{self as ast, ExposedFields, Spanned, SpellingWord};
use crate::model::{
    ChildKind, Column, Common, Events, External, Field, Form, K8sField, K8sGroup, K8sGroupField,
    K8sType, MissingOrder, NodeTypeName, Order, OrderBy, Rule, SecurityProfile, Spelling, Type,
    WireName, Word,
};

/// Fields of every spec that no API spells in another way.
const SPEC_WORDS: [&str; 2] = ["rollout", "stopped"];

/// The words of the API as it spells them.
pub(super) fn spelling(report: &Report<'_>, written: &ast::Spelling) -> Option<Spelling> {
    for (word, name) in &written.words {
        if let SpellingWord::K8sField(field) = &word.value
            && !K8sField::ALL.iter().any(|known| known.word() == field)
        {
            let problem = Problem::new(
                Code::E0207,
                format!("`{field}` is no word of the specification"),
            )
            .at(word.span, "nothing to spell");
            let words = [
                "k8sConfigGroup",
                "appConfigGroup",
                "nodeType",
                "deploymentOrder",
                "external",
            ];
            report.push(
                match nearest(
                    field,
                    words
                        .into_iter()
                        .chain(K8sField::ALL.iter().map(|known| known.word())),
                ) {
                    Some(near) => problem.help(format!("did you mean `{near}`?")),
                    None => problem,
                },
            );
            continue;
        }
        if report
            .name(name, "the name of a field", WireName::new)
            .is_some()
            && ident::field(&name.value).is_none()
        {
            report.push(ident::none(name));
        }
    }
    let word = |word: &SpellingWord, default: &str| spelled(written.of(word, default));
    let spelling = Spelling {
        nodes: spelled("nodes")?,
        node_type: word(&SpellingWord::NodeType, "nodeType")?,
        kind: spelled("kind")?,
        replicas: spelled("replicas")?,
        k8s_config_group: word(&SpellingWord::K8sConfigGroup, "k8sConfigGroup")?,
        app_config_group: word(&SpellingWord::AppConfigGroup, "appConfigGroup")?,
        deployment_order: word(&SpellingWord::DeploymentOrder, "deploymentOrder")?,
        external: word(&SpellingWord::External, "external")?,
    };
    let in_spec = [
        &spelling.nodes,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.deployment_order,
        &spelling.external,
    ];
    let in_node = [
        &spelling.node_type,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.kind,
        &spelling.replicas,
    ];
    let taken = |fixed: &str, words: &[&Word]| {
        for word in words.iter().filter(|word| word.wire.as_str() == fixed) {
            let span = written
                .words
                .iter()
                .find(|(_, name)| name.value == word.wire.as_str())
                .map(|(_, name)| name.span);
            report.push(
                Problem::new(
                    Code::E0605,
                    format!("`{fixed}` is a field of every spec already"),
                )
                .at(span.unwrap_or_default(), "already taken")
                .help("spell the word in another way"),
            );
        }
    };
    for fixed in SPEC_WORDS {
        taken(fixed, &in_spec);
    }
    for words in [in_spec, in_node] {
        let mut seen = BTreeSet::new();
        for word in words {
            if !seen.insert(word.ident.as_str()) {
                let span = written
                    .words
                    .iter()
                    .find(|(_, name)| name.value == word.wire.as_str())
                    .map(|(_, name)| name.span);
                report.push(
                    Problem::new(
                        Code::E0605,
                        format!("two words of the specification are spelled `{}`", word.wire),
                    )
                    .at(span.unwrap_or_default(), "already taken")
                    .help("spell each word in its own way"),
                );
            }
        }
    }
    Some(spelling)
}

/// The fields that lie under every group.
pub(super) fn common(report: &Report<'_>, written: &ast::Cluster, spelling: &Spelling) -> Common {
    let fixed = [
        &spelling.nodes,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.deployment_order,
        &spelling.external,
    ];
    let taken = |ident: &str| {
        SPEC_WORDS.contains(&ident) || fixed.iter().any(|word| word.ident.as_str() == ident)
    };
    let word = |name: &Option<Spanned<String>>, other: Option<&Word>| {
        let name = name.as_ref()?;
        report.name(name, "the name of a field", WireName::new)?;
        let Some(word) = spelled(&name.value) else {
            report.push(ident::none(name));
            return None;
        };
        let ident = word.ident.as_str();
        if other.is_some_and(|other| other.ident.as_str() == ident) {
            report.push(
                Problem::new(
                    Code::E0605,
                    format!(
                        "`{}` is what lies under the k8s config groups already",
                        name.value
                    ),
                )
                .at(name.span, "the same field")
                .help("give the two kinds of groups a field each"),
            );
            return None;
        }
        if taken(ident) {
            report.push(
                Problem::new(
                    Code::E0605,
                    format!("`{}` is a field of every spec already", name.value),
                )
                .at(name.span, "already taken")
                .help("choose another name"),
            );
            return None;
        }
        Some(word)
    };
    let k8s = word(&written.k8s_config_group.common, None);
    let config = word(&written.app_config_group.common, k8s.as_ref());
    Common { k8s, config }
}

fn spelled(name: &str) -> Option<Word> {
    Some(Word {
        wire: WireName::new(name).ok()?,
        ident: ident::field(name)?,
    })
}

/// The k8s config group: which fields there are, how they are spelled, which are required.
pub(super) fn k8s_group(report: &Report<'_>, written: &ast::Cluster) -> K8sGroup {
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

/// Fields that the custom resource has beside Dsoi's own.
pub(super) struct Extra {
    pub(super) spec: Vec<Field>,
    pub(super) node: Vec<Field>,
    pub(super) config: Vec<Field>,
    pub(super) external: Vec<External>,
    pub(super) status: Vec<Field>,
}

pub(super) fn extra(
    fields: &Fields<'_, '_>,
    written: &ast::Cluster,
    spelling: &Spelling,
    common: &Common,
) -> Extra {
    let words = |words: &[&Word]| {
        words
            .iter()
            .map(|word| word.wire.to_string())
            .collect::<Vec<_>>()
    };
    let mut spec = words(&[
        &spelling.nodes,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.deployment_order,
        &spelling.external,
    ]);
    spec.extend(SPEC_WORDS.map(str::to_owned));
    spec.extend(words(
        &[&common.k8s, &common.config]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>(),
    ));
    let mut node = words(&[
        &spelling.node_type,
        &spelling.k8s_config_group,
        &spelling.app_config_group,
        &spelling.kind,
        &spelling.replicas,
    ]);
    node.extend(["name".to_owned(), "pods".to_owned()]);
    let config = ["name".to_owned()];
    let status = [
        "conditions",
        "nodes",
        "nodeTypes",
        "observedGeneration",
        "rollout",
    ]
    .map(str::to_owned);
    let reserved = |words, reason| Reserved { words, reason };
    Extra {
        spec: fields.group(
            &written.spec,
            "",
            &reserved(&spec, "a field of every spec already"),
        ),
        node: fields.group(
            &written.node,
            "Node",
            &reserved(&node, "a field of every node already"),
        ),
        config: fields.group(
            &written.app_config_group.fields,
            "Config",
            &reserved(&config, "a field of every config group already"),
        ),
        external: externals(fields, &written.external),
        status: fields.group(
            &written.status,
            "Status",
            &reserved(&status, "a field of every status already"),
        ),
    }
}

fn externals(fields: &Fields<'_, '_>, written: &[ast::External]) -> Vec<External> {
    let mut list: Vec<External> = Vec::new();
    for external in written {
        let Some(made) = fields.external(external) else {
            continue;
        };
        if let Some(other) = list.iter().find(|other| other.ident == made.ident) {
            fields.clash(&external.name, other.wire.as_str(), made.ident.as_str());
            continue;
        }
        list.push(made);
    }
    list
}

/// In which order nodes roll.
pub(super) fn order(report: &Report<'_>, written: &ast::Order, types: &[NodeTypeName]) -> Order {
    let by = match written.by.as_ref().map(|by| by.value) {
        Some(ast::OrderBy::Node) => OrderBy::Node,
        _ => OrderBy::NodeType,
    };
    let missing = match written.missing.as_ref().map(|missing| missing.value) {
        Some(ast::MissingOrder::Refuse) => MissingOrder::Refuse,
        _ => MissingOrder::Append,
    };
    let default = written.default.as_ref().map(|names| {
        let mut order: Vec<NodeTypeName> = Vec::new();
        for name in names {
            let Some(known) = types.iter().find(|known| known.as_str() == name.value) else {
                let problem = Problem::new(
                    Code::E0203,
                    "`order.default` names a node type that does not exist",
                )
                .at(
                    name.span,
                    format!("no node type is called `{}`", name.value),
                );
                report.push(
                    match nearest(&name.value, types.iter().map(NodeTypeName::as_str)) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem.help(format!("there are {}", listed(types, "none"))),
                    },
                );
                continue;
            };
            if order.contains(known) {
                report.push(
                    Problem::new(
                        Code::E0205,
                        format!("`order.default` lists `{known}` twice"),
                    )
                    .at(name.span, "again"),
                );
                continue;
            }
            order.push(known.clone());
        }
        let left: Vec<&NodeTypeName> = types
            .iter()
            .filter(|known| !names.iter().any(|name| name.value == known.as_str()))
            .collect();
        if let (MissingOrder::Refuse, false, Some(first)) =
            (missing, left.is_empty(), names.first())
        {
            let span = names
                .iter()
                .fold(first.span, |span, name| span.to(name.span));
            report.push(
                Problem::new(
                    Code::E0206,
                    format!("`order.default` leaves out {}", listed(left, "nothing")),
                )
                .at(span, "an incomplete order is refused")
                .help("list every node type, or set `missing: append`"),
            );
        }
        order
    });
    Order {
        by,
        default,
        missing,
    }
}

pub(super) fn columns(report: &Report<'_>, written: &[ast::Column]) -> Vec<Column> {
    const KINDS: &[&str] = &["string", "integer", "number", "boolean", "date"];
    written
        .iter()
        .filter_map(|column| {
            let ty = column.kind.as_ref().map_or("string", |kind| &kind.value);
            if !KINDS.contains(&ty) {
                let span = column
                    .kind
                    .as_ref()
                    .map_or(column.name.span, |kind| kind.span);
                report.push(
                    Problem::new(Code::E0511, format!("a column cannot be of type `{ty}`"))
                        .at(span, format!("expected one of {}", listed(KINDS, ""))),
                );
                return None;
            }
            if !column.path.value.starts_with('.') {
                report.push(
                    Problem::new(Code::E0511, "the path of a column starts with a dot")
                        .at(column.path.span, "expected such as `.spec.nodes[0].name`")
                        .help(format!("write `.{}`", column.path.value)),
                );
                return None;
            }
            Some(Column {
                name: column.name.value.clone(),
                ty: ty.to_owned(),
                path: column.path.value.clone(),
            })
        })
        .collect()
}

pub(super) fn events(written: &ast::Events) -> Option<Events> {
    if written.source.is_none() && written.prefix.is_none() {
        return None;
    }
    Some(Events {
        source: written.source.as_ref().map(|source| source.value.clone()),
        prefix: written
            .prefix
            .as_ref()
            .map_or_else(String::new, |prefix| prefix.value.clone()),
    })
}

pub(super) fn rules(report: &Report<'_>, written: &[ast::Rule]) -> Vec<Rule> {
    written
        .iter()
        .filter_map(|rule| match &rule.kind {
            ast::RuleKind::Cel(cel) => Some(Rule::Cel {
                rule: cel.value.clone(),
                message: rule.message.value.clone(),
            }),
            ast::RuleKind::Unique(path) => {
                report.push(
                    Problem::new(Code::E0901, "`unique` rules are not supported yet")
                        .at(path.span, "not yet"),
                );
                None
            }
        })
        .collect()
}

pub(super) fn unlabelled(written: &[Spanned<ast::ChildKind>]) -> Vec<ChildKind> {
    let kinds: BTreeSet<ChildKind> = written
        .iter()
        .flat_map(|kind| match kind.value {
            ast::ChildKind::Workload => vec![ChildKind::StatefulSet, ChildKind::Deployment],
            ast::ChildKind::Service => vec![ChildKind::Service],
            ast::ChildKind::ConfigMap => vec![ChildKind::ConfigMap],
            ast::ChildKind::Claim => vec![ChildKind::PersistentVolumeClaim],
            ast::ChildKind::NetworkPolicy => vec![ChildKind::NetworkPolicy],
            ast::ChildKind::PodDisruptionBudget => vec![ChildKind::PodDisruptionBudget],
            ast::ChildKind::HorizontalPodAutoscaler => vec![ChildKind::HorizontalPodAutoscaler],
            ast::ChildKind::Ingress => vec![ChildKind::Ingress],
        })
        .collect();
    kinds.into_iter().collect()
}

pub(super) fn security(written: Option<&Spanned<ast::SecurityProfile>>) -> SecurityProfile {
    match written.map(|profile| profile.value) {
        None | Some(ast::SecurityProfile::Restricted) => SecurityProfile::Restricted,
        Some(ast::SecurityProfile::Baseline) => SecurityProfile::Baseline,
        Some(ast::SecurityProfile::App) => SecurityProfile::App,
    }
}
