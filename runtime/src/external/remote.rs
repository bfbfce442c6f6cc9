//! What is asked of an application about one object.

use std::fmt;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::event::cut;

/// Of what an application answers, in conditions and events.
const LONGEST: usize = 512;

/// What an application has of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// No such object.
    Absent,
    /// The object, as the resource asks for it.
    InSync,
    /// The object, otherwise: what is different, in stable words.
    Differs(String),
}

/// One object of an application. Each function is asked again after a failure, and after a restart
/// in the middle of it: what it does must bear being done twice. None must block its thread.
pub trait Remote: Send + Sync {
    /// Looks, and changes nothing.
    fn observe(&self) -> BoxFuture<'_, Result<Seen, RemoteError>>;
    /// Makes the object. That it is there already is no failure.
    fn create(&self) -> BoxFuture<'_, Result<(), RemoteError>>;
    /// Brings the object to what the resource asks for.
    fn update(&self) -> BoxFuture<'_, Result<(), RemoteError>>;
    /// Removes the object. That it is gone already is no failure.
    fn delete(&self) -> BoxFuture<'_, Result<(), RemoteError>>;
}

/// Why an application did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteError {
    pub(super) kind: ErrorKind,
    message: String,
    pub(super) retry_after: Option<Duration>,
}

/// What of it the operator has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorKind {
    /// 4xx.
    Refused,
    /// 401 or 403: the credentials may have changed.
    Unauthorized,
    /// 5xx, and what a hook says.
    Server,
    /// No answer: the address may have changed.
    Unreachable,
    /// An answer that cannot be read.
    Unreadable,
    /// The Service is missing.
    ServerMissing,
    /// The Secret or a key of it is missing.
    SecretMissing,
}

impl RemoteError {
    /// A failure that a person reads in the resource's status. It must not hold a secret.
    pub fn new(message: impl fmt::Display) -> Self {
        Self::of(ErrorKind::Server, message)
    }

    /// The application is to be asked again after this time.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(super) fn of(kind: ErrorKind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: tidy(&message.to_string()),
            retry_after: None,
        }
    }

    /// The static name of this failure, for conditions and metrics.
    pub(super) fn reason(&self) -> &'static str {
        match self.kind {
            ErrorKind::Refused | ErrorKind::Unauthorized => "Refused",
            ErrorKind::Server => "ServerError",
            ErrorKind::Unreachable => "Unreachable",
            ErrorKind::Unreadable => "Unreadable",
            ErrorKind::ServerMissing => "ServerMissing",
            ErrorKind::SecretMissing => "SecretMissing",
        }
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RemoteError {}

impl From<std::io::Error> for RemoteError {
    fn from(error: std::io::Error) -> Self {
        Self::of(ErrorKind::Unreachable, crate::error::chain(&error))
    }
}

/// One line without control characters, cut.
pub(super) fn tidy(text: &str) -> String {
    let line: Vec<&str> = text
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    cut(&line.join(" "), LONGEST).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_becomes_one_short_line() {
        let error = RemoteError::new("a\n\u{1b}[31m  b\0c ");
        assert_eq!(error.to_string(), "a [31m b c");
        let long = RemoteError::new("é".repeat(10_000));
        assert!(long.to_string().len() <= LONGEST);
    }
}
