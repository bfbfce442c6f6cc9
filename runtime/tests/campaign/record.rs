//! Who was there: every object that a namespace has seen, by its uid.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use kube::runtime::watcher::{Config, Event, watcher};
use tokio::task::JoinSet;

use crate::scene::Scene;
use crate::state::KINDS;

/// Uids by kind and name.
type Seen = BTreeMap<String, BTreeSet<String>>;

/// Watches a namespace from beside the operator.
pub(crate) struct Record {
    seen: Arc<Mutex<Seen>>,
    _watches: JoinSet<()>,
}

impl Record {
    pub(crate) fn start(scene: &Scene) -> Self {
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let mut watches = JoinSet::new();
        for kind in KINDS {
            let (api, seen) = (scene.api(kind), Arc::clone(&seen));
            watches.spawn(async move {
                let events = watcher(api, Config::default()).filter_map(|event| async {
                    // What fails is listed again.
                    event.ok()
                });
                let mut events = std::pin::pin!(events);
                while let Some(event) = events.next().await {
                    let (Event::Apply(object) | Event::InitApply(object)) = event else {
                        continue;
                    };
                    let name = object.metadata.name.unwrap_or_default();
                    let uid = object.metadata.uid.unwrap_or_default();
                    seen.lock()
                        .unwrap()
                        .entry(format!("{kind} {name}"))
                        .or_default()
                        .insert(uid);
                }
            });
        }
        Self {
            seen,
            _watches: watches,
        }
    }

    /// How often each object was made.
    pub(crate) fn made(&self) -> BTreeMap<String, usize> {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .filter(|(id, _)| *id != "ConfigMap kube-root-ca.crt")
            .map(|(id, uids)| (id.clone(), uids.len()))
            .collect()
    }
}
