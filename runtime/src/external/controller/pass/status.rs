//! The one write of a status per pass, and only where it differs.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use serde_json::json;
use tokio::time::Instant;

use super::{Ending, Key, Pass};
use crate::controller::own::{StatusGate, apply_status};
use crate::error::{RequestError, chain};
use crate::external::External;
use crate::external::controller::report::{Report, Reporter};
use crate::guard::Sound;
use crate::metrics::PassResult;
use crate::observe::Subject;
use crate::spec::ExternalStatus;

/// After a write that failed.
const AGAIN: Duration = Duration::from_secs(5);

impl<K: External> Pass<K> {
    /// Writes the status, if it changed and was not just written. Returns when to try again.
    pub(super) async fn write_status(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        report: &Report,
    ) -> Option<Duration> {
        self.tracks
            .with(key, |track| track.last = Some(report.clone()));
        self.write(key, sound, subject, Some(report)).await
    }

    pub(super) async fn write_paused(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
    ) -> Option<Duration> {
        self.write(key, sound, subject, None).await
    }

    /// Nothing is due; but a status that was not written, or that somebody changed, is.
    pub(super) async fn rest(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        left: Duration,
    ) -> Ending {
        let last = self.tracks.look(key, |track| track.last.clone()).flatten();
        let status_again = match last {
            Some(mut report) => {
                // That was then.
                report.word = None;
                self.write(key, sound, subject, Some(&report)).await
            }
            None => None,
        };
        Ending {
            result: PassResult::Waiting,
            again: Some(super::sooner(left, status_again)),
        }
    }

    /// Without a report, the resource is paused.
    async fn write(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        report: Option<&Report>,
    ) -> Option<Duration> {
        let version = sound.cr.meta().resource_version.as_deref();
        let before = self.tracks.with(key, |track| {
            track.written.known(sound.status.as_ref(), version)
        });
        let reporter = Reporter {
            before: before.as_ref(),
            generation: subject.generation,
            now: Timestamp::now(),
            flat: K::FLAT_CONDITION.then(|| format!("{}Controller", subject.kind)),
        };
        let status = report.map_or_else(|| reporter.paused(), |report| reporter.status(report));
        if before.as_ref() == Some(&status) {
            return None;
        }
        let now = Instant::now();
        let pause = self
            .tracks
            .with(key, |track| track.written.begin(&status, now));
        if pause.is_some() {
            return pause;
        }
        let gate = StatusGate(&self.process);
        match apply_status::<K>(&self.server, &gate, subject, &json!(status)).await {
            Ok(version) => {
                self.tracks.with(key, |track| track.written.done(version));
                None
            }
            Err(RequestError::Closed(_)) => None,
            // The resource went before its status.
            Err(error) if matches!(error.code(), 404 | 409) => None,
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(resource = subject.name, error, "failed to write the status");
                self.tracks.with(key, |track| track.written.failed());
                Some(AGAIN)
            }
        }
    }
}
