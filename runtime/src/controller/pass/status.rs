//! The one write of a status per pass, and the one read that settles a doubt about the resource.

use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use serde_json::json;
use tokio::time::Instant;

use super::Pass;
use crate::cluster::{Cluster, NodeFields};
use crate::controller::own::{self, StatusGate};
use crate::controller::track::backoff;
use crate::error::{RequestError, chain};
use crate::execute::Gate;
use crate::guard::Sound;
use crate::observe::Subject;
use crate::report::{Names, Result as PassReport, report};
use crate::spec::ClusterStatus;

impl<C: Cluster> Pass<C> {
    /// Writes the status, if it changed and was not just written. Returns when to try again.
    pub(super) async fn write_status(
        &self,
        sound: &Sound<C>,
        subject: &Subject,
        result: &PassReport<'_>,
    ) -> Option<Duration> {
        let key = (subject.namespace.clone(), subject.name.clone());
        let version = sound.cr.meta().resource_version.as_deref();
        let before = self.tracks.with(&key, |track| {
            track.written.known(sound.status.as_ref(), version)
        });
        let names = Names {
            types: C::NODE_TYPES.iter().map(|known| known.name()).collect(),
            nodes: sound.cr.nodes().iter().map(NodeFields::name).collect(),
        };
        let status = report(
            result,
            &names,
            subject.generation,
            before.as_ref(),
            Timestamp::now(),
        );
        if matches!(result, PassReport::Carried { .. }) {
            self.tracks.with(&key, |track| {
                track.seen = true;
                track.upgrade.clone_from(&status.rollout);
            });
        }
        if before.as_ref() == Some(&status) {
            return None;
        }
        let now = Instant::now();
        let pause = self
            .tracks
            .with(&key, |track| track.written.begin(&status, now));
        if pause.is_some() {
            return pause;
        }
        match self.send_status(subject, &status).await {
            Ok(version) => {
                self.tracks.with(&key, |track| track.written.done(version));
                None
            }
            Err(RequestError::Closed(_)) => None,
            // A conflict may be one with another write of the moment: it is tried again, and if the
            // resource is gone there is no pass that would.
            Err(error) if error.code() == 404 => {
                tracing::debug!(
                    resource = subject.name,
                    "the resource went before its status"
                );
                None
            }
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(resource = subject.name, error, "failed to write the status");
                let waits = self.tracks.with(&key, |track| {
                    track.written.failed();
                    track.waits += 1;
                    track.waits
                });
                Some(backoff(waits))
            }
        }
    }

    async fn send_status(
        &self,
        subject: &Subject,
        status: &ClusterStatus,
    ) -> Result<crate::cache::Version, RequestError> {
        let mut status = status.clone();
        // What an older API left there is its own.
        status.legacy.clear();
        let gate = StatusGate(&self.process);
        own::apply_status::<C>(&self.server, &gate, subject, &json!(status)).await
    }

    /// Whether the server has a newer generation of the resource than we know (D2), or another
    /// resource, or none.
    pub(super) async fn is_stale(
        &self,
        gate: &dyn Gate,
        subject: &Subject,
    ) -> Result<bool, RequestError> {
        let stored = own::read::<C>(&self.server, gate, &subject.namespace, &subject.name).await?;
        Ok(stored.is_none_or(|stored| {
            stored.uid != subject.uid || stored.generation > subject.generation
        }))
    }
}
