//! A configuration file: one key of a config map, mounted where the application reads it.

use std::sync::Arc;

use super::children::{Child, Children, MapPart, sealed::Sealed};
use super::meta::{Scope, SharedOrigin};
use crate::cluster::Cluster;
use crate::encode::{self, Encoded, Laid, Layers, Text};
use crate::names;
use crate::node::Node;
use crate::problem::Problem;

/// Names of the config maps of the three scopes.
#[derive(Clone, Debug)]
pub(crate) struct MapNames {
    pub(crate) node: String,
    pub(crate) group: String,
    pub(crate) cluster: String,
}

/// A file in a config map. By default each node has its own, and it is mounted alone.
#[derive(Clone, Debug)]
pub struct File {
    origin: SharedOrigin,
    /// The manifest's name, for messages.
    key_in_manifest: String,
    path: String,
    names: MapNames,
    scope: Scope,
    map: Option<String>,
    text: String,
    mode: i32,
    whole_directory: bool,
    restart: bool,
    problems: Vec<Problem>,
    notes: Vec<Problem>,
}

/// What a pod needs to know of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileMount {
    pub(crate) map: String,
    pub(crate) key: String,
    pub(crate) path: String,
    pub(crate) mode: i32,
    pub(crate) whole_directory: bool,
    /// The text, if a change of it restarts the pods.
    pub(crate) digested: Option<String>,
}

impl FileMount {
    /// The directory that the file lies in.
    pub(crate) fn directory(&self) -> &str {
        self.path
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory)
    }
}

impl<C: Cluster> Node<'_, C> {
    /// A file at `path`; its last segment is the config map's key. `file` names it in messages.
    pub fn file(&self, file: &str, path: impl Into<String>) -> File {
        let path = path.into();
        let problems = names::path_fault(&path)
            .map(|fault| {
                self.origin()
                    .problem(format!("the path `{path}` of file `{file}` {fault}"))
            })
            .into_iter()
            .collect();
        File {
            origin: Arc::clone(self.origin()),
            key_in_manifest: file.to_owned(),
            path,
            names: MapNames {
                node: C::config_map_name(self),
                group: C::group_config_map_name(self),
                cluster: C::cluster_config_map_name(self.cr),
            },
            scope: self.origin().own_scope(),
            map: None,
            text: String::new(),
            mode: 0o444,
            whole_directory: false,
            restart: true,
            problems,
            notes: Vec::new(),
        }
    }
}

impl File {
    /// Where the file is in the container.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// One file for all nodes of an app config group.
    pub fn per_config_group(mut self) -> Self {
        self.scope = Scope::Group(self.origin.group.clone());
        self
    }

    /// One file for all nodes.
    pub fn per_cluster(mut self) -> Self {
        self.scope = Scope::Cluster;
        self
    }

    /// The config map's name, where it is not the one of the file's scope.
    pub fn config_map_name(mut self, name: impl Into<String>) -> Self {
        self.map = Some(name.into());
        self
    }

    /// Mounts the file's directory, which a kubelet refreshes, instead of the file alone.
    pub fn mount_dir(mut self) -> Self {
        self.whole_directory = true;
        self
    }

    /// The file's permissions.
    pub fn mode(mut self, mode: i32) -> Self {
        self.mode = mode;
        self
    }

    /// A changed file restarts no pod.
    pub fn on_change_keep(mut self) -> Self {
        self.restart = false;
        self
    }

    /// The lines as they are.
    pub fn text(self, text: Text) -> Self {
        self.encoded(text.encode())
    }

    pub fn yaml(self, layers: Layers) -> Self {
        self.tree(layers, encode::yaml)
    }

    pub fn json(self, layers: Layers) -> Self {
        self.tree(layers, encode::json)
    }

    pub fn properties(self, layers: Layers) -> Self {
        self.tree(layers, encode::properties)
    }

    fn tree(mut self, layers: Layers, encoder: fn(&serde_json::Value) -> Encoded) -> Self {
        let Laid {
            tree,
            overruled,
            faults,
        } = layers.into_laid();
        for key in overruled {
            self.notes.push(Problem {
                path: self.origin.config_path.clone(),
                message: format!(
                    "sets `{}` of the file `{}` ({}), which the operator decides: it has no effect",
                    key.escape_debug(),
                    self.key_in_manifest,
                    self.path
                ),
            });
        }
        let mut out = encoder(&tree);
        out.faults.extend(faults);
        self.encoded(out)
    }

    fn encoded(mut self, encoded: Encoded) -> Self {
        for fault in encoded.faults {
            let message = format!(
                "the file `{}` ({}) {fault}",
                self.key_in_manifest, self.path
            );
            self.problems.push(self.origin.problem(message));
        }
        self.text = encoded.text;
        self
    }

    fn map_name(&self) -> &str {
        self.map.as_deref().unwrap_or(match self.scope {
            Scope::Node(_) => &self.names.node,
            Scope::Group(_) => &self.names.group,
            Scope::Cluster => &self.names.cluster,
        })
    }

    fn key(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    pub(crate) fn mount(&self) -> FileMount {
        FileMount {
            map: self.map_name().to_owned(),
            key: self.key().to_owned(),
            path: self.path.clone(),
            mode: self.mode,
            whole_directory: self.whole_directory,
            digested: self.restart.then(|| self.text.clone()),
        }
    }
}

impl Sealed for File {}

impl Child for File {
    fn add_to(self, children: &mut Children) {
        children.maps.push(MapPart {
            name: self.map_name().to_owned(),
            scope: self.scope.clone(),
            origin: Arc::clone(&self.origin),
            data: [(self.key().to_owned(), self.text)].into(),
        });
        children.problems.extend(self.problems);
        children.notes.extend(self.notes);
    }
}
