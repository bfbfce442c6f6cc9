//! Installs a generated operator from its own `config/`: the CRD, the account, the rights.
//!
//! The kustomize bases are plain YAML: they are applied as they are, strictly, but for the
//! namespaces, which a test has its own of.

use std::collections::BTreeSet;

use dsoi_runtime::testing::ControlPlane;
use serde_json::{Value, json};

use crate::{
    golden::Golden,
    objects::{documents, name},
};

/// Where an operator may act.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    /// In these namespaces, by a Role in each.
    Namespaces(Vec<String>),
    /// Everywhere, by a `ClusterRole`.
    Cluster,
}

impl Scope {
    /// The value of `WATCH_NAMESPACE`.
    pub(crate) fn watch(&self) -> String {
        match self {
            Self::Namespaces(names) => names.join(","),
            Self::Cluster => String::new(),
        }
    }
}

/// One thing that a role allows: the smallest grain of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right {
    pub(crate) verb: String,
    pub(crate) group: String,
    /// `statefulsets`, or `statefulsets/scale` of a subresource.
    pub(crate) resource: String,
    /// Present if the rule speaks of one object only.
    pub(crate) name: Option<String>,
}

/// What the operator was installed with.
#[derive(Debug)]
pub(crate) struct Installed {
    pub(crate) account: String,
    /// The Lease of the operator.
    pub(crate) lease: String,
    /// Every right that its roles give it.
    pub(crate) rights: BTreeSet<Right>,
    /// The `ClusterRole` of who reads the metrics, where they can be read from elsewhere.
    pub(crate) reader: Option<String>,
}

/// The documents that give the operator's account its rights, and the account itself.
pub(crate) fn documents_of(golden: &Golden, scope: &Scope, home: &str) -> Vec<Value> {
    let mut found = read(golden, "config/rbac/service_account.yaml");
    found.extend(read(golden, "config/rbac/leader_election.yaml"));
    for document in &mut found {
        place(document, home, home);
    }
    match scope {
        Scope::Cluster => {
            for file in [
                "config/rbac/role.yaml",
                "config/rbac/role_binding.yaml",
                "config/rbac/metrics.yaml",
            ] {
                for mut document in read(golden, file) {
                    place(&mut document, "", home);
                    found.push(document);
                }
            }
        }
        Scope::Namespaces(namespaces) => {
            for file in ["role.yaml", "role_binding.yaml"] {
                let documents = read(golden, &format!("config/components/namespaced/{file}"));
                let first = documents.first().unwrap();
                for namespace in namespaces {
                    let mut document = first.clone();
                    place(&mut document, namespace, home);
                    found.push(document);
                }
            }
        }
    }
    found
}

pub(crate) async fn install(
    plane: &ControlPlane,
    golden: &Golden,
    scope: &Scope,
    home: &str,
) -> Installed {
    for crd in &golden.crds {
        plane.apply_yaml(crd).await.unwrap();
    }
    let documents = documents_of(golden, scope, home);
    for document in &documents {
        plane.apply_yaml(&document.to_string()).await.unwrap();
    }
    let named = |kind: &str| {
        let found = documents.iter().find(|document| document["kind"] == kind);
        name(found.unwrap_or_else(|| panic!("config/rbac has no {kind}"))).to_owned()
    };
    Installed {
        account: named("ServiceAccount"),
        lease: named("Lease"),
        rights: documents.iter().flat_map(rights).collect(),
        reader: documents
            .iter()
            .map(|document| name(document).to_owned())
            .find(|name| name.ends_with("-metrics-reader")),
    }
}

/// Takes the rules of a role apart.
pub(crate) fn rights(role: &Value) -> Vec<Right> {
    let words = |rule: &Value, key: &str| -> Vec<String> {
        let list = rule[key].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect()
    };
    let mut found = Vec::new();
    for rule in role["rules"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
    {
        let names = words(rule, "resourceNames");
        let names: Vec<Option<String>> = if names.is_empty() {
            vec![None]
        } else {
            names.into_iter().map(Some).collect()
        };
        for group in words(rule, "apiGroups") {
            for resource in words(rule, "resources") {
                for verb in words(rule, "verbs") {
                    found.extend(names.iter().map(|name| Right {
                        verb: verb.clone(),
                        group: group.clone(),
                        resource: resource.clone(),
                        name: name.clone(),
                    }));
                }
            }
        }
    }
    found
}

fn read(golden: &Golden, file: &str) -> Vec<Value> {
    let path = golden.folder.join(file);
    let text = std::fs::read_to_string(&path);
    documents(&text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Puts a document into `namespace` (nowhere if that is empty), for the account in `home`.
fn place(document: &mut Value, namespace: &str, home: &str) {
    if !namespace.is_empty() {
        document["metadata"]["namespace"] = json!(namespace);
    }
    if let Some(Value::Array(subjects)) = document.get_mut("subjects") {
        for subject in subjects {
            subject["namespace"] = json!(home);
        }
    }
}
