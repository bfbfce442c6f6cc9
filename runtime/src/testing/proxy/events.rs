//! One watch on its way through the proxy: event by event, as its flow says.

use std::{collections::VecDeque, sync::Arc};

use futures::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Bytes, Frame};
use kube::client::Body;
use tokio::sync::watch;

use super::{
    fault::Armed,
    request::Logged,
    server::{Broken, Reply, Shared},
    watch::Flow,
};

/// What the API server sends when a watch's position is no longer kept.
const EXPIRED: &[u8] = concat!(
    r#"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"#,
    r#""status":"Failure","message":"expired by the test's proxy","reason":"Expired","code":410}}"#,
    "\n"
)
.as_bytes();

const BOOKMARK: &[u8] = br#"{"type":"BOOKMARK""#;

/// The body of a watch's response: `upstream`, event by event, as its flow says.
pub(super) fn body(
    shared: Arc<Shared>,
    logged: &Logged,
    upstream: Body,
    fault: Option<Arc<Armed>>,
) -> Reply {
    let events = Events {
        flow: shared.watches.open(logged),
        number: logged.number,
        shared,
        upstream,
        limit: fault.and_then(|fault| Some((fault.action().on_watch()?, fault))),
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
    /// After how many further events the flow changes, to what, and who says so.
    limit: Option<((u64, Flow), Arc<Armed>)>,
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
            if let Some(((0, flow), fault)) = self.limit.take_if(|((left, _), _)| *left == 0) {
                self.shared.watches.set(self.number, flow);
                // In this order, so that a release at this moment is not lost.
                if fault.is_released() {
                    self.shared.watches.set(self.number, Flow::Run);
                }
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
        if counts && let Some(((left, _), _)) = &mut self.limit {
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
