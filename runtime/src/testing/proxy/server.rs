//! One request's way: read, entered in the log, failed or passed on, answered.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header, request::Parts,
};
use http_body_util::{BodyExt as _, Full, Limited, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Bytes, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use kube::{Client, client::Body};
use serde_json::json;
use tokio::net::TcpListener;

use super::{
    action::Action,
    events,
    fault::Faults,
    log::Log,
    request::{Logged, Verb},
    watch::Watches,
};

/// The largest request body that is taken; the API server takes 3 MiB.
const LARGEST: usize = 16 * 1024 * 1024;

/// What every connection of a proxy shares.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) log: Log,
    pub(super) faults: Faults,
    pub(super) watches: Watches,
}

/// The connection is to break here.
#[derive(Debug, thiserror::Error)]
#[error("broken off by the test's proxy")]
pub(super) struct Broken;

/// The body of a response.
pub(super) type Reply = UnsyncBoxBody<Bytes, Broken>;

/// Takes connections for ever.
pub(super) async fn serve(listener: TcpListener, client: Client, shared: Arc<Shared>) {
    loop {
        // A connection that broke while it was taken is the caller's to try again.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let (client, shared) = (client.clone(), shared.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let (client, shared) = (client.clone(), shared.clone());
                async move { handle(&client, &shared, request).await }
            });
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // It ends with an error whenever a fault breaks it, or the caller goes away.
            let _ = connection.await;
        });
    }
}

async fn handle(
    client: &Client,
    shared: &Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Reply>, Broken> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST).collect().await else {
        return Err(Broken);
    };
    let body = body.to_bytes();
    let mut logged = Logged::read(&parts.method, &parts.uri, &parts.headers, &body);
    if shared.log.enter(&mut logged).is_none() {
        let full = "the log of the test's proxy is full: clear it";
        return Ok(refusal(&logged, StatusCode::INSUFFICIENT_STORAGE, full));
    }
    // Until the answer is handed on, or the caller goes away.
    let _open = shared.log.open(&logged);

    let fault = shared.faults.pick(&logged);
    let action = fault.as_ref().map(|fault| fault.action());
    if let Some(action) = action {
        let name = action.name();
        shared
            .log
            .note(logged.number, |entry| entry.fault = Some(name));
    }
    match (action, &fault) {
        (Some(&Action::Answer { code, retry_after }), _) => {
            let code = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut reply = refusal(&logged, code, "failed by the test's proxy");
            if let Some(seconds) = retry_after {
                let headers = reply.headers_mut();
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            return Ok(answered(shared, &logged, reply));
        }
        (Some(Action::RefuseBefore), _) => return Err(Broken),
        (Some(Action::Delay(time)), _) => tokio::time::sleep(*time).await,
        (Some(Action::Hold), Some(fault)) => fault.released().await,
        _ => {}
    }

    let forward = |parts: &Parts| {
        let mut forward = Request::new(Body::from(body.clone()));
        forward.method_mut().clone_from(&parts.method);
        forward.uri_mut().clone_from(&parts.uri);
        *forward.headers_mut() = passed_on(parts.headers.clone());
        client.send(forward)
    };
    if action == Some(&Action::SendTwice) {
        // Only the second answer reaches the caller, as after a repetition on the way.
        let _ = forward(&parts).await;
    }
    let reply = match forward(&parts).await {
        Ok(reply) => reply,
        Err(error) => {
            let reply = refusal(&logged, StatusCode::BAD_GATEWAY, &error.to_string());
            return Ok(answered(shared, &logged, reply));
        }
    };
    let status = reply.status();
    shared.log.note(logged.number, |entry| {
        entry.upstream = Some(status.as_u16());
    });
    let (mut parts, body) = reply.into_parts();
    parts.headers = passed_on(parts.headers);
    let body = match (action, &fault) {
        (Some(Action::DropReplyAfterCommit), _) => {
            // Read to the end, so that the server is done before the caller learns of anything.
            let _ = body.collect().await;
            return Err(Broken);
        }
        (Some(Action::TruncateReply { broken }), _) => half(body, *broken).await?,
        (action, fault) => {
            if let (Some(Action::HoldReply), Some(fault)) = (action, fault) {
                fault.released().await;
            }
            if logged.verb == Verb::Watch && status == StatusCode::OK {
                events::body(shared.clone(), &logged, body, fault.clone())
            } else {
                counted(shared.clone(), logged.number, body)
            }
        }
    };
    Ok(answered(shared, &logged, Response::from_parts(parts, body)))
}

/// The first half of a body, and then its end or a broken connection.
async fn half(body: Body, broken: bool) -> Result<Reply, Broken> {
    let whole = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let half = Ok(Frame::data(whole.slice(..whole.len() / 2)));
    let end = stream::once(async {
        // The server drops what it has not sent when a body fails; pausing once makes it send.
        tokio::task::yield_now().await;
        Err(Broken)
    });
    let end = end.take(usize::from(broken));
    Ok(StreamBody::new(stream::iter([half]).chain(end)).boxed_unsync())
}

fn answered(shared: &Shared, logged: &Logged, reply: Response<Reply>) -> Response<Reply> {
    let status = reply.status().as_u16();
    shared
        .log
        .note(logged.number, |entry| entry.status = Some(status));
    reply
}

/// Adds what passes to the request's entry.
fn counted(shared: Arc<Shared>, number: u64, body: Body) -> Reply {
    let counted = body.map_frame(move |frame| {
        let size = frame.data_ref().map_or(0, |data| data.len() as u64);
        shared
            .log
            .note(number, |entry| entry.response_bytes += size);
        frame
    });
    counted.map_err(|_| Broken).boxed_unsync()
}

/// The headers without those that belong to a single connection. The body's length goes too: it
/// is set anew. An encoding is not asked for, since a watch's events are told apart by lines.
fn passed_on(mut headers: HeaderMap) -> HeaderMap {
    const OWN: [HeaderName; 7] = [
        header::ACCEPT_ENCODING,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::HOST,
        header::TE,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ];
    for name in OWN {
        headers.remove(name);
    }
    headers
}

/// An error as the API server words it.
fn refusal(logged: &Logged, code: StatusCode, message: &str) -> Response<Reply> {
    let reason = match (code.as_u16(), logged.verb) {
        (400, _) => "BadRequest",
        (401, _) => "Unauthorized",
        (403, _) => "Forbidden",
        (404, _) => "NotFound",
        (409, Verb::Create) => "AlreadyExists",
        (409, _) => "Conflict",
        (410, _) => "Expired",
        (422, _) => "Invalid",
        (429, _) => "TooManyRequests",
        (500, _) => "InternalError",
        (503, _) => "ServiceUnavailable",
        (504, _) => "Timeout",
        _ => "",
    };
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code.as_u16(),
    });
    let body = Full::new(Bytes::from(status.to_string()));
    let mut reply = Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *reply.status_mut() = code;
    let json = HeaderValue::from_static("application/json");
    reply.headers_mut().insert(header::CONTENT_TYPE, json);
    reply
}
