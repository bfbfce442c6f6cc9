//! The proxy's memory: every request, within bounds.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hyper::body::Bytes;

use super::request::Logged;

/// A place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u64);

impl Mark {
    pub(super) const START: Self = Self(0);
}

/// How many requests are kept. A full log refuses further requests instead of forgetting earlier
/// ones, because a test that counts would count wrongly.
const REQUESTS: usize = 100_000;

/// How much memory bodies may take; beyond it, requests are logged without theirs.
const BODIES: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Log(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    entries: Vec<Logged>,
    /// The number of the first entry.
    first: u64,
    bodies: usize,
    /// Writes that were not answered yet.
    open: usize,
    /// When something last happened that [`Log::quiet_for`] looks at.
    active: Instant,
}

impl Default for Log {
    fn default() -> Self {
        Self(Mutex::new(Inner {
            entries: Vec::new(),
            first: 0,
            bodies: 0,
            open: 0,
            active: Instant::now(),
        }))
    }
}

/// A write that is on its way; dropping it says that it is answered, or given up.
#[derive(Debug)]
pub(super) struct Open<'a>(&'a Log);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.open -= 1;
        inner.active = Instant::now();
    }
}

impl Log {
    /// Enters a request and gives it its number; `None` if the log is full.
    pub(super) fn enter(&self, logged: &mut Logged) -> Option<()> {
        let mut inner = self.lock();
        if inner.entries.len() >= REQUESTS {
            return None;
        }
        logged.number = inner.first + inner.entries.len() as u64;
        let mut entry = logged.clone();
        let size = entry.body.as_ref().map_or(0, Bytes::len);
        if inner.bodies + size > BODIES {
            entry.body = None;
        } else {
            inner.bodies += size;
        }
        inner.entries.push(entry);
        Some(())
    }

    /// Counts a write as being on its way.
    pub(super) fn open(&self, logged: &Logged) -> Option<Open<'_>> {
        (logged.is_write() && !logged.is_background()).then(|| {
            let mut inner = self.lock();
            inner.open += 1;
            inner.active = Instant::now();
            Open(self)
        })
    }

    /// Notes what became of a request; nothing if it was cleared away.
    pub(super) fn note(&self, number: u64, note: impl FnOnce(&mut Logged)) {
        let mut inner = self.lock();
        let index = number.checked_sub(inner.first).map(usize::try_from);
        if let Some(Ok(index)) = index
            && let Some(entry) = inner.entries.get_mut(index)
        {
            note(entry);
        }
    }

    /// Says that a watch has passed on an event.
    pub(super) fn active(&self) {
        self.lock().active = Instant::now();
    }

    /// How long nothing has happened; `None` while a write is on its way.
    pub(super) fn quiet_for(&self) -> Option<Duration> {
        let inner = self.lock();
        (inner.open == 0).then(|| inner.active.elapsed())
    }

    pub(super) fn mark(&self) -> Mark {
        let inner = self.lock();
        Mark(inner.first + inner.entries.len() as u64)
    }

    pub(super) fn since(&self, mark: Mark) -> Vec<Logged> {
        let inner = self.lock();
        let entries = inner.entries.iter();
        entries
            .filter(|entry| entry.number >= mark.0)
            .cloned()
            .collect()
    }

    pub(super) fn clear(&self) {
        let mut inner = self.lock();
        inner.first += inner.entries.len() as u64;
        inner.entries.clear();
        inner.bodies = 0;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // No panic can happen while the lock is held, and a log is worth reading even so.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
