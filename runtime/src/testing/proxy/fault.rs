//! Faults: which requests are failed.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::sync::watch;

use super::{
    action::Action,
    request::Logged,
    server::Shared,
    watch::{Flow, Matcher},
};

/// An action on some of the requests that match: the first one, unless said otherwise.
pub struct Fault {
    matches: Matcher,
    action: Action,
    first: u64,
    times: u64,
}

impl Fault {
    /// A fault on the first request from now on for which `matches` is true.
    ///
    /// It is shown the request as it arrived, so there is no status and no fault in it.
    pub fn new(matches: impl Fn(&Logged) -> bool + Send + Sync + 'static, action: Action) -> Self {
        Self {
            matches: Box::new(matches),
            action,
            first: 1,
            times: 1,
        }
    }

    /// Lets the first `n - 1` matching requests pass.
    pub fn nth(mut self, n: u64) -> Self {
        self.first = n;
        self
    }

    /// Acts on so many matching requests in a row.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Acts on every matching request, until [`Injected::remove`].
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("action", &self.action)
            .field("first", &self.first)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

/// A fault in a proxy.
#[derive(Debug)]
pub(super) struct Armed {
    fault: Fault,
    seen: AtomicU64,
    hits: Mutex<Vec<u64>>,
    removed: AtomicBool,
    released: watch::Sender<bool>,
}

impl Armed {
    pub(super) fn action(&self) -> &Action {
        &self.fault.action
    }

    /// Waits for [`Injected::release`].
    pub(super) async fn released(&self) {
        let mut released = self.released.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = released.wait_for(|released| *released).await;
    }

    /// Whether there was an [`Injected::release`].
    pub(super) fn is_released(&self) -> bool {
        *self.released.borrow()
    }

    fn applies(&self, logged: &Logged) -> bool {
        if self.removed.load(Ordering::Relaxed) || !(self.fault.matches)(logged) {
            return false;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        number >= self.fault.first && number - self.fault.first < self.fault.times
    }

    fn hits(&self) -> Vec<u64> {
        let hits = self.hits.lock().unwrap_or_else(PoisonError::into_inner);
        hits.clone()
    }
}

/// A fault that was injected. Dropping this leaves the fault in force.
#[derive(Debug)]
pub struct Injected {
    shared: Arc<Shared>,
    armed: Arc<Armed>,
}

impl Injected {
    /// The numbers of the requests that it has acted on.
    pub fn hits(&self) -> Vec<u64> {
        self.armed.hits()
    }

    /// Lets go what it holds or freezes, now and from now on.
    pub fn release(&self) {
        // `send_replace`, since nobody may be waiting at the moment.
        self.armed.released.send_replace(true);
        let hits = self.hits();
        if matches!(self.armed.action(), Action::FreezeWatch { .. }) {
            let frozen = |logged: &Logged| hits.contains(&logged.number);
            self.shared.watches.turn(frozen, Flow::Run);
        }
    }

    /// Takes the fault away and lets go what it holds.
    pub fn remove(self) {
        self.armed.removed.store(true, Ordering::Relaxed);
        self.release();
    }
}

pub(super) fn inject(shared: &Arc<Shared>, fault: Fault) -> Injected {
    let armed = Arc::new(Armed {
        fault,
        seen: AtomicU64::new(0),
        hits: Mutex::default(),
        removed: AtomicBool::new(false),
        released: watch::Sender::new(false),
    });
    shared
        .faults
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(armed.clone());
    Injected {
        shared: shared.clone(),
        armed,
    }
}

/// The faults of a proxy, in the order of injection.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<Arc<Armed>>>);

impl Faults {
    /// The fault that acts on a request. Each fault counts what matches it, also what another
    /// one acts on.
    pub(super) fn pick(&self, logged: &Logged) -> Option<Arc<Armed>> {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let applying: Vec<_> = faults
            .iter()
            .filter(|armed| armed.applies(logged))
            .collect();
        let armed = applying.first()?;
        armed
            .hits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(logged.number);
        Some((*armed).clone())
    }
}
