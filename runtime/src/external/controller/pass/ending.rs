//! How a pass ends: what is remembered, reported and told, and when to come again.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::super::own;
use super::super::report::{Report, Success};
use super::super::talk::{Did, Doing, Fault, Talked};
use super::super::track::Track;
use super::{Ending, Key, Pass, sooner};
use crate::error::{RequestError, chain};
use crate::external::External;
use crate::external::Seen;
use crate::external::plan::Why;
use crate::guard::Sound;
use crate::metrics::PassResult;
use crate::observe::Subject;
use crate::spec::ExternalStatus;

impl<K: External> Pass<K> {
    pub(super) async fn talked(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        id: &str,
        talked: Talked,
    ) -> Ending {
        let resync = K::POLICY.resync.unwrap_or(self.process.settings.resync);
        let again = self
            .tracks
            .with(key, |track| track.settle(resync, Instant::now()));
        let (word, notice) = match &talked.did {
            Did::Nothing => (None, None),
            Did::Saw(seen) => {
                let report = saw(id, seen, talked.fields);
                return self.settled(key, sound, subject, &report, again).await;
            }
            Did::Found => (
                Some("CreateSuccess"),
                Some((
                    "Adopted",
                    "Adopt",
                    format!("`{id}` was there already, as it is asked for"),
                )),
            ),
            Did::Created { lost: false } => (
                Some("CreateSuccess"),
                Some(("CreateSuccess", "Create", format!("made `{id}`"))),
            ),
            Did::Created { lost: true } => (
                Some("CreateSuccess"),
                Some((
                    "DriftCorrected",
                    "Create",
                    format!("`{id}` was gone and was made again"),
                )),
            ),
            Did::Updated(Why::Changed) => (
                Some("UpdateSuccess"),
                Some(("UpdateSuccess", "Update", format!("changed `{id}`"))),
            ),
            Did::Updated(Why::Adopted) => (
                Some("UpdateSuccess"),
                Some((
                    "Adopted",
                    "Update",
                    format!("`{id}` was there already and was changed"),
                )),
            ),
            Did::Updated(Why::Drifted) => (
                Some("UpdateSuccess"),
                Some((
                    "DriftCorrected",
                    "Update",
                    format!("`{id}` was not as it is asked for, and was put right"),
                )),
            ),
        };
        let report = Report {
            ready: true,
            synced: Some(true),
            reason: "InSync",
            message: String::new(),
            word,
            success: Some(Success {
                id: id.to_owned(),
                applied: Some(talked.applied.text()),
                fields: talked.fields,
            }),
        };
        let ending = self.settled(key, sound, subject, &report, again).await;
        if let Some((reason, action, note)) = notice {
            tracing::info!(resource = %format!("{}/{}", key.0, key.1), "{note}");
            self.announce(&sound.cr, false, reason, action, note);
        }
        ending
    }

    async fn settled(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        report: &Report,
        again: Duration,
    ) -> Ending {
        let status_again = self.write_status(key, sound, subject, report).await;
        Ending {
            result: PassResult::Settled,
            again: Some(sooner(again, status_again)),
        }
    }

    pub(super) async fn failed(
        &self,
        key: &Key,
        sound: &Sound<K, ExternalStatus>,
        subject: &Subject,
        fault: Fault,
    ) -> Ending {
        let resync = K::POLICY.resync.unwrap_or(self.process.settings.resync);
        let now = Instant::now();
        let was_there = own::fixed(sound).is_some();
        let first = if was_there {
            "UpdateFail"
        } else {
            "CreateFail"
        };
        let (report, again, result) = match fault {
            Fault::Kubernetes(error)
                if matches!(error, RequestError::Closed(_))
                    || matches!(error.code(), 404 | 409) =>
            {
                return self.hindered(key, &error);
            }
            Fault::Kubernetes(error) => {
                let report = Report {
                    reason: error.reason(),
                    message: chain(&error),
                    synced: (!was_there).then_some(false),
                    word: Some(first),
                    ..Report::default()
                };
                let again = self.tracks.with(key, |track| track.fail(None, now));
                (report, Some(again), PassResult::Failed)
            }
            Fault::Invalid(problems) => {
                let report = Report {
                    reason: "Invalid",
                    message: problems.to_string().replace('\n', "; "),
                    synced: Some(false),
                    word: Some(first),
                    ..Report::default()
                };
                self.tracks.with(key, Track::wake);
                (report, None, PassResult::Failed)
            }
            Fault::Held { reason, message } => {
                let report = Report {
                    reason,
                    message,
                    // What was told before still holds where only the parent is away.
                    synced: (reason == "NotSupported" || !was_there).then_some(false),
                    word: Some(first),
                    ..Report::default()
                };
                let again = self.tracks.with(key, |track| track.wait(resync, now));
                (report, Some(again), PassResult::Waiting)
            }
            Fault::Remote(doing, error) => {
                let word = match doing {
                    Doing::Create => "CreateFail",
                    Doing::Update => "UpdateFail",
                    Doing::Delete => "DeleteFail",
                    Doing::Look => first,
                };
                let report = Report {
                    reason: error.reason(),
                    message: error.to_string(),
                    synced: (doing != Doing::Look || !was_there).then_some(false),
                    word: Some(word),
                    ..Report::default()
                };
                let again = self
                    .tracks
                    .with(key, |track| track.fail(error.retry_after, now));
                (report, Some(again), PassResult::Failed)
            }
        };
        self.process.metrics.trouble(&K::kind(&()), report.reason);
        let status_again = self.write_status(key, sound, subject, &report).await;
        let is_new = self.tracks.with(key, |track| {
            track.tell(&format!("{}: {}", report.reason, report.message))
        });
        if is_new {
            tracing::warn!(resource = %format!("{}/{}", key.0, key.1), reason = report.reason, "{}", report.message);
            let reason = match report.word {
                _ if matches!(report.reason, "ParentMissing" | "ParentNotReady") => None,
                word => word,
            };
            if let Some(reason) = reason {
                let note = format!("{}: {}", report.reason, report.message);
                self.announce(&sound.cr, true, reason, "Reconcile", note);
            }
        }
        Ending {
            result,
            again: match (again, status_again) {
                (Some(again), status) => Some(sooner(again, status)),
                (None, status) => status,
            },
        }
    }

    /// The API server did not do what the pass needs: there is nothing to tell of the object.
    pub(super) fn hindered(&self, key: &Key, error: &RequestError) -> Ending {
        let now = Instant::now();
        let again = match error {
            // The watch brings the newer resource, or the process stops.
            RequestError::Closed(_) => None,
            // The store is behind.
            error if error.code() == 404 => None,
            error => {
                let code = error.code();
                let error = chain(error);
                let resource = format!("{}/{}", key.0, key.1);
                if code == 409 {
                    tracing::debug!(resource, error, "the resource changed meanwhile");
                } else {
                    tracing::warn!(resource, error, "the API server hinders a pass");
                }
                Some(self.tracks.with(key, |track| {
                    let wait = track.fail(None, now);
                    if code == 409 {
                        track.wake();
                    }
                    wait
                }))
            }
        };
        Ending {
            result: PassResult::Waiting,
            again,
        }
    }
}

/// An object that may only be looked at.
fn saw(id: &str, seen: &Seen, fields: Vec<(&'static str, Value)>) -> Report {
    let (ready, reason, message) = match seen {
        Seen::InSync => (true, "InSync", String::new()),
        Seen::Absent => (
            false,
            "NotFound",
            "the application has no such object, and none is made: it is only looked at".to_owned(),
        ),
        Seen::Differs(differences) => (false, "Differs", differences.clone()),
    };
    Report {
        ready,
        synced: Some(ready),
        reason,
        message,
        word: None,
        success: (*seen != Seen::Absent).then(|| Success {
            id: id.to_owned(),
            applied: None,
            fields,
        }),
    }
}
