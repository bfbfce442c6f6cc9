//! What a node type is called: in custom resources, among its children and in Rust.

use std::collections::BTreeMap;

use crate::check::facts::TypeFacts;
use crate::check::ident;
use crate::check::report::Report;
use crate::check::typer::Typer;
use crate::diagnostic::{Code, Problem};
use crate::manifest::{self as ast, Span};
use crate::model::TypeIdent;

/// Names of the prelude that a type of the same name would hide in generated code.
pub(in crate::check) const PRELUDE: &[&str] = &[
    "Children",
    "ChildKind",
    "Cluster",
    "ConfigMap",
    "ConfigMapRef",
    "Container",
    "Controller",
    "Deployment",
    "EnvVar",
    "Labels",
    "Layers",
    "MissingOrder",
    "Node",
    "NodeType",
    "OnCrash",
    "Option",
    "OrderBy",
    "Pod",
    "PodSpec",
    "PodSecurityContext",
    "Probe",
    "ProbeExt",
    "Problems",
    "RolloutPolicy",
    "RolloutSpec",
    "RolloutStrategy",
    "Rules",
    "SecretKeyRef",
    "SecurityContext",
    "SecurityProfile",
    "Service",
    "Shared",
    "Some",
    "None",
    "StatefulSet",
    "StorageMode",
    "StorageModes",
    "String",
    "Text",
    "Vec",
    "WorkloadKind",
];

/// `E0215`: a name that two node types go by, in custom resources or among their children.
pub(in crate::check) fn distinct_names(report: &Report<'_>, written: &ast::Cluster) {
    if let Some(every) = &written.every_node_type {
        let names = every.aliases.iter().chain(&every.type_name);
        for name in names {
            report.push(
                Problem::new(Code::E0215, "`everyNodeType` has no names of its own")
                    .at(name.span, "no node type would have it alone")
                    .help("write it under the node type that goes by it"),
            );
        }
    }
    let mut called: BTreeMap<&str, Span> = BTreeMap::new();
    let mut known: BTreeMap<&str, Span> = BTreeMap::new();
    for node_type in &written.node_types {
        called
            .entry(&node_type.name.value)
            .or_insert(node_type.name.span);
        let by_children = node_type.type_name.as_ref().unwrap_or(&node_type.name);
        if let Some(first) = known.insert(&by_children.value, by_children.span) {
            report.push(
                Problem::new(
                    Code::E0215,
                    format!(
                        "children of two node types would be known as `{}`",
                        by_children.value
                    ),
                )
                .at(by_children.span, "this one's")
                .at(first, "and this one's")
                .help("give one of the two another `typeName`"),
            );
        }
    }
    for node_type in &written.node_types {
        for alias in &node_type.aliases {
            if let Some(first) = called.get(alias.value.as_str()) {
                report.push(
                    Problem::new(
                        Code::E0215,
                        format!("`{}` is the name of a node type already", alias.value),
                    )
                    .at(alias.span, "again")
                    .at(*first, "first here")
                    .help("a custom resource that says it can mean one node type only: drop it from `aliases`"),
                );
            }
            called.entry(&alias.value).or_insert(alias.span);
        }
    }
}

impl Typer<'_, '_> {
    /// The struct of a node type: not the name of the cluster kind, nor one that the prelude brings.
    pub(super) fn type_ident(&self, known: &TypeFacts) -> Option<TypeIdent> {
        let ident = ident::ty(known.name.as_str())?;
        let kind = &self.facts.manifest.cluster.kind.value;
        if PRELUDE.contains(&ident.as_str()) || ident.as_str() == kind {
            return TypeIdent::new(format!("{ident}Nodes")).ok();
        }
        Some(ident)
    }
}
