//! What all controllers of a process share; cheap to clone.

use std::sync::Arc;

use kube::Client;
use tokio::sync::watch;

use super::settings::Settings;
use crate::admin::Readiness;
use crate::error::Closed;
use crate::lease::Leadership;
use crate::metrics::Metrics;

/// The process, as its controllers see it.
#[derive(Clone)]
pub(crate) struct Process {
    /// The operator's name: field manager, and value of the label `managed-by`.
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) client: Client,
    pub(crate) settings: Arc<Settings>,
    pub(crate) metrics: Metrics,
    pub(crate) readiness: Readiness,
    pub(crate) leadership: Leadership,
    pub(crate) stopping: Stopping,
}

impl Process {
    /// Whether a request that changes something may be started.
    pub(crate) fn may_write(&self) -> Result<(), Closed> {
        if self.stopping.is_set() {
            Err(Closed::Stopping)
        } else if self.leadership.may_write() {
            Ok(())
        } else {
            Err(Closed::NoLease)
        }
    }
}

/// Set once, when the process begins to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stopping(Arc<watch::Sender<bool>>);

impl Stopping {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    pub(crate) fn set(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the process begins to stop.
    pub(crate) async fn wait(&self) {
        // We hold the sender: it cannot be gone.
        drop(self.0.subscribe().wait_for(|stopping| *stopping).await);
    }
}
