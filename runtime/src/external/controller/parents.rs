//! The clusters that objects live in: which there are, and how they stand.

use std::convert::Infallible;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use kube::core::NamespaceResourceScope;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;

use super::pass::Pass;
use crate::controller::resources::{Resources, Written};
use crate::external::External;
use crate::guard::Guarded;
use crate::operator::Process;
use crate::spec::{ClusterStatus, condition};

/// Watches of parents.
pub(super) type Watch<P> = Resources<P>;

/// All parents of one kind.
pub(super) struct Parents<P>
where
    P: Resource<DynamicType = (), Scope = NamespaceResourceScope> + 'static,
{
    /// None for a kind that has none.
    store: Option<Store<Guarded<P>>>,
    listed: AtomicBool,
}

/// One parent, as it is known.
#[derive(Clone, Debug)]
pub(super) enum Parent<P> {
    /// The resource has none.
    None,
    /// The list is not complete yet.
    Unknown,
    Missing,
    There(There<P>),
}

#[derive(Clone, Debug)]
pub(super) struct There<P> {
    /// None where it does not decode.
    pub(super) cr: Option<Arc<P>>,
    pub(super) ready: bool,
    pub(super) ending: bool,
    uid: String,
    generation: i64,
}

impl<P> Parent<P> {
    /// Changes with everything that matters about it.
    pub(super) fn stamp(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Unknown => "unknown".to_owned(),
            Self::Missing => "missing".to_owned(),
            Self::There(there) => format!(
                "{} {} {} {}",
                there.uid, there.generation, there.ready, there.ending
            ),
        }
    }

    pub(super) fn cr(&self) -> Option<Arc<P>> {
        match self {
            Self::There(there) => there.cr.clone(),
            _ => None,
        }
    }
}

struct NothingWritten;

impl Written<ClusterStatus> for NothingWritten {
    fn written(&self, _: &(String, String)) -> Option<ClusterStatus> {
        None
    }
}

impl<P> Parents<P>
where
    P: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned
        + Send
        + Sync
        + 'static,
{
    /// The parents of `children`, and the watch that feeds them.
    pub(super) fn new(process: &Process, children: &str) -> (Self, Option<Watch<P>>) {
        let plural = P::plural(&());
        let watch = (!plural.is_empty()).then(|| {
            let what = format!("{plural} (parents of {children})");
            Resources::new(process, what, Arc::new(NothingWritten))
        });
        let parents = Self {
            listed: AtomicBool::new(watch.is_none()),
            store: watch.as_ref().map(Resources::store),
        };
        (parents, watch)
    }

    /// The parent of this name.
    pub(super) fn look(&self, namespace: &str, name: Option<&str>) -> Parent<P> {
        let (Some(store), Some(name)) = (&self.store, name) else {
            return Parent::None;
        };
        let found = store.get(&ObjectRef::new(name).within(namespace));
        match found {
            None if self.listed.load(Ordering::Acquire) => Parent::Missing,
            None => Parent::Unknown,
            Some(found) => {
                let (cr, ready) = match &*found {
                    Guarded::Sound(sound) => {
                        let ready = sound
                            .status
                            .as_ref()
                            .and_then(|status| status.condition(condition::READY));
                        let ready = ready.is_some_and(|ready| ready.status == "True");
                        (Some(Arc::new(sound.cr.clone())), ready)
                    }
                    Guarded::Unsound(_) => (None, false),
                };
                let meta = found.meta();
                Parent::There(There {
                    cr,
                    ready,
                    ending: meta.deletion_timestamp.is_some(),
                    uid: meta.uid.clone().unwrap_or_default(),
                    generation: meta.generation.unwrap_or_default(),
                })
            }
        }
    }
}

/// How often it is looked whether there is a resource by now; in memory, and only until there is one.
const UNUSED: Duration = Duration::from_millis(100);

/// Watches the parents, and wakes the resources of one that changed.
///
/// A parent may be a megabyte, and each kind has its own copy of it: none is read before there is a resource that can
/// have one.
pub(super) async fn follow<K: External>(pass: Arc<Pass<K>>, watch: Watch<K::Parent>) {
    while pass.store.state().is_empty() {
        tokio::time::sleep(UNUSED).await;
    }
    let (triggers, mut changed) = futures::channel::mpsc::unbounded();
    let (first, mut unlisted) = tokio::sync::mpsc::channel::<Infallible>(1);
    let told = async {
        // All senders are dropped when everything was listed once.
        let None = unlisted.recv().await;
        pass.parents.listed.store(true, Ordering::Release);
        for child in pass.store.state() {
            pass.trigger(&child);
        }
    };
    let woken = async {
        while let Some(parent) = changed.next().await {
            let parent: ObjectRef<Guarded<K::Parent>> = parent;
            let namespace = parent.namespace.unwrap_or_default();
            for child in pass.store.state() {
                if child.namespace().as_deref() != Some(namespace.as_str()) {
                    continue;
                }
                if let Guarded::Sound(sound) = &*child
                    && parent_of(&sound.cr).as_ref() == Some(&parent.name)
                {
                    pass.trigger(&child);
                }
            }
        }
    };
    tokio::join!(watch.follow(triggers, first), told, woken);
}

/// The parent's name. A panic in what an operator's author wrote costs this resource only.
pub(super) fn parent_of<K: External>(cr: &K) -> Option<String> {
    catch_unwind(AssertUnwindSafe(|| cr.parent())).unwrap_or_default()
}
