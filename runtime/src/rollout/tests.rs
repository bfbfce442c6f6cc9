//! Tables of what is observed and what may be changed then. Types `a`, `b`, `c` in this order, one
//! node each, with three replicas.

mod gates;

use std::sync::Arc;

use serde_json::{Value, json};

use super::facts::State;
use super::*;
use crate::build::Turn;
use crate::cache::{Applied, Child, Entries, Owner, Pod, PodTrouble, Version, Workload};
use crate::kind::ObjectId;
use crate::observe::{Known, Subject};
use crate::plan::{Act, plan};

mod crash;
mod good;
mod order;
mod state;
mod stuck;

const TYPES: [&str; 3] = ["a", "b", "c"];

/// One workload, and how its upgrade stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    Absent,
    /// Runs what is desired.
    Done,
    /// Runs the old template, and all of it.
    Old,
    /// Replaces its pods by those of the desired template.
    Rolling,
    /// Its controller has not seen the desired template yet.
    Unseen,
    /// Has the desired template, and one of its pods crashes.
    Crashed,
    /// Has the old template, and one of its pods crashes.
    OldCrashed,
    /// Has the old template, and no pod is ready.
    OldDown,
    /// Has the old template, and two of three pods are ready.
    OldPartly,
    /// Has the desired template, and two of three pods are ready.
    Partly,
}
use At::{Absent, Crashed, Done, Old, OldCrashed, OldDown, OldPartly, Partly, Rolling, Unseen};

impl At {
    fn workload(self) -> Workload {
        let old = matches!(self, Old | OldCrashed | OldDown | OldPartly);
        let ready = match self {
            OldDown => 0,
            Rolling | Crashed | OldCrashed | OldPartly | Partly => 2,
            _ => 3,
        };
        Workload {
            generation: 2,
            observed_generation: if self == Unseen { 1 } else { 2 },
            template: Some(if old { "old" } else { "new" }.into()),
            asked: 3,
            replicas: 3,
            ready,
            updated: if matches!(self, Rolling | Crashed) {
                1
            } else {
                3
            },
            updating: matches!(self, Rolling | Crashed),
            ..Workload::default()
        }
    }
}

fn id(kind: ChildKind, name: &str) -> ObjectId {
    ObjectId::new(kind, "prod", name)
}

fn wanted(kind: ChildKind, name: &str, document: Value) -> DesiredChild {
    DesiredChild {
        id: id(kind, name),
        node: Some(name.to_owned()),
        node_type: Some(name.to_owned()),
        document: Arc::new(document),
        hash: "new".to_owned(),
        start: None,
    }
}

fn stateful(template: &str) -> Value {
    json!({"spec": {"replicas": 3, "podManagementPolicy": "OrderedReady",
        "template": {"metadata": {"annotations": {"dsoi.dev/template": template}}}}})
}

/// A workload and a config map for each node.
fn desired() -> Desired {
    let of = |name: &&str| {
        [
            wanted(ChildKind::ConfigMap, name, json!({})),
            wanted(ChildKind::StatefulSet, name, stateful("new")),
        ]
    };
    Desired {
        children: TYPES.iter().flat_map(of).collect(),
        turns: TYPES
            .iter()
            .map(|name| Turn {
                name: (*name).to_owned(),
                nodes: vec![(*name).to_owned()],
            })
            .collect(),
        ..Desired::default()
    }
}

fn child(hash: &str, workload: Option<Workload>, pod: Option<Pod>) -> Child {
    Child {
        uid: "uid-t".into(),
        version: Version::new("1"),
        owner: Some(Owner {
            uid: "uid-t".into(),
            kind: "Tally".into(),
            group: "example.com".into(),
            name: "t".into(),
        }),
        applied: Some(Applied::new(hash, 3)),
        entries: Entries {
            apply: true,
            ..Entries::default()
        },
        workload: workload.map(Box::new),
        pod: pod.map(Box::new),
        ..Child::default()
    }
}

fn pod(workload: &str, template: &str, ready: bool, reason: Option<&str>) -> Pod {
    Pod {
        workload: workload.into(),
        template: Some(template.into()),
        ready,
        trouble: reason.map(|reason| PodTrouble {
            reason: reason.into(),
            container: Some("app".into()),
        }),
        seen: None,
    }
}

fn observed(at: [At; 3]) -> Observed {
    let mut seen = Observed {
        subject: Subject {
            namespace: "prod".to_owned(),
            name: "t".to_owned(),
            uid: "uid-t".to_owned(),
            generation: 4,
            kind: "Tally".to_owned(),
            group: "example.com".to_owned(),
        },
        children: BTreeMap::new(),
        pods: BTreeMap::new(),
        unlisted: BTreeSet::new(),
        denied: BTreeMap::new(),
        unready: BTreeMap::new(),
    };
    let mut put = |id: ObjectId, child: Child| {
        let known = Known {
            child: Arc::new(child),
            drift: None,
        };
        seen.children.insert(id, known);
    };
    for (name, at) in TYPES.iter().zip(at) {
        if at == Absent {
            continue;
        }
        let live = at.workload();
        let template = live.template.clone().unwrap_or_default();
        let hash = if &*template == "new" { "new" } else { "old" };
        put(id(ChildKind::ConfigMap, name), child(hash, None, None));
        put(
            id(ChildKind::StatefulSet, name),
            child(hash, Some(live), None),
        );
        let crashes = matches!(at, Crashed | OldCrashed).then_some("CrashLoopBackOff");
        let pod = pod(name, &template, crashes.is_none(), crashes);
        let pod_id = id(ChildKind::Pod, &format!("{name}-0"));
        seen.pods
            .insert(pod_id, Arc::new(child("", None, Some(pod))));
    }
    seen
}

/// The nodes whose workload is written in this pass.
fn written(at: [At; 3], policy: RolloutPolicy) -> Vec<String> {
    let (desired, observed) = (desired(), observed(at));
    let rollout = decide(&desired, &observed, &policy);
    let steps = plan(&desired, &observed, &rollout);
    let of = |kind: ChildKind| -> Vec<String> {
        let writes = steps
            .iter()
            .filter(|step| matches!(step.act, Act::Apply | Act::Create) && step.id.kind == kind);
        writes.map(|step| step.id.name.clone()).collect()
    };
    let workloads = of(ChildKind::StatefulSet);
    // A halted upgrade leaks nothing: config goes with its workload and never before.
    assert_eq!(of(ChildKind::ConfigMap), workloads, "{at:?}");
    workloads
}
