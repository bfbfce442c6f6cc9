//! Leader election by one Lease that the installation made: read and updated, never created (SE-20).
//!
//! Time is this machine's monotonic clock only: a lease of another counts as expired when *we* have
//! not seen it change for its whole duration, whatever the clocks of two machines say (RL-17). The
//! lease is no fence (D7): [`Leadership::may_write`] ends at the renew deadline, well before
//! anyone else may take the lease.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, PostParams};
use tokio::time::Instant;

use crate::error::chain;

/// How long others wait after the last renewal that they saw.
const DURATION: Duration = Duration::from_secs(15);
/// How long we go on after our last renewal.
const RENEW_DEADLINE: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(5);

/// Whether this process leads, until when; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Leadership(Option<Arc<Mutex<Option<Instant>>>>);

impl Leadership {
    /// Without election, one replica leads for ever.
    pub(crate) fn alone() -> Self {
        Self(None)
    }

    fn elected() -> Self {
        Self(Some(Arc::new(Mutex::new(None))))
    }

    /// Whether a write may still be started.
    pub(crate) fn may_write(&self) -> bool {
        self.may_write_at(Instant::now())
    }

    fn may_write_at(&self, now: Instant) -> bool {
        let Some(lock) = &self.0 else { return true };
        let deadline = *lock.lock().unwrap_or_else(PoisonError::into_inner);
        deadline.is_some_and(|deadline| now < deadline)
    }

    fn extend(&self, deadline: Option<Instant>) {
        if let Some(lock) = &self.0 {
            *lock.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
        }
    }
}

/// What may be done about a lease as it was just read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It is ours: renew it.
    Renew,
    /// Nobody holds it, or its holder was silent for its whole duration: take it.
    Take,
    /// Another holds it.
    Wait,
}

/// What we saw of a lease, and when we first saw it so.
#[derive(Debug)]
struct Watch {
    identity: String,
    seen: Option<(Option<String>, Option<MicroTime>, Instant)>,
}

impl Watch {
    fn judge(&mut self, spec: &LeaseSpec, now: Instant) -> Verdict {
        let holder = spec.holder_identity.clone().filter(|name| !name.is_empty());
        if holder.as_deref() == Some(self.identity.as_str()) {
            return Verdict::Renew;
        }
        if holder.is_none() {
            return Verdict::Take;
        }
        let since = match &self.seen {
            Some((known, renewed, since)) if *known == holder && *renewed == spec.renew_time => {
                *since
            }
            _ => {
                self.seen = Some((holder, spec.renew_time.clone(), now));
                now
            }
        };
        let duration = spec
            .lease_duration_seconds
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(DURATION, Duration::from_secs);
        if now.duration_since(since) >= duration {
            Verdict::Take
        } else {
            Verdict::Wait
        }
    }
}

/// Takes part in the election for one Lease.
pub(crate) struct Elector {
    leases: Api<Lease>,
    name: String,
    watch: Watch,
    leadership: Leadership,
}

/// Why the lease could not be read or written.
#[derive(Debug, thiserror::Error)]
enum LeaseError {
    #[error("the lease was not answered for in time")]
    Timeout,
    #[error("the API server refused")]
    Refused(#[source] Box<kube::Error>),
}

impl Elector {
    pub(crate) fn new(leases: Api<Lease>, name: &str, identity: String) -> Self {
        Self {
            leases,
            name: name.to_owned(),
            watch: Watch {
                identity,
                seen: None,
            },
            leadership: Leadership::elected(),
        }
    }

    pub(crate) fn leadership(&self) -> Leadership {
        self.leadership.clone()
    }

    /// Returns when this process leads.
    pub(crate) async fn lead(&mut self) {
        let mut told = String::new();
        loop {
            match self.attempt().await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    let text = chain(&error);
                    if text != told {
                        tracing::warn!(
                            lease = self.name,
                            error = text,
                            "cannot take the lease yet"
                        );
                        told = text;
                    }
                }
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Renews until the deadline passes without a renewal, or another holds the lease.
    pub(crate) async fn keep(&mut self) {
        loop {
            tokio::time::sleep(RETRY).await;
            match self.attempt().await {
                Ok(true) => {}
                Ok(false) => {
                    self.leadership.extend(None);
                    return;
                }
                Err(error) => {
                    let error = chain(&error);
                    tracing::warn!(lease = self.name, error, "cannot renew the lease");
                }
            }
            if !self.leadership.may_write() {
                return;
            }
        }
    }

    /// Gives the lease back, if it is ours. Nothing may be written after.
    pub(crate) async fn release(&mut self) {
        self.leadership.extend(None);
        if let Err(error) = self.give_back().await {
            let error = chain(&error);
            tracing::warn!(
                lease = self.name,
                error,
                "cannot release the lease; it expires"
            );
        }
    }

    async fn attempt(&mut self) -> Result<bool, LeaseError> {
        let mut lease = self.read().await?;
        // The deadline counts from before the request: the server may have stored it at once.
        let now = Instant::now();
        let spec = spec(&mut lease);
        let verdict = self.watch.judge(spec, now);
        if verdict == Verdict::Wait {
            return Ok(false);
        }
        let time = MicroTime(Timestamp::now());
        if verdict == Verdict::Take {
            spec.holder_identity = Some(self.watch.identity.clone());
            spec.acquire_time = Some(time.clone());
            spec.lease_transitions = Some(spec.lease_transitions.unwrap_or_default() + 1);
        }
        spec.renew_time = Some(time);
        spec.lease_duration_seconds = i32::try_from(DURATION.as_secs()).ok();
        match self.write(&lease).await {
            Ok(()) => {
                self.leadership.extend(Some(now + RENEW_DEADLINE));
                Ok(true)
            }
            // Another was faster.
            Err(LeaseError::Refused(error)) if is_conflict(&error) => Ok(verdict == Verdict::Renew),
            Err(error) => Err(error),
        }
    }

    async fn give_back(&mut self) -> Result<(), LeaseError> {
        let mut lease = self.read().await?;
        let spec = spec(&mut lease);
        if spec.holder_identity.as_deref() != Some(self.watch.identity.as_str()) {
            return Ok(());
        }
        spec.holder_identity = Some(String::new());
        spec.lease_duration_seconds = Some(1);
        self.write(&lease).await
    }

    async fn read(&self) -> Result<Lease, LeaseError> {
        timed(self.leases.get(&self.name)).await
    }

    async fn write(&self, lease: &Lease) -> Result<(), LeaseError> {
        timed(
            self.leases
                .replace(&self.name, &PostParams::default(), lease),
        )
        .await?;
        Ok(())
    }
}

async fn timed<T>(request: impl Future<Output = kube::Result<T>>) -> Result<T, LeaseError> {
    tokio::time::timeout(TIMEOUT, request)
        .await
        .map_err(|_| LeaseError::Timeout)?
        .map_err(|error| LeaseError::Refused(Box::new(error)))
}

fn is_conflict(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.is_conflict())
}

fn spec(lease: &mut Lease) -> &mut LeaseSpec {
    lease.spec.get_or_insert_with(LeaseSpec::default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(by: &str, renewed: i64) -> LeaseSpec {
        LeaseSpec {
            holder_identity: Some(by.to_owned()),
            renew_time: Some(MicroTime(Timestamp::from_second(renewed).unwrap())),
            lease_duration_seconds: Some(15),
            ..LeaseSpec::default()
        }
    }

    fn watch() -> Watch {
        Watch {
            identity: "me".to_owned(),
            seen: None,
        }
    }

    #[test]
    fn a_lease_of_another_expires_by_our_own_clock_only() {
        let mut watch = watch();
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        // Its renew time lies decades back: that says nothing.
        let spec = held("other", 1);
        assert_eq!(watch.judge(&spec, start), Verdict::Wait);
        assert_eq!(watch.judge(&spec, after(14)), Verdict::Wait);
        assert_eq!(watch.judge(&spec, after(15)), Verdict::Take);
    }

    #[test]
    fn a_renewal_starts_the_wait_again() {
        let mut watch = watch();
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        watch.judge(&held("other", 1), start);
        assert_eq!(watch.judge(&held("other", 2), after(14)), Verdict::Wait);
        assert_eq!(watch.judge(&held("other", 2), after(28)), Verdict::Wait);
        assert_eq!(watch.judge(&held("other", 2), after(29)), Verdict::Take);
    }

    #[test]
    fn a_released_lease_is_taken_at_once_and_our_own_renewed() {
        let now = Instant::now();
        assert_eq!(watch().judge(&held("", 1), now), Verdict::Take);
        assert_eq!(watch().judge(&LeaseSpec::default(), now), Verdict::Take);
        assert_eq!(watch().judge(&held("me", 1), now), Verdict::Renew);
    }

    #[test]
    fn writing_ends_at_the_renew_deadline() {
        let leadership = Leadership::elected();
        assert!(!leadership.may_write());
        let now = Instant::now();
        leadership.extend(Some(now + RENEW_DEADLINE));
        assert!(leadership.may_write_at(now));
        assert!(!leadership.may_write_at(now + RENEW_DEADLINE));
        assert!(Leadership::alone().may_write());
    }

    #[test]
    fn the_deadline_leaves_room_before_others_take_over() {
        assert!(RENEW_DEADLINE + TIMEOUT <= DURATION);
    }
}
