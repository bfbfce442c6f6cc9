//! Conditions and status of what was observed and done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::build::DesiredChild;
use crate::cache::{Applied, Child, Owner, Version, Workload};
use crate::execute::{Doing, Trouble, TroubleKind};
use crate::kind::{ChildKind, ObjectId};
use crate::observe::{Known, Subject};
use crate::rollout::facts::Crash;
use crate::rollout::rollback::Impossible;
use crate::rollout::{Halt, Progress};
use crate::spec::condition::{ACCEPTED, DEGRADED, PAUSED, PROGRESSING, READY, STOPPED};
use crate::spec::{Condition, NodePhase};

fn id() -> ObjectId {
    ObjectId::new(ChildKind::StatefulSet, "prod", "t-store")
}

fn desired() -> Desired {
    let child = DesiredChild {
        id: id(),
        node: Some("store".to_owned()),
        node_type: Some("store".to_owned()),
        document: Arc::new(json!({"spec": {"replicas": 3}})),
        hash: "h".to_owned(),
        start: None,
    };
    Desired {
        children: vec![child],
        ..Desired::default()
    }
}

fn rolled_out() -> Workload {
    Workload {
        generation: 2,
        observed_generation: 2,
        template: None,
        asked: 3,
        replicas: 3,
        ready: 3,
        updated: 3,
        updating: false,
        ..Workload::default()
    }
}

fn observed(workload: Option<Workload>) -> Observed {
    let known = workload.map(|workload| Known {
        child: Arc::new(Child {
            uid: "u".into(),
            version: Version::new("1"),
            owner: Some(Owner {
                uid: "u".into(),
                kind: "Tally".into(),
                group: "example.com".into(),
                name: "t".into(),
            }),
            applied: Some(Applied::new("h", 1)),
            workload: Some(Box::new(workload)),
            ..Child::default()
        }),
        drift: None,
    });
    Observed {
        subject: Subject {
            namespace: "prod".to_owned(),
            name: "t".to_owned(),
            uid: "u".to_owned(),
            generation: 2,
            kind: "Tally".to_owned(),
            group: "example.com".to_owned(),
        },
        children: known
            .map(|known| (id(), known))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        pods: BTreeMap::new(),
        unlisted: BTreeSet::new(),
        denied: BTreeMap::new(),
        unready: BTreeMap::new(),
    }
}

fn trouble(kind: TroubleKind, reason: &'static str) -> Outcome {
    Outcome {
        troubles: vec![Trouble {
            id: id(),
            kind,
            reason,
            doing: Doing::Update,
            message: "spec.replicas: too many".to_owned(),
            retry_after: None,
        }],
        ..Outcome::default()
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn status(
    workload: Option<Workload>,
    outcome: &Outcome,
    before: Option<&ClusterStatus>,
    now: i64,
) -> ClusterStatus {
    let names = Names {
        types: vec!["store", "gateway"],
        nodes: vec!["store"],
    };
    let progress = Progress::default();
    let result = Result::Carried {
        desired: &desired(),
        observed: &observed(workload),
        outcome,
        upgrade: no_upgrade(&progress),
    };
    report(&result, &names, 2, before, at(now))
}

static POSSIBLE: Impossible = Impossible::new();

fn no_upgrade(progress: &Progress) -> Upgrade<'_> {
    Upgrade {
        before: None,
        seen: false,
        decided: progress,
        after: progress,
        impossible: &POSSIBLE,
    }
}

fn is(status: &ClusterStatus, type_: &str) -> (String, String) {
    let condition: &Condition = status.condition(type_).unwrap();
    (condition.status.clone(), condition.reason.clone())
}

fn both(status: &str, reason: &str) -> (String, String) {
    (status.to_owned(), reason.to_owned())
}

/// DR-22.
#[test]
fn a_cluster_that_runs_what_is_desired_is_ready() {
    let status = status(Some(rolled_out()), &Outcome::default(), None, 1);
    assert_eq!(is(&status, ACCEPTED), both("True", "Valid"));
    assert_eq!(is(&status, PROGRESSING), both("False", "Complete"));
    assert_eq!(is(&status, READY), both("True", "AllNodesReady"));
    assert_eq!(is(&status, DEGRADED), both("False", "AsExpected"));
    assert_eq!(is(&status, PAUSED), both("False", "NotPaused"));
    assert_eq!(status.observed_generation, Some(2));
    let types: Vec<_> = status
        .node_types
        .iter()
        .map(|t| (t.name.as_str(), t.ready))
        .collect();
    assert_eq!(types, [("store", 1)]);
}

/// OR-8.
#[test]
fn a_status_of_an_older_generation_is_never_ready() {
    for workload in [
        Workload {
            observed_generation: 1,
            ..rolled_out()
        },
        Workload {
            updated: 2,
            ..rolled_out()
        },
        Workload {
            ready: 2,
            ..rolled_out()
        },
        Workload {
            replicas: 4,
            ..rolled_out()
        },
        Workload {
            updating: true,
            ..rolled_out()
        },
    ] {
        let status = status(Some(workload.clone()), &Outcome::default(), None, 1);
        assert_eq!(is(&status, READY).0, "False", "{workload:?}");
        assert_eq!(
            status.nodes[0].phase,
            NodePhase::Progressing,
            "{workload:?}"
        );
    }
    let missing = status(None, &Outcome::default(), None, 1);
    assert_eq!(missing.nodes[0].phase, NodePhase::Pending);
}

/// NC-24.
#[test]
fn transition_times_move_on_a_flip_only() {
    let first = status(Some(rolled_out()), &Outcome::default(), None, 1);
    let again = status(Some(rolled_out()), &Outcome::default(), Some(&first), 2);
    assert_eq!(again, first);
    let down = Workload {
        ready: 0,
        ..rolled_out()
    };
    let flipped = status(Some(down), &Outcome::default(), Some(&first), 3);
    let time = |status: &ClusterStatus, type_: &str| {
        status.condition(type_).unwrap().last_transition_time.0
    };
    assert_eq!(time(&flipped, READY), at(3));
    assert_eq!(time(&flipped, ACCEPTED), at(1));
}

#[test]
fn a_refusal_is_not_accepted_and_degraded() {
    let status = status(
        Some(rolled_out()),
        &trouble(TroubleKind::Refused, "Refused"),
        None,
        1,
    );
    assert_eq!(is(&status, ACCEPTED), both("False", "Refused"));
    assert_eq!(
        status.condition(ACCEPTED).unwrap().message,
        "spec.replicas: too many"
    );
    assert_eq!(is(&status, DEGRADED), both("True", "Refused"));
    assert_eq!(is(&status, READY).0, "False");
}

#[test]
fn a_kind_that_may_not_be_listed_is_named_with_what_the_server_says() {
    let mut observed = observed(Some(rolled_out()));
    let why = "the API server answered 403: services is forbidden".to_owned();
    observed.denied.insert(ChildKind::Service, why);
    let names = Names {
        types: vec!["store"],
        nodes: vec!["store"],
    };
    let progress = Progress::default();
    let result = Result::Carried {
        desired: &desired(),
        observed: &observed,
        outcome: &Outcome::default(),
        upgrade: no_upgrade(&progress),
    };
    let status = report(&result, &names, 2, None, at(1));
    assert_eq!(is(&status, DEGRADED), both("True", "NotListed"));
    assert_eq!(
        status.condition(DEGRADED).unwrap().message,
        "Service cannot be listed: the API server answered 403: services is forbidden"
    );
}

#[test]
fn a_full_quota_stops_progress_and_says_so() {
    let outcome = trouble(TroubleKind::Failed, "QuotaExceeded");
    let status = status(None, &outcome, None, 1);
    assert_eq!(is(&status, PROGRESSING), both("False", "QuotaExceeded"));
    assert_eq!(is(&status, ACCEPTED).0, "True");
}

#[test]
fn a_pause_leaves_the_other_conditions_as_they_were() {
    let before = status(Some(rolled_out()), &Outcome::default(), None, 1);
    let names = Names {
        types: vec!["store"],
        nodes: vec!["store"],
    };
    let paused = report(&Result::Paused, &names, 3, Some(&before), at(5));
    assert_eq!(is(&paused, PAUSED), both("True", "Annotation"));
    assert_eq!(paused.condition(READY), before.condition(READY));
    assert_eq!(paused.nodes, before.nodes);
}

#[test]
fn fields_of_an_older_api_are_not_lost() {
    let mut before = status(Some(rolled_out()), &Outcome::default(), None, 1);
    before.legacy.insert("statefulSets".to_owned(), json!("a"));
    let after = status(Some(rolled_out()), &Outcome::default(), Some(&before), 2);
    assert_eq!(after, before);
}

// NC-25
#[test]
fn a_stopped_cluster_is_not_ready_and_says_why() {
    let stopped = |stopped: bool, before: Option<&ClusterStatus>| {
        let desired = Desired {
            stopped,
            ..desired()
        };
        let observed = observed(Some(rolled_out()));
        let progress = Progress::default();
        let result = Result::Carried {
            desired: &desired,
            observed: &observed,
            outcome: &Outcome::default(),
            upgrade: no_upgrade(&progress),
        };
        let names = Names {
            types: vec!["store"],
            nodes: vec!["store"],
        };
        report(&result, &names, 3, before, at(5))
    };
    let is_stopped = stopped(true, None);
    assert_eq!(is(&is_stopped, STOPPED), both("True", "Stopped"));
    assert_eq!(is(&is_stopped, READY), both("False", "Stopped"));
    let runs = stopped(false, Some(&is_stopped));
    assert_eq!(is(&runs, STOPPED), both("False", "Running"));
    assert_eq!(is(&runs, READY).0, "True");
    assert_eq!(stopped(false, None).condition(STOPPED), None);
}

#[test]
fn a_crash_without_an_upgrade_that_cannot_be_rolled_back_says_so_too() {
    // DS-25: only a new node crashes.
    let why = "the nodes of store that ran before run the same now";
    let impossible = Impossible::from([("store".to_owned(), why.to_owned())]);
    let names = Names {
        types: vec!["store"],
        nodes: vec!["store"],
    };
    let progress = Progress::default();
    let result = Result::Carried {
        desired: &desired(),
        observed: &observed(None),
        outcome: &Outcome::default(),
        upgrade: Upgrade {
            impossible: &impossible,
            ..no_upgrade(&progress)
        },
    };
    let status = report(&result, &names, 2, None, at(1));
    let told = status.condition(PROGRESSING).unwrap();
    assert_eq!(told.reason, "RollbackImpossible");
    assert!(told.message.ends_with(why), "{}", told.message);
}

#[test]
fn a_halt_that_cannot_be_rolled_back_says_so_where_it_should_be() {
    // DS-25: nothing is known to have run before.
    let halted = |node_type: &str| Progress {
        active: true,
        turn: Some("store".to_owned()),
        halt: Some(Halt {
            turn: "store".to_owned(),
            node_type: Some(node_type.to_owned()),
            crash: Crash {
                node: "store".to_owned(),
                pod: Some("t-store-0".to_owned()),
                reason: "CrashLoopBackOff".to_owned(),
            },
        }),
        ..Progress::default()
    };
    let why = "nothing is known that store ran well before";
    let impossible = Impossible::from([("store".to_owned(), why.to_owned())]);
    let names = Names {
        types: vec!["store"],
        nodes: vec!["store"],
    };
    let of = |node_type: &str| {
        let progress = halted(node_type);
        let result = Result::Carried {
            desired: &desired(),
            observed: &observed(Some(rolled_out())),
            outcome: &Outcome::default(),
            upgrade: Upgrade {
                impossible: &impossible,
                ..no_upgrade(&progress)
            },
        };
        let status = report(&result, &names, 2, None, at(1));
        status.condition(PROGRESSING).unwrap().clone()
    };
    let told = of("store");
    assert_eq!(told.reason, "RollbackImpossible");
    assert_eq!(
        told.message,
        format!(
            "store cannot go on: pod t-store-0 of node store: CrashLoopBackOff; it cannot be rolled back: {why}"
        )
    );
    // A halt of another type may still be.
    assert_eq!(of("gateway").reason, "RolloutHalted");
}
