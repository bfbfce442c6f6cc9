//! What a fault does to a request.

use std::time::Duration;

use super::watch::Flow;

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// It is answered with this status and never reaches the API server.
    Answer {
        /// 409, 422, 429, 500, 503 or any other error status.
        code: u16,
        /// The `Retry-After` header, in seconds.
        retry_after: Option<u32>,
    },
    /// It is passed on after this time.
    Delay(Duration),
    /// The connection breaks, and it never reaches the API server.
    RefuseBefore,
    /// The API server does it, and the connection breaks instead of an answer.
    DropReplyAfterCommit,
    /// The API server does it, and only the first half of its answer arrives.
    TruncateReply {
        /// Whether the connection then breaks, instead of the answer ending in good order.
        broken: bool,
    },
    /// The API server gets it twice, and answers the second one.
    SendTwice,
    /// It waits until [`Injected::release`](super::Injected::release); if the caller is gone by then, it is never passed on.
    Hold,
    /// The API server does it, and the answer waits until [`Injected::release`](super::Injected::release).
    HoldReply,
    /// A watch whose connection breaks after so many events.
    CutWatch {
        /// How many events are passed on before.
        after: u64,
    },
    /// A watch that ends with `ERROR 410` after so many events.
    ExpireWatch {
        /// How many events are passed on before.
        after: u64,
    },
    /// A watch that holds its events back, after so many, until [`Injected::release`](super::Injected::release).
    FreezeWatch {
        /// How many events are passed on before.
        after: u64,
    },
}

impl Action {
    /// An answer with an error status and no `Retry-After`.
    pub fn answer(code: u16) -> Self {
        Self::Answer {
            code,
            retry_after: None,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "answer",
            Self::Delay(_) => "delay",
            Self::RefuseBefore => "refuse-before",
            Self::DropReplyAfterCommit => "drop-reply-after-commit",
            Self::TruncateReply { .. } => "truncate-reply",
            Self::SendTwice => "send-twice",
            Self::Hold => "hold",
            Self::HoldReply => "hold-reply",
            Self::CutWatch { .. } => "cut-watch",
            Self::ExpireWatch { .. } => "expire-watch",
            Self::FreezeWatch { .. } => "freeze-watch",
        }
    }

    /// What becomes of a watch, and after how many events.
    pub(super) fn on_watch(&self) -> Option<(u64, Flow)> {
        match *self {
            Self::CutWatch { after } => Some((after, Flow::Cut)),
            Self::ExpireWatch { after } => Some((after, Flow::Expire)),
            Self::FreezeWatch { after } => Some((after, Flow::Frozen)),
            _ => None,
        }
    }
}
