//! What is known while node types are made of a stream.

use std::collections::{BTreeMap, BTreeSet};

use super::super::clear;
use super::super::draft::{Draft, Part};
use super::super::host::{self, Name, Of};
use super::super::lost::Losses;
use super::super::name;
use super::super::yaml::Yaml;

/// An object of the stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'y> {
    pub(super) kind: &'y str,
    pub(super) name: &'y str,
    /// Empty where the object names none.
    pub(super) namespace: &'y str,
    /// Another namespace has one of the same kind and name.
    pub(super) doubled: bool,
    pub(super) root: &'y Yaml,
}

impl Object<'_> {
    pub(super) fn title(&self) -> String {
        if self.doubled {
            format!("{} {}/{}", self.kind, self.namespace, self.name)
        } else {
            format!("{} {}", self.kind, self.name)
        }
    }

    /// Whether they may be of one namespace: what names none is of the release's.
    pub(super) fn beside(&self, other: &Object<'_>) -> bool {
        let known = [self.namespace, other.namespace];
        let apart = self.doubled || other.doubled;
        !apart || known.contains(&"") || self.namespace == other.namespace
    }

    pub(super) fn label(&self, key: &str) -> Option<&str> {
        self.root.text_at(&["metadata", "labels", key])
    }
}

/// What is known while node types are made.
pub(super) struct World<'y> {
    pub(super) objects: Vec<Object<'y>>,
    /// The workload that a node type is made of now.
    pub(super) workload: Option<Object<'y>>,
    /// ConfigMaps and Services that a node type has.
    pub(super) used: BTreeSet<String>,
    /// Keys of ConfigMaps that a node type has, by the title of each.
    pub(super) used_keys: BTreeSet<(String, String)>,
    /// The workloads that mount each claim which is no template.
    pub(super) claims: BTreeMap<String, BTreeSet<String>>,
    /// `spec.FIELD`: a key of a Secret, by the Secret and its key.
    pub(super) secrets: BTreeMap<(String, String), Secret>,
    /// Names of Services, which texts should not have in them, and the node types that they lead to.
    pub(super) hosts: Vec<(&'y str, Option<String>)>,
}

/// A field of the custom resource that stands for a key of a Secret.
pub(super) struct Secret {
    field: String,
    optional: bool,
}

/// The Services of a stream, each with the one node type whose pods it selects.
pub(super) fn hosts<'y>(
    objects: &[Object<'y>],
    workloads: &[(Object<'y>, String)],
) -> Vec<(&'y str, Option<String>)> {
    let services = objects.iter().filter(|object| object.kind == "Service");
    let led = services.map(|service| {
        let selector = service.root.entries_at(&["spec", "selector"]);
        let beside = workloads.iter().filter(|(one, _)| one.beside(service));
        let mut selected = beside.filter(|(workload, _)| {
            let labels = ["spec", "template", "metadata", "labels"];
            let labels = workload.root.at(&labels).unwrap_or(&Yaml::Null);
            !selector.is_empty()
                && selector
                    .iter()
                    .all(|(key, value)| labels.get(key) == Some(value))
        });
        let first = selected.next().map(|(_, name)| name.clone());
        let one = first.filter(|_| selected.next().is_none());
        (service.name, one)
    });
    led.collect()
}

impl<'y> World<'y> {
    /// The ConfigMap that the workload names: that of its own namespace, where several have one.
    pub(super) fn config_map(&self, name: &str) -> Option<Object<'y>> {
        let named = |one: &&Object<'y>| one.kind == "ConfigMap" && one.name == name;
        let beside = |one: &&Object<'y>| self.workload.is_none_or(|workload| workload.beside(one));
        let mut maps = self.objects.iter().filter(named).filter(beside);
        let first = maps.next().copied()?;
        // One that names the namespace stands before one that names none.
        let own = |one: &Object<'y>| Some(one.namespace) == self.workload.map(|one| one.namespace);
        let exact = std::iter::once(first).chain(maps.copied()).find(own);
        Some(exact.unwrap_or(first))
    }

    /// The field of the custom resource for a key of a Secret.
    pub(super) fn secret(&mut self, secret: &str, key: &str, optional: bool) -> String {
        let at = (secret.to_owned(), key.to_owned());
        if let Some(known) = self.secrets.get_mut(&at) {
            known.optional &= optional;
            return known.field.clone();
        }
        let taken = |field: &str| {
            let fields = self.secrets.values();
            fields
                .map(|known| known.field.as_str())
                .any(|known| known == field)
        };
        let mut field = name::field(key);
        if taken(&field) {
            field = name::field(&format!("{secret}-{key}"));
        }
        let field = name::unique(&field, taken).replace('-', "");
        let made = Secret {
            field: field.clone(),
            optional,
        };
        self.secrets.insert(at, made);
        field
    }

    /// `cluster.spec`, where keys of Secrets have become fields.
    pub(super) fn fields(&self) -> Option<Part> {
        let fields = self.secrets.iter().map(|((secret, key), field)| {
            let ty = if field.optional {
                "optional secretKey"
            } else {
                "secretKey"
            };
            Part::new(field.field.as_str(), Draft::code(ty))
                .from(format!("Secret {secret}, key {key}"))
                .comment(if secret.is_empty() {
                    format!("was the value of `{key}` in the input")
                } else {
                    format!("was key `{key}` of Secret `{secret}`")
                })
        });
        let fields = Draft::map(fields);
        (!fields.is_empty()).then(|| Part::new("spec", fields))
    }

    /// Notes the objects of the release that a text names, for each custom resource has names of its own, and secrets in it.
    /// `before` is what the text is the value of.
    pub(super) fn look(&self, text: &str, before: &str, from: &str, losses: &mut Losses) {
        let services = self.hosts.iter().map(|(host, node_type)| Name {
            text: host,
            of: Of::Service(node_type.as_deref()),
        });
        let others = self
            .objects
            .iter()
            .filter(|object| self.is_named_anew(object));
        let others = others.map(|object| Name {
            text: object.name,
            of: Of::Other(object.kind),
        });
        host::note(text, before, from, services.chain(others), losses);
        clear::note(text, before, from, losses);
    }

    /// The same of every text in a value of Kubernetes.
    pub(super) fn look_through(&self, value: &Yaml, before: &str, from: &str, losses: &mut Losses) {
        let mut texts = Vec::new();
        host::texts(value, before, &mut texts);
        for (text, before) in texts {
            self.look(text, before, from, losses);
        }
    }

    /// Whether the operator gives such an object another name, and no Service has the old one.
    fn is_named_anew(&self, object: &Object<'_>) -> bool {
        // A shorter name is a word that stands for many things.
        object.name.contains('-')
            && ["ConfigMap", "StatefulSet", "Deployment"].contains(&object.kind)
            && !self.hosts.iter().any(|(host, _)| *host == object.name)
            && !self.objects.iter().any(|other| {
                // Of several with one name, one is enough.
                other.name == object.name && other.kind < object.kind && other.kind != "Service"
            })
    }
}
