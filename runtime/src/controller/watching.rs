//! What all watches have in common: pauses after errors, and telling why.

use std::time::Duration;

use kube::runtime::utils::{Backoff, ResetTimerBackoff};
use kube::runtime::watcher;

use crate::admin::Readiness;
use crate::error::chain;

/// A watch that fails is tried again after 0.5 s, 1 s … 8 s: what was granted or installed works
/// within seconds.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
/// A watch begins its list with a success each time: only one that lives that long starts anew.
const RESET: Duration = Duration::from_secs(30);

pub(super) struct Pauses(Duration);

pub(super) fn pauses() -> ResetTimerBackoff<Pauses> {
    ResetTimerBackoff::new(Pauses(FIRST), RESET)
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let pause = self.0;
        self.0 = (pause * 2).min(LONGEST);
        Some(pause)
    }
}

impl Backoff for Pauses {
    fn reset(&mut self) {
        self.0 = FIRST;
    }
}

/// Tells what a watch waits for: once a reason in the log, and in readiness until its first list.
pub(super) struct Teller {
    what: String,
    told: Option<String>,
    readiness: Option<Readiness>,
}

impl Teller {
    pub(super) fn new(what: String, readiness: Readiness) -> Self {
        readiness.missing(&what, "not listed yet");
        Self {
            what,
            told: None,
            readiness: Some(readiness),
        }
    }

    /// Returns what the server says, where it refuses to list at all and that was not told before.
    pub(super) fn failed(&mut self, error: &watcher::Error) -> Option<String> {
        let why = explain(error);
        let mut refused = None;
        if let Some(readiness) = &self.readiness {
            readiness.missing(&self.what, why.as_str());
        }
        if self.told.as_ref() != Some(&why) {
            tracing::warn!(watch = self.what, why, "cannot watch; trying again");
            if matches!(
                error,
                watcher::Error::InitialListFailed(kube::Error::Api(status)) if status.code == 403
            ) {
                refused = Some(why.clone());
            }
            self.told = Some(why);
        }
        refused
    }

    /// Whether this was the first complete list.
    pub(super) fn listed(&mut self) -> bool {
        if self.told.take().is_some() {
            tracing::info!(watch = self.what, "watching");
        }
        match self.readiness.take() {
            Some(readiness) => {
                readiness.there(&self.what);
                true
            }
            None => false,
        }
    }
}

fn explain(error: &watcher::Error) -> String {
    let status = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => status,
        other => return chain(other),
    };
    match status.code {
        404 => "the API server does not know this kind: is its CustomResourceDefinition installed?"
            .to_owned(),
        _ => format!(
            "the API server answered {}: {}",
            status.code, status.message
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_eight_seconds() {
        let pauses: Vec<u128> = Pauses(FIRST)
            .take(6)
            .map(|pause| pause.as_millis())
            .collect();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 8000]);
    }
}
