//! How long no machine takes a pod (DS-21).
//!
//! In: pods, and the time. Out: pods whose trouble does not count yet, and when the next one's does. A
//! pod that no machine takes yet may wait for its volume, or for a new machine: that is no crash before
//! it has lasted. Lost with the process: then it is counted anew.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::cache::Child;
use crate::kind::ObjectId;

const UNSCHEDULABLE: &str = "Unschedulable";
/// A volume is made within that time, and most machines are.
const PATIENCE: Duration = Duration::from_secs(60);

/// Since when pods wait, by their names.
#[derive(Clone, Debug, Default)]
pub(in crate::controller) struct Patience(BTreeMap<ObjectId, Instant>);

impl Patience {
    /// Takes the trouble from pods that have not waited for long.
    pub(in crate::controller) fn spare(
        &mut self,
        pods: &mut BTreeMap<ObjectId, Arc<Child>>,
        now: Instant,
    ) {
        self.0
            .retain(|id, _| pods.get(id).is_some_and(|child| waits(child)));
        for (id, child) in pods {
            if !waits(child) {
                continue;
            }
            let since = *self.0.entry(id.clone()).or_insert(now);
            if now.saturating_duration_since(since) < PATIENCE
                && let Some(pod) = &mut Arc::make_mut(child).pod
            {
                pod.trouble = None;
            }
        }
    }

    /// When the patience with a pod ends.
    pub(in crate::controller) fn next(&self, now: Instant) -> Option<Duration> {
        let ends = self.0.values().map(|since| *since + PATIENCE);
        ends.filter(|end| *end > now)
            .min()
            .map(|end| end.saturating_duration_since(now))
    }
}

fn waits(child: &Child) -> bool {
    let trouble = child.pod.as_ref().and_then(|pod| pod.trouble.as_ref());
    trouble.is_some_and(|trouble| &*trouble.reason == UNSCHEDULABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::{Pod, PodTrouble};
    use crate::kind::ChildKind;

    fn pods(all: &[(&str, &str)]) -> BTreeMap<ObjectId, Arc<Child>> {
        let of = |(name, reason): &(&str, &str)| {
            let pod = Pod {
                trouble: Some(PodTrouble {
                    reason: (*reason).into(),
                    container: None,
                }),
                ..Pod::default()
            };
            let child = Child {
                pod: Some(Box::new(pod)),
                ..Child::default()
            };
            let id = ObjectId::new(ChildKind::Pod, "prod", *name);
            (id, Arc::new(child))
        };
        all.iter().map(of).collect()
    }

    /// The pods that are in trouble at this time.
    fn troubled(patience: &mut Patience, all: &[(&str, &str)], now: Instant) -> Vec<String> {
        let mut pods = pods(all);
        patience.spare(&mut pods, now);
        let in_trouble = |child: &Child| child.pod.as_ref().unwrap().trouble.is_some();
        let left = pods.iter().filter(|(_, child)| in_trouble(child));
        left.map(|(id, _)| id.name.clone()).collect()
    }

    #[test]
    fn a_pod_that_no_machine_takes_is_a_crash_only_when_that_has_lasted() {
        // DS-21, DS-25.
        let mut patience = Patience::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let left = |patience: &Patience, seconds| {
            let next = patience.next(at(seconds));
            next.map(|next| next.as_secs())
        };
        let one = [("a", UNSCHEDULABLE), ("b", "CrashLoopBackOff")];
        assert_eq!(troubled(&mut patience, &one, at(0)), ["b"]);
        assert_eq!(left(&patience, 0), Some(60));
        let two = [("a", UNSCHEDULABLE), ("c", UNSCHEDULABLE)];
        assert_eq!(troubled(&mut patience, &two, at(40)), [""; 0]);
        assert_eq!(left(&patience, 40), Some(20));
        assert_eq!(troubled(&mut patience, &two, at(60)), ["a"]);
        assert_eq!(left(&patience, 60), Some(40));
        assert_eq!(troubled(&mut patience, &two, at(100)), ["a", "c"]);
        assert_eq!(left(&patience, 100), None);
        // It was placed in between: the time begins anew.
        assert_eq!(troubled(&mut patience, &[], at(110)), [""; 0]);
        assert_eq!(troubled(&mut patience, &two, at(120)), [""; 0]);
    }
}
