//! Asks the gates of node types: the one place where `before_upgrade` and `after_upgrade` are called.
//!
//! In: the turns that are about to begin, and those that are done. Out: the gates that are not open.
//! An answer that is not there at once is waited for beside the passes, so that a slow hook costs its
//! own resource only; while nothing is upgraded nobody is asked.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use kube::runtime::reflector::ObjectRef;
use tokio::time::{Instant, timeout};

use super::Pass;
use crate::build::Desired;
use crate::cluster::{Cluster, NodeType};
use crate::controller::gates::Answer;
use crate::error::chain;
use crate::event::cut;
use crate::execute::Gate as Lease;
use crate::guard::Sound;
use crate::hook::{Gate, LONGEST, Roll};
use crate::observe::Observed;
use crate::rollout::gates::{Point, Shut, live, opening, shut, tell, workloads};
use crate::rollout::rollback::Backs;
use crate::rollout::{Progress, Rollout};
use crate::spec::{RolloutPhase, RolloutPolicy, RolloutStrategy};

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Answers that are waited for at once, of all resources together.
pub(in crate::controller) const AT_ONCE: usize = 16;

type Key = (String, String);

/// What a pass knows of the resource whose gates it asks.
pub(super) struct Asking<'a, C: Cluster> {
    pub(super) key: &'a Key,
    pub(super) sound: &'a Sound<C>,
    pub(super) lease: &'a dyn Lease,
    pub(super) policy: &'a RolloutPolicy,
}

impl<C: Cluster> Pass<C> {
    /// Asks the gates that are due, and holds back what waits for them.
    pub(super) fn pass_gates(
        &self,
        asking: &Asking<'_, C>,
        desired: &Desired,
        observed: &Observed,
        backs: &Backs,
        rollout: &mut Rollout,
    ) {
        self.inherit(asking, desired);
        let mut gates = self.ended(asking, desired, observed, &rollout.progress);
        let openings = opening(desired, observed, rollout, backs);
        let after = gates.iter().any(|gate| gate.point == Point::After);
        let ordered = asking.policy.strategy == RolloutStrategy::Ordered;
        for opening in &openings {
            // What cannot begin yet is not asked about.
            if after && ordered {
                break;
            }
            let turn = &opening.turn;
            let now = Instant::now();
            let due = self.tracks.with(asking.key, |track| {
                track.gates.begins(turn, &opening.target, now)
            });
            if due {
                self.ask(
                    asking,
                    desired,
                    observed,
                    turn,
                    Point::Before,
                    &opening.nodes,
                );
            }
            let known = self
                .tracks
                .with(asking.key, |track| track.gates.shut(turn, Point::Before));
            gates.extend(known);
        }
        shut(rollout, desired, observed, asking.policy, &openings, &gates);
    }

    /// Asks about turns that got done in this pass, so that none counts as upgraded too early.
    pub(super) fn close_gates(
        &self,
        asking: &Asking<'_, C>,
        desired: &Desired,
        observed: &Observed,
        progress: &mut Progress,
    ) {
        let mut gates = self.ended(asking, desired, observed, progress);
        let unfinished = desired
            .turns
            .iter()
            .filter(|turn| progress.unfinished.contains(&turn.name));
        gates.extend(unfinished.filter_map(|turn| {
            let point = Point::Before;
            self.tracks
                .with(asking.key, |track| track.gates.shut(&turn.name, point))
        }));
        tell(progress, asking.policy, &gates);
    }

    /// When the next gate has to be asked.
    pub(super) fn next_gate(&self, key: &Key) -> Option<Duration> {
        let next = self.tracks.with(key, |track| track.gates.next())?;
        // One that is due and was not asked is held back by something that wakes us.
        next.checked_duration_since(Instant::now())
            .filter(|wait| !wait.is_zero())
    }

    /// Asks the gates of the turns that are done. Returns those that are not open.
    fn ended(
        &self,
        asking: &Asking<'_, C>,
        desired: &Desired,
        observed: &Observed,
        progress: &Progress,
    ) -> Vec<Shut> {
        let turns = &desired.turns;
        self.tracks.with(asking.key, |track| {
            let is_known = |name: &str| turns.iter().any(|turn| turn.name == name);
            track.gates.keep(is_known);
        });
        let done = turns
            .iter()
            .filter(|turn| !progress.unfinished.contains(&turn.name));
        done.filter_map(|turn| {
            let now = Instant::now();
            let name = &turn.name;
            let due = self
                .tracks
                .with(asking.key, |track| track.gates.ends(name, now));
            if due {
                self.ask(asking, desired, observed, name, Point::After, &turn.nodes);
            }
            self.tracks
                .with(asking.key, |track| track.gates.shut(name, Point::After))
        })
        .collect()
    }

    /// A process that begins anew did not see the upgrade begin that is under way. That it is, only
    /// the status says, and all that is decided by it is that one hook is asked once more (D6): where
    /// it was wiped, the gate after that upgrade is not asked.
    fn inherit(&self, asking: &Asking<'_, C>, desired: &Desired) {
        let status = asking.sound.status.as_ref();
        let stored = status
            .and_then(|status| status.rollout.as_ref())
            .filter(|rollout| rollout.phase != RolloutPhase::Complete);
        let Some(current) = stored.and_then(|rollout| rollout.node_type.as_ref()) else {
            return;
        };
        let ordered = asking.policy.strategy == RolloutStrategy::Ordered;
        let turns = desired.turns.iter();
        let turns = turns.skip_while(|turn| turn.name != *current);
        self.tracks.with(asking.key, |track| {
            if track.seen {
                return;
            }
            for turn in turns.take(if ordered { 1 } else { usize::MAX }) {
                track.gates.inherit(&turn.name, Instant::now());
            }
        });
    }

    fn ask(
        &self,
        asking: &Asking<'_, C>,
        desired: &Desired,
        observed: &Observed,
        turn: &str,
        point: Point,
        nodes: &[String],
    ) {
        let now = Instant::now();
        let gates = |change: &dyn Fn(&mut crate::controller::gates::Gates)| {
            self.tracks
                .with(asking.key, |track| change(&mut track.gates));
        };
        let known = desired.turns.iter().find(|known| known.name == turn);
        let name = known
            .and_then(|turn| workloads(desired, turn).next())
            .and_then(|child| child.node_type.as_deref());
        let mut types = C::NODE_TYPES.iter();
        let Some(node_type) = types.find(|known| Some(known.name()) == name) else {
            return gates(&|gates| gates.answered(turn, Gate::Open, now));
        };
        // Who may not write does not ask either.
        if asking.lease.check().is_err() {
            return;
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return gates(&|gates| gates.put_off(turn, now));
        };
        let roll = Roll {
            cr: asking.sound.cr.clone(),
            node_type: node_type.name().to_owned(),
            nodes: live(desired, observed, nodes),
        };
        let who = ObjectRef::new(&asking.key.1).within(&asking.key.0);
        let mut question = question(*node_type, point, roll, who.to_string());
        // The default answers at once, and so may others.
        if let Some(gate) = (&mut question).now_or_never() {
            return gates(&|gates| gates.answered(turn, gate.clone(), now));
        }
        let answer = Answer::default();
        let wanted = Arc::clone(&answer);
        gates(&|gates| gates.asked(turn, Arc::clone(&wanted)));
        let triggers = self.triggers.clone();
        tokio::spawn(async move {
            let gate = question.await;
            drop(place);
            // It is asked once.
            drop(answer.set(gate));
            // The receiver is gone only while the process stops.
            drop(triggers.unbounded_send(who));
        });
    }
}

/// Whatever goes wrong is an answer to wait.
fn question<C: Cluster>(
    node_type: &'static dyn NodeType<C>,
    point: Point,
    roll: Roll<C>,
    who: String,
) -> BoxFuture<'static, Gate> {
    let call = async move {
        match point {
            Point::Before => node_type.before_upgrade(&roll).await,
            Point::After => node_type.after_upgrade(&roll).await,
        }
    };
    let call = timeout(TIMEOUT, AssertUnwindSafe(call).catch_unwind());
    Box::pin(async move {
        let name = node_type.name();
        tracing::debug!(resource = who, "asks {point} of {name}");
        let failed = match call.await {
            Ok(Ok(Ok(Gate::Open))) => return Gate::Open,
            Ok(Ok(Ok(Gate::Wait(why)))) => {
                let why = cut(why.trim(), LONGEST).to_owned();
                tracing::debug!(resource = who, why, "{point} of {name} is not open");
                return Gate::Wait(why);
            }
            Ok(Ok(Err(error))) => chain(&*error),
            Ok(Err(_)) => "it panicked".to_owned(),
            Err(_) => format!("no answer within {} s", TIMEOUT.as_secs()),
        };
        tracing::warn!(resource = who, error = failed, "{point} of {name} failed");
        Gate::Wait(cut(&failed, LONGEST).to_owned())
    })
}
