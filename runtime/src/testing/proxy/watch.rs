//! The open watches of a proxy, which can be cut, expired and frozen.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::{request::Logged, server::Shared};

/// Which requests are meant.
pub(super) type Matcher = Box<dyn Fn(&Logged) -> bool + Send + Sync>;

/// What a watch does with its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Passes them on.
    Run,
    /// Leaves them where they are; the API server's connection fills up.
    Frozen,
    /// Breaks its connection.
    Cut,
    /// Says that the position is too old, and ends.
    Expire,
}

/// The open watches of a proxy, and which are to be frozen.
#[derive(Default)]
pub(super) struct Watches(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    open: BTreeMap<u64, Live>,
    freezes: BTreeMap<u64, Matcher>,
    next: u64,
}

struct Live {
    logged: Logged,
    flow: watch::Sender<Flow>,
}

impl Watches {
    /// Sets the flow of all open watches that match, and says how many those are.
    pub(super) fn turn(&self, matches: impl Fn(&Logged) -> bool, flow: Flow) -> usize {
        let inner = self.lock();
        let mut turned = 0;
        for live in inner.open.values().filter(|live| matches(&live.logged)) {
            // `send_replace`, since the stream may not be looking at the moment.
            live.flow.send_replace(flow);
            turned += 1;
        }
        turned
    }

    pub(super) fn open(&self, logged: &Logged) -> watch::Receiver<Flow> {
        let mut inner = self.lock();
        let frozen = inner.freezes.values().any(|matches| matches(logged));
        let (flow, seen) = watch::channel(if frozen { Flow::Frozen } else { Flow::Run });
        let logged = logged.clone();
        inner.open.insert(logged.number, Live { logged, flow });
        seen
    }

    pub(super) fn set(&self, number: u64, flow: Flow) {
        if let Some(live) = self.lock().open.get(&number) {
            live.flow.send_replace(flow);
        }
    }

    pub(super) fn close(&self, number: u64) {
        self.lock().open.remove(&number);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A matcher that panics leaves the maps whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Watches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().open.keys()).finish()
    }
}

/// Watches that are held back; dropping it lets them go on.
#[derive(Debug)]
pub struct Freeze {
    shared: Arc<Shared>,
    id: u64,
}

impl Freeze {
    /// Lets the watches go on: what was held back is passed on.
    pub fn thaw(self) {
        self.lift(Flow::Run);
    }

    /// Ends the watches with `ERROR 410`: what was held back is never seen.
    pub fn expire(self) {
        self.lift(Flow::Expire);
    }

    fn lift(&self, flow: Flow) {
        let mut inner = self.shared.watches.lock();
        let Some(matches) = inner.freezes.remove(&self.id) else {
            return;
        };
        for live in inner.open.values() {
            let still = inner.freezes.values().any(|other| other(&live.logged));
            if matches(&live.logged) && !still {
                live.flow.send_replace(flow);
            }
        }
    }
}

impl Drop for Freeze {
    fn drop(&mut self) {
        self.lift(Flow::Run);
    }
}

pub(super) fn freeze(shared: &Arc<Shared>, matches: Matcher) -> Freeze {
    let mut inner = shared.watches.lock();
    for live in inner.open.values().filter(|live| matches(&live.logged)) {
        live.flow.send_replace(Flow::Frozen);
    }
    let id = inner.next;
    inner.next += 1;
    inner.freezes.insert(id, matches);
    drop(inner);
    Freeze {
        shared: shared.clone(),
        id,
    }
}
