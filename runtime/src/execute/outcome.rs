//! What a pass came to: done, waiting, or in trouble, child by child.

use std::time::Duration;

use super::Effect;
use crate::error::{Closed, RequestError, chain, stable};
use crate::kind::ObjectId;
use crate::plan::{Act, Reason, Resize, Step};

/// What was done about a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Created,
    Updated,
    Deleted,
}

/// One write that the server took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) id: ObjectId,
    pub(crate) verb: Verb,
    pub(crate) reason: Reason,
}

/// A child about which nothing can be done before something else happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) id: ObjectId,
    pub(crate) reason: Reason,
}

/// What kind of trouble a child is in; decides when it is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TroubleKind {
    /// The server does not take the document: tried again when the resource changes, or at resync.
    Refused,
    /// Another owner has an object of that name: nothing is written.
    NameConflict,
    /// Something that may pass: tried again with backoff.
    Failed,
}

/// A child that could not be brought to its desired state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub(crate) id: ObjectId,
    pub(crate) kind: TroubleKind,
    /// Static: names events, conditions and metrics.
    pub(crate) reason: &'static str,
    /// What we were doing to it: create, update, delete.
    pub(crate) doing: Doing,
    /// A sentence with an object.
    pub(crate) message: String,
    pub(crate) retry_after: Option<Duration>,
}

/// What we were about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// A dry run of an update.
    Try,
    Create,
    Update,
    Delete,
}

impl Doing {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Try => "try a change of",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl Trouble {
    pub(crate) fn failed(id: &ObjectId, doing: Doing, error: &RequestError) -> Self {
        Self {
            id: id.clone(),
            kind: TroubleKind::Failed,
            reason: error.reason(),
            doing,
            message: format!(
                "failed to {} {id}: {}",
                doing.as_str(),
                stable(&chain(error))
            ),
            retry_after: error.retry_after(),
        }
    }

    pub(crate) fn refused(id: &ObjectId, doing: Doing, error: &RequestError) -> Self {
        let complaints: Vec<String> = error
            .complaints()
            .into_iter()
            .map(|(field, message)| {
                // What follows the first line is a dump of values.
                let message = message.lines().next().unwrap_or_default();
                if field.is_empty() {
                    message.to_owned()
                } else {
                    format!("{field}: {message}")
                }
            })
            .collect();
        Self {
            id: id.clone(),
            kind: TroubleKind::Refused,
            reason: "Refused",
            doing,
            message: format!("{id} is refused: {}", complaints.join("; ")),
            retry_after: None,
        }
    }

    /// The object has fields that cannot be changed as desired.
    pub(crate) fn immutable(id: &ObjectId, doing: Doing, complaints: &[String]) -> Self {
        Self {
            id: id.clone(),
            kind: TroubleKind::Refused,
            reason: "Refused",
            doing,
            message: format!("{id} cannot be changed: {}", complaints.join("; ")),
            retry_after: None,
        }
    }

    /// The step is not taken, for this reason: no request is made.
    pub(crate) fn of(id: &ObjectId, reason: &Reason) -> Self {
        match reason {
            Reason::Shrinks(resize) => Self::size(
                id,
                format!(
                    "{}: the storage of {id} cannot shrink {resize}; put {} back, or move the data to a node of another name that asks for less",
                    resize.field, resize.from
                ),
            ),
            _ => Self::conflict(id),
        }
    }

    /// The claim's storage class does not expand volumes.
    pub(crate) fn fixed(id: &ObjectId, resize: &Resize) -> Self {
        Self::size(
            id,
            format!(
                "{}: {id} cannot grow {resize}, as its storage class does not expand volumes; put {} back, or let the class have `allowVolumeExpansion: true`",
                resize.field, resize.from
            ),
        )
    }

    fn size(id: &ObjectId, message: String) -> Self {
        Self {
            id: id.clone(),
            kind: TroubleKind::Refused,
            reason: "Refused",
            doing: Doing::Try,
            message,
            retry_after: None,
        }
    }

    pub(crate) fn conflict(id: &ObjectId) -> Self {
        Self {
            id: id.clone(),
            kind: TroubleKind::NameConflict,
            reason: "NameConflict",
            doing: Doing::Create,
            message: format!("{id} belongs to another owner and is left alone"),
            retry_after: None,
        }
    }
}

/// Everything that one pass did and did not do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) done: Vec<Done>,
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) troubles: Vec<Trouble>,
    /// Dry runs that the server took.
    pub(crate) tried: Vec<ObjectId>,
    /// What the rollout has not come to yet.
    pub(crate) held: Vec<Waiting>,
    /// Why steps were left out, where none of the above says it.
    pub(crate) closed: Option<Closed>,
}

impl Outcome {
    /// By object, so that the order in which replies came in does not show.
    pub(crate) fn sort(&mut self) {
        self.done.sort_by(|a, b| a.id.cmp(&b.id));
        self.waiting.sort_by(|a, b| a.id.cmp(&b.id));
        self.held.sort_by(|a, b| a.id.cmp(&b.id));
        self.troubles
            .sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    }

    pub(super) fn note(&mut self, step: Step, effect: Effect) {
        match effect {
            Effect::Done(verb) => {
                if matches!(step.act, Act::Recreate | Act::Orphan) {
                    self.waiting.push(Waiting {
                        id: step.id.clone(),
                        reason: Reason::Terminating,
                    });
                }
                self.done.push(Done {
                    id: step.id,
                    verb,
                    reason: step.reason,
                });
            }
            Effect::Nothing if step.act == Act::Preflight => self.tried.push(step.id),
            Effect::Nothing | Effect::MustRecreate(_) => {}
            Effect::Waiting(reason) => self.waiting.push(Waiting {
                id: step.id,
                reason,
            }),
            Effect::Held(reason) => self.held.push(Waiting {
                id: step.id,
                reason,
            }),
            Effect::Trouble(trouble) => self.troubles.push(trouble),
            Effect::NotSent(closed) => self.closed = Some(closed),
        }
    }
}
