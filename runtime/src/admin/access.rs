//! Who may read the metrics: the API server knows (SE-15).
//!
//! In: a request's `Authorization`. Out: a verdict, by a `TokenReview` and a
//! `SubjectAccessReview` of `get` on the non-resource URL `/metrics`. Answers are kept for a short
//! while, a bounded number of them, under a digest of the token and never under the token itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderValue, Request};
use kube::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// How long an account that may read is not asked about again.
const ALLOWED: Duration = Duration::from_secs(60);
/// How long any other is not: what was just granted works soon.
const REFUSED: Duration = Duration::from_secs(10);
/// Answers that are kept; a cluster has a handful of scrapers.
const KEPT: usize = 128;
/// Questions under way: whoever sends one token after the other asks no more than this at a time.
const ASKING: usize = 2;
/// One question, whatever it does.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longer than any token that an API server signs.
const TOKEN_MAX: usize = 16 * 1024;

/// What the API server says of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    /// It is known, and may not.
    Forbidden,
    /// There is no token, or none of an account.
    Unknown,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("a review is no HTTP request")]
    Request(#[source] http::Error),
    #[error("the API server does not review")]
    Review(#[source] Box<kube::Error>),
    #[error("the API server does not answer within {TIMEOUT:?}")]
    Timeout,
}

#[derive(Deserialize)]
struct Review<S> {
    status: S,
}

#[derive(Deserialize)]
struct Authentication {
    #[serde(default)]
    authenticated: bool,
    #[serde(default)]
    user: Value,
}

#[derive(Deserialize)]
struct Authorization {
    #[serde(default)]
    allowed: bool,
}

type Token = [u8; 32];

/// Asks, and remembers for a while.
pub(super) struct Access {
    client: Client,
    known: Known,
    asking: Semaphore,
}

impl Access {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            known: Known::default(),
            asking: Semaphore::new(ASKING),
        }
    }

    /// Whether who shows this may read the metrics.
    pub(super) async fn judge(
        &self,
        authorization: Option<&HeaderValue>,
    ) -> Result<Verdict, AskError> {
        let Some(token) = authorization.and_then(bearer) else {
            return Ok(Verdict::Unknown);
        };
        let key: Token = Sha256::digest(token.as_bytes()).into();
        if let Some(verdict) = self.known.get(&key, Instant::now()) {
            return Ok(verdict);
        }
        let _turn = self.asking.acquire().await;
        // Whoever had the turn before may have asked the same.
        if let Some(verdict) = self.known.get(&key, Instant::now()) {
            return Ok(verdict);
        }
        let verdict = tokio::time::timeout(TIMEOUT, self.ask(token))
            .await
            .map_err(|_| AskError::Timeout)??;
        self.known.put(key, verdict, Instant::now());
        Ok(verdict)
    }

    async fn ask(&self, token: &str) -> Result<Verdict, AskError> {
        let review: Review<Authentication> = self
            .review(
                "/apis/authentication.k8s.io/v1/tokenreviews",
                &json!({
                    "apiVersion": "authentication.k8s.io/v1",
                    "kind": "TokenReview",
                    "spec": {"token": token},
                }),
            )
            .await?;
        if !review.status.authenticated {
            return Ok(Verdict::Unknown);
        }
        let user = |field: &str| review.status.user.get(field);
        let review: Review<Authorization> = self
            .review(
                "/apis/authorization.k8s.io/v1/subjectaccessreviews",
                &json!({
                    "apiVersion": "authorization.k8s.io/v1",
                    "kind": "SubjectAccessReview",
                    "spec": {
                        "user": user("username"),
                        "uid": user("uid"),
                        "groups": user("groups"),
                        "extra": user("extra"),
                        "nonResourceAttributes": {"path": "/metrics", "verb": "get"},
                    },
                }),
            )
            .await?;
        Ok(if review.status.allowed {
            Verdict::Allowed
        } else {
            Verdict::Forbidden
        })
    }

    async fn review<S: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        review: &Value,
    ) -> Result<Review<S>, AskError> {
        let request = Request::post(path)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(review.to_string().into_bytes())
            .map_err(AskError::Request)?;
        self.client
            .request(request)
            .await
            .map_err(|error| AskError::Review(Box::new(error)))
    }
}

/// The token of `Bearer TOKEN`.
fn bearer(authorization: &HeaderValue) -> Option<&str> {
    // What is no text is no token.
    let (scheme, token) = authorization.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= TOKEN_MAX)
        .then_some(token)
}

/// Verdicts and when they end.
#[derive(Debug, Default)]
struct Known(Mutex<BTreeMap<Token, (Verdict, Instant)>>);

impl Known {
    fn get(&self, token: &Token, now: Instant) -> Option<Verdict> {
        let known = self.lock();
        let (verdict, until) = known.get(token)?;
        (*until > now).then_some(*verdict)
    }

    fn put(&self, token: Token, verdict: Verdict, now: Instant) {
        let mut known = self.lock();
        known.retain(|_, (_, until)| *until > now);
        if known.len() >= KEPT {
            let first = known
                .iter()
                .min_by_key(|(_, (_, until))| *until)
                .map(|(token, _)| *token);
            if let Some(first) = first {
                known.remove(&first);
            }
        }
        let keep = if verdict == Verdict::Allowed {
            ALLOWED
        } else {
            REFUSED
        };
        known.insert(token, (verdict, now + keep));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Token, (Verdict, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_a_token() {
        let of = |text: &'static str| bearer(&HeaderValue::from_static(text)).map(str::to_owned);
        assert_eq!(of("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(of("bearer  abc ").as_deref(), Some("abc"));
        for text in ["", "abc", "Bearer", "Bearer ", "Basic abc"] {
            assert_eq!(of(text), None, "{text}");
        }
        let long = format!("Bearer {}", "a".repeat(TOKEN_MAX + 1));
        assert_eq!(bearer(&HeaderValue::try_from(long).unwrap()), None);
    }

    // SE-15.
    #[test]
    fn a_verdict_is_kept_for_a_while_and_a_refusal_for_less() {
        let (known, now) = (Known::default(), Instant::now());
        known.put([1; 32], Verdict::Allowed, now);
        known.put([2; 32], Verdict::Forbidden, now);
        assert_eq!(known.get(&[1; 32], now), Some(Verdict::Allowed));
        assert_eq!(known.get(&[2; 32], now), Some(Verdict::Forbidden));
        assert_eq!(known.get(&[2; 32], now + REFUSED), None);
        assert_eq!(known.get(&[1; 32], now + REFUSED), Some(Verdict::Allowed));
        assert_eq!(known.get(&[1; 32], now + ALLOWED), None);
    }

    #[test]
    fn however_many_tokens_are_shown_few_are_remembered() {
        let (known, now) = (Known::default(), Instant::now());
        for number in 0..10_000_u32 {
            let mut token = [0; 32];
            token[..4].copy_from_slice(&number.to_be_bytes());
            known.put(token, Verdict::Unknown, now);
        }
        assert_eq!(known.lock().len(), KEPT);
    }
}
