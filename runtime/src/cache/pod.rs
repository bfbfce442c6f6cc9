//! The few fields of a pod that are kept: of which template it is, and whether it can run.
//!
//! In: a pod's labels, annotation and status. Out: a projection without counters and times, so that
//! an event that says nothing new is none (DS-21, DS-25).

use std::collections::BTreeMap;

use serde::Deserialize;

/// Reasons for which a container that waits will not run by itself, and how each is told. A pull that
/// fails takes turns between two words.
const WAITING: &[(&str, &str)] = &[
    ("CrashLoopBackOff", "CrashLoopBackOff"),
    ("ImagePullBackOff", "ImagePullBackOff"),
    ("ErrImagePull", "ImagePullBackOff"),
    ("ErrImageNeverPull", "ErrImageNeverPull"),
    ("InvalidImageName", "InvalidImageName"),
    ("CreateContainerConfigError", "CreateContainerConfigError"),
    ("CreateContainerError", "CreateContainerError"),
    ("RunContainerError", "RunContainerError"),
];

/// Reasons for which a pod ended that are no fault of its own: its controller replaces it, and what a
/// machine did not take at all may lie around for long.
const REPLACED: &[&str] = &[
    "Evicted",
    "NodeAffinity",
    "NodeLost",
    "NodeShutdown",
    "OutOfcpu",
    "OutOfephemeral-storage",
    "OutOfmemory",
    "OutOfpods",
    "Preempting",
    "Shutdown",
    "Terminated",
    "TopologyAffinityError",
    "UnexpectedAdmissionError",
];

/// A container that restarted that often and is not ready is in a crash loop, also while it runs for
/// a moment.
const LOOP: i32 = 2;

/// What is read of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pod {
    /// The workload that it runs under.
    pub(crate) workload: Box<str>,
    /// The annotation `dsoi.dev/template`.
    pub(crate) template: Option<Box<str>>,
    pub(crate) ready: bool,
    pub(crate) trouble: Option<PodTrouble>,
    /// For hooks, where a node type has one that looks at pods.
    pub(crate) seen: Option<Box<PodSeen>>,
}

/// What only hooks of node types read of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PodSeen {
    pub(crate) ip: Option<Box<str>>,
    /// But for the runtime's own, and those that are long.
    pub(crate) annotations: BTreeMap<String, String>,
}

/// Why a pod cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PodTrouble {
    /// As Kubernetes says it: `CrashLoopBackOff`, `Init:OOMKilled`, `Unschedulable` …
    pub(crate) reason: Box<str>,
    pub(crate) container: Option<Box<str>>,
}

/// The part of a pod's status that says whether it can run.
#[derive(Clone, Debug, Default)]
pub(super) struct PodStatus {
    pub(super) phase: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) unschedulable: bool,
    pub(super) init_containers: Vec<ContainerStatus>,
    pub(super) containers: Vec<ContainerStatus>,
}

/// A container's status, as the server sends it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerStatus {
    name: String,
    ready: bool,
    restart_count: i32,
    state: Option<State>,
    last_state: Option<State>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    waiting: Option<Said>,
    terminated: Option<Ended>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    reason: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Ended {
    reason: Option<String>,
    exit_code: i32,
}

impl PodStatus {
    /// Why the pod cannot run.
    pub(super) fn trouble(&self) -> Option<PodTrouble> {
        let of = |list: &[ContainerStatus], prefix: &str| {
            list.iter().find_map(|container| {
                Some(PodTrouble {
                    reason: format!("{prefix}{}", container.trouble()?).into(),
                    container: Some(container.name.as_str().into()),
                })
            })
        };
        of(&self.init_containers, "Init:")
            .or_else(|| of(&self.containers, ""))
            .or_else(|| self.of_pod())
    }

    fn of_pod(&self) -> Option<PodTrouble> {
        let reason = self.reason.as_deref().unwrap_or_default();
        let failed = self.phase.as_deref() == Some("Failed") && !REPLACED.contains(&reason);
        let reason = if failed {
            Some(if reason.is_empty() { "Failed" } else { reason })
        } else {
            self.unschedulable.then_some("Unschedulable")
        };
        reason.map(|reason| PodTrouble {
            reason: reason.into(),
            container: None,
        })
    }
}

impl ContainerStatus {
    fn trouble(&self) -> Option<&'static str> {
        if self.ready {
            return None;
        }
        let ended =
            |state: &Option<State>| state.as_ref().and_then(|state| state.terminated.clone());
        let ends: Vec<Ended> = [ended(&self.state), ended(&self.last_state)]
            .into_iter()
            .flatten()
            .collect();
        // The kill is the cause, and the loop that follows it is not.
        if ends
            .iter()
            .any(|end| end.reason.as_deref() == Some("OOMKilled"))
        {
            return Some("OOMKilled");
        }
        let waiting = self.state.as_ref().and_then(|state| state.waiting.as_ref());
        let said = waiting.and_then(|waiting| waiting.reason.as_deref());
        WAITING
            .iter()
            .find(|(reason, _)| said == Some(reason))
            .map(|(_, told)| *told)
            .or_else(|| {
                let looping =
                    self.restart_count >= LOOP && ends.iter().any(|end| end.exit_code != 0);
                looping.then_some("CrashLoopBackOff")
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn trouble(mut status: Value) -> Option<String> {
        let mut containers = |key: &str| -> Vec<ContainerStatus> {
            serde_json::from_value(status[key].take()).unwrap_or_default()
        };
        let pod = PodStatus {
            init_containers: containers("initContainerStatuses"),
            containers: containers("containerStatuses"),
            phase: status["phase"].as_str().map(str::to_owned),
            reason: status["reason"].as_str().map(str::to_owned),
            unschedulable: status["unschedulable"] == true,
        };
        pod.trouble().map(|trouble| {
            let container = trouble.container.unwrap_or_default();
            format!("{} {container}", trouble.reason)
        })
    }

    fn container(status: Value) -> Option<String> {
        let mut status = status;
        status["name"] = json!("app");
        trouble(json!({"phase": "Running", "containerStatuses": [status]}))
    }

    #[test]
    fn what_keeps_a_pod_from_running_is_seen_and_named() {
        // DS-21, DS-25.
        for (_, told) in WAITING {
            let waiting = json!({"state": {"waiting": {"reason": told}}});
            assert_eq!(container(waiting), Some(format!("{told} app")));
        }
        assert_eq!(
            trouble(json!({"initContainerStatuses": [
                {"name": "prepare", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
            ]})),
            Some("Init:CrashLoopBackOff prepare".to_owned())
        );
        assert_eq!(
            trouble(json!({"phase": "Failed", "reason": "DeadlineExceeded"})),
            Some("DeadlineExceeded ".to_owned())
        );
        // A machine did not take it, and another is made.
        assert_eq!(
            trouble(json!({"phase": "Failed", "reason": "UnexpectedAdmissionError"})),
            None
        );
        assert_eq!(
            trouble(json!({"unschedulable": true})),
            Some("Unschedulable ".to_owned())
        );
    }

    #[test]
    fn a_crash_loop_is_one_trouble_also_while_the_container_runs_for_a_moment() {
        let killed = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}});
        let failed = json!({"terminated": {"exitCode": 1, "reason": "Error"}});
        let loop_ = Some("CrashLoopBackOff app".to_owned());
        for (status, expected) in [
            (
                json!({"restartCount": 3, "state": {"running": {}}, "lastState": failed}),
                loop_.clone(),
            ),
            (json!({"restartCount": 3, "state": failed}), loop_),
            (
                json!({"restartCount": 1, "state": {"running": {}}, "lastState": killed}),
                Some("OOMKilled app".to_owned()),
            ),
            (
                json!({"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": killed}),
                Some("OOMKilled app".to_owned()),
            ),
        ] {
            assert_eq!(container(status), expected);
        }
    }

    #[test]
    fn what_passes_by_itself_is_no_trouble() {
        let failed = json!({"terminated": {"exitCode": 1}});
        for status in [
            json!({"state": {"waiting": {"reason": "ContainerCreating"}}}),
            json!({"restartCount": 1, "state": {"running": {}}, "lastState": failed}),
            json!({"ready": true, "restartCount": 9, "state": {"running": {}}, "lastState": failed}),
            json!({"state": null, "lastState": null}),
        ] {
            assert_eq!(container(status), None);
        }
        assert_eq!(
            trouble(json!({"phase": "Failed", "reason": "Evicted"})),
            None
        );
        assert_eq!(trouble(json!({"phase": "Succeeded"})), None);
    }
}
