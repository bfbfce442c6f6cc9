//! Where a path starts: the first steps after each root.
//!
//! In: a path and its scope. Out: a walk that has reached its first value.

use crate::check::scope::Reach;
use crate::check::typer::Typer;
use crate::expr::{Path as Written, Step as WrittenStep};
use crate::manifest::Spanned;
use crate::model::{Access, K8sType, Literal, Root, StructType, Type};

use super::{Choice, Group, Leads, Reading, Walk};

impl Typer<'_, '_> {
    pub(super) fn fields_root(
        &self,
        path: &Written,
        first: Option<&Spanned<String>>,
        group: Group<'_>,
    ) -> Option<Walk> {
        let names = group.fields.iter().map(|field| field.wire.as_str());
        let choice = Choice::of(group.owner, names).declared(group.declared);
        let find = |first: &Spanned<String>| {
            group
                .fields
                .iter()
                .find(|field| field.wire.as_str() == first.value)
        };
        let Some(field) = first.and_then(find) else {
            self.missing(path, first, &choice);
            return None;
        };
        // The root itself is no value, so its type is never looked at.
        let mut walk = Walk::new(group.root, Type::Tree).at(group.at);
        walk.field(field);
        Some(walk)
    }

    pub(super) fn node(&self, read: Reading<'_>) -> Option<Leads> {
        self.reach(read.scope, read.path, Reach::Node)?;
        let at = format!("spec.{}[]", self.facts.nodes_word);
        let own = |root, ty, word: &str| Walk::new(root, ty).at(format!("{at}.{word}"));
        let counts = read
            .first
            .is_some_and(|first| ["replicas", "pods"].contains(&first.value.as_str()));
        if let (true, Some(known)) = (counts, read.scope.node_type) {
            self.note_scaling(read.scope, known.name.as_str(), read.path.span);
        }
        let walk = match read.first.map(|first| first.value.as_str()) {
            Some("name") => own(Root::NodeName, Type::String, "name"),
            Some("replicas") => own(Root::NodeReplicas, Type::Int, "replicas"),
            Some("kind") => own(Root::NodeKind, Type::String, "kind"),
            Some("pods") => {
                if let Some(known) = read.scope.node_type {
                    self.stable(read.path, known.name.as_str())?;
                }
                let mut walk = own(Root::NodePods, Type::List(Box::new(Type::Pod)), "replicas");
                walk.of = read.scope.node_type.map(|known| known.name.to_string());
                walk
            }
            _ => {
                let own = ["name", "replicas", "kind", "pods"];
                let names = own
                    .into_iter()
                    .chain(self.facts.node.iter().map(|field| field.wire.as_str()));
                let found = read.first.and_then(|first| {
                    self.facts
                        .node
                        .iter()
                        .find(|field| field.wire.as_str() == first.value)
                });
                let Some(field) = found else {
                    self.missing(read.path, read.first, &Choice::of("a node", names));
                    return None;
                };
                let mut walk = Walk::new(Root::Node, Type::Node).at(at);
                walk.field(field);
                walk
            }
        };
        self.walk(read.scope, read.path, walk, read.rest)
    }

    pub(super) fn k8s_root(&self, read: Reading<'_>) -> Option<Leads> {
        self.reach(read.scope, read.path, Reach::Node)?;
        let at = format!("spec.{}[]", self.facts.k8s_word);
        if read.first.is_some_and(|first| first.value == "name") {
            return self.walk(
                read.scope,
                read.path,
                Walk::new(Root::K8sName, Type::String).at(format!("{at}.name")),
                read.rest,
            );
        }
        let group = &self.facts.k8s_group;
        let found = read.first.and_then(|first| {
            group
                .fields
                .iter()
                .find(|field| field.field.word() == first.value)
        });
        let Some(field) = found else {
            let names =
                std::iter::once("name").chain(group.fields.iter().map(|field| field.field.word()));
            self.missing(
                read.path,
                read.first,
                &Choice::of("a k8s config group", names),
            );
            return None;
        };
        let mut walk = Walk::new(Root::K8s, Type::K8s(K8sType::new("K8sConfigGroup"))).at(at);
        // The runtime sees every field of a group as one that may be absent, required or not.
        walk.push(
            Access::Field {
                wire: field.wire.clone(),
                ident: field.ident.clone(),
            },
            field.ty.clone(),
            true,
        );
        walk.below(field.wire.as_str());
        self.walk(read.scope, read.path, walk, read.rest)
    }

    pub(super) fn external_root(&self, read: Reading<'_>) -> Option<Leads> {
        self.reach(read.scope, read.path, Reach::Cluster)?;
        let all = &self.facts.external;
        let Some(external) = read
            .first
            .and_then(|first| all.iter().find(|known| known.wire.as_str() == first.value))
        else {
            let written = &self.facts.manifest.cluster.external;
            let declared = written.first().map(|known| known.name.span);
            let names = written.iter().map(|known| known.name.value.as_str());
            let choice = Choice::of("`external`", names).declared(declared);
            self.missing(read.path, read.first, &choice);
            return None;
        };
        let wrapper = StructType {
            ident: external.type_ident.clone(),
            fields: Vec::new(),
        };
        let mut walk =
            Walk::new(Root::External, Type::Tree).at(format!("spec.{}", self.facts.external_word));
        walk.push(
            Access::Field {
                wire: external.wire.clone(),
                ident: external.ident.clone(),
            },
            Type::Struct(Box::new(wrapper)),
            external.optional,
        );
        walk.below(external.wire.as_str());
        self.walk(read.scope, read.path, walk, read.rest)
    }

    pub(super) fn type_root(&self, read: Reading<'_>) -> Option<Leads> {
        let Some(known) = read.scope.node_type else {
            self.reach(read.scope, read.path, Reach::ConfigGroup)?;
            self.one_of(
                read.path,
                read.first,
                &["name"],
                "`type`, outside of a node type,",
            )?;
            let facts = self.facts;
            let at = format!("spec.{}[].{}", facts.nodes_word, facts.node_type_word);
            return self.walk(
                read.scope,
                read.path,
                Walk::new(Root::TypeName, Type::NodeType).at(at),
                read.rest,
            );
        };
        if self.one_of(read.path, read.first, &["name", "ports"], "`type`")? == "name" {
            Some(Leads::Constant(
                Literal::String(known.type_name.to_string()),
                Type::String,
            ))
        } else {
            let number = self.port(read.path, read.rest.first(), known.name.as_str())?;
            Some(Leads::Constant(Literal::Int(i64::from(number)), Type::Port))
        }
    }

    /// The number of a port of a node type.
    pub(super) fn port(
        &self,
        path: &Written,
        step: Option<&WrittenStep>,
        node_type: &str,
    ) -> Option<u16> {
        let known = self.facts.node_type(node_type)?;
        let name = match step {
            Some(WrittenStep::Name(name)) => Some(name),
            _ => None,
        };
        let of_name = |wanted: &str| {
            known.ports.iter().find(|port| {
                port.name
                    .as_ref()
                    .is_some_and(|name| name.as_str() == wanted)
            })
        };
        if let Some(port) = name.and_then(|name| of_name(&name.value)) {
            return Some(port.number);
        }
        let names = known.ports_written();
        // One that is written and wrong was reported.
        if !name.is_some_and(|name| names.contains(&name.value.as_str())) {
            let choice = Choice::of(format!("node type `{node_type}`"), names);
            self.missing(path, name, &choice);
        }
        None
    }
}
