//! What goes wrong in a run, and when.

use std::fmt;

use dsoi_runtime::testing::{Action, Fault as Injected, Logged, Verb};
use serde::{Deserialize, Serialize};

/// A write of a run, told from all others of the same run whatever their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) verb: String,
    pub(crate) resource: String,
    pub(crate) name: String,
    /// `apply`, `dry run`, or the type of another patch.
    pub(crate) form: String,
    /// The how manieth of these.
    pub(crate) nth: u64,
}

impl Point {
    /// Those of a run's writes, each with its place among its likes.
    pub(crate) fn all(writes: &[Logged]) -> Vec<Self> {
        let mut points: Vec<Self> = Vec::new();
        for write in writes {
            let mut point = Self::of(write);
            let same = |known: &&Self| {
                Self {
                    nth: 1,
                    ..(*known).clone()
                } == point
            };
            point.nth += points.iter().filter(same).count() as u64;
            points.push(point);
        }
        points
    }

    fn of(write: &Logged) -> Self {
        let resource = match &write.subresource {
            Some(subresource) => format!("{}/{subresource}", write.resource),
            None => write.resource.clone(),
        };
        Self {
            verb: format!("{:?}", write.verb),
            resource,
            name: write.name.clone().unwrap_or_default(),
            form: match (write.dry_run, write.is_apply(), write.verb) {
                (true, ..) => "dry run".to_owned(),
                (_, true, _) => "apply".to_owned(),
                (_, _, Verb::Patch) => write.content_type.clone().unwrap_or_default(),
                _ => String::new(),
            },
            nth: 1,
        }
    }

    /// Does this to it, in a proxy that has shown none of its likes since the run began.
    pub(crate) fn inject(&self, action: Action, from: u64) -> Injected {
        let like = Self {
            nth: 1,
            ..self.clone()
        };
        Injected::new(
            move |request| {
                request.number >= from
                    && request.is_write()
                    && !request.is_background()
                    && Self::of(request) == like
            },
            action,
        )
        .nth(self.nth)
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} {} #{}",
            self.verb, self.resource, self.name, self.form, self.nth
        )
    }
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fault")]
pub(crate) enum Fault {
    /// Nothing: the reference.
    None,
    /// The operator is killed, and started again, while a request waits to be passed on.
    KilledBefore { point: Point },
    /// The operator is killed after the server did it, before it is told so.
    KilledUntold { point: Point },
    /// The operator is killed once it was told.
    KilledAfter { point: Point },
    /// A request is answered with an error and not done.
    Answered { point: Point, code: u16 },
    /// A request is done, and the connection breaks instead of an answer.
    Untold { point: Point },
    /// A request is done, and no answer ever comes.
    Silence { point: Point },
    /// A request is sent on twice.
    Twice { point: Point },
    /// Nothing of a kind is shown from before the first step until after the last.
    Frozen { resource: String },
    /// The watch of a kind breaks after each event.
    Cut { resource: String },
    /// The watch of a kind has to begin anew after each event.
    Expired { resource: String },
    /// The status of the resource is wiped after each step.
    StatusWiped,
}

impl Fault {
    /// Under which heading it is counted.
    pub(crate) fn heading(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::KilledBefore { .. } => "killed before a write".to_owned(),
            Self::KilledUntold { .. } => "killed after it, untold".to_owned(),
            Self::KilledAfter { .. } => "killed after the reply".to_owned(),
            Self::Answered { code, .. } => format!("answered {code}"),
            Self::Untold { .. } => "reply lost".to_owned(),
            Self::Silence { .. } => "no reply until the timeout".to_owned(),
            Self::Twice { .. } => "sent twice".to_owned(),
            Self::Frozen { .. } => "watch frozen".to_owned(),
            Self::Cut { .. } => "watch cut".to_owned(),
            Self::Expired { .. } => "watch expired".to_owned(),
            Self::StatusWiped => "status wiped".to_owned(),
        }
    }

    /// Whether nothing of a kind is shown between the first step and the last.
    pub(crate) fn hides(&self, kind: &str) -> bool {
        matches!(self, Self::Frozen { resource } if resource == kind)
    }

    /// The write that it is about.
    pub(crate) fn point(&self) -> Option<&Point> {
        match self {
            Self::KilledBefore { point }
            | Self::KilledUntold { point }
            | Self::KilledAfter { point }
            | Self::Answered { point, .. }
            | Self::Untold { point }
            | Self::Silence { point }
            | Self::Twice { point } => Some(point),
            _ => None,
        }
    }

    /// What the proxy does to the write.
    pub(crate) fn action(&self) -> Option<Action> {
        Some(match self {
            Self::KilledBefore { .. } => Action::Hold,
            Self::KilledUntold { .. } | Self::Silence { .. } => Action::HoldReply,
            Self::Answered { code, .. } => Action::Answer {
                code: *code,
                retry_after: (*code == 429).then_some(1),
            },
            Self::Untold { .. } => Action::DropReplyAfterCommit,
            Self::Twice { .. } => Action::SendTwice,
            _ => return None,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.heading())?;
        match self {
            Self::Frozen { resource } | Self::Cut { resource } | Self::Expired { resource } => {
                write!(f, ": {resource}")
            }
            _ => match self.point() {
                Some(point) => write!(f, ": {point}"),
                None => Ok(()),
            },
        }
    }
}
