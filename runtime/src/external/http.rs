//! Objects behind HTTP, as declared: one call each to look, make, change and remove (MF-17).
//!
//! In: calls, and what of an answer says that the object is absent or in sync. Out: a [`Remote`].

mod wire;

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use hyper::body::Bytes;
use serde_json::Value;

pub use http::Method;

pub(super) use self::wire::{Answer, Clients, Wire};
use super::compare::differences;
use super::remote::{ErrorKind, Remote, RemoteError, Seen};

const NOT_FOUND: u16 = 404;

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub method: Method,
    /// Path and query, behind the server's address; inserted texts are [encoded](super::encode).
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Bytes>,
    /// The answers that are a success; none for all of 2xx.
    pub expected: Vec<u16>,
}

impl Call {
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: Vec::new(),
            body: None,
            expected: Vec::new(),
        }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    pub fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    pub fn patch(path: impl Into<String>) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// With JSON, sent as it is written.
    pub fn body(mut self, text: impl AsRef<str>) -> Self {
        self.body = Some(Bytes::copy_from_slice(text.as_ref().as_bytes()));
        self
    }

    /// With a value as JSON.
    pub fn json(self, value: &Value) -> Self {
        self.body(value.to_string())
    }

    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Only these answers are a success.
    pub fn expect(mut self, codes: impl IntoIterator<Item = u16>) -> Self {
        self.expected = codes.into_iter().collect();
        self
    }

    fn is_success(&self, code: u16) -> bool {
        if self.expected.is_empty() {
            (200..300).contains(&code)
        } else {
            self.expected.contains(&code)
        }
    }
}

/// `GET /tables/a`.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

type Live = Box<dyn Fn(Value) -> Result<Value, String> + Send + Sync>;

/// An object behind HTTP.
pub struct HttpRemote {
    wire: Option<Arc<Wire>>,
    get: Option<Call>,
    create: Option<Call>,
    update: Option<Call>,
    delete: Option<Call>,
    absent: Option<Value>,
    owned: Option<Value>,
    live: Option<Live>,
}

impl HttpRemote {
    pub(super) fn new(wire: Option<Arc<Wire>>) -> Self {
        Self {
            wire,
            get: None,
            create: None,
            update: None,
            delete: None,
            absent: None,
            owned: None,
            live: None,
        }
    }

    /// How the object is looked at. A 404 says that it is absent.
    pub fn get(mut self, call: Call) -> Self {
        self.get = Some(call);
        self
    }

    pub fn create(mut self, call: Call) -> Self {
        self.create = Some(call);
        self
    }

    pub fn update(mut self, call: Call) -> Self {
        self.update = Some(call);
        self
    }

    /// How the object is removed; 404 is a success. Without it the object stays when the resource
    /// goes, as settings do.
    pub fn delete(mut self, call: Call) -> Self {
        self.delete = Some(call);
        self
    }

    /// A success with exactly this body says that the object is absent, too.
    pub fn absent(mut self, body: Value) -> Self {
        self.absent = Some(body);
        self
    }

    /// What the answer has to hold; it may hold more (DR-15). Without it, an object that is there is
    /// in sync.
    pub fn owns(mut self, body: Value) -> Self {
        self.owned = Some(body);
        self
    }

    /// Turns an answer into the shape of what the application takes, before it is compared.
    pub fn live(
        mut self,
        live: impl Fn(Value) -> Result<Value, String> + Send + Sync + 'static,
    ) -> Self {
        self.live = Some(Box::new(live));
        self
    }

    pub fn boxed(self) -> Box<dyn Remote> {
        Box::new(self)
    }

    async fn send(&self, call: &Call) -> Result<Answer, RemoteError> {
        let Some(wire) = &self.wire else {
            let message = "nobody said where the application listens";
            return Err(RemoteError::of(ErrorKind::ServerMissing, message));
        };
        wire.send(call).await
    }

    /// Sends a call whose answer's text does not matter; `fine` is a success as well.
    async fn tell(
        &self,
        call: Option<&Call>,
        what: &str,
        fine: Option<u16>,
    ) -> Result<(), RemoteError> {
        let Some(call) = call else {
            let message = format!("there is no call to {what} it");
            return Err(RemoteError::of(ErrorKind::Refused, message));
        };
        let answer = self.send(call).await?;
        if call.is_success(answer.code) || fine == Some(answer.code) {
            Ok(())
        } else {
            Err(answer.failure(call))
        }
    }

    /// What an answer to the first call says.
    fn seen(&self, call: &Call, answer: &Answer) -> Result<Seen, RemoteError> {
        if answer.code == NOT_FOUND {
            return Ok(Seen::Absent);
        }
        if !call.is_success(answer.code) {
            return Err(answer.failure(call));
        }
        if self.absent.is_none() && self.owned.is_none() {
            return Ok(Seen::InSync);
        }
        let body: Value = serde_json::from_slice(&answer.body).map_err(|error| {
            RemoteError::of(
                ErrorKind::Unreadable,
                format!("{call} answered with what is no JSON: {error}"),
            )
        })?;
        if self.absent.as_ref() == Some(&body) {
            return Ok(Seen::Absent);
        }
        let Some(owned) = &self.owned else {
            return Ok(Seen::InSync);
        };
        let body = match &self.live {
            Some(live) => live(body).map_err(|why| {
                RemoteError::of(
                    ErrorKind::Unreadable,
                    format!("{call} answered with what cannot be compared: {why}"),
                )
            })?,
            None => body,
        };
        let differences = differences(owned, &body);
        Ok(if differences.is_empty() {
            Seen::InSync
        } else {
            Seen::Differs(differences)
        })
    }
}

impl Remote for HttpRemote {
    fn observe(&self) -> BoxFuture<'_, Result<Seen, RemoteError>> {
        Box::pin(async move {
            let Some(call) = &self.get else {
                let message = "there is no call to look at it";
                return Err(RemoteError::of(ErrorKind::Refused, message));
            };
            let answer = self.send(call).await?;
            self.seen(call, &answer)
        })
    }

    fn create(&self) -> BoxFuture<'_, Result<(), RemoteError>> {
        Box::pin(self.tell(self.create.as_ref(), "make", None))
    }

    fn update(&self) -> BoxFuture<'_, Result<(), RemoteError>> {
        Box::pin(self.tell(self.update.as_ref(), "change", None))
    }

    fn delete(&self) -> BoxFuture<'_, Result<(), RemoteError>> {
        Box::pin(async move {
            match &self.delete {
                None => Ok(()),
                Some(call) => self.tell(Some(call), "remove", Some(NOT_FOUND)).await,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(code: u16, body: &str) -> Answer {
        Answer {
            code,
            body: Bytes::copy_from_slice(body.as_bytes()),
            retry_after: None,
            shown: body.to_owned(),
        }
    }

    #[test]
    fn an_object_is_absent_only_where_the_application_says_so() {
        // PN-2: any other answer than these is no reason to make a table.
        let remote = HttpRemote::new(None)
            .absent(json!({}))
            .owns(json!({"tableName": "t"}));
        let call = Call::get("/tables/t");
        let seen = |code, body: &str| remote.seen(&call, &answer(code, body));
        assert_eq!(seen(404, "gone").unwrap(), Seen::Absent);
        assert_eq!(seen(200, " {} ").unwrap(), Seen::Absent);
        let live = r#"{"tableName": "t", "more": 1}"#;
        assert_eq!(seen(200, live).unwrap(), Seen::InSync);
        let differs = Seen::Differs("tableName is \"u\", not \"t\"".to_owned());
        assert_eq!(seen(200, r#"{"tableName": "u"}"#).unwrap(), differs);
        for (code, body, reason) in [
            (200, "", "Unreadable"),
            (200, "<html>", "Unreadable"),
            (401, "{}", "Refused"),
            (500, "{}", "ServerError"),
            (302, "{}", "Refused"),
        ] {
            assert_eq!(seen(code, body).unwrap_err().reason(), reason, "{code}");
        }
    }

    #[test]
    fn an_answer_in_another_shape_is_turned_before_it_is_compared() {
        let remote = HttpRemote::new(None)
            .owns(json!({"tableName": "t"}))
            .live(|answer| answer.get("OFFLINE").cloned().ok_or("no table".to_owned()));
        let call = Call::get("/tables/t");
        let wrapped = answer(200, r#"{"OFFLINE": {"tableName": "t"}}"#);
        assert_eq!(remote.seen(&call, &wrapped).unwrap(), Seen::InSync);
        let error = remote.seen(&call, &answer(200, "{}")).unwrap_err();
        assert!(error.to_string().ends_with("no table"), "{error}");
    }
}
