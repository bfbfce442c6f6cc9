//! Why a request to the API server did not do what it should.
//!
//! Each error knows its static reason, which is what events, conditions and metrics are named
//! after, and whether sending it again can help.

use std::time::Duration;

use kube::core::Status;

/// A request that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("the API server answered {}: {}", .status.code, .status.message)]
    Answer {
        status: Box<Status>,
        /// What the server asked us to wait.
        retry_after: Option<Duration>,
    },
    #[error("the API server did not answer within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("the API server cannot be reached")]
    Unreachable(#[source] kube::Error),
    #[error("the API server's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
    #[error("the request cannot be made")]
    Request(#[source] http::Error),
    #[error(transparent)]
    Closed(#[from] Closed),
}

/// Why no request was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Closed {
    #[error("the custom resource is gone")]
    Gone,
    #[error("the custom resource changed meanwhile")]
    Superseded,
    #[error("the lease may have passed to another replica")]
    NoLease,
    #[error("the operator is stopping")]
    Stopping,
    #[error("the namespace is being deleted")]
    NamespaceEnds,
}

/// What the server means by its answer to a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The document itself is refused: 400, 413, or 422 not caused by the uid (D9).
    Refusal,
    /// The object is not the one that we know: 404, 409, or 422 because of the uid.
    Stale,
    /// The namespace is on its way out; nothing can be made in it.
    Terminating,
    /// Something that may pass.
    Trouble,
}

impl RequestError {
    pub(crate) fn status(&self) -> Option<&Status> {
        match self {
            Self::Answer { status, .. } => Some(status),
            _ => None,
        }
    }

    /// The server's code; 0 where it gave no answer.
    pub(crate) fn code(&self) -> u16 {
        self.status().map_or(0, |status| status.code)
    }

    /// The cause that names this field, if the server gave one.
    fn blames(&self, field: &str) -> bool {
        self.causes().iter().any(|cause| cause.field == field)
    }

    fn causes(&self) -> &[kube::core::response::StatusCause] {
        self.status()
            .and_then(|status| status.details.as_ref())
            .map_or(&[], |details| &details.causes)
    }

    pub(crate) fn meaning(&self) -> Meaning {
        match self.code() {
            422 if self.blames("metadata.uid") => Meaning::Stale,
            400 | 413 | 422 => Meaning::Refusal,
            404 | 409 => Meaning::Stale,
            403 if self
                .causes()
                .iter()
                .any(|cause| cause.reason == "NamespaceTerminating") =>
            {
                Meaning::Terminating
            }
            _ => Meaning::Trouble,
        }
    }

    /// Whether the same request may succeed when it is sent again soon.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Timeout(_) | Self::Unreachable(_) => true,
            Self::Answer { status, .. } => matches!(status.code, 429 | 500 | 502 | 503 | 504),
            Self::Unreadable(_) | Self::Request(_) | Self::Closed(_) => false,
        }
    }

    /// Whether there was an answer that will be the same for a while.
    pub(crate) fn is_final(&self) -> bool {
        !self.is_transient() && !matches!(self, Self::Closed(_))
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Answer { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The static name of this error, for conditions, events and metrics.
    pub(crate) fn reason(&self) -> &'static str {
        match self {
            Self::Answer { status, .. } => match status.code {
                403 if status.message.contains("exceeded quota") => "QuotaExceeded",
                403 => "Forbidden",
                404 => "NotFound",
                409 => "Conflict",
                429 => "TooManyRequests",
                400 | 413 | 422 => "Refused",
                _ => "ServerError",
            },
            Self::Timeout(_) => "Timeout",
            Self::Unreachable(_) => "Unreachable",
            Self::Unreadable(_) => "UnreadableAnswer",
            Self::Request(_) => "InvalidRequest",
            Self::Closed(_) => "NotSent",
        }
    }

    /// Whether a present object is refused for a field that cannot be changed.
    pub(crate) fn is_about_immutable(&self) -> bool {
        self.meaning() == Meaning::Refusal
            && self
                .causes()
                .iter()
                .any(|cause| speaks_of_immutable(&cause.message))
    }

    /// Whether a claim is refused for its storage class, which does not expand volumes. In the words of
    /// the API server: it answers 403, as it does where a right is missing.
    pub(crate) fn is_about_expansion(&self) -> bool {
        self.code() == 403
            && self
                .status()
                .is_some_and(|status| status.message.contains("must support resize"))
    }

    /// Whether somebody else owns a field that was applied without force.
    pub(crate) fn is_about_owners(&self) -> bool {
        let of_owners =
            |cause: &kube::core::response::StatusCause| cause.reason == "FieldManagerConflict";
        self.code() == 409 && self.causes().iter().any(of_owners)
    }

    /// Whether that is all that is wrong, and each of these fields begins with `field`.
    pub(crate) fn is_only_about_immutable(&self, field: &str) -> bool {
        let causes = self.causes();
        self.meaning() == Meaning::Refusal
            && !causes.is_empty()
            && causes
                .iter()
                .all(|cause| cause.field.starts_with(field) && speaks_of_immutable(&cause.message))
    }

    /// The server's field paths and messages, or the whole message where it names no field.
    pub(crate) fn complaints(&self) -> Vec<(String, String)> {
        let causes: Vec<(String, String)> = self
            .causes()
            .iter()
            .filter(|cause| !cause.field.is_empty())
            .map(|cause| (cause.field.clone(), cause.message.clone()))
            .collect();
        if causes.is_empty() {
            let message = self
                .status()
                .map_or_else(String::new, |s| s.message.clone());
            vec![(String::new(), message)]
        } else {
            causes
        }
    }
}

/// In the words of the API server, which has no code for it.
fn speaks_of_immutable(message: &str) -> bool {
    ["immutable", "may not change once set", "updates to"]
        .iter()
        .any(|words| message.contains(words))
}

/// A message of the server without the names that it generates and the counts that change by
/// themselves: conditions hold it, and must not change while nothing does.
pub(crate) fn stable(message: &str) -> String {
    let message = match message.split_once(", requested: ") {
        Some((head, _)) if head.contains("exceeded quota") => head,
        _ => message,
    };
    let mut message = message.to_owned();
    for generated in ["pods", "ReplicaSet"] {
        let before = format!("{generated} \"");
        if let Some((head, tail)) = message.split_once(&before)
            && let Some((_, tail)) = tail.split_once('"')
        {
            message = format!("{head}{generated}{tail}");
        }
    }
    message
}

/// An error with everything that caused it, once each.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(code: u16, causes: &serde_json::Value) -> RequestError {
        let status = json!({"code": code, "message": "m", "details": {"causes": causes}});
        RequestError::Answer {
            status: Box::new(serde_json::from_value(status).unwrap()),
            retry_after: None,
        }
    }

    #[test]
    fn generated_names_and_counts_are_not_part_of_a_message() {
        for (message, stays) in [
            (
                r#"pods "t-gate-6d4f-x7x2p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=3"#,
                "pods is forbidden: exceeded quota: q",
            ),
            (
                r#"ReplicaSet "t-gate-6d4f" has timed out progressing."#,
                "ReplicaSet has timed out progressing.",
            ),
            (
                r#"services "t-gate" is forbidden: no"#,
                r#"services "t-gate" is forbidden: no"#,
            ),
        ] {
            assert_eq!(stable(message), stays);
        }
    }

    #[test]
    fn only_what_cannot_be_changed_is_worth_making_anew() {
        let fixed = json!({"field": "spec.clusterIPs[0]", "message": "Invalid value: may not change once set"});
        let bad = json!({"field": "spec.clusterIPs[0]", "message": "must be a valid IP address"});
        let port = json!({"field": "spec.ports[0].port", "message": "field is immutable"});
        for (causes, only) in [
            (json!([fixed]), true),
            (json!([fixed, bad]), false),
            (json!([fixed, port]), false),
            (json!([]), false),
        ] {
            let error = answer(422, &causes);
            assert_eq!(
                error.is_only_about_immutable("spec.clusterIP"),
                only,
                "{causes}"
            );
        }
        assert!(!answer(409, &json!([fixed])).is_about_immutable());
    }

    #[test]
    fn a_refusal_is_told_from_a_replaced_object_and_from_trouble() {
        let none = json!([]);
        let uid = json!([{"field": "metadata.uid", "message": "is immutable"}]);
        let field = json!([{"field": "spec.ports[0].port", "message": "must be ≤ 65535"}]);
        let ending = json!([{"reason": "NamespaceTerminating", "field": "metadata.namespace"}]);
        for (code, causes, meaning) in [
            (400, &none, Meaning::Refusal),
            (413, &none, Meaning::Refusal),
            (422, &field, Meaning::Refusal),
            (422, &uid, Meaning::Stale),
            (404, &none, Meaning::Stale),
            (409, &none, Meaning::Stale),
            (403, &none, Meaning::Trouble),
            (403, &ending, Meaning::Terminating),
            (429, &none, Meaning::Trouble),
            (500, &none, Meaning::Trouble),
        ] {
            assert_eq!(answer(code, causes).meaning(), meaning, "{code} {causes}");
        }
    }
}
