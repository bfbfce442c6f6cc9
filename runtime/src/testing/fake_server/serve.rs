//! The server's thread: connections, and the bodies of its answers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream;
use http::{Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::{Asked, Reply, State};

/// Of a long body at once.
const PIECE: usize = 64 * 1024;

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The connection is to break here.
#[derive(Debug, thiserror::Error)]
#[error("broken off by the test's server")]
struct Broken;

/// Says where it listens, and serves until it is told to stop.
pub(super) fn run(
    state: Arc<Mutex<State>>,
    tls: Option<TlsAcceptor>,
    ready: oneshot::Sender<std::io::Result<SocketAddr>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            // Nobody listens only if the start was given up.
            let _ = ready.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        let bound = TcpListener::bind(("127.0.0.1", 0)).await;
        let opened = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let listener = match opened {
            Ok((address, listener)) => {
                // As above.
                let _ = ready.send(Ok(address));
                listener
            }
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        tokio::select! {
            () = serve(listener, tls, state) => {}
            // Also when the sender is dropped, which is how a server says it.
            _ = stopped => {}
        }
    });
}

async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<Mutex<State>>) {
    loop {
        // A connection that broke while it was taken is the caller's to try again.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let state = Arc::clone(&state);
        let tls = tls.clone();
        tokio::spawn(async move {
            match tls {
                None => connection(stream, state).await,
                Some(tls) => {
                    // Who does not trust us hangs up.
                    if let Ok(stream) = tls.accept(stream).await {
                        connection(stream, state).await;
                    }
                }
            }
        });
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    state: Arc<Mutex<State>>,
) {
    let service = service_fn(move |request| answer(Arc::clone(&state), request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // It ends with an error whenever a script breaks it, or the caller goes away.
    let _ = connection.await;
}

async fn answer(
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Broken> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    let asked = Asked {
        method: parts.method.to_string(),
        path: parts
            .uri
            .path_and_query()
            .map_or_else(String::new, ToString::to_string),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let reply = state
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take(&asked);
    let (code, headers, body) = match reply {
        Reply::Text {
            code,
            headers,
            body,
        } => (code, headers, Full::new(Bytes::from(body)).boxed_unsync()),
        Reply::Hang => std::future::pending().await,
        Reply::Lost => return Err(Broken),
        Reply::Long(bytes) => (200, Vec::new(), long(bytes)),
        Reply::Endless => (200, Vec::new(), endless()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(code).map_err(|_| Broken)?;
    for (name, value) in headers {
        let value = value.parse().map_err(|_| Broken)?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

fn long(bytes: u64) -> Body {
    let pieces = stream::unfold(bytes, |left| async move {
        let piece = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let frame = Frame::data(Bytes::from(vec![b'x'; piece]));
        let left = left - u64::try_from(piece).unwrap_or_default();
        (piece > 0).then_some((Ok(frame), left))
    });
    StreamBody::new(pieces).boxed_unsync()
}

fn endless() -> Body {
    let bytes = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((Ok(Frame::data(Bytes::from_static(b" "))), ()))
    });
    StreamBody::new(bytes).boxed_unsync()
}
