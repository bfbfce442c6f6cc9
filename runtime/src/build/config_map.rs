//! A config map that is no file: data for `envFrom`, or of the whole cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Shared;
use super::children::{Child, Children, MapPart, sealed::Sealed};
use super::meta::{Scope, SharedOrigin};
use crate::cluster::Cluster;
use crate::node::Node;

/// A config map. By default each node has its own.
#[derive(Clone, Debug)]
pub struct ConfigMap {
    origin: SharedOrigin,
    key: String,
    name: String,
    scope: Scope,
    data: BTreeMap<String, String>,
    restart: bool,
}

/// A config map that a container uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMapRef {
    pub(crate) name: String,
    /// The data, if a change of it restarts the pods.
    pub(crate) digested: Option<BTreeMap<String, String>>,
}

impl<C: Cluster> Node<'_, C> {
    /// A config map that the manifest calls `key`.
    pub fn config_map(&self, key: &str) -> ConfigMap {
        ConfigMap {
            origin: Arc::clone(self.origin()),
            key: key.to_owned(),
            name: format!("{}-{}-{key}", self.cr_name(), self.name()),
            scope: self.origin().own_scope(),
            data: BTreeMap::new(),
            restart: true,
        }
    }

    /// The cluster's config map of that key, if the resource has it.
    pub fn shared_config_map(&self, key: &str) -> Option<ConfigMapRef> {
        self.context.shared.get(key).cloned()
    }
}

impl<C: Cluster> Shared<'_, C> {
    /// A config map of the whole cluster; its nodes find it under `key`.
    pub fn config_map(&self, key: &str) -> ConfigMap {
        ConfigMap {
            origin: Arc::clone(&self.origin),
            key: key.to_owned(),
            name: format!("{}-{key}", self.origin.identity.instance),
            scope: Scope::Cluster,
            data: BTreeMap::new(),
            restart: true,
        }
    }
}

impl ConfigMap {
    /// The object's name, where it is not made of the names of the resource, the node and the key.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The name that the object has, for who mounts it by that.
    pub fn object_name(&self) -> &str {
        &self.name
    }

    /// Adds entries; a key that comes again is replaced.
    pub fn data<K, V>(mut self, data: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let data = data
            .into_iter()
            .map(|(key, value)| (key.into(), value.into()));
        self.data.extend(data);
        self
    }

    /// One config map for all nodes of an app config group.
    pub fn per_config_group(mut self) -> Self {
        self.scope = Scope::Group(self.origin.group.clone());
        self
    }

    /// A change restarts no pod.
    pub fn on_change_keep(mut self) -> Self {
        self.restart = false;
        self
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn reference(&self) -> ConfigMapRef {
        ConfigMapRef {
            name: self.name.clone(),
            digested: self.restart.then(|| self.data.clone()),
        }
    }
}

impl ConfigMapRef {
    /// The object's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Sealed for ConfigMap {}

impl Child for ConfigMap {
    fn add_to(self, children: &mut Children) {
        if self.scope == Scope::Cluster {
            children
                .shared
                .push((self.key().to_owned(), self.reference()));
        }
        children.maps.push(MapPart {
            name: self.name,
            scope: self.scope,
            origin: self.origin,
            data: self.data,
        });
    }
}
