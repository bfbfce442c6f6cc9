//! Connections: in the open or by TLS, one request each, all bounded.
//!
//! In: a listener and what answers a request. A peer that is slow, silent, or one of many costs a
//! bounded number of connections for a bounded time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::certificate::Certificates;

/// Connections of one endpoint at a time; more wait in the kernel's queue.
const CONNECTIONS: usize = 64;
/// From a connection's first byte to its last.
const LONGEST: Duration = Duration::from_secs(20);
/// For the TLS handshake, and again for the request's head.
const HEAD: Duration = Duration::from_secs(5);
/// Most bytes of a request's head. A token has about one KiB.
const HEAD_MAX: usize = 32 * 1024;
/// After a failure to accept, as when there are no file descriptors left.
const PAUSE: Duration = Duration::from_millis(500);

pub(super) type Answer = Response<Full<Bytes>>;

pub(super) fn answer(code: StatusCode, text: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(text.into()));
    *answer.status_mut() = code;
    answer
}

/// Answers requests until it is dropped.
pub(super) async fn serve<A, F>(listener: TcpListener, tls: Option<Certificates>, answer: A)
where
    A: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send,
{
    let (answer, tls) = (Arc::new(answer), tls.map(Arc::new));
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // Dropped with us, and every connection with it.
    let mut connections = JoinSet::new();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        while connections.try_join_next().is_some() {}
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let (answer, tls) = (Arc::clone(&answer), tls.clone());
        connections.spawn(async move {
            let talk = connection(stream, tls.as_deref(), &*answer);
            if tokio::time::timeout(LONGEST, talk).await.is_err() {
                tracing::debug!("a connection took too long");
            }
            drop(place);
        });
    }
}

async fn connection<A, F>(stream: TcpStream, tls: Option<&Certificates>, answer: &A)
where
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Answer>,
{
    let Some(tls) = tls else {
        return talk(stream, answer).await;
    };
    match tokio::time::timeout(HEAD, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => talk(stream, answer).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn talk<A, F>(stream: impl AsyncRead + AsyncWrite + Unpin, answer: &A)
where
    A: Fn(Request<Incoming>) -> F,
    F: Future<Output = Answer>,
{
    let service = service_fn(|request| {
        let answer = answer(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_MAX)
        // One request each: a scrape comes twice a minute, and an open connection is a place less.
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection broke");
    }
}
