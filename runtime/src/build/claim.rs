//! Claims: the ones that stand alone, and the templates of a `StatefulSet`.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{PersistentVolumeClaimVolumeSource, Volume, VolumeMount};
use serde_json::{Value, json};

use super::canonical;
use super::children::{Child, Children, Draft, sealed::Sealed};
use super::meta::{Origin, SharedOrigin};
use crate::cluster::{Cluster, StorageMode};
use crate::kind::{ChildKind, ObjectId};
use crate::labels;
use crate::node::Node;
use crate::spec::StorageConfig;

/// A claim that no `StatefulSet` makes: all pods of the node share it, and it outlives the resource
/// unless the k8s config group's retention policy says `whenDeleted: Delete`.
#[derive(Clone, Debug)]
pub struct Claim {
    origin: SharedOrigin,
    name: String,
    storage: StorageConfig,
    /// Where the resource says how much storage it asks for.
    size_path: String,
    /// It goes with the resource.
    owned: bool,
}

/// The volumes of a node as its workload has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Storage {
    pub(crate) templates: Vec<Value>,
    pub(crate) volumes: Vec<Volume>,
    pub(crate) mounts: Vec<VolumeMount>,
    /// Names of the claim templates.
    pub(crate) template_names: Vec<String>,
    /// For each of them, where the resource says how much storage it asks for.
    pub(crate) size_paths: Vec<String>,
}

impl<C: Cluster> Node<'_, C> {
    /// The node's claims that stand alone; none where the `StatefulSet` makes them.
    pub fn claims(&self) -> Vec<Claim> {
        if self.storage_mode() != StorageMode::Claim {
            return Vec::new();
        }
        self.k8s
            .storage()
            .iter()
            .enumerate()
            .map(|(index, storage)| Claim {
                origin: Arc::clone(self.origin()),
                name: C::claim_name(self, storage),
                storage: storage.clone(),
                size_path: size_path(self.origin(), index),
                owned: self.k8s.retention().0 == Some("Delete"),
            })
            .collect()
    }

    pub(crate) fn storage_mode(&self) -> StorageMode {
        self.entry.node_type.rules().storage_mode(self.kind())
    }

    pub(crate) fn storage(&self) -> Storage {
        let mut out = Storage::default();
        let mode = self.storage_mode();
        for (index, storage) in self.k8s.storage().iter().enumerate() {
            let volume = match mode {
                StorageMode::Template => {
                    let name = C::claim_template_name(self, storage);
                    // Labels cannot be changed here: there are no more than what the watch needs,
                    // and those are the same as long as the workload lives.
                    let origin = self.origin();
                    let node = origin.node.as_deref().unwrap_or_default();
                    let labels = origin.identity.node(node);
                    out.templates.push(json!({
                        "metadata": {"name": name, "labels": labels},
                        "spec": canonical::value(&storage.spec),
                    }));
                    out.template_names.push(name.clone());
                    out.size_paths.push(size_path(origin, index));
                    name
                }
                StorageMode::Claim => {
                    out.volumes.push(Volume {
                        name: storage.name.clone(),
                        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                            claim_name: C::claim_name(self, storage),
                            read_only: None,
                        }),
                        ..Volume::default()
                    });
                    storage.name.clone()
                }
                StorageMode::Refuse => continue,
            };
            out.mounts.push(VolumeMount {
                name: volume,
                mount_path: storage.mount_path.clone(),
                ..VolumeMount::default()
            });
        }
        out
    }
}

/// Where the resource says how much storage an entry asks for.
fn size_path(origin: &Origin, index: usize) -> String {
    format!(
        "{}.storageConfig[{index}].spec.resources.requests.storage",
        origin.k8s_path
    )
}

impl Sealed for Claim {}

impl Child for Claim {
    fn add_to(self, children: &mut Children) {
        let storage = BTreeMap::from([(labels::STORAGE.to_owned(), self.storage.name)]);
        let id = ObjectId::new(
            ChildKind::PersistentVolumeClaim,
            self.origin.namespace.clone(),
            self.name.clone(),
        );
        if self.owned {
            children.owned_claims.insert(id.clone());
        }
        let key = (id, self.name.clone());
        children.sizes.insert(key, self.size_path);
        children.drafts.push(Draft {
            kind: ChildKind::PersistentVolumeClaim,
            name: self.name,
            origin: self.origin,
            labels: storage,
            annotations: BTreeMap::new(),
            spec: canonical::value(&self.storage.spec),
        });
    }
}
