//! Where an expression stands: what it may see, and what becomes of its value.

use std::cell::Cell;
use std::rc::Rc;

use super::facts::TypeFacts;
use crate::model::{ChildKind, Cond, Local, Port, RustIdent, Type};

/// The surroundings of an expression.
#[derive(Clone)]
pub(super) struct Scope<'a> {
    pub(super) reach: Reach,
    pub(super) view: View,
    pub(super) place: Place,
    /// The node type whose constants are folded; `None` for what all node types share.
    pub(super) node_type: Option<&'a TypeFacts>,
    pub(super) locals: Vec<Variable>,
    /// The innermost last.
    pub(super) narrowed: Vec<Narrowed>,
    /// The ports of the container that is described; `None`: the node type's.
    pub(super) ports: Option<Rc<Vec<Port>>>,
    /// The key or variable that the value is for, to name it in help.
    pub(super) entry: Option<String>,
    /// Where the value ends up (D8).
    pub(super) targets: Vec<Target>,
}

/// Who shares what is being built: a wider child sees only what its scope sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Nothing but constants.
    Constant,
    Cluster,
    ConfigGroup,
    Node,
    /// A node and one of its storage entries.
    Storage,
}

/// What the value becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A part of a name.
    Name,
    Label,
    /// Written to a config map by a file.
    File,
    /// Written to a config map as data.
    ConfigMap,
    /// `command` and `args`.
    Arguments,
    Env,
    /// A field of a Kubernetes type.
    Kubernetes,
    /// A condition or the list of a loop: read, not written.
    Condition,
    /// The path of a request, or its body.
    Request,
    /// What of a resource is read outside of requests: its id, its parent, its status.
    Resource,
    /// Where a server is, and the Secret that a request proves itself by.
    Server,
}

/// Whose expressions these are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The cluster's, or those of its node types.
    Cluster,
    /// Those of a kind outside of Kubernetes; `json`: where a text that is no JSON can be reported.
    Resource { json: bool },
    /// Those of a server, which sees the custom resource that it belongs to, if it belongs to one.
    Server { of_parent: bool },
}

impl Place {
    /// Whether a value that only the pod knows can be a variable here.
    pub(super) fn takes_late(self) -> bool {
        matches!(self, Self::Arguments | Self::Env)
    }

    pub(super) fn is_stored(self) -> bool {
        matches!(self, Self::File | Self::ConfigMap)
    }
}

/// A variable of `$for`.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) local: Local,
    pub(super) ty: Type,
    /// The path that it runs over, for the D8 map.
    pub(super) cr_path: Option<String>,
    /// The node type of its pods or nodes.
    pub(super) of: Option<String>,
}

/// A path that a condition found present.
#[derive(Clone, Debug)]
pub(super) struct Narrowed {
    /// The path as it is written in canonical form.
    pub(super) written: String,
    pub(super) steps: usize,
    pub(super) local: Local,
    pub(super) ty: Type,
    pub(super) cr_path: Option<String>,
    pub(super) used: Rc<Cell<bool>>,
}

/// A place in a child.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) kind: Vec<ChildKind>,
    pub(super) path: String,
    pub(super) restarts: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(reach: Reach, place: Place, node_type: Option<&'a TypeFacts>) -> Self {
        Self {
            reach,
            view: View::Cluster,
            place,
            node_type,
            locals: Vec::new(),
            narrowed: Vec::new(),
            ports: None,
            entry: None,
            targets: Vec::new(),
        }
    }

    pub(super) fn to(
        mut self,
        kind: &[ChildKind],
        path: impl Into<String>,
        restarts: bool,
    ) -> Self {
        self.targets = Vec::new();
        self.and(kind, path, restarts)
    }

    /// The value ends up there too.
    pub(super) fn and(
        mut self,
        kind: &[ChildKind],
        path: impl Into<String>,
        restarts: bool,
    ) -> Self {
        self.targets.push(Target {
            kind: kind.to_vec(),
            path: path.into(),
            restarts,
        });
        self
    }

    /// What a kind outside of Kubernetes, or its server, knows.
    pub(super) fn outside(view: View, place: Place) -> Self {
        Self {
            view,
            ..Self::new(Reach::Cluster, place, None)
        }
    }

    pub(super) fn entry(&self, name: &str) -> Self {
        let mut scope = self.clone();
        scope.entry = Some(name.to_owned());
        scope
    }

    /// The same surroundings for a condition or the list of a loop.
    pub(super) fn reading(&self) -> Self {
        let mut scope = self.clone();
        scope.place = Place::Condition;
        scope
    }

    pub(super) fn with_narrowed(&self, narrowed: &[Narrowed]) -> Self {
        let mut scope = self.clone();
        scope.narrowed.extend(narrowed.iter().cloned());
        scope
    }

    /// A local whose name hides nothing that is in scope.
    pub(super) fn local(&self, ident: &RustIdent) -> Local {
        // What the functions of a generated node type call their own.
        const TAKEN: &[&str] = &[
            "node", "cr", "server", "headless", "main", "shared", "problems", "labels",
        ];
        let taken = |name: &str| {
            TAKEN.contains(&name)
                || self
                    .locals
                    .iter()
                    .any(|known| known.local.0.as_str() == name)
                || self
                    .narrowed
                    .iter()
                    .any(|known| known.local.0.as_str() == name)
        };
        let stem = ident.as_str();
        let bare = stem.strip_prefix("r#").unwrap_or(stem);
        let numbered = (2..).map(|number| format!("{bare}_{number}"));
        let name = std::iter::once(stem.to_owned())
            .chain(numbered)
            .find(|name| !taken(name));
        name.and_then(|name| RustIdent::new(name).ok())
            .map_or_else(|| Local(ident.clone()), Local)
    }
}

/// Notes in a condition which of its bindings the body used.
pub(super) fn mark_used(cond: &mut Cond, narrowed: &[Narrowed]) {
    match cond {
        Cond::Present {
            bind: Some(bind), ..
        } => {
            bind.used = narrowed
                .iter()
                .any(|known| known.local == bind.local && known.used.get());
        }
        Cond::All(parts) | Cond::Any(parts) => {
            for part in parts {
                mark_used(part, narrowed);
            }
        }
        Cond::Not(inner) => mark_used(inner, narrowed),
        Cond::Present { bind: None, .. } | Cond::Bool(_) | Cond::Equal { .. } | Cond::In { .. } => {
        }
    }
}
