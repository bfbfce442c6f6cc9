//! Watches: streams of events that can be cut, expired and frozen.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame};
use kube::client::Body;
use tokio::sync::watch;

use super::{
    request::Logged,
    server::{Broken, Reply, Shared},
};

/// Which requests are meant.
pub(super) type Matcher = Box<dyn Fn(&Logged) -> bool + Send + Sync>;

/// What a watch does with its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Passes them on.
    Run,
    /// Leaves them where they are; the API server's connection fills up.
    Frozen,
    /// Breaks its connection.
    Cut,
    /// Says that the position is too old, and ends.
    Expire,
}

/// What the API server sends when a watch's position is no longer kept.
const EXPIRED: &[u8] = concat!(
    r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"#,
    r#""status":"Failure","message":"expired by the test's proxy","reason":"Expired","code":410}}"#,
    "\n"
)
.as_bytes();

const BOOKMARK: &[u8] = br#"{"type":"BOOKMARK""#;

/// The open watches of a proxy, and which are to be frozen.
#[derive(Default)]
pub(super) struct Watches(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    open: BTreeMap<u64, Live>,
    freezes: BTreeMap<u64, Matcher>,
    next: u64,
}

struct Live {
    logged: Logged,
    flow: watch::Sender<Flow>,
}

impl Watches {
    /// Sets the flow of all open watches that match, and says how many those are.
    pub(super) fn turn(&self, matches: impl Fn(&Logged) -> bool, flow: Flow) -> usize {
        let inner = self.lock();
        let mut turned = 0;
        for live in inner.open.values().filter(|live| matches(&live.logged)) {
            // `send_replace`, since the stream may not be looking at the moment.
            live.flow.send_replace(flow);
            turned += 1;
        }
        turned
    }

    fn open(&self, logged: &Logged) -> watch::Receiver<Flow> {
        let mut inner = self.lock();
        let frozen = inner.freezes.values().any(|matches| matches(logged));
        let (flow, seen) = watch::channel(if frozen { Flow::Frozen } else { Flow::Run });
        let logged = logged.clone();
        inner.open.insert(logged.number, Live { logged, flow });
        seen
    }

    fn set(&self, number: u64, flow: Flow) {
        if let Some(live) = self.lock().open.get(&number) {
            live.flow.send_replace(flow);
        }
    }

    fn close(&self, number: u64) {
        self.lock().open.remove(&number);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A matcher that panics leaves the maps whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Watches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().open.keys()).finish()
    }
}

/// Watches that are held back; dropping it lets them go on.
#[derive(Debug)]
pub struct Freeze {
    shared: Arc<Shared>,
    id: u64,
}

impl Freeze {
    /// Lets the watches go on: what was held back is passed on.
    pub fn thaw(self) {
        self.lift(Flow::Run);
    }

    /// Ends the watches with `ERROR 410`: what was held back is never seen.
    pub fn expire(self) {
        self.lift(Flow::Expire);
    }

    fn lift(&self, flow: Flow) {
        let mut inner = self.shared.watches.lock();
        let Some(matches) = inner.freezes.remove(&self.id) else {
            return;
        };
        for live in inner.open.values() {
            let still = inner.freezes.values().any(|other| other(&live.logged));
            if matches(&live.logged) && !still {
                live.flow.send_replace(flow);
            }
        }
    }
}

impl Drop for Freeze {
    fn drop(&mut self) {
        self.lift(Flow::Run);
    }
}

pub(super) fn freeze(shared: &Arc<Shared>, matches: Matcher) -> Freeze {
    let mut inner = shared.watches.lock();
    for live in inner.open.values().filter(|live| matches(&live.logged)) {
        live.flow.send_replace(Flow::Frozen);
    }
    let id = inner.next;
    inner.next += 1;
    inner.freezes.insert(id, matches);
    drop(inner);
    Freeze {
        shared: shared.clone(),
        id,
    }
}

/// The body of a watch's response: `upstream`, event by event, as its flow says.
pub(super) fn body(
    shared: Arc<Shared>,
    logged: &Logged,
    upstream: Body,
    limit: Option<(u64, Flow)>,
) -> Reply {
    let events = Events {
        flow: shared.watches.open(logged),
        number: logged.number,
        shared,
        upstream,
        limit,
        partial: Vec::new(),
        whole: VecDeque::new(),
        ended: false,
    };
    let stream = stream::unfold(events, async |mut events| {
        let next = events.next().await?;
        Some((next.map(Frame::data), events))
    });
    StreamBody::new(stream).boxed_unsync()
}

/// One watch on its way through the proxy.
struct Events {
    shared: Arc<Shared>,
    number: u64,
    upstream: Body,
    flow: watch::Receiver<Flow>,
    /// After how many further events the flow changes, and to what.
    limit: Option<(u64, Flow)>,
    /// The beginning of an event whose end has not come.
    partial: Vec<u8>,
    /// Events that were not passed on yet.
    whole: VecDeque<Bytes>,
    ended: bool,
}

impl Events {
    async fn next(&mut self) -> Option<Result<Bytes, Broken>> {
        loop {
            if self.ended {
                return None;
            }
            if let Some((0, flow)) = self.limit {
                self.limit = None;
                self.shared.watches.set(self.number, flow);
            }
            let flow = *self.flow.borrow_and_update();
            match flow {
                Flow::Run => {}
                Flow::Frozen => {
                    // Fails when the watch is no longer listed, which its own end only brings.
                    self.flow.changed().await.ok()?;
                    continue;
                }
                Flow::Cut => {
                    self.ended = true;
                    // The server drops what it has not sent when a body fails; pausing once makes
                    // it send the events that were passed on.
                    tokio::task::yield_now().await;
                    return Some(Err(Broken));
                }
                Flow::Expire => {
                    self.ended = true;
                    return Some(Ok(Bytes::from_static(EXPIRED)));
                }
            }
            if let Some(event) = self.whole.pop_front() {
                self.passed(&event);
                return Some(Ok(event));
            }
            tokio::select! {
                _ = self.flow.changed() => {}
                frame = self.upstream.frame() => match frame?.map(Frame::into_data) {
                    Ok(Ok(data)) => self.split(&data),
                    // Trailers say nothing about events.
                    Ok(Err(_)) => {}
                    Err(_) => {
                        self.ended = true;
                        return Some(Err(Broken));
                    }
                },
            }
        }
    }

    /// Cuts what came into events, one a line.
    fn split(&mut self, mut data: &[u8]) {
        while let Some(end) = data.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = data.split_at(end + 1);
            self.partial.extend_from_slice(line);
            self.whole
                .push_back(std::mem::take(&mut self.partial).into());
            data = rest;
        }
        self.partial.extend_from_slice(data);
    }

    fn passed(&mut self, event: &Bytes) {
        let counts = !event.starts_with(BOOKMARK);
        let mut background = false;
        self.shared.log.note(self.number, |logged| {
            logged.response_bytes += event.len() as u64;
            logged.events += u64::from(counts);
            background = logged.is_background();
        });
        if counts && let Some((left, _)) = &mut self.limit {
            *left -= 1;
        }
        if counts && !background {
            self.shared.log.active();
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.shared.watches.close(self.number);
    }
}
