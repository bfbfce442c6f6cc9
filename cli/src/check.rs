//! [`Manifest`] → [`Operator`]: the second stage of the pipeline.
//!
//! In: a manifest that is well formed. Out: the model, in which every name is resolved, every path typed and every default of
//! the manifest filled in; or every mistake at once. Pure; knows nothing of files, templates or Rust source.
//!
//! ```text
//! Manifest ─fields, spelling→ what a custom resource has ─merge→ node types ─typing→ expressions ─names, effects→ Operator
//! ```

mod cluster;
mod cond;
mod container;
mod distinct;
mod doubt;
mod effect;
mod facts;
mod fields;
mod file;
mod ident;
mod k8s;
mod literal;
mod merge;
mod names;
mod node_type;
mod odd;
mod operator;
mod partial;
mod path;
mod place;
mod prove;
mod report;
mod resource;
mod rollout;
mod scope;
mod server;
mod tree;
mod typer;
mod value;

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Problem, Problems};
use crate::manifest::{self as ast, Manifest, Reading, Source};
use crate::model::{
    ChildKind, Cluster, DnsLabel, ImageName, K8sGroup, KubernetesVersion, NodeType, NodeTypeName,
    Operator,
};
use distinct::{distinct, files, one_ident_each};
use facts::{Facts, TypeFacts};
use fields::Fields;
use merge::Merged;
use report::Report;
use resource::Outside;
use typer::Typer;

/// The operator that the manifest describes.
///
/// # Errors
/// Every mistake of the stage.
pub fn check(manifest: &Manifest) -> Result<Operator, Problems> {
    run(manifest).map(|(operator, _)| operator)
}

/// What is odd in a manifest without being wrong: fields that a custom resource has and nothing uses (`E0210`), node types whose
/// scaling restarts others (`E0214`), variables that look misspelt (`E0516`). Empty where [`check`] finds a mistake.
pub fn warnings(manifest: &Manifest) -> Problems {
    run(manifest).map_or_else(|_| Problems::new(), |(_, warnings)| warnings)
}

/// The manifest and the operator of a text: both stages, and every mistake of both. Of the second stage those that hang on a
/// mistake of the first are left out.
///
/// # Errors
/// Every mistake.
pub fn read(source: &Source) -> Result<(Manifest, Operator), Problems> {
    let Reading {
        manifest,
        mut problems,
        losses,
    } = ast::read(source);
    let Some(manifest) = manifest else {
        return Err(problems);
    };
    match check(&manifest) {
        Ok(operator) => problems.into_result((manifest, operator)),
        Err(found) => {
            problems.append(doubt::standing(source, &found, &losses));
            Err(problems)
        }
    }
}

/// The operator as far as it can be told in spite of mistakes: for finding out what a value decides, and for nothing else.
pub(crate) fn in_spite(source: &Source) -> Option<Operator> {
    let manifest = ast::read(source).manifest?;
    let report = Report::new(&manifest.source);
    operator(&report, &manifest).map(|(operator, _)| operator)
}

/// Whether a mount of that directory would hide what an image cannot do without.
pub fn hides_the_system(directory: &str) -> bool {
    directory.is_empty() || file::SYSTEM.contains(&directory)
}

/// The fields of a type of Kubernetes, by its short name.
pub fn k8s_fields_of(ty: &str) -> Option<Vec<&'static str>> {
    let definition = k8s::definition_of(ty)?;
    Some(definition.fields.keys().map(String::as_str).collect())
}

/// Whether the runtime has a type of that name, so that no custom resource can be of that kind.
pub fn is_taken_kind(kind: &str) -> bool {
    node_type::PRELUDE.contains(&kind)
}

fn run(manifest: &Manifest) -> Result<(Operator, Problems), Problems> {
    let report = Report::new(&manifest.source);
    let made = operator(&report, manifest);
    let problems = report.into_problems();
    match made {
        Some(made) => problems.into_result(made),
        // Whoever gives up says why; a stage that gives up silently would be a bug of ours, not of the manifest.
        None => Err(problems),
    }
}

fn operator(report: &Report<'_>, manifest: &Manifest) -> Option<(Operator, Problems)> {
    let written = &manifest.cluster;
    let kind = report.kind(&written.kind);
    let spelling = cluster::spelling(report, &written.spelling);
    let api = operator::api(report, &manifest.api);
    let kubernetes = operator::version(report, &manifest.operator);
    if is_taken_kind(&written.kind.value) {
        report.push(
            Problem::new(
                Code::E0605,
                format!("`{}` is a type of the runtime", written.kind.value),
            )
            .at(written.kind.span, "already taken")
            .help("choose a kind that says more, such as the application's name"),
        );
    }
    // Without these nothing else has a meaning.
    let (kind, spelling) = (kind?, spelling?);

    let fields = Fields::new(report, kind.as_str());
    let common = cluster::common(report, written, &spelling);
    let extra = cluster::extra(&fields, written, &spelling, &common);
    let kind_lower = kind.as_str().to_lowercase();
    let (types, partial) = type_facts(report, written);
    let mut facts = Facts {
        manifest,
        kind_lower: kind_lower.clone(),
        declared: &written.spec,
        spec: extra.spec,
        node: extra.node,
        config: extra.config,
        external: extra.external,
        k8s_group: cluster::k8s_group(report, written),
        common: common.clone(),
        k8s_word: spelling.k8s_config_group.wire.to_string(),
        config_word: spelling.app_config_group.wire.to_string(),
        nodes_word: spelling.nodes.wire.to_string(),
        node_type_word: spelling.node_type.wire.to_string(),
        external_word: spelling.external.wire.to_string(),
        types,
        shared_config_maps: file::optional_maps(&written.config_maps),
        minor: kubernetes.minor,
    };
    let paths: Vec<_> = {
        let typer = Typer::new(report, &facts);
        facts
            .types
            .iter()
            .map(|known| typer.file_paths(known))
            .collect()
    };
    for (known, files) in facts.types.iter_mut().zip(paths) {
        known.files = files;
    }

    for problem in partial::problems(report, &facts, partial) {
        report.push(problem);
    }

    let typer = Typer::new(report, &facts);
    let node_types: Vec<NodeType> = facts
        .types
        .iter()
        .filter_map(|known| typer.node_type(known))
        .collect();
    distinct(report, written, &node_types);
    let plural = written.plural.as_ref().unwrap_or(&written.kind);
    files(report, plural, &kind_lower, &node_types, written);
    let config_maps = typer.config_maps(&written.config_maps, None);
    let named = typer.names(&written.names, &node_types);
    let labels = written.labels.as_ref().map(|labels| typer.labels(labels));
    let process = typer.process(&manifest.operator);
    typer.standing_effects(&node_types, &named.names, spelling.node_type.wire.as_str());
    let servers: Vec<_> = manifest
        .servers
        .iter()
        .map(|server| typer.server(server))
        .collect();
    let servers: Vec<_> = servers.into_iter().flatten().collect();
    one_ident_each(report, &servers, &manifest.servers);
    let cluster_plural = written.plural.as_ref().map_or_else(
        || Facts::default_plural(&kind_lower),
        |plural| plural.value.clone(),
    );
    let outside = Outside {
        report,
        manifest,
        servers: &servers,
        fields: &fields,
        group: api.as_ref().map(|api| &api.group),
        plural: &cluster_plural,
        minor: kubernetes.minor,
    };
    let resources = outside.resources(&typer);

    let type_names: Vec<NodeTypeName> =
        facts.types.iter().map(|known| known.name.clone()).collect();
    let mut k8s_group = facts.k8s_group.clone();
    k8s_group.max_storage = named.max_storage;
    let label = |text: &ast::Spanned<String>, what: &str| report.name(text, what, DnsLabel::new);
    let or_label = |text: Option<&ast::Spanned<String>>, what: &str, default: &str| match text {
        Some(text) => label(text, what),
        None => DnsLabel::new(default).ok(),
    };
    let cluster = Cluster {
        ident: ident::field(kind.as_str())?,
        plural: or_label(
            written.plural.as_ref(),
            "a plural",
            &Facts::default_plural(&kind_lower),
        )?,
        singular: DnsLabel::new(kind_lower.as_str()).ok()?,
        short_names: written
            .short_names
            .iter()
            .filter_map(|name| label(name, "a short name"))
            .collect(),
        categories: written
            .categories
            .iter()
            .filter_map(|name| label(name, "a category"))
            .collect(),
        columns: cluster::columns(report, &written.columns),
        app: or_label(written.app.as_ref(), "the name of an app", &kind_lower)?,
        image: match &written.image {
            Some(image) => Some(report.name(image, "an image", ImageName::new)?),
            None => None,
        },
        doc: None,
        spelling,
        common,
        child_kinds: child_kinds(&node_types, !config_maps.is_empty(), &k8s_group),
        k8s_group,
        config: facts.config.clone(),
        spec: facts.spec.clone(),
        node: facts.node.clone(),
        external: facts.external.clone(),
        order: cluster::order(report, &written.order, &type_names, &written.node_types),
        rollout: rollout::policy(report, written),
        names: named.names,
        labels,
        unlabelled: cluster::unlabelled(&written.unlabelled),
        security: cluster::security(written.security.as_ref()),
        events: cluster::events(&written.events),
        rules: cluster::rules(report, &written.rules),
        limits: named.limits,
        reserved_suffixes: named.reserved_suffixes,
        status: extra.status,
        config_maps,
        node_types,
        kind,
    };
    let effects = typer.effects();
    let warnings = odd::warnings(report, &typer, &effects);
    let process = process?;
    let operator = Operator {
        name: process.name,
        image: process.image,
        lease: process.lease,
        ignore_annotation: process.ignore_annotation,
        deny_list: process.deny_list,
        watch: process.watch,
        resync: process.resync,
        kubernetes: KubernetesVersion {
            minor: kubernetes.minor,
        },
        rules: process.rules,
        api: api?,
        cluster,
        servers,
        resources,
        effects,
    };
    Some((operator, warnings))
}

/// The node types as they stand after merging, and what is known of them beforehand; and those of which a part is not known.
fn type_facts(report: &Report<'_>, written: &ast::Cluster) -> (Vec<TypeFacts>, Vec<TypeFacts>) {
    if written.node_types.is_empty() {
        report.push(
            Problem::new(Code::E0201, "a cluster needs at least one node type")
                .at(written.node_types_span, "there is none")
                .help("describe one: `nodeTypes: {server: {args: [serve]}}`"),
        );
    }
    node_type::distinct_names(report, written);
    let Merged { whole, partial } = merge::node_types(report, written);
    let partial = facts_of(&report.aside(), partial);
    (facts_of(report, whole), partial)
}

fn facts_of(report: &Report<'_>, merged: Vec<ast::NodeType>) -> Vec<TypeFacts> {
    merged
        .into_iter()
        .filter_map(|written| {
            let (services, governing) = node_type::services(&written);
            let name = |text| report.name(text, merge::NODE_TYPE, NodeTypeName::new);
            let own = report.name_or(&written.name, merge::NODE_TYPE, NodeTypeName::new)?;
            Some(TypeFacts {
                aliases: written.aliases.iter().filter_map(name).collect(),
                type_name: match &written.type_name {
                    Some(text) => name(text)?,
                    None => own.clone(),
                },
                name: own,
                kinds: node_type::kinds(report, &written),
                ports: container::ports(report, written.container.ports.as_ref()),
                files: Vec::new(),
                governing,
                services,
                written,
            })
        })
        .collect()
}

/// Every kind of child that the operator can make; sorted.
fn child_kinds(node_types: &[NodeType], shared: bool, group: &K8sGroup) -> Vec<ChildKind> {
    let mut kinds = BTreeSet::new();
    if shared {
        kinds.insert(ChildKind::ConfigMap);
    }
    for node_type in node_types {
        kinds.extend(node_type.child_kinds(group));
    }
    kinds.into_iter().collect()
}
