//! A proxy between an operator and the API server: it writes down every request, and fails the
//! ones that a test names.
//!
//! Plain HTTP on loopback comes in, TLS goes out; who the caller is stays the caller's matter,
//! since its `Authorization` header is passed on. Request bodies are held in memory (16 MiB at
//! most), responses and watches are streamed. It runs on a thread of its own, so a test that
//! blocks its runtime does not stop the operator.

mod action;
mod events;
mod fault;
mod log;
mod request;
mod server;
mod target;
mod watch;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use kube::Client;
use tokio::{net::TcpListener, sync::oneshot};

pub use action::Action;
pub use fault::{Fault, Injected};
pub use log::Mark;
pub use request::{Logged, Verb};
pub use watch::Freeze;

use super::{
    ControlPlane, Error,
    kubeconfig::{Server, User, server_url},
    wait,
};
use server::Shared;

/// A running proxy; it ends, and with it every connection through it, when dropped.
#[derive(Debug)]
pub struct Proxy {
    server: Server,
    folder: PathBuf,
    kubeconfigs: AtomicU64,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts a proxy in front of `plane`'s API server.
    ///
    /// # Errors
    /// When the system gives no port or no thread.
    pub async fn start(plane: &ControlPlane) -> Result<Self, Error> {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = oneshot::channel();
        let (upstream, state) = (plane.server().clone(), shared.clone());
        let thread = std::thread::Builder::new()
            .name("testing-proxy".to_owned())
            .spawn(move || run(&upstream, state, ready, stopped))
            .map_err(io("start the proxy's thread"))?;
        let Ok(url) = started.await else {
            // It ended without a word, so it panicked.
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
            let early = std::io::Error::other("it ended at once");
            return Err(io("start the proxy's thread")(early));
        };
        Ok(Self {
            server: Server {
                url: url?,
                ca: None,
            },
            folder: plane.folder().to_owned(),
            kubeconfigs: AtomicU64::new(0),
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The proxy's address, without a path.
    pub fn url(&self) -> &http::Uri {
        &self.server.url
    }

    /// Writes a kubeconfig with which another process signs in with `token`, through this proxy.
    pub fn kubeconfig(&self, token: &str) -> Result<PathBuf, Error> {
        let port = self.server.url.port_u16().unwrap_or_default();
        let number = self.kubeconfigs.fetch_add(1, Ordering::Relaxed);
        let path = self
            .folder
            .join(format!("proxy-{port}-{number}.kubeconfig"));
        self.server.kubeconfig(&User::token(token), &path)?;
        Ok(path)
    }

    /// A fresh client through this proxy; it belongs to the runtime that calls this.
    ///
    /// Unlike kube's default it sends every request once.
    pub fn client(&self, token: &str) -> Result<Client, Error> {
        self.server.client(&User::token(token))
    }

    /// Every request so far, in the order of arrival.
    pub fn log(&self) -> Vec<Logged> {
        self.shared.log.since(Mark::START)
    }

    /// A place in the log: after everything that has arrived.
    pub fn mark(&self) -> Mark {
        self.shared.log.mark()
    }

    /// The requests that arrived after `mark`.
    pub fn since(&self, mark: Mark) -> Vec<Logged> {
        self.shared.log.since(mark)
    }

    /// The writes after `mark` that are not [background](Logged::is_background), dry runs included.
    pub fn writes(&self, mark: Mark) -> Vec<Logged> {
        let mut requests = self.since(mark);
        requests.retain(|request| request.is_write() && !request.is_background());
        requests
    }

    /// The gets and lists after `mark` that are not [background](Logged::is_background). Watches,
    /// which are renewed by the clock, are none of them.
    pub fn reads(&self, mark: Mark) -> Vec<Logged> {
        let mut requests = self.since(mark);
        requests.retain(|request| request.is_read() && !request.is_background());
        requests
    }

    /// How many reads and writes there were after `mark`, by verb and resource (`deployments`,
    /// `deployments/scale`), without [background](Logged::is_background) and dry runs.
    pub fn counts(&self, mark: Mark) -> BTreeMap<(Verb, String), usize> {
        let mut counts = BTreeMap::new();
        for request in self.since(mark) {
            let counted = (request.is_write() && !request.dry_run) || request.is_read();
            if counted && !request.is_background() {
                let resource = match &request.subresource {
                    Some(subresource) => format!("{}/{subresource}", request.resource),
                    None => request.resource,
                };
                *counts.entry((request.verb, resource)).or_default() += 1;
            }
        }
        counts
    }

    /// Forgets what was logged. A log that holds 100 000 requests is full, and further requests
    /// are answered with 507 until it is cleared.
    pub fn clear(&self) {
        self.shared.log.clear();
    }

    /// Arms a fault. Of several that apply to a request, the one injected first acts.
    pub fn inject(&self, fault: Fault) -> Injected {
        fault::inject(&self.shared, fault)
    }

    /// Breaks the connection of every open watch that matches, and says how many those were.
    pub fn cut_watches(&self, matches: impl Fn(&Logged) -> bool) -> usize {
        self.shared.watches.turn(matches, watch::Flow::Cut)
    }

    /// Ends every open watch that matches with the event `ERROR 410`, after which a client lists
    /// again, and says how many those were.
    pub fn expire_watches(&self, matches: impl Fn(&Logged) -> bool) -> usize {
        self.shared.watches.turn(matches, watch::Flow::Expire)
    }

    /// Holds back the events of all watches that match, open now or opened later, until the
    /// returned value is dropped.
    pub fn freeze_watches(
        &self,
        matches: impl Fn(&Logged) -> bool + Send + Sync + 'static,
    ) -> Freeze {
        watch::freeze(&self.shared, Box::new(matches))
    }

    /// Waits until for `quiet` there was no write and no watch event. Background requests and
    /// bookmarks do not count; a write without an answer keeps it waiting.
    ///
    /// # Errors
    /// [`Error::TimedOut`] when that is not so within `timeout`.
    pub async fn settled(&self, quiet: Duration, timeout: Duration) -> Result<(), Error> {
        let what = format!("no write and no watch event for {quiet:?}");
        wait::until(timeout, &what, async || {
            (self.shared.log.quiet_for()? >= quiet).then_some(())
        })
        .await
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the proxy has shown in the test already: its connections broke.
            let _ = thread.join();
        }
    }
}

/// The proxy's thread: says how it started, and serves until it is told to stop.
fn run(
    upstream: &Server,
    shared: Arc<Shared>,
    ready: oneshot::Sender<Result<http::Uri, Error>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            // Nobody listens only if the start was given up.
            let _ = ready.send(Err(io("start an async runtime")(error)));
            return;
        }
    };
    runtime.block_on(async {
        let (listener, client) = match open(upstream).await {
            Ok((url, listener, client)) => {
                // As above; the proxy then stops at once, since its other end is gone too.
                let _ = ready.send(Ok(url));
                (listener, client)
            }
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        tokio::select! {
            () = server::serve(listener, client, shared) => {}
            // Also when the sender is dropped, which is how a proxy says it.
            _ = stopped => {}
        }
    });
}

async fn open(upstream: &Server) -> Result<(http::Uri, TcpListener, Client), Error> {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .map_err(io("take a port on 127.0.0.1"))?;
    let address = listener
        .local_addr()
        .map_err(io("ask for the proxy's port"))?;
    let url = server_url("http", address.port())?;
    Ok((url, listener, upstream.client(&User::none())?))
}

fn io(act: &'static str) -> impl FnOnce(std::io::Error) -> Error {
    move |source| Error::Io {
        act: act.to_owned(),
        source,
    }
}
