//! Events about custom resources, published beside the work and never in its way (OR-15).
//!
//! In: notices, after the status was written. A notice waits in a bounded queue; if that is full it
//! is dropped and counted. The reason is a constant in the manifest's spelling, the text is the note.

use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use tokio::sync::mpsc;

use crate::error::chain;
use crate::execute::{Doing, Done, Trouble, TroubleKind, Verb};
use crate::kind::ObjectId;
use crate::metrics::Metrics;

/// The API server takes no longer reason and note.
const LONGEST_REASON: usize = 128;
const LONGEST_NOTE: usize = 1024;
const QUEUE: usize = 4096;
const IN_FLIGHT: usize = 4;
const TIMEOUT: Duration = Duration::from_secs(10);

/// Something worth telling the owner of a custom resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Notice {
    pub(crate) warning: bool,
    /// Without the manifest's prefix, in `PascalCase`.
    pub(crate) reason: &'static str,
    pub(crate) action: &'static str,
    pub(crate) note: String,
    pub(crate) child: Option<ObjectId>,
}

/// Takes notices; cheap to clone.
#[derive(Clone)]
pub(crate) struct Announcer {
    queue: mpsc::Sender<(ObjectReference, Event)>,
    prefix: String,
    metrics: Metrics,
}

impl Announcer {
    /// Publishes in a task of its own, which ends when the last announcer is dropped.
    pub(crate) fn start(client: Client, controller: &str, prefix: &str, metrics: Metrics) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let reporter = Reporter {
            controller: controller.to_owned(),
            instance: instance(controller),
        };
        tokio::spawn(publish(Recorder::new(client, reporter), waiting));
        Self {
            queue,
            prefix: prefix.to_owned(),
            metrics,
        }
    }

    /// Publishes a notice about a custom resource, soon.
    pub(crate) fn announce(&self, about: &ObjectReference, notice: &Notice) {
        let event = Event {
            type_: if notice.warning {
                EventType::Warning
            } else {
                EventType::Normal
            },
            reason: cut(&format!("{}{}", self.prefix, notice.reason), LONGEST_REASON).to_owned(),
            note: Some(cut(&notice.note, LONGEST_NOTE).to_owned()),
            action: notice.action.to_owned(),
            // Also keeps events about different children from being counted as one.
            secondary: notice.child.as_ref().map(reference),
        };
        if self.queue.try_send((about.clone(), event)).is_err() {
            self.metrics.event_dropped();
        }
    }
}

async fn publish(recorder: Recorder, waiting: mpsc::Receiver<(ObjectReference, Event)>) {
    let waiting = futures::stream::unfold(waiting, |mut waiting| async {
        waiting.recv().await.map(|item| (item, waiting))
    });
    waiting
        .for_each_concurrent(IN_FLIGHT, |(about, event)| {
            let recorder = &recorder;
            async move {
                let name = about.name.as_deref().unwrap_or_default();
                match tokio::time::timeout(TIMEOUT, recorder.publish(&event, &about)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        let error = chain(&error);
                        tracing::warn!(name, event.reason, error, "failed to publish an event");
                    }
                    Err(_) => {
                        tracing::warn!(name, event.reason, "publishing an event took too long");
                    }
                }
            }
        })
        .await;
}

/// The pod's name, which is what the field is for.
fn instance(controller: &str) -> Option<String> {
    let host = std::env::var("HOSTNAME").ok()?;
    (!host.is_empty()).then(|| cut(&format!("{controller}-{host}"), LONGEST_REASON).to_owned())
}

fn reference(id: &ObjectId) -> ObjectReference {
    ObjectReference {
        api_version: Some(id.kind.row().api_version()),
        kind: Some(id.kind.as_str().to_owned()),
        namespace: Some(id.namespace.clone()),
        name: Some(id.name.clone()),
        ..ObjectReference::default()
    }
}

/// The longest start of `text` that is at most `longest` bytes and whole characters.
pub(crate) fn cut(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// What was done, as an event names it. `actor` is the operator with its version.
pub(crate) fn done(done: &Done, actor: &str, generation: i64) -> Notice {
    let (reason, action, verb) = match done.verb {
        Verb::Created => ("CreateObjectSuccess", "Create", "Created"),
        Verb::Updated => ("UpdateObjectSuccess", "Update", "Updated"),
        Verb::Deleted => ("DeleteObjectSuccess", "Delete", "Deleted"),
    };
    let Done {
        id, reason: why, ..
    } = done;
    let what = format!("{verb} {} {}", id.kind, id.name);
    let note = match done.verb {
        Verb::Created => what,
        Verb::Updated => format!("{what}: {why}"),
        Verb::Deleted => format!("{what}: {why} ({actor}, generation {generation})"),
    };
    Notice {
        warning: false,
        reason,
        action,
        note,
        child: Some(id.clone()),
    }
}

/// What could not be done, as an event names it.
pub(crate) fn trouble(trouble: &Trouble) -> Notice {
    let (reason, action) = match (trouble.kind, trouble.doing) {
        (TroubleKind::NameConflict, _) => ("NameConflict", "Create"),
        (_, Doing::Create) => ("CreateObjectFail", "Create"),
        (_, Doing::Update | Doing::Try) => ("UpdateObjectFail", "Update"),
        (_, Doing::Delete) => ("DeleteObjectFail", "Delete"),
    };
    Notice {
        warning: true,
        reason,
        action,
        note: trouble.message.clone(),
        child: Some(trouble.id.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::ChildKind;
    use crate::plan::Reason;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(cut("abc", 5), "abc");
        assert_eq!(cut("abcdef", 3), "abc");
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("🙂", 3), "");
    }

    #[test]
    fn a_delete_names_actor_cause_and_generation() {
        let id = ObjectId::new(ChildKind::Service, "prod", "query");
        let gone = Done {
            id,
            verb: Verb::Deleted,
            reason: Reason::Undesired,
        };
        assert_eq!(
            done(&gone, "tally-operator/0.1.0", 4).note,
            "Deleted Service query: it is no longer part of the cluster (tally-operator/0.1.0, generation 4)"
        );
    }
}
