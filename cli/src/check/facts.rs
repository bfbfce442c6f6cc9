//! What expressions may refer to: the fields of the custom resource, and each node type's constants.

use crate::manifest::{self as ast, Manifest, Span, TemplateKind};
use crate::model::{Common, External, Field, K8sGroup, NodeTypeName, Port, PortName, WorkloadKind};

/// Everything that a path can lead to.
#[derive(Debug)]
pub(super) struct Facts<'m> {
    pub(super) manifest: &'m Manifest,
    /// The kind in lower case.
    pub(super) kind_lower: String,
    /// What the manifest says of the fields of `spec`.
    pub(super) declared: &'m [ast::Field],
    pub(super) spec: Vec<Field>,
    pub(super) node: Vec<Field>,
    pub(super) config: Vec<Field>,
    pub(super) external: Vec<External>,
    pub(super) k8s_group: K8sGroup,
    pub(super) common: Common,
    /// How JSON calls the list of k8s config groups, of app config groups, of nodes, a node's type, and the dependencies.
    pub(super) k8s_word: String,
    pub(super) config_word: String,
    pub(super) nodes_word: String,
    pub(super) node_type_word: String,
    pub(super) external_word: String,
    /// In the order of the manifest.
    pub(super) types: Vec<TypeFacts>,
    /// Config maps of cluster scope: name, and whether a condition can make it absent.
    pub(super) shared_config_maps: Vec<(String, bool)>,
    /// The oldest server's minor version.
    pub(super) minor: u16,
}

/// What is known of a node type before its expressions are typed.
#[derive(Debug)]
pub(super) struct TypeFacts {
    pub(super) name: NodeTypeName,
    /// Other names that a custom resource may call it by.
    pub(super) aliases: Vec<NodeTypeName>,
    /// What its children know it by: `type.name`.
    pub(super) type_name: NodeTypeName,
    /// What was written, merged.
    pub(super) written: ast::NodeType,
    pub(super) kinds: Vec<WorkloadKind>,
    pub(super) ports: Vec<Port>,
    /// Files that have a legal path: name, path, whether a condition can make it absent.
    pub(super) files: Vec<(String, String, bool)>,
    /// The service that gives pods their host names: `main` or `headless`.
    pub(super) governing: Option<&'static str>,
    /// Services that there are.
    pub(super) services: Vec<String>,
}

impl TypeFacts {
    /// The names of its ports as they are written, whether or not they are sound.
    pub(super) fn ports_written(&self) -> Vec<&str> {
        let written = self.written.container.ports.as_ref();
        if let Some(TemplateKind::Map(entries)) = written.map(|ports| &ports.kind) {
            let keys = entries.iter().map(|entry| &entry.key);
            return keys.filter_map(|key| key.as_literal()).collect();
        }
        let names = self.ports.iter().filter_map(|port| port.name.as_ref());
        names.map(PortName::as_str).collect()
    }
}

impl<'m> Facts<'m> {
    /// Those of a kind outside of Kubernetes: its own fields and nothing else.
    pub(super) fn of_resource(
        manifest: &'m Manifest,
        kind_lower: &str,
        declared: &'m [ast::Field],
        spec: Vec<Field>,
        minor: u16,
    ) -> Self {
        Self {
            manifest,
            kind_lower: kind_lower.to_owned(),
            declared,
            spec,
            node: Vec::new(),
            config: Vec::new(),
            external: Vec::new(),
            k8s_group: K8sGroup {
                fields: Vec::new(),
                max_storage: None,
            },
            common: Common::default(),
            k8s_word: String::new(),
            config_word: String::new(),
            nodes_word: String::new(),
            node_type_word: String::new(),
            external_word: String::new(),
            types: Vec::new(),
            shared_config_maps: Vec::new(),
            minor,
        }
    }
}

impl Facts<'_> {
    pub(super) fn node_type(&self, name: &str) -> Option<&TypeFacts> {
        self.types.iter().find(|known| known.name.as_str() == name)
    }

    /// The node types as they are written, whether or not they are sound.
    pub(super) fn node_types_written(&self) -> impl Iterator<Item = &str> {
        let node_types = self.manifest.cluster.node_types.iter();
        node_types.map(|node_type| node_type.name.value.as_str())
    }

    /// The fields of the manifest that a root and names below it lead through, outermost first.
    pub(super) fn declarations(&self, root: &str, names: &[&str]) -> Vec<Declaration<'_>> {
        self.descend(root, names).0
    }

    /// What is declared right below a root and names, whether or not it is sound; empty where they lead to no group of fields.
    pub(super) fn declared_below(&self, root: &str, names: &[&str]) -> Vec<&str> {
        let (found, below) = self.descend(root, names);
        // `parent.spec` is no field.
        let steps = names.len() - usize::from(root == "parent" && !names.is_empty());
        if found.len() != steps {
            return Vec::new();
        }
        below
            .iter()
            .map(|field| field.name.value.as_str())
            .collect()
    }

    /// As far as a root and names below it lead: the fields on the way, and those below the last.
    fn descend(&self, root: &str, names: &[&str]) -> (Vec<Declaration<'_>>, &[ast::Field]) {
        let cluster = &self.manifest.cluster;
        let (mut fields, mut rest, mut found) = match root {
            "spec" => (self.declared, names, Vec::new()),
            "parent" if names.first() == Some(&"spec") => {
                (self.declared, names.get(1..).unwrap_or(&[]), Vec::new())
            }
            "config" => (
                cluster.app_config_group.fields.as_slice(),
                names,
                Vec::new(),
            ),
            "node" => (cluster.node.as_slice(), names, Vec::new()),
            "external" => {
                let Some((first, rest)) = names.split_first() else {
                    return (Vec::new(), &[]);
                };
                let Some(external) = cluster
                    .external
                    .iter()
                    .find(|known| known.name.value == *first)
                else {
                    return (Vec::new(), &[]);
                };
                let declaration = Declaration {
                    name: &external.name.value,
                    span: external.name.span,
                    optional: external.optional,
                };
                let variant = rest.first().and_then(|name| {
                    external
                        .one_of
                        .iter()
                        .find(|known| known.name.value == **name)
                });
                match variant {
                    Some(variant) => (
                        variant.fields.as_slice(),
                        rest.get(1..).unwrap_or(&[]),
                        vec![declaration],
                    ),
                    None => (external.fields.as_slice(), rest, vec![declaration]),
                }
            }
            _ => return (Vec::new(), &[]),
        };
        while let Some((first, after)) = rest.split_first() {
            let Some(field) = fields.iter().find(|field| field.name.value == *first) else {
                break;
            };
            found.push(Declaration {
                name: &field.name.value,
                span: field.name.span,
                optional: field.optional,
            });
            fields = match &field.kind.value {
                ast::Kind::Object(inner)
                | ast::Kind::Json(inner)
                | ast::Kind::List { fields: inner, .. } => inner,
                ast::Kind::Type(_) => &[],
            };
            rest = after;
        }
        (found, fields)
    }
}

/// Where a field or dependency is declared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration<'a> {
    pub(super) name: &'a str,
    pub(super) span: Span,
    pub(super) optional: bool,
}
