//! A scripted application: answers HTTP as a test says, and writes down what it was asked.
//!
//! It stands for whatever an external kind's objects live in. A store keeps objects as a simple REST
//! API does; scripts go before it, and break what a test wants broken. It runs on a thread of its
//! own, so a test that blocks its runtime does not stop it.

mod serve;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::Error;
use crate::admin::certificate::made_for;

/// A request that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// Path and query, as they were sent.
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    /// `POST /tables`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// What a script answers.
#[derive(Clone, Debug)]
pub enum Reply {
    Text {
        code: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// No answer at all.
    Hang,
    /// A body of so many bytes, none of which is kept.
    Long(u64),
    /// A body that never ends, a byte every 50 ms.
    Endless,
    /// The request takes effect in the store, and the connection breaks before the answer.
    Lost,
}

impl Reply {
    /// A text with a code.
    pub fn text(code: u16, body: impl Into<String>) -> Self {
        Self::Text {
            code,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// A value with 200.
    pub fn json(body: &Value) -> Self {
        Self::text(200, body.to_string())
    }

    /// With a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Text { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

#[derive(Debug)]
struct Script {
    method: String,
    /// A path, or the start of paths before a `*`.
    path: String,
    reply: Reply,
    /// None for ever.
    times: Option<usize>,
}

#[derive(Debug)]
struct Store {
    path: String,
    pointer: String,
    /// What is answered for an object that is not there; none for 404.
    absent: Option<Value>,
    objects: BTreeMap<String, Value>,
}

#[derive(Debug, Default)]
struct State {
    asked: Vec<Asked>,
    scripts: VecDeque<Script>,
    stores: Vec<Store>,
    /// The value that `Authorization` must have.
    authorization: Option<String>,
}

/// A running server; it ends when dropped.
#[derive(Debug)]
pub struct FakeServer {
    url: String,
    state: Arc<Mutex<State>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl FakeServer {
    /// Starts a server that answers 404 to everything.
    ///
    /// # Errors
    /// When the system gives no port or no thread.
    pub async fn start() -> Result<Self, Error> {
        Self::start_with(None).await
    }

    /// Likewise, over TLS with a certificate of its own, which is returned in PEM.
    ///
    /// # Errors
    /// As [`FakeServer::start`]; or when no certificate can be made.
    pub async fn start_tls() -> Result<(Self, String), Error> {
        let (acceptor, certificate) = made_for("127.0.0.1")
            .map_err(std::io::Error::other)
            .map_err(io("make a certificate"))?;
        Ok((Self::start_with(Some(acceptor)).await?, certificate))
    }

    async fn start_with(tls: Option<TlsAcceptor>) -> Result<Self, Error> {
        let state = Arc::new(Mutex::new(State::default()));
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = oneshot::channel();
        let shared = Arc::clone(&state);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let thread = std::thread::Builder::new()
            .name("testing-fake-server".to_owned())
            .spawn(move || serve::run(shared, tls, ready, stopped))
            .map_err(io("start the server's thread"))?;
        let address = started
            .await
            .map_err(|_| io("start the server's thread")(std::io::Error::other("it ended")))?
            .map_err(io("take a port on 127.0.0.1"))?;
        Ok(Self {
            url: format!("{scheme}://{address}"),
            state,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// `http://127.0.0.1:PORT`, or `https://`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Keeps objects under `path`, each under the name at a JSON pointer of it: `POST path` makes one,
    /// `GET`, `PUT` and `DELETE path/NAME` do what they say, and so does `PUT path`.
    pub fn store(&self, path: &str, pointer: &str) {
        self.lock().stores.push(Store {
            path: path.to_owned(),
            pointer: pointer.to_owned(),
            absent: None,
            objects: BTreeMap::new(),
        });
    }

    /// Answers 200 with this body for objects of a store that are not there.
    pub fn answer_absent(&self, path: &str, body: Value) {
        let mut state = self.lock();
        if let Some(store) = state.stores.iter_mut().find(|store| store.path == path) {
            store.absent = Some(body);
        }
    }

    /// Puts an object into a store, as somebody else.
    pub fn put(&self, path: &str, name: &str, object: Value) {
        let mut state = self.lock();
        if let Some(store) = state.stores.iter_mut().find(|store| store.path == path) {
            store.objects.insert(name.to_owned(), object);
        }
    }

    /// Removes an object from a store, as somebody else.
    pub fn remove(&self, path: &str, name: &str) {
        let mut state = self.lock();
        if let Some(store) = state.stores.iter_mut().find(|store| store.path == path) {
            store.objects.remove(name);
        }
    }

    /// An object of a store.
    pub fn object(&self, path: &str, name: &str) -> Option<Value> {
        let state = self.lock();
        let store = state.stores.iter().find(|store| store.path == path)?;
        store.objects.get(name).cloned()
    }

    /// Answers requests in this way, so many times or for ever, before anything else is asked. A path
    /// that ends with `*` is the start of paths. Of several scripts the last one answers.
    pub fn script(&self, method: &str, path: &str, reply: Reply, times: Option<usize>) {
        self.lock().scripts.push_front(Script {
            method: method.to_owned(),
            path: path.to_owned(),
            reply,
            times,
        });
    }

    /// Forgets all scripts.
    pub fn unscript(&self) {
        self.lock().scripts.clear();
    }

    /// Answers 401 to requests whose `Authorization` is another; none for taking all.
    pub fn require(&self, authorization: Option<&str>) {
        self.lock().authorization = authorization.map(str::to_owned);
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// [`requests`](Self::requests) in short: `POST /tables`.
    pub fn lines(&self) -> Vec<String> {
        self.lock().asked.iter().map(Asked::line).collect()
    }

    /// Forgets the requests so far.
    pub fn clear(&self) {
        self.lock().asked.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server has shown in the test already: its connections broke.
            let _ = thread.join();
        }
    }
}

impl State {
    /// Enters a request, and says what answers it: a script, or the stores.
    fn take(&mut self, asked: &Asked) -> Reply {
        self.asked.push(asked.clone());
        let known = self.scripts.iter().position(|script| {
            let path = match script.path.strip_suffix('*') {
                Some(start) => asked.path.starts_with(start),
                None => asked.path == script.path,
            };
            path && (script.method == "*" || script.method == asked.method)
        });
        if let Some(script) = known.and_then(|index| self.scripts.get_mut(index)) {
            let reply = script.reply.clone();
            let is_over = script.times.as_mut().is_some_and(|left| {
                *left = left.saturating_sub(1);
                *left == 0
            });
            if let (true, Some(index)) = (is_over, known) {
                self.scripts.remove(index);
            }
            if matches!(reply, Reply::Lost) {
                self.stored(asked);
            }
            return reply;
        }
        if let Some(wanted) = &self.authorization
            && asked.headers.get("authorization") != Some(wanted)
        {
            return Reply::text(401, "who are you?");
        }
        self.stored(asked)
    }

    fn stored(&mut self, asked: &Asked) -> Reply {
        let path = asked.path.split('?').next().unwrap_or_default();
        for store in &mut self.stores {
            let Some(rest) = path.strip_prefix(&store.path) else {
                continue;
            };
            let name = match rest.strip_prefix('/') {
                Some(name) => Some(decoded(name)),
                None if rest.is_empty() => None,
                None => continue,
            };
            return store.answer(asked, name);
        }
        Reply::text(404, "no such path")
    }
}

impl Store {
    fn answer(&mut self, asked: &Asked, name: Option<String>) -> Reply {
        let body = asked.json();
        let given = body.pointer(&self.pointer).and_then(Value::as_str);
        let Some(name) = name.or_else(|| given.map(str::to_owned)) else {
            return Reply::text(400, "an object without a name");
        };
        let is_there = self.objects.contains_key(&name);
        match (asked.method.as_str(), is_there) {
            ("GET", true) => Reply::json(self.objects.get(&name).unwrap_or(&Value::Null)),
            ("GET", false) => match &self.absent {
                Some(absent) => Reply::json(absent),
                None => Reply::text(404, "no such object"),
            },
            ("POST", true) => Reply::text(409, "there already"),
            ("PUT" | "DELETE", false) => Reply::text(404, "no such object"),
            ("POST", false) | ("PUT", true) => {
                self.objects.insert(name, body);
                Reply::text(200, r#"{"status": "done"}"#)
            }
            ("DELETE", true) => {
                self.objects.remove(&name);
                Reply::text(200, r#"{"status": "gone"}"#)
            }
            _ => Reply::text(405, "what?"),
        }
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let pair = (byte == b'%').then(|| [rest.next(), rest.next()]);
        let code = pair.and_then(|pair| {
            let digits: String = pair.into_iter().flatten().map(char::from).collect();
            u8::from_str_radix(&digits, 16).ok()
        });
        bytes.push(code.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn io(act: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Io {
        act: act.to_owned(),
        source,
    }
}
